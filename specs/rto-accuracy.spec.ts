// What a run measures against what the emulator itself wrote down: the event log for times, and the survivor's snapshot files for
// what was lost. One run here; FAILOVER_SLOW=1 makes it 100, each killed at another place of the heartbeat and snapshot cycles.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeHeartbeatMessage, expect, test } from 'vitest-failover'
import type { Delivery } from 'vitest-failover'
import { decodeLedgerBlob } from '../src/applications/ledger-blob.ts'
import { createRandom } from '../src/support/random.ts'
import { IntervalSet } from '../src/support/interval-set.ts'

/** Real milliseconds, or a share, by which a measured time may differ from the emulator's own event log. */
const toleranceMs = 20
const toleranceShare = 0.01

/** One snapshot period of the reference settings. */
const cycleSeconds = 150

const runs = process.env['FAILOVER_SLOW'] === '1' ? 100 : 1
const seed = Number(process.env['FAILOVER_SEED'] ?? 20_261_121)
const delays = Array.from(
  { length: runs },
  (_, run) =>
    createRandom(seed)
      .fork(`run ${run}`)
      .integer(0, 10 * cycleSeconds) / 10,
)

interface LoggedEvent {
  readonly time: number
  readonly event: string
  readonly dc?: string
}

// What is compared is real time: a hundred runs at this scale take minutes, not a quarter of an hour.
if (runs > 1) test.override({ scenarioDefaults: { opts: { timeScale: 200 } } })

test.for(delays.map((delay, run) => [run + 1, delay] as const))(
  'run %d: RTO and loss of a kill %d s into the cycle are those that the emulator wrote down',
  async ([, delay], { topology, faults, data, toolkit, failover, clock }) => {
    const { primary, secondary } = topology
    const traffic = await data.send(primary, { generator: 'sequence', rate: '20/s', keys: 4 })
    await toolkit.waitForProtected(primary)
    await clock.sleep(delay)
    await using outage = await faults.kill(primary.job)
    const replicas = snapshotsIn(secondary.crossdc.dataSnapshotStorageDirectory)
    const takeover = await toolkit.waitForTakeover({ by: secondary })

    const events = (await failover.eventLog())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LoggedEvent)
    const timeOf = (event: string, dc: string): number =>
      events.find((logged) => logged.event === event && logged.dc === dc)?.time ?? Number.NaN
    const { timeScale } = takeover.timeline
    const realMs = (seconds: number): number => seconds * (1000 / timeScale)
    const logged = timeOf('first_output', 'dc2') - timeOf('pe_exited', 'dc1')
    const difference = Math.abs((takeover.totalSeconds ?? Number.NaN) - logged)
    expect(
      realMs(difference) <= toleranceMs || difference <= toleranceShare * logged,
      `RTO off by ${difference} s`,
    ).toBe(true)
    const effect = timeOf('pe_exited', 'dc1') - timeOf('job_started', 'dc1')
    expect(Math.abs(realMs(outage.effectiveAt - effect))).toBeLessThanOrEqual(toleranceMs)

    const delivery = await traffic.verify(secondary)
    expect(lostOf(delivery)).toEqual(missingFrom(replicas, delivery))
  },
)

/** What the survivor has of each key of dc1's in the files that it is going to replay. */
function snapshotsIn(directory: string): ReadonlyMap<string, IntervalSet> {
  const entries = readdirSync(directory).flatMap((name) =>
    decodeLedgerBlob(decodeHeartbeatMessage(readFileSync(join(directory, name))).dataSnapshot),
  )
  expect(entries.length).toBeGreaterThan(0)
  return new Map(
    entries
      .filter(({ origin }) => origin === 'dc1')
      .map(({ key, shares }) => [key, IntervalSet.of(shares.flatMap(({ intervals }) => intervals.intervals()))]),
  )
}

type LostByKey = Readonly<Record<string, ReturnType<IntervalSet['intervals']>>>

/** Reasons part a lost run; what counts here is which numbers it has. */
function lostOf({ loss }: Delivery): LostByKey {
  const keys = [...new Set(loss.intervals.map(({ key }) => key))].toSorted()
  return Object.fromEntries(
    keys.map((key) => [key, IntervalSet.of(loss.intervals.filter((one) => one.key === key)).intervals()]),
  )
}

function missingFrom(replicas: ReadonlyMap<string, IntervalSet>, { timeline }: Delivery): LostByKey {
  const accepted = timeline.deliveries.filter(({ outcome, into }) => outcome === 'accepted' && into === 'dc1')
  const keys = [...new Set(accepted.map(({ key }) => key))].toSorted()
  const missing = keys.map((key): [string, ReturnType<IntervalSet['intervals']>] => {
    const all = IntervalSet.of(accepted.filter((span) => span.key === key))
    return [key, all.minus(replicas.get(key) ?? new IntervalSet()).intervals()]
  })
  return Object.fromEntries(missing.filter(([, intervals]) => intervals.length > 0))
}
