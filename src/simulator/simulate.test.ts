import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Scenario } from '../model/scenario.ts'
import { loadScenarioFile } from '../scenario/load-scenarios.ts'
import { simulateScenario } from './simulate.ts'

function scenariosOf(file: string, text = readFileSync(file, 'utf8')): readonly Scenario[] {
  return loadScenarioFile({ file, text }).scenarios.map(({ scenario }) => scenario)
}

function written(text: string): Scenario {
  const [scenario] = scenariosOf('written.yaml', `test_id: WRITTEN\ndescription: written for a test\n${text}`)
  if (scenario === undefined) throw new Error('Expected a scenario.')
  return scenario
}

async function timelineText(scenario: Scenario, seed: number): Promise<string> {
  return JSON.stringify((await simulateScenario({ scenario, seed })).timeline)
}

const shipped = globSync('scenarios/*.yaml').toSorted()

describe('the same seed gives the same timeline, byte for byte', () => {
  test.each(shipped)('%s', { timeout: 30_000 }, async (file) => {
    for (const scenario of scenariosOf(file)) {
      const first = await timelineText(scenario, 7)
      expect(first).not.toBe('')
      expect(await timelineText(scenario, 7)).toBe(first)
    }
  })

  test('in another process', { timeout: 60_000 }, async () => {
    const file = 'scenarios/wan-delay-and-loss.yaml'
    const [scenario] = scenariosOf(file)
    if (scenario === undefined) throw new Error('Expected a scenario.')
    const { timeline } = await simulateScenario({ scenario, seed: 7 })
    const here = timeline.events.map(({ t, event, dc }) => JSON.stringify([t, event, dc]))
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['src/cli.ts', 'simulate', file, '--seed', '7', '--json'],
      { maxBuffer: 2 ** 26 },
    )
    const lines = stdout.trimEnd().split('\n').slice(0, -1)
    const there = lines.map((line) => {
      const { t, event, dc }: { t: number; event: string; dc?: string } = JSON.parse(line)
      return JSON.stringify([t, event, dc])
    })
    expect(there).toEqual(here)
  })

  test('whatever else the process simulates at the same time', { timeout: 30_000 }, async () => {
    const [one, other] = [shipped[3], shipped[4]].map((file) => scenariosOf(file ?? '')[0])
    if (one === undefined || other === undefined) throw new Error('Expected two scenarios.')
    const alone = await timelineText(one, 3)
    const [beside] = await Promise.all([timelineText(one, 3), timelineText(other, 4)])
    expect(beside).toBe(alone)
  })

  // What another version of Node, or another machine, would make otherwise shows here. A change of the simulated system changes these
  // on purpose: look at the difference of the timelines, then update them with `vitest -u`.
  test('on every machine and Node', { timeout: 30_000 }, async () => {
    const digests: Record<string, string> = {}
    for (const name of ['kill-primary', 'both-down', 'wan-delay-and-loss', 'active-passive']) {
      const [scenario] = scenariosOf(`scenarios/${name}.yaml`)
      if (scenario === undefined) throw new Error('Expected a scenario.')
      digests[name] = createHash('sha256')
        .update(await timelineText(scenario, 1))
        .digest('hex')
    }
    expect(digests).toMatchInlineSnapshot(`
      {
        "active-passive": "514e7021b30998ae3d0bd8b39f3512f51280a0c0a188b05a24116fa0a2156429",
        "both-down": "e39945402347c8316110c0c52cdf51d2ad87cf82cd0fcf7f97268a78affb592e",
        "kill-primary": "ddea8627f2c0fd13cba59d4f9aa27547de72d0d740a2cc984bf7e587b315ace1",
        "wan-delay-and-loss": "3a0bc23c8d75b088404bda708f3c853cbdfbd65c9244d82fb33f430cb956b0c7",
      }
    `)
  })
})

test('another seed gives another timeline where something is left to chance', { timeout: 30_000 }, async () => {
  const [scenario] = scenariosOf('scenarios/wan-delay-and-loss.yaml')
  if (scenario === undefined) throw new Error('Expected a scenario.')
  expect(await timelineText(scenario, 1)).not.toBe(await timelineText(scenario, 2))
})

test('every shipped scenario has the verdict that it has on real processes', { timeout: 60_000 }, async () => {
  const verdicts: Record<string, string> = {}
  for (const file of shipped) {
    for (const scenario of scenariosOf(file)) {
      const { report } = await simulateScenario({ scenario, seed: 1 })
      verdicts[basename(file)] = `${report.verdict}: ${report.reason}`
    }
  }
  expect(Object.entries(verdicts).filter(([, verdict]) => !verdict.startsWith('pass'))).toEqual([])
})

test('`link_delay` is 20 ms where nothing is said, and what is said otherwise', async () => {
  const received = async (opts: string): Promise<readonly number[]> => {
    const scenario = written(`opts: { run_for: 60 s${opts} }\n`)
    const { timeline } = await simulateScenario({ scenario, seed: 1 })
    const { crossDCInitDelay } = timeline.settings.dc1
    return timeline.events
      .filter(({ event, dc }) => event === 'heartbeat_received' && dc === 'dc2')
      .map(({ t }) => Number((t - crossDCInitDelay).toFixed(6)))
  }
  // Connection there and back, then the heartbeat itself: three times the delay (toolkit reference §3.1).
  expect(await received('')).toEqual([0.06])
  expect(await received(', link_delay: 1 s')).toEqual([3])
  expect(await received(', link_delay: 0 s')).toEqual([0])
})

test('`start_offset.dc2` places the second datacenter exactly', async () => {
  const scenario = written('opts: { run_for: 100 s, start_offset: { dc2: 7 s } }\n')
  const { timeline } = await simulateScenario({ scenario, seed: 1 })
  const started = timeline.events.filter(({ event }) => event === 'job_started').map(({ dc, t }) => [dc, t])
  expect(started).toEqual([
    ['dc1', 0],
    ['dc2', 7],
  ])
  expect(timeline.events.find(({ event }) => event === 'run_ended')?.t).toBe(100)
})

test('events are told as they are seen', async () => {
  const scenario = written('opts: { run_for: 60 s }\n')
  const told: string[] = []
  const { timeline } = await simulateScenario({ scenario, seed: 1, onEvent: ({ event }) => told.push(event) })
  expect(told).toHaveLength(timeline.events.length)
  expect(told).toContain('heartbeat_sent')
})

test('a deadline ends the run in system time, and waits for nothing by itself', async () => {
  const scenario = written('timeout: 50 s\nopts: { run_for: 1 h }\n')
  const { report, timeline } = await simulateScenario({ scenario, seed: 1 })
  expect(report.verdict).toBe('inconclusive')
  expect(report.reason).toContain('Timed out after 50 s (system time) waiting for scenario WRITTEN to end')
  expect(timeline.events.find(({ event }) => event === 'run_ended')?.t).toBe(50)
})

test('what it cannot run it says before anything is started', async () => {
  const scenario = written(
    'fault_scenario: [{ cpu_stress: { target: "dc1.host[0]", workers: 1 }, at: 10 s, for: 10 s }]\n',
  )
  await expect(simulateScenario({ scenario, seed: 1 })).rejects.toThrow(
    /^The simulated testbed cannot run WRITTEN:\n- step .*: it has no fault "cpu_stress"\. It has partition, /,
  )
})

test('a run that is called off heals all the same and says why it knows nothing', async () => {
  const scenario = written('fault_scenario: [{ kill: { target: dc1.job }, at: 60 s }]\nopts: { run_for: 1 h }\n')
  const off = new AbortController()
  const { report } = await simulateScenario({
    scenario,
    seed: 1,
    signal: off.signal,
    onEvent: ({ event }) => {
      if (event === 'fault_effective') off.abort(new Error('enough of it'))
    },
  })
  expect(report).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('enough of it') })
  expect(report.checks).toContainEqual(expect.objectContaining({ check: 'restored', verdict: 'pass' }))
})

test('a command of a step runs for real, while virtual time stands still', { timeout: 30_000 }, async () => {
  const scenario = written(`fault_scenario:
  - exec: { command: "sleep 0.3" }
    at: 100 s
    id: real
pre_failover_data: { rate: 10/s }
opts: { run_for: 2 h }
`)
  const { report, timeline } = await simulateScenario({ scenario, seed: 1 })
  const at = (wanted: string): number | undefined =>
    timeline.events.find(({ event, fault }) => event === wanted && fault === 'real')?.t
  expect(report.reason).not.toContain('cut off')
  expect([at('step_started'), at('step_ended')]).toEqual([100, 100])
})
