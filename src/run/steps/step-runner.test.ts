import { expect, test } from 'vitest'
import type { RunReport } from '../../model/run-report.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { ActionStep, FaultStep, GroupStep, Step, Trigger } from '../../model/step.ts'
import type { Timeline, TimelineEvent } from '../../model/timeline.ts'
import type { CheckResult } from '../../model/verdict.ts'
import { runScenario } from '../run-scenario.ts'
import type { RunScenarioOptions } from '../run-scenario.ts'
import { InMemoryPair } from '../testing/in-memory-pair.ts'
import { sampleScenario, sampleSession } from '../testing/sample-session.ts'

const opts = { startOffsetSeconds: 0, linkDelaySeconds: 0, runForSeconds: 500 }

const cut = (id: string, fields: Partial<FaultStep> = {}): FaultStep => ({
  id,
  fault: { kind: 'partition', from: 'dc1', to: 'dc2', direction: 'one-way', ports: 'heartbeat', how: 'drop' },
  heal: 'end',
  ...fields,
})
const kill = (fields: Partial<FaultStep> = {}): FaultStep => ({
  id: 'outage',
  fault: { kind: 'kill', target: { dc: 'dc1' } },
  at: 100,
  heal: 'end',
  ...fields,
})
const mark = (id: string, fields: Partial<ActionStep> = {}): ActionStep => ({
  id,
  action: { kind: 'mark', label: id },
  ...fields,
})
const sleep = (id: string, seconds: number): ActionStep => ({ id, action: { kind: 'wait', seconds } })
const group = (kind: GroupStep['group'], steps: readonly Step[], fields: Partial<GroupStep> = {}): GroupStep => ({
  id: kind,
  group: kind,
  steps,
  ...fields,
})
const of = (dc: 'dc1' | 'dc2', event: TimelineEvent['event']): Trigger['event'] => ({ of: 'datacenter', dc, event })

interface Outcome {
  readonly report: RunReport
  readonly events: readonly TimelineEvent[]
  readonly pair: InMemoryPair
}

async function run(
  steps: readonly Step[],
  fields: Partial<Scenario> = {},
  options: Pick<RunScenarioOptions, 'extensions'> & { readonly pair?: InMemoryPair } = {},
): Promise<Outcome> {
  const { pair = new InMemoryPair(), extensions } = options
  const scenario = sampleScenario({ steps, opts, ...fields })
  const session = sampleSession(pair, { definition: scenario })
  let timeline: Timeline | undefined
  const onReport = async (_: RunReport, told: Timeline): Promise<void> => void (timeline = told)
  const report = await pair.drive(
    runScenario({ scenario, session, onReport, ...(extensions === undefined ? {} : { extensions }) }),
  )
  await pair.drive(session[Symbol.asyncDispose]())
  return { report, events: timeline?.events ?? [], pair }
}

/** When a step's event came, to the second. */
function timesOf(events: readonly TimelineEvent[], event: TimelineEvent['event'], fault?: string): readonly number[] {
  return events
    .filter((one) => one.event === event && (fault === undefined || one.fault === fault))
    .map(({ t }) => Math.round(t))
}

const marks = (events: readonly TimelineEvent[]): readonly (readonly [string, number])[] =>
  events
    .filter(({ event }) => event === 'mark')
    .map(({ t, detail }) => [JSON.stringify(detail?.['label']).slice(1, -1), Math.round(t)])

const troubleOf = ({ checks }: RunReport): CheckResult | undefined => checks.find(({ check }) => check === 'run')

test('a step without a time follows the effect of the one before it, whatever that holds', async () => {
  const { events } = await run([cut('a', { at: 50, forSeconds: 40 }), mark('b'), mark('c', { at: 20 })])
  expect(marks(events)).toEqual([
    ['c', 20],
    ['b', 50],
  ])
  expect(timesOf(events, 'fault_healed', 'a')).toEqual([90])
})

test('in a sequence each step waits for the healing of the one before it', async () => {
  const { events } = await run([
    group('sequence', [cut('a', { forSeconds: 30 }), sleep('w', 5), mark('b')], { at: 50 }),
  ])
  expect(timesOf(events, 'fault_effective', 'a')).toEqual([50])
  expect(marks(events)).toEqual([['b', 85]])
})

test('parallel steps begin together, and what follows waits for all', async () => {
  const { events } = await run([
    group('parallel', [cut('a', { forSeconds: 30 }), sleep('w', 10), mark('b')], { at: 50 }),
    mark('after'),
  ])
  expect(marks(events)).toEqual([
    ['b', 50],
    ['after', 80],
  ])
})

test('a background group lets the steps after it go on, and ends with the run', async () => {
  const endless = Array.from({ length: 50 }, (_, index) => sleep(`w${index}`, 60))
  const { events, report } = await run([group('background', [...endless, mark('never')], { at: 50 }), mark('after')])
  expect(marks(events)).toEqual([['after', 50]])
  expect(troubleOf(report)).toBeUndefined()
})

test('steps inside a fault count their time from its effect, and it is not healed before they are done', async () => {
  const { events } = await run([
    cut('outer', { at: 50, forSeconds: 20, during: [mark('in', { at: 5 }), sleep('w', 40)] }),
  ])
  expect(marks(events)).toEqual([['in', 55]])
  expect(timesOf(events, 'fault_healed', 'outer')).toEqual([95])
})

test('a fault that waits for an event of the testbed is armed there and takes hold so much after it', async () => {
  const { events, report } = await run([
    kill(),
    cut('second', { when: { event: of('dc2', 'takeover_started'), afterSeconds: 3 } }),
  ])
  expect(troubleOf(report)).toBeUndefined()
  const [started] = timesOf(events, 'takeover_started')
  expect(timesOf(events, 'fault_effective', 'second')).toEqual([(started ?? 0) + 3])
  expect(timesOf(events, 'trigger_fired', 'second')).toHaveLength(1)
})

test('the survivor is whoever took over, found out when its step begins', async () => {
  const { events, report } = await run([
    kill(),
    kill({
      id: 'then',
      fault: { kind: 'cancel_job', target: { dc: 'survivor' } },
      at: undefined as never,
      when: { event: { of: 'step', step: 'outage', event: 'fault_effective' }, afterSeconds: 200 },
    }),
  ])
  expect(troubleOf(report)).toBeUndefined()
  expect(events.find(({ event, fault }) => event === 'fault_effective' && fault === 'then')?.dc).toBe('dc2')
})

test('occurrence and since choose among events', async () => {
  const pair = new InMemoryPair()
  for (const time of [1030, 1060, 1090, 1120]) pair.at(time, () => pair.tell('dc1', 'snapshot_stored'))
  const { events } = await run(
    [
      mark('third', { when: { event: of('dc1', 'snapshot_stored'), occurrence: 3 } }),
      cut('a', { at: 70, forSeconds: 1 }),
      mark('first after a', { when: { event: of('dc1', 'snapshot_stored'), since: 'a' } }),
    ],
    {},
    { pair },
  )
  const times = timesOf(events, 'snapshot_stored')
  expect(marks(events)).toEqual([
    ['third', times[2]],
    ['first after a', times[2]],
  ])
})

test('an event ends a fault, counted from its effect', async () => {
  const pair = new InMemoryPair()
  for (const time of [1030, 1200]) pair.at(time, () => pair.tell('dc2', 'remote_down'))
  const { events } = await run(
    [cut('a', { at: 50, until: { event: of('dc2', 'remote_down'), afterSeconds: 10 } })],
    {},
    { pair },
  )
  const second = timesOf(events, 'remote_down')[1] ?? 0
  expect(timesOf(events, 'fault_healed', 'a')).toEqual([second + 10])
})

test('an event that does not come before the end of the run makes it inconclusive and is named', async () => {
  const { report } = await run([mark('late', { when: { event: of('dc1', 'remote_down'), occurrence: 2 } })])
  expect(troubleOf(report)).toMatchObject({
    verdict: 'inconclusive',
    message: "The step late waited for occurrence 2 of dc1.remote_down, which did not come before the run's end.",
    evidence: { step: 'late' },
  })
})

test('without an end of its own the run gives up on an event once nothing can come of what was done', async () => {
  const { opts: _, ...timeless } = { opts }
  const { report, pair } = await run([kill(), mark('late', { when: { event: of('dc1', 'script_launched') } })], {
    ...timeless,
    opts: { startOffsetSeconds: 0, linkDelaySeconds: 0 },
  })
  expect(troubleOf(report)).toMatchObject({ verdict: 'inconclusive', evidence: { step: 'late' } })
  expect(troubleOf(report)?.message).toContain('waiting for dc1.script_launched')
  expect(pair.virtual.now()).toBeLessThan(1000 + 1500)
})

test('a step that waits gives up after its own time', async () => {
  const wait: ActionStep = {
    id: 'w',
    action: { kind: 'wait', until: { event: of('dc2', 'remote_down') }, within: 20 },
    at: 50,
  }
  const { report, pair } = await run([wait])
  expect(troubleOf(report)?.message).toContain('Timed out after 20 s (system time) waiting for dc2.remote_down')
  expect(pair.virtual.now()).toBeLessThan(1000 + 120)
})

test('heal: STEP heals another step’s fault at its own time', async () => {
  const heal: ActionStep = { id: 'h', action: { kind: 'heal', step: 'a' }, at: 77 }
  const { events } = await run([cut('a', { at: 50 }), heal])
  expect(timesOf(events, 'fault_healed', 'a')).toEqual([77])
})

test('a check inside the steps is judged by what was seen so far, and stands in the report', async () => {
  const never = { kind: 'takeover', never: true, by: 'dc2' } as const
  const check: ActionStep = { id: 'c', action: { kind: 'check', check: never }, at: 60 }
  const { report } = await run([kill(), check], { checks: [{ kind: 'takeover', never: false, by: 'dc2' }] })
  expect(report.checks.map(({ check: name, verdict }) => [name, verdict])).toMatchObject([
    ['restored', 'pass'],
    ['takeover', expect.not.stringMatching('fail')],
    ['takeover', 'pass'],
  ])
})

test('a program and a request that fail make the run inconclusive and name the step', async () => {
  const exec: ActionStep = {
    id: 'x',
    action: { kind: 'exec', command: ['false'], exit: 0, timeoutRealSeconds: 20 },
    at: 50,
  }
  const { report } = await run([exec])
  expect(troubleOf(report)).toMatchObject({
    message: 'exec: Expected false to end with status 0, got 1.',
    evidence: { step: 'x' },
  })
})

test('a registered action gets its arguments and the clock, and an unknown one is named', async () => {
  const seen: unknown[] = []
  const action = (name: string): ActionStep => ({
    id: name,
    action: { kind: 'custom', name, args: { level: 3 } },
    at: 50,
  })
  const actions = new Map([
    [
      'note',
      async (args: object, context: { readonly clock: { now(): number } }): Promise<void> =>
        void seen.push(args, Math.round(context.clock.now())),
    ],
  ])
  const extensions = { checks: new Map(), actions }
  await run([action('note')], {}, { extensions })
  expect(seen).toEqual([{ level: 3 }, 50])
  const { report } = await run([action('other')], {}, { extensions })
  expect(troubleOf(report)?.message).toBe('The action other is not registered here.')
})

test('a change of the load is on the timeline, and traffic follows it', async () => {
  const load: ActionStep = { id: 'l', action: { kind: 'load', factor: 3 }, at: 200 }
  const { events, report } = await run([load])
  expect(events.find(({ event }) => event === 'load_changed')).toMatchObject({
    dc: 'dc1',
    detail: { rateTuplesPerSecond: 3 },
  })
  expect(report.loss.acceptedTuples).toBeGreaterThan(900)
})

test('quiesce stops the traffic before the next step', async () => {
  const quiesce: ActionStep = { id: 'q', action: { kind: 'quiesce' }, at: 200 }
  const { report } = await run([quiesce])
  expect(report.loss.acceptedTuples).toBeLessThan(210)
})

/** An error at once: a program would take real time, which the virtual clock runs away from. */
const fails: ActionStep = { id: 'x', action: { kind: 'custom', name: 'nobody', args: {} } }

test('the first error ends the steps beside it, and what acts is healed', async () => {
  const { report, pair, events } = await run([group('parallel', [cut('a'), sleep('w', 400), fails], { at: 50 })])
  expect(troubleOf(report)?.evidence['step']).toBe('x')
  expect(pair.virtual.now()).toBeLessThan(1000 + 100)
  expect(pair.rules).toEqual([])
  expect(timesOf(events, 'fault_healed', 'a')).toHaveLength(1)
})

test('something that goes wrong in the background ends the run', async () => {
  const { report, pair } = await run([group('background', [sleep('w', 10), fails], { at: 50 }), sleep('long', 300)])
  expect(troubleOf(report)?.evidence['step']).toBe('x')
  expect(pair.virtual.now()).toBeLessThan(1000 + 100)
})

test.for([
  [
    'follows something that lasts too long',
    [sleep('w', 600), kill({ at: undefined as never })],
    'The step w was cut off by',
  ],
  [
    'lies inside a fault, too late',
    [cut('o', { at: 100, during: [kill({ at: 600 })] })],
    'The step outage was not reached before',
  ],
  [
    'is a fault in the background',
    [group('background', [sleep('w', 800), cut('late')])],
    'The step late was not reached before',
  ],
  [
    'waits for a step that never begins',
    [sleep('w', 600), cut('late'), mark('m', { when: { event: of('dc1', 'remote_down'), since: 'late' } })],
    'The step w was cut off by',
  ],
] as const)('a step that %s makes the run inconclusive', async ([, steps, message]) => {
  const { report } = await run(steps, { checks: [{ kind: 'loss', atMost: { unit: 'tuples', value: 0 } }] })
  expect(report.verdict).toBe('inconclusive')
  expect(troubleOf(report)?.message).toContain(message)
})

test('healing a fault that does not act yet, and drawing nothing, make the run inconclusive', async () => {
  const heal: ActionStep = { id: 'h', action: { kind: 'heal', step: 'a' }, at: 77 }
  const early = await run([heal, cut('a', { at: 300, forSeconds: 30 })])
  expect(troubleOf(early.report)?.message).toContain('Expected the fault of step a to act by now')
  const nothing = await run([group('sequence', [], { at: 50, id: 'noise' })])
  expect(troubleOf(nothing.report)?.message).toContain('The group noise has no steps')
})

test('a known issue covers a check inside the steps as well', async () => {
  const check: ActionStep = {
    id: 'c',
    action: { kind: 'check', check: { kind: 'loss', atLeast: { unit: 'tuples', value: 5 } } },
    at: 60,
  }
  const { report } = await run([check], { knownIssue: 'as ever', checks: [{ kind: 'integrity' }] })
  expect(report.verdict).toBe('pass')
})
