import { expect, test } from 'vitest'
import { deriveRto } from './rto.ts'
import { deriveTakeovers } from './takeovers.ts'
import {
  bothUp,
  changed,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  orderlyTimeline,
  output,
  partitionTimeline,
  state,
  takeoverEvents,
} from './testing/timeline-builder.ts'

const lengths = (
  phases: readonly { name: string; startSeconds: number; endSeconds: number }[],
): Record<string, number> =>
  Object.fromEntries(
    phases.map(({ name, startSeconds, endSeconds }) => [name, Number((endSeconds - startSeconds).toFixed(6))]),
  )

test('a killed datacenter gives one takeover with every phase', () => {
  const [takeover, ...others] = deriveTakeovers(killTimeline())
  expect(others).toEqual([])
  expect(takeover).toMatchObject({
    observer: 'dc2',
    of: 'dc1',
    fault: 'kill-1',
    partsReplayed: 4,
    totalSeconds: 121.5,
    basis: 'first_output',
  })
  expect(lengths(takeover?.phases ?? [])).toEqual({
    injection: 0.5,
    last_output: 0,
    detection: 120,
    decision: 0.2,
    takeover: 0.8,
    first_output: 0.5,
  })
})

test('the last output of the failed datacenter counts when it came after the fault', () => {
  const [takeover] = deriveTakeovers(killTimeline({ outputs: [output({ t: 401 })] }))
  expect(lengths(takeover?.phases ?? [])).toMatchObject({ last_output: 1 })
})

test('a cut gives a takeover by each side and no last output, for both live on', () => {
  const takeovers = deriveTakeovers(partitionTimeline({ outputs: [output({ t: 401 })] }))
  expect(takeovers.map(({ observer, of, fault }) => ({ observer, of, fault }))).toEqual([
    { observer: 'dc2', of: 'dc1', fault: 'cut' },
    { observer: 'dc1', of: 'dc2', fault: 'cut' },
  ])
  expect(takeovers.flatMap(({ phases }) => phases.map(({ name }) => name))).not.toContain('last_output')
})

test('a slow line around a kill is not its cause', () => {
  const slow = event(300, 'fault_effective', { fault: 'slow', detail: { kind: 'netem' } })
  const whole = killTimeline()
  const [takeover] = deriveTakeovers({ ...whole, events: [...whole.events, slow].toSorted((a, b) => a.t - b.t) })
  expect(takeover?.fault).toBe('kill-1')
  const alone = whole.events.filter(({ fault }) => fault === undefined)
  const [byItself] = deriveTakeovers({ ...whole, events: [...alone, slow].toSorted((a, b) => a.t - b.t) })
  expect(byItself?.fault).toBe('slow')
})

test('an orderly shutdown is the cause though the job was cancelled later, and detection is the end', () => {
  const [takeover] = deriveTakeovers(orderlyTimeline())
  expect(takeover).toMatchObject({ fault: 'shutdown', partsReplayed: 0, basis: 'detection' })
  expect(takeover?.totalSeconds).toBeCloseTo(109.9)
})

test('a fault healed before is not the cause when another acts', () => {
  const blip = [
    ...faultEvents(200, { fault: 'blip', kind: 'partition' }),
    event(220, 'fault_healed', { fault: 'blip' }),
  ]
  expect(deriveTakeovers(changed(killTimeline(), { plus: blip }))[0]).toMatchObject({ fault: 'kill-1' })
})

test('a fault that struck the observer is not the cause', () => {
  const events = [
    ...bothUp,
    ...faultEvents(400, { fault: 'kill-2', kind: 'kill', dc: 'dc2' }),
    ...takeoverEvents(520, 'dc2'),
  ]
  expect(deriveTakeovers(emptyTimeline({ events }))[0]).toMatchObject({ totalSeconds: null })
})

test('a down after an up is a takeover of its own', () => {
  const again = [
    event(600, 'remote_up', { dc: 'dc2', of: 'dc1' }),
    ...faultEvents(700, { fault: 'kill-2', kind: 'kill', dc: 'dc1' }),
    ...takeoverEvents(820, 'dc2', 2),
  ]
  const takeovers = deriveTakeovers(changed(killTimeline(), { plus: again }))
  expect(takeovers.map(({ fault, partsReplayed }) => ({ fault, partsReplayed }))).toEqual([
    { fault: 'kill-1', partsReplayed: 4 },
    { fault: 'kill-2', partsReplayed: 2 },
  ])
})

test('the same down seen by testbed and run is one takeover, timed by whichever knows better', () => {
  const late = event(523, 'remote_down', { dc: 'dc2', of: 'dc1', seenBy: 'run', uncertainty: 3 })
  const takeovers = deriveTakeovers(changed(killTimeline(), { plus: [late] }))
  expect(takeovers).toHaveLength(1)
  expect(lengths(takeovers[0]?.phases ?? [])).toMatchObject({ detection: 120 })
})

test('a protected datacenter whose replica was not replayed has no recovery time', () => {
  const [takeover] = deriveTakeovers(
    changed(killTimeline(), { without: ['takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'] }),
  )
  expect(takeover).toMatchObject({ totalSeconds: null, partsReplayed: 0 })
})

test('an unprotected datacenter is recovered by detection alone', () => {
  const [takeover] = deriveTakeovers(
    changed(killTimeline(), {
      without: ['protected', 'takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'],
    }),
  )
  expect(takeover).toMatchObject({ totalSeconds: 120, basis: 'detection' })
})

test('without a first output nobody serves the keys, and the recovery time is not known', () => {
  const [takeover] = deriveTakeovers(changed(killTimeline(), { without: ['first_output'] }))
  expect(takeover).toMatchObject({ totalSeconds: null, basis: 'takeover_done' })
})

test('a cut of the snapshot ports alone is no cause of a later takeover', () => {
  const probes = [{ from: 'dc1', to: 'dc2', port: 25092, outcome: 'no_answer' }]
  const cut = faultEvents(60, { fault: 'replication', kind: 'partition', detail: { observed: { probes } } })
  const [takeover] = deriveTakeovers(changed(killTimeline(), { plus: cut }))
  expect(takeover).toMatchObject({ fault: 'kill-1', totalSeconds: 121.5 })
  const heartbeats = [{ ...probes[0], port: 25091 }]
  const both = faultEvents(60, { fault: 'wan', kind: 'partition', detail: { observed: { probes: heartbeats } } })
  expect(deriveTakeovers(changed(killTimeline(), { plus: both }))[0]?.fault).toBe('wan')
})

test('what the run read goes before what the testbed says of the first output', () => {
  const testbedOnly = changed(killTimeline(), {
    without: ['first_output'],
    plus: [event(521.1, 'first_output', { dc: 'dc2', of: 'dc1' })],
  })
  expect(deriveTakeovers(testbedOnly)[0]?.totalSeconds).toBeCloseTo(121.1)
  const read = { ...testbedOnly, states: [state({ t: 522, cause: 'replay' })] }
  expect(deriveTakeovers(read)[0]?.totalSeconds).toBe(122)
})

test('uncertainties of both ends and the resolution add up', () => {
  const timeline = killTimeline({ resolutionSeconds: 0.25 })
  const events = timeline.events.map((each) => ({
    ...each,
    uncertainty: each.event === 'fault_effective' ? 0.5 : each.event === 'first_output' ? 1 : 0,
  }))
  const [takeover] = deriveTakeovers({ ...timeline, events })
  expect(takeover?.uncertaintySeconds).toBe(1.75)
  expect(takeover?.phases.find(({ name }) => name === 'detection')?.uncertaintySeconds).toBe(0.75)
})

test('the recovery time is that of the slowest takeover, with the window that the settings predict', () => {
  const timeline = partitionTimeline()
  const rto = deriveRto(timeline, deriveTakeovers(timeline))
  expect(rto).toMatchObject({
    totalSeconds: 131.5,
    basis: 'first_output',
    prediction: { minSeconds: 90, maxSeconds: 155 },
  })
})

test('the recovery time is not known when a takeover did not end', () => {
  const timeline = changed(partitionTimeline(), { without: ['takeover_done'] })
  expect(deriveRto(timeline, deriveTakeovers(timeline))).toMatchObject({ totalSeconds: null, basis: null })
})

test('without a takeover there is no recovery time', () => {
  expect(deriveRto(emptyTimeline(), [])).toEqual({
    totalSeconds: null,
    uncertaintySeconds: 0,
    basis: null,
    phases: [],
    prediction: null,
  })
})

test('after a one-way cut the deafened side comes first, and the other is given its time on top', () => {
  const probes = [{ from: 'dc1', to: 'dc2', port: 25091, outcome: 'no_connection' }]
  const events = [
    ...bothUp,
    ...faultEvents(400, { fault: 'cut', kind: 'partition', detail: { observed: { probes } } }),
    ...takeoverEvents(520, 'dc2', 0),
    ...takeoverEvents(650, 'dc1', 0),
  ]
  const timeline = emptyTimeline({ events })
  expect(deriveRto(timeline, deriveTakeovers(timeline))).toMatchObject({
    totalSeconds: 250,
    prediction: { minSeconds: 210, maxSeconds: 270 },
  })
})

test('an orderly shutdown leaves nothing to wait for, whether or not the deletion was seen', () => {
  const [takeover] = deriveTakeovers(changed(orderlyTimeline(), { without: ['snapshot_deleted'] }))
  expect(takeover).toMatchObject({ basis: 'detection' })
  expect(takeover?.totalSeconds).toBeCloseTo(109.9)
})
