import { expect, test } from 'vitest'
import type { TimelineEvent } from '../model/timeline.ts'
import { judgeCheck } from './evaluate.ts'
import { faultSpans } from './fault-events.ts'
import { livesAtEnd } from './liveness.ts'
import { deriveTakeovers } from './takeovers.ts'
import { bothUp, changed, emptyTimeline, event, faultEvents, killTimeline } from './testing/timeline-builder.ts'

test('killing the management process or one PE of several does not end the job', () => {
  for (const detail of [{ management: true }, { pes: [0] }]) {
    const events = [
      ...bothUp,
      ...faultEvents(400, { fault: 'k', kind: 'kill', dc: 'dc1', detail }),
      event(900, 'run_ended'),
    ]
    expect(livesAtEnd(emptyTimeline({ events }), 'dc1')).toBe(true)
  }
  expect(livesAtEnd(killTimeline(), 'dc1')).toBe(false)
})

test('a datacenter that is out has no job that runs', () => {
  const events = [
    ...bothUp,
    ...faultEvents(400, { fault: 'o', kind: 'datacenter_outage', dc: 'dc1' }),
    event(900, 'run_ended'),
  ]
  expect(livesAtEnd(emptyTimeline({ events }), 'dc1')).toBe(false)
})

test('a fault of a store is not what made anybody declare the other down', () => {
  const full = faultEvents(300, { fault: 'full', kind: 'disk_full', dc: 'dc1' })
  const [takeover] = deriveTakeovers(changed(killTimeline(), { plus: full }))
  expect(takeover).toMatchObject({ fault: 'kill-1', totalSeconds: 121.5 })
})

test('of the words to a job only the shutdown silences it', () => {
  const told = (message: string): boolean | undefined =>
    faultSpans(
      emptyTimeline({
        events: faultEvents(400, { fault: 's', kind: 'special_message', dc: 'dc1', detail: { message } }),
      }),
    )[0]?.stopsHeartbeats
  expect([told('OrderlyShutdown'), told('SendMeDataFromSnapshotFiles')]).toEqual([true, false])
})

test('what a job accepted before it was restarted came before that, however late the answer was read', () => {
  const restart = [
    ...faultEvents(400, { fault: 'r', kind: 'restart', dc: 'dc1' }),
    event(400.1, 'pe_exited', { dc: 'dc1' }),
    event(410, 'pe_started', { dc: 'dc1' }),
  ]
  const timeline = changed(killTimeline(), { without: ['fault_requested', 'fault_effective'], plus: restart })
  const late = {
    ...timeline,
    deliveries: [{ into: 'dc1', key: 'k0', from: 0, to: 359, outcome: 'accepted', startTime: 40, endTime: 405 }],
  } as const
  expect(judgeCheck({ kind: 'loss', atMost: { unit: 'tuples', value: 0 } }, late).evidence).toMatchObject({
    acceptedTuples: 360,
  })
})

test('a paused datacenter silences itself, not the side from which it is probed', () => {
  const probes = [{ from: 'dc1', to: 'dc2', port: 25_091, outcome: 'no_answer' }]
  const silenced = (dc?: 'dc2'): string | undefined =>
    faultSpans(
      emptyTimeline({
        events: faultEvents(400, {
          fault: 'f',
          kind: dc === undefined ? 'partition' : 'pause',
          ...(dc === undefined ? {} : { dc }),
          detail: { observed: { probes } },
        }),
      }),
    )[0]?.silenced
  expect([silenced('dc2'), silenced()]).toEqual([undefined, 'dc1'])
})

const healedAtOf = (
  fault: Pick<Parameters<typeof faultEvents>[1], 'kind' | 'detail'>,
  after: readonly TimelineEvent[],
): number | null | undefined =>
  faultSpans(
    emptyTimeline({
      events: [
        ...bothUp,
        event(400, 'pe_exited', { dc: 'dc1', detail: { peId: '1', pid: 11 } }),
        event(400, 'pe_exited', { dc: 'dc1', detail: { peId: '2', pid: 12 } }),
        ...faultEvents(400, { fault: 'f', dc: 'dc1', ...fault }),
        ...after,
        event(900, 'run_ended'),
        event(900.1, 'fault_healed', { fault: 'f', dc: 'dc1', seenBy: 'run' }),
      ],
    }),
  )[0]?.healedAt

test('a job that comes back by itself is healed when it does, and not when the run proves it', () => {
  const started = [
    event(401, 'job_started', { dc: 'dc2' }),
    event(402, 'job_started', { dc: 'dc1' }),
    event(702, 'job_started', { dc: 'dc1' }),
  ]
  expect(healedAtOf({ kind: 'crash' }, started)).toBe(402)
  expect(healedAtOf({ kind: 'restart' }, started)).toBe(402)
  expect(healedAtOf({ kind: 'crash' }, [])).toBe(900.1)
  // What is held down is only back when its fault lets go of it.
  expect(healedAtOf({ kind: 'kill' }, started)).toBe(900.1)
})

test('PEs that were crashed are healed when the last of them is there again', () => {
  const pe = (t: number, peId: string): TimelineEvent => event(t, 'pe_started', { dc: 'dc1', detail: { peId } })
  const crash = (...killedPids: number[]): Parameters<typeof healedAtOf>[0] => ({
    kind: 'crash',
    detail: { pes: [0], observed: { killedPids } },
  })
  expect(healedAtOf(crash(11), [pe(403, '1')])).toBe(403)
  expect(healedAtOf(crash(12), [pe(401, '1'), pe(404, '2')])).toBe(404)
  expect(healedAtOf(crash(11, 12), [pe(401, '1'), pe(404, '2')])).toBe(404)
  expect(healedAtOf(crash(11, 12), [pe(401, '1')])).toBe(900.1)
})

test('an operator that is restarted is back at once', () => {
  expect(healedAtOf({ kind: 'operator_restart' }, [])).toBe(400)
})
