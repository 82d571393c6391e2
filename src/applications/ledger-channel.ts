import type { DatacenterName } from '../model/datacenter.ts'
import type { LedgerStateItem } from '../model/ledger.ts'
import { decodeLedgerBlob, encodeLedgerBlob } from './ledger-blob.ts'
import type { LedgerBlobEntry } from './ledger-blob.ts'
import { emptyKeyState, mergeShare, sharesOf, summarize } from './ledger-state.ts'
import type { KeyState } from './ledger-state.ts'

/** Why a channel reports. */
export type ReportReason =
  | { readonly cause: 'query'; readonly queryId: string }
  | { readonly cause: 'replay'; readonly replayOf: DatacenterName }

/** One channel of the ledger: a part of the state, with snapshots of its own. */
export class LedgerChannel {
  readonly #datacenter: DatacenterName
  readonly #channel: number
  readonly #channels: number
  readonly #origins = new Map<DatacenterName, Map<string, KeyState>>()
  #outputs = 0
  #states = 0
  #snapshots = 0

  constructor(options: { readonly datacenter: DatacenterName; readonly channel: number; readonly channels: number }) {
    this.#datacenter = options.datacenter
    this.#channel = options.channel
    this.#channels = options.channels
  }

  get number(): number {
    return this.#channel
  }

  /** Tuples put out: output runs, state items, snapshots. */
  get submitted(): readonly number[] {
    return [this.#outputs, this.#states, this.#snapshots]
  }

  /** The number of the next output run: 1, 2, … without gaps. */
  nextCounter(): number {
    this.#outputs += 1
    return this.#outputs
  }

  /** A key's state, made empty when it is new. */
  keyState(origin: DatacenterName, key: string): KeyState {
    let keys = this.#origins.get(origin)
    if (keys === undefined) {
      keys = new Map()
      this.#origins.set(origin, keys)
    }
    let state = keys.get(key)
    if (state === undefined) {
      state = emptyKeyState()
      keys.set(key, state)
    }
    return state
  }

  /** Everything the channel holds. */
  snapshot(): Uint8Array {
    this.#snapshots += 1
    return encodeLedgerBlob(this.#keys().map(({ origin, key, state }) => ({ origin, key, shares: sharesOf(state) })))
  }

  /**
   * Takes another DC's snapshot of the same channel in, and reports the keys that it brought. That DC is always answered for,
   * so that a takeover has its first output also when there was no traffic.
   * @throws MessageFormatError
   */
  replay(replayOf: DatacenterName, blob: Uint8Array): readonly LedgerStateItem[] {
    const entries = decodeLedgerBlob(blob)
    for (const { origin, key, shares } of entries) {
      const state = this.keyState(origin, key)
      for (const share of shares) mergeShare(state, share)
    }
    const keys = entries.map((entry) => this.#reported(entry))
    const isAnswered = keys.some(({ origin }) => origin === replayOf)
    return this.#report(isAnswered ? keys : [...keys, nothingOf(replayOf)], { cause: 'replay', replayOf })
  }

  /** Reports everything the channel holds. */
  query(queryId: string): readonly LedgerStateItem[] {
    const keys = this.#keys()
    return this.#report(keys.length === 0 ? [nothingOf(this.#datacenter)] : keys, { cause: 'query', queryId })
  }

  #reported({ origin, key }: LedgerBlobEntry): ReportedKey {
    return { origin, key, state: this.keyState(origin, key) }
  }

  #keys(): readonly ReportedKey[] {
    return [...this.#origins].flatMap(([origin, keys]) => [...keys].map(([key, state]) => ({ origin, key, state })))
  }

  #report(reported: readonly ReportedKey[], reason: ReportReason): readonly LedgerStateItem[] {
    this.#states += reported.length
    const queryId = reason.cause === 'query' ? reason.queryId : ''
    return reported.map(({ origin, key, state }, index) => ({
      producedBy: this.#datacenter,
      origin,
      key,
      ...summarize(state),
      cause: reason.cause,
      channel: this.#channel,
      channels: this.#channels,
      queryId,
      index,
      count: reported.length,
      replayOf: reason.cause === 'replay' ? reason.replayOf : origin,
    }))
  }
}

/** Stands for an origin of which there is no key. */
function nothingOf(origin: DatacenterName): ReportedKey {
  return { origin, key: '', state: emptyKeyState() }
}

interface ReportedKey {
  readonly origin: DatacenterName
  readonly key: string
  readonly state: KeyState
}
