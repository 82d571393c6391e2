// Takeovers by a passive side, as all checks see them: what it declares down, it takes over only by the job that it launches.

import { describe, expect, test } from 'vitest'
import type { CheckSpec } from '../model/check.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { evaluateTimeline } from './evaluate.ts'
import { deriveFacts } from './judge-check.ts'
import { livesOf, servingLivesOf } from './liveness.ts'
import { takeoverEnd } from './takeover-settled.ts'
import { deriveTakeovers } from './takeovers.ts'
import { ended, launchTimeline, ofJob, passiveTimeline, unprotectedTimeline } from './testing/passive-timelines.ts'
import { changed, event, settingsOf, state } from './testing/timeline-builder.ts'

const failing = launchTimeline({}, [ended(521, { exitCode: 1 })])
const never = { is: 'never' } as const

function judge(spec: CheckSpec, timeline: Timeline): CheckResult | undefined {
  return evaluateTimeline({ timeline, checks: [spec], objectives: {} }).checks[0]
}

function phasesOf(timeline: Timeline): Record<string, number> {
  const phases = deriveTakeovers(timeline).flatMap((takeover) => takeover.phases)
  return Object.fromEntries(
    phases.map(({ name, startSeconds: from, endSeconds: to }) => [name, Number((to - from).toFixed(6))]),
  )
}

describe('a takeover by the launched job', () => {
  test('has every phase, the decision being launch and operator', () => {
    const [takeover, ...others] = deriveTakeovers(passiveTimeline())
    expect(others).toEqual([])
    expect(takeover).toMatchObject({
      observer: 'dc2',
      of: 'dc1',
      fault: 'outage',
      partsReplayed: 1,
      totalSeconds: 142.5,
      basis: 'first_output',
    })
    expect(phasesOf(passiveTimeline())).toEqual({
      injection: 0.5,
      last_output: 0,
      detection: 120,
      decision: 21.5,
      takeover: 0.5,
      first_output: 0.5,
    })
  })

  test('passes every check of a good run', () => {
    const checks: readonly CheckSpec[] = [
      { kind: 'takeover', never: false, by: 'dc2', of: 'dc1', within: 142.5 },
      { kind: 'loss', atMost: { unit: 'tuples', value: 0 } },
      { kind: 'duplicates', polarity: never },
      { kind: 'split_brain', polarity: never },
      { kind: 'mutual_down', polarity: never },
      { kind: 'integrity' },
      { kind: 'order', per: 'key' },
      { kind: 'prediction' },
      { kind: 'script', launched: 1 },
    ]
    const objectives = { rto: { total: 143, detection: 150, takeover: 23 } }
    const evaluation = evaluateTimeline({ timeline: passiveTimeline(), checks, objectives })
    expect(evaluation).toMatchObject({ verdict: 'pass', reason: 'All 12 checks passed.' })
    expect(evaluation.rto.prediction).toEqual({ minSeconds: 110.5, maxSeconds: 175.5 })
    expect(evaluation.notes).toEqual([
      'dc2 launched its script at 520.5 s; the job that it submitted was healthy 19.5 s later, and was told 1 s after that to send itself the stored snapshots.',
    ])
  })

  test('is late when it was late, and has not ended without an output', () => {
    expect(judge({ kind: 'takeover', never: false, within: 142 }, passiveTimeline())?.verdict).toBe('fail')
    const mute = changed(passiveTimeline(), { without: ['first_output'] })
    expect(deriveTakeovers(mute)).toMatchObject([{ totalSeconds: null, basis: 'takeover_done' }])
    expect(judge({ kind: 'takeover', never: false }, mute)?.verdict).toBe('inconclusive')
  })

  test('ends with its replay where an application cannot be seen', () => {
    const unseen = changed(passiveTimeline({ withoutEndpoints: ['dc2'] }), { without: ['first_output'] })
    expect(deriveTakeovers(unseen)).toMatchObject([{ totalSeconds: 142, basis: 'takeover_done' }])
    const untold = changed(unseen, {
      without: ['special_message', 'takeover_started', 'snapshot_replayed', 'takeover_done'],
    })
    expect(judge({ kind: 'takeover', never: false }, untold)).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining('it has no Data Exchange endpoints'),
    })
    expect(deriveFacts(untold).rto.totalSeconds).toBeNull()
  })
})

describe('with nothing to replay', () => {
  test('it takes the launched job’s health', () => {
    expect(deriveTakeovers(unprotectedTimeline())).toMatchObject([{ totalSeconds: 140, basis: 'job_healthy' }])
    expect(phasesOf(unprotectedTimeline())).toMatchObject({ detection: 120, decision: 20 })
    expect(judge({ kind: 'split_brain', polarity: never }, unprotectedTimeline())?.verdict).toBe('pass')
    expect(judge({ kind: 'prediction' }, unprotectedTimeline())?.verdict).toBe('pass')
  })

  test('so it does when what was stored had been deleted, once it was asked for in vain', () => {
    const deleted = changed(passiveTimeline(), {
      without: ['takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'],
    })
    expect(deriveTakeovers(deleted)).toMatchObject([{ totalSeconds: 140, basis: 'job_healthy' }])
    const soon = changed(deleted, { without: ['run_ended'], plus: [event(545.9, 'run_ended')] })
    expect(deriveTakeovers(soon)).toMatchObject([{ totalSeconds: null }])
  })
})

describe('a launch that comes to nothing', () => {
  test('is no takeover, and the check says what the script did', () => {
    expect(deriveTakeovers(failing)).toMatchObject([{ totalSeconds: null, partsReplayed: 0 }])
    expect(judge({ kind: 'takeover', never: false, by: 'dc2' }, failing)).toMatchObject({
      verdict: 'fail',
      message: "dc2 declared dc1 down, but dc2's launch script ended with exit status 1 and submitted no job.",
    })
    expect(judge({ kind: 'takeover', never: true, by: 'dc2' }, failing)).toMatchObject({
      verdict: 'pass',
      message: "No takeover happened: dc2's launch script ended with exit status 1 and submitted no job.",
    })
    expect(judge({ kind: 'split_brain', polarity: never }, failing)?.verdict).toBe('pass')
  })

  test('leaves recovery and prediction open, and the loss unknown', () => {
    const objectives = { rto: { total: 1000 }, lossPercent: 100 }
    const { checks, notes } = evaluateTimeline({ timeline: failing, checks: [{ kind: 'prediction' }], objectives })
    expect(checks.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
    expect(checks[0]?.message).toContain("dc2's launch script ended with exit status 1")
    expect(notes).toEqual([
      "Nobody took over for dc1: dc2's launch script ended with exit status 1 and submitted no job.",
    ])
  })

  test('is open while it may still come to something', () => {
    const early = changed(launchTimeline(), { without: ['run_ended'], plus: [event(560, 'run_ended')] })
    for (const spec of [
      { kind: 'takeover', never: false, by: 'dc2' },
      { kind: 'takeover', never: true, by: 'dc2' },
      { kind: 'split_brain', polarity: never },
    ] as const) {
      expect(judge(spec, early)?.verdict).toBe('inconclusive')
    }
  })

  test('is a takeover after all when the job came', () => {
    expect(judge({ kind: 'takeover', never: true, by: 'dc2' }, passiveTimeline())?.verdict).toBe('fail')
  })
})

describe('the prediction', () => {
  const replayed = (t: number): Timeline =>
    changed(passiveTimeline(), {
      without: ['takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'],
      plus: [
        event(t - 1, 'takeover_started', { dc: 'dc2', of: 'dc1' }),
        event(t - 1, 'snapshot_replayed', { dc: 'dc2', of: 'dc1', detail: { part: '0' } }),
        event(t - 1, 'takeover_done', { dc: 'dc2', of: 'dc1' }),
        event(t, 'first_output', { dc: 'dc2', of: 'dc1', seenBy: 'run' }),
      ],
    })

  // 20.5 s of launch and operator, as measured, and 5 s for the rest.
  test.each([
    [545.5, 'pass'],
    [545.6, 'fail'],
  ])('with the first output at %d s is a %s', (t, verdict) => {
    expect(judge({ kind: 'prediction' }, replayed(t))?.verdict).toBe(verdict)
  })

  test('fails when the DOWN itself was too late, whatever the launch took', () => {
    const late = changed(passiveTimeline(), {
      without: ['fault_effective'],
      plus: [event(360, 'fault_effective', { fault: 'outage', dc: 'dc1', detail: { kind: 'kill' } })],
    })
    expect(judge({ kind: 'prediction' }, late)?.verdict).toBe('fail')
  })

  test('bounds the loss by what the launched job keeps', () => {
    const lossMax = (timeline: Timeline): unknown => judge({ kind: 'prediction' }, timeline)?.evidence['lossSecondsMax']
    expect(lossMax(passiveTimeline())).toBe(155)
    expect(lossMax(passiveTimeline({ launched: settingsOf('dc2') }))).toBeNull()
  })
})

describe('lives', () => {
  test('of two jobs at once are told apart, and only the launched one serves', () => {
    const timeline = passiveTimeline()
    expect(livesOf(timeline, 'dc2')).toEqual([
      { from: 7, to: 539.1 },
      { from: 539, to: 1000 },
    ])
    expect(servingLivesOf(timeline, 'dc2')).toEqual([{ from: 539, to: 1000 }])
    expect(servingLivesOf(timeline, 'dc1')).toEqual([{ from: 0, to: 400 }])
  })

  test('end together when a fault strikes the DC', () => {
    const kill = event(539.05, 'fault_effective', { dc: 'dc2', detail: { kind: 'kill' } })
    expect(livesOf(changed(passiveTimeline(), { plus: [kill] }), 'dc2').slice(0, 2)).toEqual([
      { from: 7, to: 539.05 },
      { from: 539, to: 539.05 },
    ])
  })

  test('of a passive side that serves nothing leave the active one’s state to say what is lost', () => {
    const cut = (states: Timeline['states']): Timeline => {
      const timeline = changed(launchTimeline({ states }), {
        without: ['fault_requested', 'fault_effective', 'remote_down', 'script_launched'],
      })
      return changed(timeline, {
        plus: [event(400, 'fault_effective', { fault: 'blip', detail: { kind: 'partition' } })],
      })
    }
    expect(deriveFacts(cut([state({ t: 990, producedBy: 'dc1' })])).loss.lostTuples).toBe(0)
    expect(deriveFacts(cut([])).loss.lostTuples).toBeNull()
  })

  test('of a launched job that said nothing leave the loss unknown', () => {
    expect(deriveFacts(passiveTimeline({ states: [] })).loss.lostTuples).toBeNull()
  })
})

describe('while the run goes on', () => {
  const end = (...events: readonly TimelineEvent[]): TimelineEvent | undefined =>
    takeoverEnd(launchTimeline({}, events), { observer: 'dc2', since: 400 })
  const adopted = ofJob(541, 'job_adopted', '2')
  const sides = { dc: 'dc2', of: 'dc1' } as const
  const started = event(542, 'takeover_started', sides)
  const done = event(543, 'takeover_done', sides)
  const output = event(544, 'first_output', { ...sides, seenBy: 'run' })

  test('a takeover is over with the output of what the launched job replayed', () => {
    for (const events of [[], [adopted], [adopted, started], [adopted, started, done]]) {
      expect(end(...events)).toBeUndefined()
    }
    expect(end(adopted, started, done, output)).toBe(output)
  })

  test('with nothing stored, it is over with the job', () => {
    const timeline = unprotectedTimeline()
    expect(takeoverEnd(timeline, { observer: 'dc2', since: 400 })).toMatchObject({ event: 'job_adopted' })
    const before = changed(timeline, { without: ['job_adopted'] })
    expect(takeoverEnd(before, { observer: 'dc2', since: 400 })).toBeUndefined()
  })

  test('of an application that cannot be seen it is over when all is replayed', () => {
    const seen = launchTimeline({ withoutEndpoints: ['dc2'] }, [adopted, started, done])
    expect(takeoverEnd(seen, { observer: 'dc2', since: 400 })).toBe(done)
  })
})

test('an active application that cannot be seen has taken over when all is replayed', () => {
  const timeline = changed(passiveTimeline({ mode: 'active-active', withoutEndpoints: ['dc2'] }), {
    without: ['first_output'],
  })
  const settings = { dc1: settingsOf('dc1'), dc2: settingsOf('dc2') }
  expect(deriveTakeovers({ ...timeline, settings })).toMatchObject([{ totalSeconds: 142, basis: 'takeover_done' }])
})
