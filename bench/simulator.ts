/**
 * What the simulated testbed costs. `hour_ms`: one simulated hour of two DCs by the reference settings, 100 tuples a second over 16 keys
 * into each, with everything that a run of a scenario does: leasing and ending the pair, submitting both jobs, heartbeats both ways,
 * snapshots stored in both DCs, the load and what came of it, the outputs read, the final state query, one check, the report and the
 * timeline. `day_mb`: by how much a process of its own grew at most while it simulated 24 of them. `fuzz_runs_per_s`: runs of 20
 * simulated minutes, by the clock. The others in seconds of the processor, all threads together. Best of the rounds once warm. Last line:
 * one JSON object.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Scenario } from '../src/model/scenario.ts'
import { loadScenarioFile } from '../src/scenario/load-scenarios.ts'
import { runFuzz } from '../src/simulator/fuzz/run-fuzz.ts'
import { simulateScenario } from '../src/simulator/simulate.ts'
import type { Simulated } from '../src/simulator/simulate.ts'
import { monotonicNowMs } from '../src/support/monotonic-clock.ts'
import { processorSeconds } from './processor-time.ts'

const rounds = 150
const fuzzRounds = 12
const fuzzRuns = 100
const fuzzMinutes = 20
const hourSeconds = 3600

function scenarioOf(hours: number): Scenario {
  const text = `
    test_id: BENCH-01
    description: nothing goes wrong
    streams_application_sab: builtin:ledger
    crossdc: { heartbeatExchangeInterval: 30, consecutiveHeartbeatMissesAllowed: 4, dataSnapshotExchangeInterval: 180 }
    pre_failover_data: { generator: sequence, rate: 100/s, keys: 16, into: both }
    failover_trigger_method: automatic
    post_failover_validation_checks: [integrity]
    opts: { run_for: ${hours} h, start_offset: { dc2: 7 s } }
  `
  const [loaded] = loadScenarioFile({ file: 'bench.yaml', text }).scenarios
  if (loaded === undefined) throw new Error('Expected one scenario.')
  return loaded.scenario
}

/** A figure of a run that did not do what it is said to have done would be none. */
function checked({ report, timeline }: Simulated, hours: number): Simulated {
  const accepted = timeline.deliveries.reduce(
    (sum, { from, to, outcome }) => sum + (outcome === 'accepted' ? to - from + 1 : 0),
    0,
  )
  const held = timeline.states.reduce(
    (sum, { intervals }) => sum + intervals.reduce((all, { from, to }) => all + to - from + 1, 0),
    0,
  )
  const stored = (['dc1', 'dc2'] as const).map(
    (dc) => timeline.events.filter((event) => event.event === 'snapshot_stored' && event.dc === dc).length,
  )
  const expected = 2 * 100 * (hours * hourSeconds - 7)
  const isWhole =
    accepted === held && Math.abs(accepted - expected) < 10 && stored.every((count) => count >= 20 * hours)
  if (report.verdict === 'pass' && isWhole) return { report, timeline }
  throw new Error(
    `Expected ${expected} tuples and snapshots in both DCs, got ${accepted}, ${held}, ${stored.join(' and ')}: ${report.reason}`,
  )
}

async function bestOf(
  count: number,
  round: (seed: number) => Promise<void>,
  now: () => number = processorSeconds,
): Promise<number> {
  let best = Infinity
  for (let seed = 1; seed <= count; seed += 1) {
    const begin = now()
    await round(seed)
    best = Math.min(best, now() - begin)
  }
  return best
}

async function measureHour(): Promise<number> {
  const scenario = scenarioOf(1)
  checked(await simulateScenario({ scenario, seed: 1 }), 1)
  return await bestOf(rounds, async (seed) => void (await simulateScenario({ scenario, seed })))
}

async function measureFuzz(): Promise<number> {
  const fuzz = async (seed: number): Promise<void> => {
    // Shrinking a finding is other work than running.
    await runFuzz({ runs: fuzzRuns, seed, minutes: fuzzMinutes, shrinkLimitMs: 1 })
  }
  const seconds = await bestOf(fuzzRounds, fuzz, () => monotonicNowMs() / 1000)
  return fuzzRuns / seconds
}

/** In a process of its own, started with `--expose-gc`: what a day adds at most to what is resident, in MB. */
async function measureDay(): Promise<number> {
  checked(await simulateScenario({ scenario: scenarioOf(1), seed: 1 }), 1)
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  checked(await simulateScenario({ scenario: scenarioOf(24), seed: 1 }), 24)
  // In kilobytes (getrusage(2)).
  const most = process.resourceUsage().maxRSS * 1024
  return Math.max(0, most - before) / 1e6
}

async function dayInOwnProcess(): Promise<number> {
  const program = fileURLToPath(import.meta.url)
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, 'day'])
  return Number(stdout)
}

if (process.argv[2] === 'day') {
  process.stdout.write(String(await measureDay()))
} else {
  const hour = await measureHour()
  process.stdout.write(
    `${JSON.stringify({
      hour_ms: Number((hour * 1000).toFixed(2)),
      speedup: Math.round(hourSeconds / hour),
      day_mb: Math.round(await dayInOwnProcess()),
      fuzz_runs_per_s: Math.round(await measureFuzz()),
    })}\n`,
  )
}
