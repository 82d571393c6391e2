import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { noopFaultJournal } from '../../faults/fault-journal.ts'
import type { LeasedPair, Testbed } from '../../model/testbed.ts'
import type { RunReport } from '../../model/run-report.ts'
import type { DeliverySpan, Timeline } from '../../model/timeline.ts'
import { runOnTestbed } from '../../run/run-on-testbed.ts'
import { loadScenarioFile } from '../../scenario/load-scenarios.ts'
import { openSimulatedTestbed } from '../testbed/simulated-testbed.ts'
import { World } from '../world/world.ts'
import { WorldLoad } from './world-load.ts'

/** At this scale a batch is due every 50 ms, so that at 20 tuples a second each tuple is injected by itself, when it is due. */
const timeScale = 5

/**
 * Traffic begins with the later job, 13 ms beside the times of all that happens in dc1: no signal, no fault and no end comes at a
 * moment at which a tuple is due, where nobody could say which is first.
 */
const beside = (text: string): string =>
  text.replace('dc2: 7 s', 'dc2: 7.013 s').replace('  rate: 20/s\n', '  rate: 20/s\n  for: 420.02 s\n')

interface Run {
  readonly report: RunReport
  readonly timeline: Timeline
}

/** Runs a scenario with its load carried as runs, or injected tuple by tuple. */
async function run(text: string, how: 'carried' | 'injected'): Promise<Run> {
  const [loaded] = loadScenarioFile({ file: 'scenarios/load.yaml', text: beside(text) }).scenarios
  if (loaded === undefined) throw new Error('Expected a scenario.')
  await using simulated = openSimulatedTestbed()
  const testbed: Testbed = how === 'carried' ? simulated : withoutCarrier(simulated)
  let timeline: Timeline | undefined
  const report = await runOnTestbed({
    scenario: { ...loaded.scenario, opts: { ...loaded.scenario.opts, timeScale } },
    testbed,
    seed: 1,
    journal: noopFaultJournal,
    onReport: async (_, seen) => {
      timeline = seen
      await Promise.resolve()
    },
  })
  if (timeline === undefined) throw new Error('Expected a timeline.')
  return { report, timeline }
}

function withoutCarrier(testbed: Testbed): Testbed {
  return {
    capabilities: () => testbed.capabilities(),
    lease: async (settings, options) => {
      const pair = await testbed.lease(settings, options)
      const hidden: (string | symbol)[] = ['carrier']
      return new Proxy<LeasedPair>(pair, {
        get: (target, name) => {
          const value: unknown = hidden.includes(name) ? undefined : Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
    [Symbol.asyncDispose]: async () => await Promise.resolve(),
  }
}

/** A ledger without its spans' borders, which depend on how exactly times are known. */
function outcomesOf({ deliveries }: Timeline): unknown {
  const keys = new Map<string, DeliverySpan[]>()
  for (const span of deliveries) {
    const id = `${span.into} ${span.key}`
    const spans = keys.get(id) ?? []
    keys.set(id, spans)
    const last = spans.at(-1)
    if (last?.outcome === span.outcome && last.to === span.from - 1) spans[spans.length - 1] = { ...last, to: span.to }
    else spans.push(span)
  }
  return [...keys]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, spans]) => [id, spans.map(({ from, to, outcome }) => `${from}-${to} ${outcome}`)])
}

const eventsOf = ({ events }: Timeline): unknown =>
  events
    .filter(({ event }) => event !== 'traffic_stopped' && event !== 'first_output')
    .map(({ event, dc, t }) => `${t.toFixed(3)} ${event} ${dc}`)

const statesOf = ({ states }: Timeline): unknown =>
  states.map(({ producedBy, key, intervals, duplicates, corrupt }) => ({
    producedBy,
    key,
    intervals,
    duplicates,
    corrupt,
  }))

async function expectSame(text: string): Promise<Run> {
  const carried = await run(text, 'carried')
  const injected = await run(text, 'injected')
  expect(outcomesOf(carried.timeline)).toEqual(outcomesOf(injected.timeline))
  expect(eventsOf(carried.timeline)).toEqual(eventsOf(injected.timeline))
  expect(statesOf(carried.timeline)).toEqual(statesOf(injected.timeline))
  const verdicts = ({ report }: Run): unknown => report.checks.map(({ check, verdict }) => ({ check, verdict }))
  expect(verdicts(carried)).toEqual(verdicts(injected))
  return carried
}

const scenarioOf = (steps: string, { redirect = '' } = {}): string => `
test_id: LOAD-01
description: load meets a failure
streams_application_sab: builtin:ledger
pre_failover_data: { generator: sequence, rate: 20/s, keys: 3, for: 120.02 s, into: dc1${redirect} }
fault_scenario:
${steps}
failover_trigger_method: automatic
post_failover_validation_checks: [duplicates: never, integrity, order]
opts: { run_for: 150 s, start_offset: { dc2: 7 s } }
`

describe('load that is carried has the outcomes of tuples that are injected', () => {
  test.each([
    ['a job that is killed', '  - { id: f, kill: { target: dc1.job }, at: 60 s, for: 40 s }'],
    ['a PE that is killed once', '  - { id: f, crash: { target: dc1.job }, at: 60 s }'],
    ['a job that is paused', '  - { id: f, pause: { target: dc1.job }, at: 60 s, for: 20 s }'],
    ['a job that is paused for long', '  - { id: f, pause: { target: dc1.job }, at: 30 s, for: 90 s }'],
    ['a job that is cancelled', '  - { id: f, cancel_job: { target: dc1.job }, at: 60 s, for: 30 s }'],
    [
      'a job that is killed while it is paused',
      '  - { id: p, pause: { target: dc1.job }, at: 60 s }\n  - { id: k, kill: { target: dc1.job }, at: 65 s }',
    ],
    ['a dead management process', '  - { id: f, kill: { target: dc1.management }, at: 60 s, for: 20 s }'],
    ['a link that is cut', '  - { id: f, partition: { between: [dc1, dc2] }, at: 60 s, for: 20 s }'],
  ])('at %s', async (_, step) => {
    const { timeline } = await expectSame(scenarioOf(step))
    expect(timeline.deliveries).not.toEqual([])
  })

  test('where it goes on into the survivor', async () => {
    const steps = '  - { id: f, kill: { target: dc1.job }, at: 60 s }'
    const { timeline } = await expectSame(scenarioOf(steps, { redirect: ', redirect: { to: survivor, after: 5 s }' }))
    expect(timeline.deliveries.some(({ into, key }) => into === 'dc2' && key.startsWith('dc1-'))).toBe(true)
  })

  test.each(['kill-primary', 'orderly-shutdown', 'survivor-killed'])(
    'in scenarios/%s.yaml',
    async (name) => {
      const { report } = await expectSame(readFileSync(`scenarios/${name}.yaml`, 'utf8'))
      expect(report.verdict).toBe('pass')
    },
    20_000,
  )
})

test('settles every so often and no more, also from a moment whose sums are rounded', () => {
  const world = new World({ seed: 1 })
  using carrier = new WorldLoad(world, { periodSeconds: 30 })
  // 0.7 + 30 is more than 30 away from 0.7, 1.1 + 30 less from 1.1; some of these were asked for again and again.
  for (const start of [0.1, 0.7, 1.1, 2.3, 7.013, 8.2]) {
    world.agenda.runUntil(world.now + start)
    const settled: number[] = []
    const place = carrier.join({ settle: () => settled.push(world.now) })
    world.settle('dc1')
    for (let events = 0; events < 100 && world.now < 400; events += 1) world.agenda.runNext()
    expect(settled.length).toBeLessThan(20)
    for (const [index, time] of settled.slice(1).entries()) {
      expect(time - (settled[index] ?? 0)).toBeCloseTo(30, 6)
    }
    place.leave()
  }
})
