import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Application } from './application.ts'
import type { LedgerStateItem } from '../model/ledger.ts'
import type { TupleRun } from '../model/load-carrier.ts'
import { addChecksums } from '../support/checksum.ts'
import { runChecksums } from '../support/run-checksum.ts'
import { createLedger } from './ledger.ts'
import {
  checksumOf,
  numbersOf,
  outputs,
  query,
  range,
  replayAll,
  snapshotsOf,
  tuples,
} from './testing/ledger-traffic.ts'

const runOf = (key: string, from: number, to: number): TupleRun => ({
  key,
  from,
  to,
  checksum: runChecksums(key).sum(from, to),
})

/** Checksums are of another kind. */
const withoutChecksum = (item: LedgerStateItem): unknown => ({ ...item, checksum: 0 })

/** A ledger that gets runs, and one that gets the same tuples one by one. */
class Twins {
  readonly runs = createLedger({ datacenter: 'dc1', channels: 3 })
  readonly tuples = createLedger({ datacenter: 'dc1', channels: 3 })

  ingest(given: readonly (readonly [string, number, number])[]): void {
    const byRuns = this.runs.ingestRuns?.(given.map(([key, from, to]) => runOf(key, from, to))) ?? []
    const byTuples = this.tuples.ingest(given.flatMap(([key, from, to]) => tuples(key, ...range(from, to))))
    expect(outputs(byRuns)).toEqual(outputs(byTuples))
  }

  /** An earlier life of the job, or the other DC, comes back with what it had. */
  replay(origin: 'dc1' | 'dc2', given: readonly (readonly [string, number, number])[]): void {
    const runs = createLedger({ datacenter: origin, channels: 3 })
    const single = createLedger({ datacenter: origin, channels: 3 })
    runs.ingestRuns?.(given.map(([key, from, to]) => runOf(key, from, to)))
    single.ingest(given.flatMap(([key, from, to]) => tuples(key, ...range(from, to))))
    const byRuns = replayAll(this.runs, snapshotsOf(runs, origin))
    const byTuples = replayAll(this.tuples, snapshotsOf(single, origin))
    expect(byRuns.map(withoutChecksum)).toEqual(byTuples.map(withoutChecksum))
  }

  /** What can be seen of each. */
  seen(): { readonly runs: unknown; readonly tuples: unknown } {
    const of = (ledger: Application): unknown => [query(ledger).map(withoutChecksum), ledger.operators()]
    return { runs: of(this.runs), tuples: of(this.tuples) }
  }
}

const someRun = fc
  .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(60), fc.nat(15))
  .map(([key, from, length]) => [key, from, from + length] as const)
const someRuns = fc.array(someRun, { maxLength: 6 })
const someSteps = fc.array(
  fc.oneof(
    fc.record({ step: fc.constant('ingest' as const), runs: someRuns }),
    fc.record({ step: fc.constantFrom('dc1' as const, 'dc2' as const), runs: someRuns }),
  ),
  { maxLength: 8 },
)

test('runs lead to the state, the outputs and the counters that their tuples one by one lead to, with replays in between', () => {
  fc.assert(
    fc.property(someSteps, (steps) => {
      const twins = new Twins()
      for (const { step, runs } of steps) {
        if (step === 'ingest') twins.ingest(runs)
        else twins.replay(step, runs)
        const seen = twins.seen()
        expect(seen.runs).toEqual(seen.tuples)
      }
    }),
  )
})

test('while nothing is corrupt or in two lives, each key sums up to what its numbers should', () => {
  fc.assert(
    fc.property(fc.array(someRuns, { maxLength: 6 }), (calls) => {
      const twins = new Twins()
      for (const runs of calls) twins.ingest(runs)
      for (const { key, intervals, checksum } of query(twins.runs)) {
        const expected = intervals.map(({ from, to }) => runChecksums(key).sum(from, to)).reduce(addChecksums, 0)
        expect(checksum).toBe(expected)
      }
      for (const { key, intervals, checksum } of query(twins.tuples)) {
        expect(checksum).toBe(checksumOf(key, numbersOf(intervals)))
      }
    }),
  )
})

const stateOf = (run: TupleRun): LedgerStateItem | undefined => {
  const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
  ledger.ingestRuns?.([run])
  return query(ledger)[0]
}

test('a flipped bit in the checksum of a run shows as corrupt and in the sum', () => {
  const run = runOf('k', 5, 20)
  for (const bit of [0, 7, 31]) {
    const state = stateOf({ ...run, checksum: (run.checksum ^ (1 << bit)) >>> 0 })
    expect(state).toMatchObject({ corrupt: 1, intervals: [{ from: 5, to: 20 }] })
    expect(state?.checksum).not.toBe(run.checksum)
  }
})

test('a run with the content of another key, or of other numbers, shows as corrupt and in the sum', () => {
  const run = runOf('k', 5, 20)
  for (const { checksum } of [runOf('l', 5, 20), runOf('k', 6, 21)]) {
    const state = stateOf({ ...run, checksum })
    expect(state?.corrupt).toBe(1)
    expect(state?.checksum).not.toBe(run.checksum)
  }
})

test('a corrupt run that only repeats what is there leaves the sum as it was', () => {
  const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
  const run = runOf('k', 0, 9)
  ledger.ingestRuns?.([run, { ...runOf('k', 3, 5), checksum: 1 }])
  expect(query(ledger)[0]).toMatchObject({ corrupt: 1, checksum: run.checksum, duplicates: [{ from: 3, to: 5 }] })
})

test.each([
  ['begins below 0', { from: -1, to: 3 }],
  ['ends before it begins', { from: 3, to: 2 }],
  ['has no whole numbers', { from: 0.5, to: 2 }],
  ['has no numbers', { from: Number.NaN, to: 2 }],
])('a run that %s counts as corrupt and as nothing else', (_, ends) => {
  const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
  expect(ledger.ingestRuns?.([{ key: 'k', checksum: 0, ...ends }])).toEqual([])
  expect(query(ledger)[0]).toMatchObject({ corrupt: 1, intervals: [], checksum: 0 })
  expect(ledger.operators()[0]?.processed).toEqual([1])
})
