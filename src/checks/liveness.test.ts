import { expect, test } from 'vitest'
import { livesAtEnd, livesOf, runEnd } from './liveness.ts'
import { emptyTimeline, event, faultEvents, killTimeline, state } from './testing/timeline-builder.ts'

const lives = (...events: readonly ReturnType<typeof event>[]): ReturnType<typeof livesOf> =>
  livesOf(emptyTimeline({ events: [...events, event(900, 'run_ended')] }), 'dc1')
const pe = (t: number, name: 'pe_started' | 'pe_exited', peId: string): ReturnType<typeof event> =>
  event(t, name, { dc: 'dc1', detail: { peId } })

test('a job that nobody saw has no life', () => {
  expect(lives()).toEqual([])
  expect(lives(event(0, 'job_started', { dc: 'dc2' }))).toEqual([])
})

test('a job lives from its start to the end of the run', () => {
  expect(lives(event(5, 'job_started', { dc: 'dc1' }), event(6, 'job_healthy', { dc: 'dc1' }))).toEqual([
    { from: 5, to: 900 },
  ])
  expect(livesAtEnd(killTimeline(), 'dc2')).toBe(true)
  expect(livesAtEnd(killTimeline(), 'dc1')).toBe(false)
})

test.each([
  event(400, 'job_cancelled', { dc: 'dc1' }),
  event(400, 'pe_exited', { dc: 'dc1' }),
  event(400, 'fault_effective', { dc: 'dc1', detail: { kind: 'kill' } }),
  event(400, 'fault_effective', { dc: 'dc1', detail: { kind: 'cancel_job' } }),
])('$event ends a life, once', (end) => {
  expect(lives(event(0, 'job_started', { dc: 'dc1' }), end, { ...end, t: 401 })).toEqual([{ from: 0, to: 400 }])
})

test('an orderly shutdown leaves the job running', () => {
  const shutdown = faultEvents(400, { fault: 's', kind: 'orderly_shutdown', dc: 'dc1' })
  expect(lives(event(0, 'job_started', { dc: 'dc1' }), ...shutdown)).toEqual([{ from: 0, to: 900 }])
})

test('a job of several PEs lives until the last has ended', () => {
  const both = [pe(0, 'pe_started', '1'), pe(1, 'pe_started', '2')]
  expect(lives(...both, pe(300, 'pe_exited', '1'))).toEqual([{ from: 0, to: 900 }])
  expect(lives(...both, pe(300, 'pe_exited', '1'), pe(400, 'pe_exited', '2'))).toEqual([{ from: 0, to: 400 }])
})

test('a restart is another life; one after the end of the run is none', () => {
  const once = [pe(0, 'pe_started', '1'), pe(300, 'pe_exited', '1')]
  expect(lives(...once, pe(310, 'pe_started', '1'))).toEqual([
    { from: 0, to: 300 },
    { from: 310, to: 900 },
  ])
  expect(lives(...once, pe(910, 'pe_started', '1'))).toEqual([{ from: 0, to: 300 }])
})

test('without an end event the run ends with the last thing that it saw', () => {
  expect(runEnd(emptyTimeline({ events: [event(5, 'mark')], states: [state({ t: 7 })] }))).toBe(7)
  expect(runEnd(emptyTimeline())).toBe(0)
})
