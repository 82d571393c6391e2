// Plants around an application: what they change of its inputs and of what it answers.

import type { Application, ApplicationEffect } from '../../../applications/application.ts'
import { decodeLedgerBlob, encodeLedgerBlob, type LedgerBlobEntry } from '../../../applications/ledger-blob.ts'
import { unreachable } from '../../../support/unreachable.ts'
import { MessageFormatError } from '../../../toolkit/errors.ts'
import type { HeartbeatMessage } from '../../../toolkit/io.ts'
import type { Planted } from './composite-plants.ts'
import { plantInTuples } from './tuple-plants.ts'

/** The application with the failure in it; the application itself where the failure has no place there. */
export function plantInApplication(inner: Application, planted: Planted): Application {
  const changed = changesOf(inner, planted)
  return changed === undefined ? inner : { ...passingOn(inner), ...changed }
}

function changesOf(inner: Application, planted: Planted): Partial<Application> | undefined {
  const { plant } = planted
  switch (plant.kind) {
    case 'tuple_lost':
    case 'tuple_duplicated':
    case 'tuples_swapped':
    case 'tuple_corrupted':
      return plant.into === planted.site.dc ? plantInTuples(inner, { ...planted, plant }) : undefined
    case 'replica_corrupted':
      return { replay: (message) => inner.replay(changedReplica(message, planted, flipBit)) }
    case 'replay_twice':
      return { replay: (message) => inner.replay(changedReplica(message, planted, applyTwice)) }
    case 'replay_lost':
      return { replay: () => (planted.tell(), []) }
    case 'output_stalls':
      return stalling(inner, planted)
    case 'snapshots_stop':
      return { signal: (signal) => (mayAnswer(planted) ? inner.signal(signal) : []) }
    case 'script_never':
      return { status: (active, about) => launches(inner.status(active, about), planted, []) }
    case 'script_twice':
      return { status: (active, about) => launches(inner.status(active, about), planted, [0, 0]) }
    case 'takeover_never':
    case 'takeover_late':
    case 'takeover_early':
    case 'takeover_false':
    case 'both_active':
    case 'status_flaps':
    case 'snapshot_stuck':
    case 'fail_back_never':
    case 'script_fails':
    case 'no_heal':
    case 'input_refused':
    case 'input_waits':
    case 'error_logged':
      return undefined
    default:
      return unreachable(plant)
  }
}

/** Every member, for an instance's own cannot be spread. */
function passingOn(inner: Application): Application {
  const { remoteChannels } = inner
  return {
    channels: inner.channels,
    ...(remoteChannels === undefined ? {} : { remoteChannels }),
    operators: () => inner.operators(),
    start: (options) => inner.start(options),
    timer: (timer) => inner.timer(timer),
    launched: (result) => inner.launched(result),
    ingest: (items) => inner.ingest(items),
    ...(inner.ingestRuns === undefined ? {} : { ingestRuns: (runs) => inner.ingestRuns?.(runs) ?? [] }),
    command: (command) => inner.command(command),
    specialMessageLine: (line) => inner.specialMessageLine(line),
    signal: (signal) => inner.signal(signal),
    status: (active, about) => inner.status(active, about),
    replay: (message) => inner.replay(message),
  }
}

/** A ledger's replica with all its entries changed; what is no ledger's, or holds nothing, is left as it is. */
function changedReplica(
  message: HeartbeatMessage,
  planted: Planted,
  change: (entry: LedgerBlobEntry) => void,
): HeartbeatMessage {
  const entries = tryDecode(message.dataSnapshot)
  if (entries.every(({ shares }) => shares.length === 0)) return message
  planted.tell()
  for (const entry of entries) change(entry)
  return { ...message, dataSnapshot: encodeLedgerBlob(entries) }
}

function tryDecode(blob: Uint8Array): readonly LedgerBlobEntry[] {
  try {
    return decodeLedgerBlob(blob)
  } catch (error) {
    if (error instanceof MessageFormatError) return []
    throw error
  }
}

function flipBit({ shares }: LedgerBlobEntry): void {
  const [share] = shares
  if (share !== undefined) share.checksum = (share.checksum ^ 1) >>> 0
}

function applyTwice({ shares }: LedgerBlobEntry): void {
  for (const share of shares) share.duplicates = share.duplicates.union(share.intervals)
}

/** From the first replay on nothing comes out but answers to queries. */
function stalling(inner: Application, planted: Planted): Partial<Application> {
  let isStalled = false
  const kept = (effects: readonly ApplicationEffect[]): readonly ApplicationEffect[] => {
    if (!isStalled) return effects
    const rest = effects.filter((effect) => effect.kind !== 'output' && !isReplayReport(effect))
    if (rest.length < effects.length) planted.tell()
    return rest
  }
  return {
    ingest: (items) => kept(inner.ingest(items)),
    ...(inner.ingestRuns === undefined ? {} : { ingestRuns: (runs) => kept(inner.ingestRuns?.(runs) ?? []) }),
    replay: (message) => {
      isStalled = true
      return kept(inner.replay(message))
    },
  }
}

function isReplayReport(effect: ApplicationEffect): boolean {
  return effect.kind === 'state' && effect.item.cause === 'replay'
}

/** Each DC answers once. */
function mayAnswer({ site, memory, tell }: Planted): boolean {
  if (!memory.answered.has(site.dc)) {
    memory.answered.add(site.dc)
    return true
  }
  tell()
  return false
}

/** A launch becomes as many as `copies` has. */
function launches(
  effects: readonly ApplicationEffect[],
  planted: Planted,
  copies: readonly 0[],
): readonly ApplicationEffect[] {
  if (effects.some(({ kind }) => kind === 'launch')) planted.tell()
  return effects.flatMap((effect): readonly ApplicationEffect[] =>
    effect.kind === 'launch' ? copies.map(() => effect) : [effect],
  )
}
