import { expect, test } from 'vitest'
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
