import { expect, test } from 'vitest'
import { deriveFacts } from './judge-check.ts'
import { checkTakeover } from './takeover-check.ts'
import {
  bothUp,
  changed,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  partitionTimeline,
  takeoverEvents,
} from './testing/timeline-builder.ts'

const expected = { kind: 'takeover', never: false } as const
const never = { kind: 'takeover', never: true } as const
const quiet = (end: number): ReturnType<typeof emptyTimeline> =>
  emptyTimeline({
    events: [
      ...bothUp,
      ...faultEvents(400, { fault: 'blip', kind: 'partition' }),
      event(450, 'fault_healed', { fault: 'blip' }),
      event(end, 'run_ended'),
    ],
  })

test('passes when the takeover was seen', () => {
  const result = checkTakeover({ ...expected, by: 'dc2', of: 'dc1' }, deriveFacts(killTimeline()))
  expect(result).toMatchObject({ check: 'takeover', verdict: 'pass', message: 'dc2 took over for dc1 in 121.5 ± 0 s.' })
})

test('passes within the limit and fails one second over it', () => {
  const facts = deriveFacts(killTimeline())
  expect(checkTakeover({ ...expected, within: 121.5 }, facts).verdict).toBe('pass')
  expect(checkTakeover({ ...expected, within: 120.5 }, facts).verdict).toBe('fail')
})

test('is inconclusive when the resolution hides whether it was in time', () => {
  const facts = deriveFacts(killTimeline({ resolutionSeconds: 2 }))
  expect(checkTakeover({ ...expected, within: 122 }, facts)).toMatchObject({
    verdict: 'inconclusive',
    message: 'dc2 took over for dc1, but the run cannot tell: 121.5 ± 2 s against 122 s; use a lower time scale.',
  })
})

test('fails when the status never came and would have been seen', () => {
  const timeline = changed(killTimeline(), { without: ['remote_down', 'takeover_started', 'takeover_done'] })
  expect(checkTakeover({ ...expected, by: 'dc2' }, deriveFacts(timeline)).verdict).toBe('fail')
})

test('fails when another datacenter took over', () => {
  const timeline = killTimeline()
  const events = timeline.events.map((each) =>
    each.event === 'fault_effective' ? { ...each, detail: { kind: 'partition' } } : each,
  )
  expect(checkTakeover({ ...expected, by: 'dc1' }, deriveFacts({ ...timeline, events })).verdict).toBe('fail')
})

test('is inconclusive when the run ended too early to see the status', () => {
  const timeline = changed(killTimeline(), { without: ['remote_down', 'run_ended'], plus: [event(549, 'run_ended')] })
  expect(checkTakeover(expected, deriveFacts({ ...timeline, states: [] })).verdict).toBe('inconclusive')
})

test('is inconclusive when the takeover did not end', () => {
  const timeline = changed(killTimeline(), { without: ['takeover_done'] })
  expect(checkTakeover(expected, deriveFacts(timeline)).verdict).toBe('inconclusive')
})

test('is inconclusive without data', () => {
  expect(checkTakeover(expected, deriveFacts(emptyTimeline())).verdict).toBe('inconclusive')
  expect(checkTakeover(never, deriveFacts(emptyTimeline())).verdict).toBe('inconclusive')
})

test('never: passes when both were watched for the whole window after the fault, not a second less', () => {
  expect(checkTakeover(never, deriveFacts(quiet(550))).verdict).toBe('pass')
  expect(checkTakeover(never, deriveFacts(quiet(549))).verdict).toBe('inconclusive')
})

test('never: is inconclusive when a datacenter was never seen at work', () => {
  const timeline = quiet(900)
  const events = timeline.events.filter(({ dc, event: name }) => dc !== 'dc2' || name === 'job_started')
  expect(checkTakeover(never, deriveFacts({ ...timeline, events }))).toMatchObject({
    verdict: 'inconclusive',
    message: 'No takeover was seen, but dc2 was never seen at work.',
  })
})

test('never: fails on any takeover, and only on those that are meant', () => {
  expect(checkTakeover(never, deriveFacts(partitionTimeline())).verdict).toBe('fail')
  expect(checkTakeover({ ...never, by: 'dc2' }, deriveFacts(killTimeline())).verdict).toBe('fail')
  expect(checkTakeover({ ...never, of: 'dc2' }, deriveFacts(killTimeline())).verdict).toBe('inconclusive')
})

test('a takeover that no fault of the run explains is not the one that was to come', () => {
  const early = changed(killTimeline(), {
    without: ['remote_down', 'takeover_started', 'takeover_done', 'first_output'],
  })
  const unprovoked = changed(early, { plus: takeoverEvents(300, 'dc2') })
  expect(checkTakeover({ ...expected, by: 'dc2' }, deriveFacts(unprovoked)).verdict).toBe('inconclusive')
  const both = changed(killTimeline(), { plus: takeoverEvents(300, 'dc2') })
  expect(checkTakeover({ ...expected, by: 'dc2' }, deriveFacts(both)).verdict).not.toBe('fail')
})

test('is inconclusive when the run ended before any fault took effect', () => {
  const ended = emptyTimeline({ events: [...bothUp, event(900, 'run_ended')] })
  expect(checkTakeover({ ...expected, by: 'dc2' }, deriveFacts(ended)).verdict).toBe('inconclusive')
})
