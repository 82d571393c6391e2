import { expect, test } from 'vitest'
import type { StatusCheck } from '../model/check.ts'
import type { Timeline } from '../model/timeline.ts'
import { deriveFacts } from './judge-check.ts'
import { checkStatus } from './status-check.ts'
import { bothUp, changed, emptyTimeline, event, faultEvents, killTimeline } from './testing/timeline-builder.ts'

function judge(spec: Omit<StatusCheck, 'kind'>, timeline: Timeline): ReturnType<typeof checkStatus> {
  return checkStatus({ kind: 'status', ...spec }, deriveFacts(timeline))
}

/** Both up; the link cut from 400 s to 460 s. */
function blip(end: number): Timeline {
  return emptyTimeline({
    events: [
      ...bothUp,
      ...faultEvents(400, { fault: 'cut', kind: 'partition' }),
      event(460, 'fault_healed', { fault: 'cut', detail: { kind: 'partition' } }),
      event(end, 'run_ended'),
    ],
  })
}

test('a report counts from the last fault’s effect', () => {
  expect(judge({ dc: 'dc2', remote: 'down', within: 120 }, killTimeline())).toMatchObject({
    verdict: 'pass',
    message: 'dc2 reported dc1 down after 120 ± 0 s; allowed: at most 120 s.',
  })
  expect(judge({ dc: 'dc2', remote: 'down', within: 119 }, killTimeline()).verdict).toBe('fail')
  const coarse = { ...killTimeline(), resolutionSeconds: 1 }
  expect(judge({ dc: 'dc2', remote: 'down', within: 120 }, coarse).verdict).toBe('inconclusive')
})

test('UP of before the fault is no recovery from it', () => {
  expect(judge({ dc: 'dc2', remote: 'up' }, killTimeline()).verdict).not.toBe('pass')
  const back = [
    event(600, 'job_started', { dc: 'dc1' }),
    event(610, 'fault_healed', { fault: 'kill-1', dc: 'dc1', detail: { kind: 'kill' } }),
    event(640, 'remote_up', { dc: 'dc2', of: 'dc1' }),
  ]
  expect(judge({ dc: 'dc2', remote: 'up', within: 240 }, changed(killTimeline(), { plus: back })).verdict).toBe('pass')
  expect(judge({ dc: 'dc2', remote: 'up', within: 239 }, changed(killTimeline(), { plus: back })).verdict).toBe('fail')
})

test('who never changed its mind held on to it all along', () => {
  expect(judge({ dc: 'dc1', remote: 'up' }, blip(1000))).toMatchObject({
    verdict: 'pass',
    message: 'dc1 held dc2 for up all along.',
  })
})

test('a status that did not come fails only where it would have been seen', () => {
  expect(judge({ dc: 'dc2', remote: 'down' }, blip(549)).verdict).toBe('inconclusive')
  expect(judge({ dc: 'dc2', remote: 'down' }, blip(550)).verdict).toBe('fail')
  expect(judge({ dc: 'dc2', remote: 'down', within: 100 }, blip(500)).verdict).toBe('fail')
  expect(judge({ dc: 'dc2', remote: 'down', within: 100 }, blip(499)).verdict).toBe('inconclusive')
})

test('the dead report nothing, which is no failure of theirs', () => {
  expect(judge({ dc: 'dc1', remote: 'down', within: 100 }, killTimeline())).toMatchObject({ verdict: 'inconclusive' })
})

test('changes are counted after the first UP', () => {
  const flapping = changed(blip(1000), {
    plus: [event(560, 'remote_down', { dc: 'dc2', of: 'dc1' }), event(600, 'remote_up', { dc: 'dc2', of: 'dc1' })],
  })
  expect(judge({ dc: 'dc2', changesAtMost: 2 }, flapping).verdict).toBe('pass')
  expect(judge({ dc: 'dc2', changesAtMost: 1 }, flapping)).toMatchObject({
    verdict: 'fail',
    message: 'dc2 changed its mind 2 times; allowed: at most 1.',
  })
  expect(judge({ dc: 'dc2', changesAtMost: 0 }, changed(blip(1000), { without: ['remote_up'] })).verdict).toBe(
    'inconclusive',
  )
})

test('a live datacenter that never saw the other one up fails once that is overdue', () => {
  const alone = changed(emptyTimeline({ events: [...bothUp, event(200, 'run_ended')] }), { without: ['remote_up'] })
  expect(judge({ dc: 'dc2', remote: 'up', within: 100 }, alone).verdict).toBe('fail')
  expect(judge({ dc: 'dc2', remote: 'up', within: 300 }, alone).verdict).toBe('inconclusive')
  expect(judge({ dc: 'dc2', remote: 'up' }, alone).verdict).toBe('inconclusive')
})
