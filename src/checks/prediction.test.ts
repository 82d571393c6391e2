import { expect, test } from 'vitest'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import type { QuirkId } from '../model/toolkit-behaviour.ts'
import { deriveFacts } from './judge-check.ts'
import { checkPrediction } from './prediction.ts'
import {
  bothUp,
  brokenOff,
  changed,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  orderlyTimeline,
  output,
  partitionTimeline,
  settingsOf,
  state,
  takeoverEvents,
} from './testing/timeline-builder.ts'

const judge = (timeline: ReturnType<typeof emptyTimeline>): ReturnType<typeof checkPrediction> =>
  checkPrediction(deriveFacts(timeline))

const detectedAt = (t: number): ReturnType<typeof emptyTimeline> =>
  changed(killTimeline(), {
    without: ['remote_down', 'takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'],
    plus: takeoverEvents(t, 'dc2'),
  })

test('passes when detection and loss are as the settings predict', () => {
  expect(judge(killTimeline())).toMatchObject({
    verdict: 'pass',
    evidence: {
      lossSecondsMax: 155,
      takeovers: [{ detectionSeconds: 120, detectionMinSeconds: 90, detectionMaxSeconds: 150 }],
    },
  })
  expect(judge(partitionTimeline()).verdict).toBe('pass')
  expect(judge(orderlyTimeline()).verdict).toBe('pass')
})

test.each([
  [489, 'fail'],
  [490, 'pass'],
  [550, 'pass'],
  [551, 'fail'],
])('a verdict at %d s after a fault at 400 s is a %s', (t, verdict) => {
  expect(judge(detectedAt(t)).verdict).toBe(verdict)
})

test('says what an early verdict means', () => {
  expect(judge(detectedAt(489)).message).toContain(
    'too early: 90 s to 150 s predicted. Heartbeats were missing before the fault.',
  )
})

test('allows for drift, and does not judge within the uncertainty', () => {
  // Five late ticks may add up; beyond that the stamps themselves are known to a second.
  const at = (t: number): string => judge({ ...detectedAt(t), resolutionSeconds: 1 }).verdict
  expect([at(554), at(555), at(557)]).toEqual(['pass', 'inconclusive', 'fail'])
  expect([at(486), at(485), at(483)]).toEqual(['pass', 'inconclusive', 'fail'])
})

test('a replay that drags on fails', () => {
  const slow = changed(killTimeline(), {
    without: ['first_output'],
    plus: [event(525.1, 'first_output', { dc: 'dc2', seenBy: 'run' })],
  })
  expect(judge(slow).verdict).toBe('fail')
})

test('a loss a second over the snapshot period and its allowance fails', () => {
  const losing = (from: number): string =>
    judge(killTimeline({ states: [state({ intervals: [{ from: 0, to: from - 1 }] })] })).verdict
  expect(losing(205)).toBe('pass')
  expect(losing(204)).toBe('fail')
})

test('one tuple lost in an orderly shutdown, or while both live, fails', () => {
  expect(judge(orderlyTimeline({ outputs: [output({ to: 358 })] })).verdict).toBe('fail')
  const states = [
    state({ intervals: [{ from: 1, to: 359 }] }),
    state({ producedBy: 'dc1', intervals: [{ from: 1, to: 359 }] }),
  ]
  const deliveries = killTimeline().deliveries
  expect(judge(partitionTimeline({ deliveries, states })).verdict).toBe('fail')
})

test('what dies before its first snapshot may be lost whole', () => {
  const early = changed(detectedAt(520), { without: ['protected'] })
  expect(judge({ ...early, states: [state({ intervals: [] })] })).toMatchObject({
    verdict: 'pass',
    evidence: { lossSecondsMax: null },
  })
})

test('a takeover that must have come and did not fails', () => {
  expect(judge(changed(killTimeline(), { without: ['remote_down'] })).verdict).toBe('fail')
})

test('is inconclusive without a takeover after a fault that did not last, without states, and without data', () => {
  const blip = [
    ...bothUp,
    ...faultEvents(400, { fault: 'blip', kind: 'partition' }),
    event(450, 'fault_healed', { fault: 'blip' }),
    event(900, 'run_ended'),
  ]
  expect(judge(emptyTimeline({ events: blip })).verdict).toBe('inconclusive')
  expect(judge(killTimeline({ states: [] })).verdict).toBe('inconclusive')
  expect(judge(emptyTimeline()).verdict).toBe('inconclusive')
})

test('is inconclusive when the takeover did not end', () => {
  expect(judge(changed(killTimeline(), { without: ['takeover_done'] })).verdict).toBe('inconclusive')
})

test('while the run goes on, a loss that was not verified yet is left out', () => {
  const underway = changed(killTimeline({ states: [] }), { without: ['run_ended'] })
  expect(judge(underway).verdict).toBe('pass')
  expect(judge(changed(underway, { plus: [event(890, 'state_verified', { seenBy: 'run' })] })).verdict).toBe(
    'inconclusive',
  )
})

test('snapshots that a cut swallowed may be lost as well', () => {
  const cut = [...faultEvents(340, { fault: 'cut', kind: 'partition' }), event(380, 'fault_healed', { fault: 'cut' })]
  const states = [state({ intervals: [{ from: 0, to: 155 }] })]
  expect(judge(killTimeline({ states })).verdict).toBe('fail')
  expect(judge(changed(killTimeline({ states }), { plus: cut }))).toMatchObject({
    verdict: 'pass',
    evidence: { lossSecondsMax: 155 + 40 + 150 },
  })
})

const withToolkit = (off: readonly QuirkId[]): Pick<Timeline, 'toolkit'> => {
  const quirks = { ...defaultBehaviour.quirks, ...Object.fromEntries(off.map((id) => [id, false])) }
  return { toolkit: { quirks, isFused: false } }
}

test('predicts by the toolkit that ran: without Q1 the verdict comes an interval earlier', () => {
  const at = (t: number): string => judge({ ...detectedAt(t), ...withToolkit(['Q1']) }).verdict
  expect([at(459), at(460), at(520), at(521)]).toEqual(['fail', 'pass', 'pass', 'fail'])
})

test('without Q3 an orderly shutdown is noticed at once, and later is too late', () => {
  const noticedAt = (t: number): ReturnType<typeof emptyTimeline> =>
    changed(orderlyTimeline(), { without: ['remote_down'], plus: [event(t, 'remote_down', { dc: 'dc2', of: 'dc1' })] })
  const at = (t: number, off: readonly QuirkId[]): string => judge({ ...noticedAt(t), ...withToolkit(off) }).verdict
  expect([at(405, ['Q3']), at(406, ['Q3'])]).toEqual(['pass', 'fail'])
  expect([at(405, []), at(520, [])]).toEqual(['fail', 'pass'])
})

test('without Q4 a side that is still heard from never goes down after a one-way loss', () => {
  const probes = [{ from: 'dc1', to: 'dc2', port: 25091 }]
  const timeline = emptyTimeline({
    events: [
      ...bothUp,
      ...faultEvents(400, { fault: 'cut', kind: 'partition', detail: { observed: { probes } } }),
      event(520, 'remote_down', { dc: 'dc2', of: 'dc1' }),
      event(640, 'remote_down', { dc: 'dc1', of: 'dc2' }),
      event(900, 'run_ended'),
    ],
  })
  expect(judge(timeline).verdict).toBe('pass')
  expect(judge({ ...timeline, ...withToolkit(['Q4']) })).toMatchObject({
    verdict: 'fail',
    message: expect.stringContaining('its settings predict that it never does'),
  })
})

test('without Q2 a loss of the whole written period is as predicted', () => {
  const states = [state({ intervals: [{ from: 0, to: 180 }] })]
  expect(judge(killTimeline({ states })).verdict).toBe('fail')
  expect(judge(killTimeline({ states, ...withToolkit(['Q2']) }))).toMatchObject({
    verdict: 'pass',
    evidence: { lossSecondsMax: 185 },
  })
})

test('there is no bound of the loss where the survivor has no store', () => {
  const settings = { dc1: settingsOf('dc1'), dc2: settingsOf('dc2', { dataSnapshotStorageDirectory: '' }) }
  expect(judge(killTimeline({ settings })).evidence).toMatchObject({ lossSecondsMax: null })
})

test('what comes back by itself within the window need not be noticed', () => {
  const without = { without: ['fault_requested', 'fault_effective', 'remote_down', 'takeover_started'] } as const
  const crashed = (...after: readonly TimelineEvent[]): Timeline =>
    changed(killTimeline({ deliveries: [] }), {
      ...without,
      plus: [
        event(400, 'pe_exited', { dc: 'dc1' }),
        ...faultEvents(400, { fault: 'c', kind: 'crash', dc: 'dc1' }),
        ...after,
      ],
    })
  expect(judge(crashed(event(402, 'job_started', { dc: 'dc1' }))).verdict).toBe('inconclusive')
  expect(judge(crashed()).verdict).toBe('fail')
  const restarted = faultEvents(400, { fault: 'o', kind: 'operator_restart', dc: 'dc1' })
  const operator = changed(killTimeline({ deliveries: [] }), { ...without, plus: restarted })
  expect(judge(operator).verdict).toBe('inconclusive')
})

/** dc1 is down from 400 s until a time, and then has nothing. */
const restartedAt = (t: number, kind: string): Timeline =>
  changed(killTimeline({ states: [state({ intervals: [] }), state({ producedBy: 'dc1', intervals: [] })] }), {
    without: ['fault_requested', 'fault_effective', 'remote_down', 'takeover_started', 'takeover_done'],
    plus: [
      event(400, 'pe_exited', { dc: 'dc1' }),
      ...faultEvents(400, { fault: 'k', kind, dc: 'dc1' }),
      event(t, 'job_started', { dc: 'dc1' }),
      event(t + 0.1, 'fault_healed', { fault: 'k', dc: 'dc1', seenBy: 'run' }),
    ],
  })

test.each(['kill', 'crash', 'restart'])('there is no bound of what a %s loses that nobody noticed', (kind) => {
  const timeline = restartedAt(410, kind)
  expect(judge(timeline)).toMatchObject({ verdict: 'inconclusive', evidence: { lossSecondsMax: null } })
  const later = changed(timeline, { plus: [event(700, 'remote_down', { dc: 'dc2', of: 'dc1' })] })
  expect(judge(later).evidence).toMatchObject({ lossSecondsMax: null })
  const noticed = changed(timeline, { plus: [event(520, 'remote_down', { dc: 'dc2', of: 'dc1' })] })
  expect(judge(noticed)).toMatchObject({ verdict: 'fail', evidence: { lossSecondsMax: 155 } })
})

test('what healing starts after the verification was no restart that hid a loss', () => {
  const states = [state({ intervals: [{ from: 0, to: 100 }] })]
  const healed = [
    event(891, 'state_verified', { seenBy: 'run' }),
    event(895, 'job_started', { dc: 'dc1' }),
    event(896, 'fault_healed', { fault: 'kill-1', dc: 'dc1', seenBy: 'run' }),
  ]
  const undetected = changed(killTimeline({ states }), { without: ['remote_down'], plus: healed })
  expect(judge(undetected)).toMatchObject({ verdict: 'fail', evidence: { lossSecondsMax: 155 } })
})

test.each(['crash', 'operator_restart'])('there is no bound of what a %s of a part of the job loses', (kind) => {
  const detail = kind === 'crash' ? { pes: [0] } : {}
  const part = faultEvents(300, { fault: 'p', kind, dc: 'dc1', detail })
  expect(judge(changed(killTimeline(), { plus: part })).evidence).toMatchObject({ lossSecondsMax: null })
  const management = faultEvents(300, { fault: 'p', kind: 'restart', dc: 'dc1', detail: { management: true } })
  expect(judge(changed(killTimeline(), { plus: management })).evidence).toMatchObject({ lossSecondsMax: 155 })
})

test('a run that was broken off before the takeover could come does not know the loss', () => {
  const { verdict, message } = judge(brokenOff(450))
  expect(verdict).toBe('inconclusive')
  expect(message).toContain('may take 150 s')
  expect(judge(brokenOff(551)).verdict).toBe('fail')
})
