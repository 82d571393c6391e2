import type { DatacenterName } from '../../model/datacenter.ts'
import type { Interval } from '../../model/interval.ts'
import type { LedgerOutputItem, LedgerStateItem } from '../../model/ledger.ts'
import type { Tuple } from '../../model/tuple.ts'
import { addChecksums, tupleChecksum } from '../../support/checksum.ts'
import type { HeartbeatMessage } from '../../toolkit/io.ts'
import type { Application, ApplicationEffect } from '../application.ts'

/** For tests: traffic for a ledger, and what comes out of it. */

/** The tuple of that number; every test's generator. */
export function tuple(key: string, seq: number): Tuple {
  const payload = `${key}/${seq}`
  return { key, seq, payload, checksum: tupleChecksum({ key, seq, payload }) }
}

/** Tuples of one key, in the order given. */
export const tuples = (key: string, ...seqs: readonly number[]): Tuple[] => seqs.map((seq) => tuple(key, seq))

/** What the checksums of these numbers sum up to. */
export const checksumOf = (key: string, seqs: Iterable<number>): number =>
  [...seqs].reduce((sum, seq) => addChecksums(sum, tuple(key, seq).checksum), 0)

/** All numbers from one to the other. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** The output runs among the effects. */
export function outputs(effects: readonly ApplicationEffect[]): LedgerOutputItem[] {
  return effects.flatMap((effect) => (effect.kind === 'output' ? [effect.item] : []))
}

function states(effects: readonly ApplicationEffect[]): LedgerStateItem[] {
  return effects.flatMap((effect) => (effect.kind === 'state' ? [effect.item] : []))
}

/** The answer to a query. */
export const query = (ledger: Application): LedgerStateItem[] =>
  states(ledger.command({ command: 'query', queryId: 'q1', argument: '' }))

const signalOf = (dc: DatacenterName): HeartbeatMessage => ({
  heartbeatMsgType: 2,
  heartbeatCnt: 6n,
  dataCenterOrigin: dc,
  dataSnapshot: new Uint8Array(0),
  dataSnapshotOrigin: '',
})

/** Snapshots as the toolkit brings them to the other DC. */
export function snapshotsOf(ledger: Application, dc: DatacenterName): HeartbeatMessage[] {
  return ledger.signal(signalOf(dc)).flatMap((effect) => {
    if (effect.kind !== 'snapshot') return []
    return [{ ...effect.signal, dataSnapshot: effect.blob, dataSnapshotOrigin: effect.part }]
  })
}

/** Replays them all, and returns the reports. */
export const replayAll = (ledger: Application, messages: readonly HeartbeatMessage[]): LedgerStateItem[] =>
  messages.flatMap((message) => states(ledger.replay(message)))

/** In ascending order. */
export const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((left, right) => left - right)

/** The numbers of sorted runs. */
export function numbersOf(intervals: readonly Interval[]): number[] {
  return intervals.flatMap(({ from, to }) => range(from, to))
}
