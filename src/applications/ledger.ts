import { isDatacenterName } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { LedgerCommand, LedgerStateItem } from '../model/ledger.ts'
import type { TupleRun } from '../model/load-carrier.ts'
import type { Tuple } from '../model/tuple.ts'
import { addChecksums, textHash, tupleChecksum } from '../support/checksum.ts'
import { runChecksums } from '../support/run-checksum.ts'
import type { RunChecksums } from '../support/run-checksum.ts'
import { unreachable } from '../support/unreachable.ts'
import type { HeartbeatMessage } from '../toolkit/io.ts'
import type { Application, ApplicationEffect, ApplicationOperator } from './application.ts'
import { LedgerChannel } from './ledger-channel.ts'
import { isValidRun, piecesOf } from './ledger-runs.ts'
import { acceptTuple } from './ledger-state.ts'
import type { Share } from './ledger-state.ts'

/** Where a ledger runs, and into how many parts its state is split. */
export interface LedgerOptions {
  readonly datacenter: DatacenterName
  /** 1 and up; must be the same in both DCs, for a replay reaches the channel of its own number only. */
  readonly channels: number
}

/**
 * `builtin:ledger` (decisions 5): remembers which sequence numbers of each key it accepted, and puts out a run for what it was
 * given. Keys are dealt out to channels by their hash.
 */
export function createLedger(options: LedgerOptions): Application {
  return new Ledger(options)
}

/** A key that this job takes in: its share of the state, and the run of outputs that is being made for it. */
interface OwnKey {
  readonly key: string
  readonly channel: LedgerChannel
  readonly share: Share
  readonly recovered: readonly Share[]
  /** Null between two calls of `ingest`. */
  run: OpenRun | null
  /** Made when the first run comes: tuples with a payload have no use for it. */
  checksums: RunChecksums | null
}

interface OpenRun {
  readonly own: OwnKey
  readonly isDuplicate: boolean
  readonly from: number
  to: number
}

class Ledger implements Application {
  readonly channels: number
  readonly #datacenter: DatacenterName
  readonly #channels: readonly LedgerChannel[]
  readonly #ownKeys = new Map<string, OwnKey>()
  // Of every channel alike, for each gets all tuples and takes what is its own.
  readonly #processed = { tuples: 0, commands: 0, signals: 0, statuses: 0, replays: 0 }
  #specialMessages = 0

  constructor({ datacenter, channels }: LedgerOptions) {
    if (!(Number.isSafeInteger(channels) && channels >= 1)) {
      throw new RangeError(`Expected \`channels\` to be a whole number from 1 and up, got ${channels}`)
    }
    this.channels = channels
    this.#datacenter = datacenter
    this.#channels = Array.from(
      { length: channels },
      (_, channel) => new LedgerChannel({ datacenter, channel, channels }),
    )
  }

  /** The operators of fixtures/apps/ledger, by whose metrics a real ledger is seen too. */
  operators(): readonly ApplicationOperator[] {
    const operatorKind = 'spl.utility::Custom'
    const { tuples, commands, signals, statuses, replays } = this.#processed
    return [
      { name: 'LedgerDealer', operatorKind, processed: [tuples], submitted: [tuples] },
      ...this.#channels.map((channel) => ({
        name: `LedgerChannel[${channel.number}]`,
        operatorKind,
        processed: [tuples, commands, signals, statuses, replays],
        submitted: channel.submitted,
      })),
      { name: 'SpecialMessageSender', operatorKind, processed: [commands], submitted: [this.#specialMessages] },
    ]
  }

  /** Its state begins empty; it takes part in no consistent region and asks for no timer. */
  start(): readonly ApplicationEffect[] {
    return []
  }

  timer(): readonly ApplicationEffect[] {
    return []
  }

  /** It launches nothing. */
  launched(): readonly ApplicationEffect[] {
    return []
  }

  /** It has no SpecialMessagePort: special messages come as commands. */
  specialMessageLine(): readonly ApplicationEffect[] {
    return []
  }

  /**
   * A duplicate is put out again and counted; so is a corrupt tuple, whose real checksum goes into the sum. A tuple without a
   * valid sequence number counts as corrupt and nothing else.
   */
  ingest(items: readonly Tuple[]): readonly ApplicationEffect[] {
    this.#processed.tuples += items.length
    const runs: OpenRun[] = []
    for (const tuple of items) {
      const own = this.#ownKeys.get(tuple.key) ?? this.#addOwnKey(tuple.key)
      const run = take(own, tuple)
      if (run !== null) runs.push(run)
    }
    return runs.map((run) => this.#output(run))
  }

  /**
   * The same for tuples that come as runs: state, counters and outputs are those that the single tuples would have led to, and the
   * work does not grow with them. A run whose checksum is not that of its numbers counts as one corrupt tuple, for it cannot be told
   * how many are.
   */
  ingestRuns(runs: readonly TupleRun[]): readonly ApplicationEffect[] {
    const open: OpenRun[] = []
    for (const run of runs) {
      this.#processed.tuples += isValidRun(run) ? run.to - run.from + 1 : 1
      takeRun(this.#ownKeys.get(run.key) ?? this.#addOwnKey(run.key), run, open)
    }
    return open.map((run) => this.#output(run))
  }

  command(command: LedgerCommand): readonly ApplicationEffect[] {
    this.#processed.commands += 1
    switch (command.command) {
      case 'query':
        return this.#channels.flatMap((channel) => channel.query(command.queryId).map(stateEffect))
      case 'special':
        this.#specialMessages += 1
        return [{ kind: 'special', message: command.argument }]
      default:
        return unreachable(command)
    }
  }

  signal(signal: HeartbeatMessage): readonly ApplicationEffect[] {
    this.#processed.signals += 1
    return this.#channels.map((channel) => {
      return { kind: 'snapshot', signal, part: String(channel.number), blob: channel.snapshot() }
    })
  }

  /** A change of the remote's status changes nothing: what follows from it comes as replays. */
  status(): readonly ApplicationEffect[] {
    this.#processed.statuses += 1
    return []
  }

  /**
   * Parts of channels that this ledger does not have are ignored (toolkit reference §2), and so are those of strangers.
   * @throws MessageFormatError when the blob is no ledger snapshot.
   */
  replay(message: HeartbeatMessage): readonly ApplicationEffect[] {
    this.#processed.replays += 1
    const { dataCenterOrigin, dataSnapshotOrigin, dataSnapshot } = message
    const channel = this.#channels.find((candidate) => String(candidate.number) === dataSnapshotOrigin)
    if (channel === undefined || !isDatacenterName(dataCenterOrigin)) return []
    return channel.replay(dataCenterOrigin, dataSnapshot).map(stateEffect)
  }

  #addOwnKey(key: string): OwnKey {
    const channel = this.#channels[textHash(key) % this.channels]
    if (channel === undefined) throw new RangeError(`No channel for key "${key}" among ${this.channels}`)
    const { accepted, recovered } = channel.keyState(this.#datacenter, key)
    const own = { key, channel, share: accepted, recovered, run: null, checksums: null }
    this.#ownKeys.set(key, own)
    return own
  }

  #output(run: OpenRun): ApplicationEffect {
    const { own, from, to } = run
    // Runs do not go on in the next call: each call's outputs are complete when it returns.
    if (own.run === run) own.run = null
    const { key, channel } = own
    const place = { channel: channel.number, counter: channel.nextCounter() }
    return {
      kind: 'output',
      item: { producedBy: this.#datacenter, origin: this.#datacenter, ...place, key, from, to },
    }
  }
}

/** Takes a tuple in; the run that it begins, or null when it goes on with the key's last one. */
function take(own: OwnKey, tuple: Tuple): OpenRun | null {
  const { seq } = tuple
  const { share } = own
  if (!Number.isSafeInteger(seq) || seq < 0) {
    share.corrupt += 1
    return null
  }
  const checksum = tupleChecksum(tuple)
  if (checksum !== tuple.checksum) share.corrupt += 1
  return putOut(own, { from: seq, to: seq, isDuplicate: accept(own, { seq, checksum }) })
}

/** Takes a run in, and adds those that are to be put out for it. */
function takeRun(own: OwnKey, run: TupleRun, open: OpenRun[]): void {
  const { share, recovered } = own
  if (!isValidRun(run)) {
    share.corrupt += 1
    return
  }
  own.checksums ??= runChecksums(own.key)
  // What the run is said to hold beyond what its numbers sum up to: 0 in one that is whole.
  const whole = own.checksums.sum(run.from, run.to)
  const excess = run.checksum - whole
  if (excess !== 0) share.corrupt += 1
  let isNew = false
  for (const piece of piecesOf(run, share, recovered)) {
    const { from, to, isDuplicate } = piece
    if (isDuplicate) {
      share.duplicates.add(from, to)
    } else {
      isNew = true
      share.intervals.add(from, to)
      const isWhole = from === run.from && to === run.to
      share.checksum = addChecksums(share.checksum, isWhole ? whole : own.checksums.sum(from, to))
    }
    const begun = putOut(own, piece)
    if (begun !== null) open.push(begun)
  }
  if (isNew) share.checksum = addChecksums(share.checksum, excess)
}

/** The run of outputs that is begun, or null when the key's last one goes on. */
function putOut(own: OwnKey, piece: Pick<OpenRun, 'from' | 'to' | 'isDuplicate'>): OpenRun | null {
  const { run } = own
  const { from, to, isDuplicate } = piece
  if (run !== null && run.to + 1 === from && run.isDuplicate === isDuplicate) {
    run.to = to
    return null
  }
  own.run = { own, isDuplicate, from, to }
  return own.run
}

/** Enters a tuple into the key's state; true when the state had it already, from this job or from a replay. */
function accept(own: OwnKey, tuple: { readonly seq: number; readonly checksum: number }): boolean {
  for (const share of own.recovered) {
    if (!share.intervals.has(tuple.seq)) continue
    own.share.duplicates.add(tuple.seq, tuple.seq)
    return true
  }
  return acceptTuple(own.share, tuple)
}

function stateEffect(item: LedgerStateItem): ApplicationEffect {
  return { kind: 'state', item }
}
