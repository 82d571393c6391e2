import { describe, expect, test } from 'vitest'
import { emptyTimeline, settingsOf } from '../../checks/testing/timeline-builder.ts'
import type { RunReport } from '../../model/run-report.ts'
import type { Scenario } from '../../model/scenario.ts'
import { unknownLoss, unknownRto, type Loss, type LostInterval, type Takeover } from '../../model/takeover.ts'
import type { Timeline } from '../../model/timeline.ts'
import { loadScenarioFile } from '../../scenario/load-scenarios.ts'
import { alignedTo } from './align.ts'
import { compareRuns, type TwinRun } from './compare-runs.ts'
import { runTwin, twinVerdict } from './run-twin.ts'
import { twinDocument, twinText } from './twin-text.ts'

const takeover: Takeover = {
  observer: 'dc2',
  of: 'dc1',
  fault: 'outage',
  phases: [
    { name: 'detection', startSeconds: 400, endSeconds: 520, uncertaintySeconds: 0 },
    { name: 'takeover', startSeconds: 520, endSeconds: 521, uncertaintySeconds: 0 },
    { name: 'drain', startSeconds: 521, endSeconds: 600, uncertaintySeconds: 0 },
  ],
  partsReplayed: 1,
  totalSeconds: 121,
  uncertaintySeconds: 0,
  basis: 'first_output',
}

const interval: LostInterval = {
  into: 'dc1',
  key: 'k0',
  from: 100,
  to: 200,
  acceptedFromSeconds: 350,
  acceptedToSeconds: 400,
  reason: 'not_replicated',
}

const loss: Loss = { ...unknownLoss, lostTuples: 101, seconds: 50, intervals: [interval] }

function run(more: Partial<RunReport> = {}, timeline: Partial<Timeline> = {}): TwinRun {
  const report: RunReport = {
    testId: 'K-1',
    title: 'a kill',
    file: null,
    line: null,
    tags: [],
    verdict: 'pass',
    reason: 'All passed.',
    mode: 'active-active',
    timeScale: 60,
    resolutionSeconds: 0,
    seed: 1,
    takeovers: [takeover],
    rto: unknownRto,
    loss,
    checks: [],
    notes: [],
    figures: {},
    timeline: null,
    ...more,
  }
  return { report, timeline: emptyTimeline(timeline) }
}

/** What differs between the usual run and one that is otherwise in one thing. */
function differences(more: Partial<RunReport>): readonly string[] {
  return compareRuns(run(), run(more), 2).map(({ what }) => what)
}

describe('two runs', () => {
  test('that are the same do not differ', () => {
    expect(differences({})).toEqual([])
  })

  test('differ in their verdict', () => {
    expect(differences({ verdict: 'fail' })).toEqual(['the verdict'])
  })

  test('differ in the number of takeovers', () => {
    expect(differences({ takeovers: [] })).toEqual(['the number of takeovers'])
  })

  test.each([
    { more: { observer: 'dc1', of: 'dc2' }, what: 'who took over, no. 1' },
    { more: { partsReplayed: 2 }, what: 'parts replayed in the takeover by dc2 for dc1' },
    { more: { basis: 'detection' }, what: 'what ends the takeover by dc2 for dc1' },
    { more: { totalSeconds: 124 }, what: 'the length of the takeover by dc2 for dc1' },
    { more: { totalSeconds: null }, what: 'the length of the takeover by dc2 for dc1' },
    { more: { phases: takeover.phases.slice(1) }, what: 'detection in the takeover by dc2 for dc1' },
  ] as const)('differ in $what', ({ more, what }) => {
    expect(differences({ takeovers: [{ ...takeover, ...more }] })).toEqual([what])
  })

  test('do not differ in phases of which only the reading is', () => {
    expect(differences({ takeovers: [{ ...takeover, phases: takeover.phases.slice(0, 2) }] })).toEqual([])
  })

  test.each([
    { more: { seconds: 53 }, what: ['the loss in seconds'] },
    { more: { seconds: 52 }, what: [] },
    { more: { seconds: null }, what: ['what is known of the loss, in seconds'] },
    { more: { intervals: [] }, what: ['intervals lost of dc1/k0'] },
    {
      more: { intervals: [{ ...interval, acceptedFromSeconds: 340 }] },
      what: ['the beginning of interval 1 lost of dc1/k0'],
    },
    { more: { intervals: [{ ...interval, acceptedToSeconds: 390 }] }, what: ['the end of interval 1 lost of dc1/k0'] },
    { more: { intervals: [{ ...interval, reason: 'stranded' }] }, what: ['the reason of interval 1 lost of dc1/k0'] },
    { more: { intervals: [interval, { ...interval, key: 'k1' }] }, what: ['intervals lost of dc1/k1'] },
  ] as const)('with a loss that is $more: $what', ({ more, what }) => {
    expect(differences({ loss: { ...loss, ...more } })).toEqual(what)
  })

  test('do not differ in an interval that is shorter than can be told', () => {
    const short = { ...interval, key: 'k1', acceptedFromSeconds: 397 }
    expect(differences({ loss: { ...loss, intervals: [interval, short] } })).toEqual([])
  })
})

function scenario(): Scenario {
  const text = `test_id: K-1
description: a kill that is healed
fault_scenario:
  - { id: outage, kill: { target: dc1.job }, at: 400 s, for: 100 s }
  - { mark: later, at: 600 s }
`
  const [loaded] = loadScenarioFile({ file: 'a.yaml', text }).scenarios
  if (loaded === undefined) throw new Error('Expected a scenario')
  return loaded.scenario
}

const there: Timeline['events'] = [
  { t: 12.5, uncertainty: 0, event: 'job_started', dc: 'dc2', seenBy: 'testbed' },
  { t: 401.5, uncertainty: 1, event: 'fault_effective', dc: 'dc1', fault: 'outage', seenBy: 'run' },
  { t: 500, uncertainty: 0, event: 'fault_heal_requested', dc: 'dc1', fault: 'outage', seenBy: 'run' },
  { t: 503, uncertainty: 0, event: 'job_started', dc: 'dc2', seenBy: 'testbed' },
  { t: 507, uncertainty: 0, event: 'job_started', dc: 'dc1', seenBy: 'testbed' },
  { t: 511, uncertainty: 0, event: 'fault_healed', dc: 'dc1', fault: 'outage', seenBy: 'run' },
]

describe('the simulated run', () => {
  test('takes the start of dc2’s job and the times of faults from the other one', () => {
    const { scenario: aligned, notes } = alignedTo(scenario(), emptyTimeline({ events: there }))
    expect(aligned.opts.startOffsetSeconds).toBe(12.5)
    expect(aligned.steps).toMatchObject([{ at: 401.5, forSeconds: 105.5 }, { at: 600 }])
    expect(notes).toEqual([
      "dc2's job starts at 12.50 s",
      'outage takes effect at 401.50 s',
      'outage is over at 507.00 s',
    ])
  })

  test('ends a step that waits for an event as measured, and lets it wait', () => {
    const [outage, ...rest] = scenario().steps
    if (outage === undefined || !('fault' in outage)) throw new Error('Expected a fault')
    const { at, ...waiting } = outage
    expect(at).toBe(400)
    const { scenario: aligned } = alignedTo(
      { ...scenario(), steps: [waiting, ...rest] },
      emptyTimeline({ events: there }),
    )
    expect(aligned.steps[0]).toEqual({ ...waiting, forSeconds: 105.5 })
  })

  test('takes the time that a launch took', () => {
    const passive: Scenario = { ...scenario(), mode: 'active-passive' }
    const launch: Timeline['events'] = [
      { t: 520, uncertainty: 0, event: 'script_launched', dc: 'dc2', seenBy: 'testbed' },
      { t: 561, uncertainty: 0, event: 'special_message', dc: 'dc2', seenBy: 'run' },
    ]
    const measured = emptyTimeline({ events: [...there, ...launch] })
    expect(alignedTo(passive, measured).scenario.launchScript).toEqual({ kind: 'submit', delaySeconds: 40 })
    const failing: Scenario = { ...passive, launchScript: { kind: 'exit', status: 1 } }
    expect(alignedTo(failing, measured).scenario.launchScript).toEqual({ kind: 'exit', status: 1 })
  })

  test('keeps what the other one did not show', () => {
    const { scenario: aligned } = alignedTo(scenario(), emptyTimeline())
    expect(aligned.steps).toEqual(scenario().steps)
  })
})

describe('a twin', () => {
  const simulated = async (other: TwinRun): Promise<ReturnType<typeof runTwin>> =>
    runTwin({
      scenario: scenario(),
      seed: 1,
      toleranceSeconds: 2,
      on: 'embedded',
      runThere: async () => Promise.resolve(other),
      simulate: async () => Promise.resolve(run()),
    })

  test('that agrees passes, and says what was taken from the other run', async () => {
    const summary = await simulated(run({}, { events: there.slice(0, 1), resolutionSeconds: 1.5 }))
    expect(twinVerdict(summary)).toBe('pass')
    expect(twinText(summary)).toBe(
      "K-1: simulated and embedded agree within 2 s and 1.5 s of resolution\n  taken from embedded: dc2's job starts at 12.50 s\n",
    )
  })

  test('that differs fails, and shows both sides', async () => {
    const summary = await simulated(run({ takeovers: [{ ...takeover, totalSeconds: 130 }] }))
    expect(twinVerdict(summary)).toBe('fail')
    expect(twinText(summary)).toContain('simulated 121 s, embedded 130 s, at most 2 s apart')
    expect(twinDocument(summary)).toMatchObject({
      scenario: 'K-1',
      verdict: 'fail',
      differences: [{ one: 121, other: 130 }],
    })
  })

  test('that broke off there cannot be compared', async () => {
    const broken = { check: 'run', verdict: 'inconclusive', message: 'The testbed was lost.', evidence: {} } as const
    const summary = await simulated(run({ checks: [broken] }))
    expect(twinVerdict(summary)).toBe('inconclusive')
    expect(twinText(summary)).toContain('not compared. The run on embedded broke off: The testbed was lost.')
  })

  test('with times that are known to more than half of a heartbeat interval cannot be compared', async () => {
    const settings = { dc1: settingsOf('dc1', { heartbeatExchangeInterval: 5 }), dc2: settingsOf('dc2') }
    const summary = await simulated(run({}, { settings, resolutionSeconds: 2.6 }))
    expect(twinVerdict(summary)).toBe('inconclusive')
    expect(twinText(summary)).toContain('2.6 s only')
    expect(twinVerdict(await simulated(run({}, { settings, resolutionSeconds: 2.5 })))).toBe('pass')
  })
})
