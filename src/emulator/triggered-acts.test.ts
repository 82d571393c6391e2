import { expect, test, vi } from 'vitest'
import type { TestbedAct, TestbedTrigger } from '../model/testbed-act.ts'
import { connectSupervisor, startSupervisor } from './supervisor-client.ts'
import { refusalOf } from './testing/refusal.ts'
import { eventually, leasePair, runLedger, runLedgers, testSupervisor, useTestbed } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000 })

const lease = useTestbed()

/** The `occurrence`-th snapshot that dc2 stores. */
function stored(settings: Partial<TestbedTrigger> = {}): TestbedTrigger {
  return { event: 'snapshot_stored', dc: 'dc2', occurrence: 1, afterSeconds: 0, sinceTime: 0, ...settings }
}

const cut: TestbedAct = {
  kind: 'apply_rules',
  rules: [{ id: 'cut', from: 'dc1', to: 'dc2', ports: 'all', effect: { kind: 'drop' } }],
}
const mend: TestbedAct = { kind: 'remove_rules', ids: ['cut'] }

/** Of a machine that does much else: an act of its own takes far less. */
const latenessRealMsMax = 250

test('acts are performed at the event, one after the other, and say when that was', async () => {
  const leased = await lease()
  const performing = leased.pair.acts.perform([cut, mend, cut], { when: stored({ afterSeconds: 3 }) })
  await runLedgers(leased)
  const { trigger, outcomes } = await performing
  const event = await leased.events.seen('snapshot_stored', 'dc2')
  expect(trigger).toEqual({ time: event.time, uncertainty: event.uncertainty })
  const times = outcomes.map(({ effect }) => effect.time)
  expect(times).toEqual(times.toSorted((one, other) => one - other))
  const lateSeconds = (times[0] ?? 0) - event.time - 3
  expect(lateSeconds).toBeGreaterThanOrEqual(0)
  expect((lateSeconds / leased.pair.clock.timeScale) * 1000).toBeLessThan(latenessRealMsMax)
  expect((await leased.pair.links.rules()).map(({ id }) => id)).toEqual(['cut'])
})

test('events before the arming count from `sinceTime` on, and one that is past sets off at once', async () => {
  const leased = await lease()
  await runLedgers(leased)
  const first = await leased.events.seen('snapshot_stored', 'dc2', 1)
  const second = await leased.events.seen('snapshot_stored', 'dc2', 2)
  const { acts } = leased.pair
  const of = async (settings: Partial<TestbedTrigger>) =>
    (await acts.perform([mend], { when: stored(settings) })).trigger
  expect((await of({ occurrence: 2 }))?.time).toBe(second.time)
  expect((await of({ sinceTime: first.time }))?.time).toBe(first.time)
  const after = first.time + (second.time - first.time) / 2
  expect((await of({ sinceTime: after }))?.time).toBe(second.time)
  const third = await of({ sinceTime: after, occurrence: 2 })
  expect(third?.time).toBe((await leased.events.seen('snapshot_stored', 'dc2', 3)).time)
})

test('an event of the other DC, or of another name, sets nothing off', async () => {
  const leased = await lease()
  const abort = new AbortController()
  const options = (dc: 'dc1' | 'dc2', event: TestbedTrigger['event']) => ({
    when: stored({ dc, event }),
    signal: abort.signal,
  })
  const waiting = Promise.allSettled([
    leased.pair.acts.perform([cut], options('dc2', 'job_started')),
    leased.pair.acts.perform([cut], options('dc1', 'snapshot_stored')),
  ])
  await runLedger(leased, 'dc1')
  await leased.pair.acts.perform([mend], { when: stored({ dc: 'dc1', event: 'job_started' }) })
  await expect(leased.pair.links.rules()).resolves.toEqual([])
  abort.abort(new Error('enough'))
  expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test.each([
  ['before its event', stored({ occurrence: 1000 })],
  ['while it waits for the time after its event', stored({ event: 'job_started', dc: 'dc1', afterSeconds: 6000 })],
])('aborting the signal disarms what still waits, %s', async (_, when) => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  const abort = new AbortController()
  const performing = leased.pair.acts.perform([cut], { when, signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(performing).rejects.toThrow('enough')
  await expect(leased.pair.acts.perform([cut], { signal: abort.signal })).rejects.toThrow('enough')
  await expect(leased.pair.links.rules()).resolves.toEqual([])
})

test('a signal that is aborted once the acts have begun does not hide what they did', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  const abort = new AbortController()
  const when = stored({ event: 'job_started', dc: 'dc1' })
  const performing = leased.pair.acts.perform([{ kind: 'hold_down', dc: 'dc1' }], { when, signal: abort.signal })
  await leased.events.seen('pe_exited', 'dc1')
  abort.abort(new Error('too late'))
  expect((await performing).outcomes[0]?.detail['pids']).toHaveLength(1)
})

test('the lease’s end disarms what waits', async () => {
  const { connection } = await testSupervisor()
  const first = await leasePair(connection)
  const waiting = first.pair.acts.perform([cut], { when: stored({ event: 'job_started', dc: 'dc1' }) })
  const refusal = refusalOf(waiting)
  await first.pair[Symbol.asyncDispose]()
  expect(await refusal).toContain('The lease ended before apply_rules at job_started of dc1.')
  const next = await leasePair(connection)
  expect(next.pair.name).toBe(first.pair.name)
  await runLedger(next, 'dc1')
  await expect(next.pair.links.rules()).resolves.toEqual([])
})

test('what waits fails when the supervisor is gone', async () => {
  const supervisor = await startSupervisor()
  const connection = await connectSupervisor(supervisor.endpoint)
  const pair = await connection.lease({ holder: 'test' })
  const abort = new AbortController()
  const waiting = pair.acts.perform([cut], { when: stored(), signal: abort.signal })
  const refusal = refusalOf(waiting)
  await eventually('the acts to wait', async () => ((await pair.links.rules()).length === 0 ? true : undefined))
  process.kill(supervisor.pid, 'SIGKILL')
  expect(await refusal).toContain("Lost the connection to the testbed's supervisor.")
  await supervisor.close()
})

test.each([
  [{ kind: 'explode' }, {}, 'Expected `kind` to be one of hold_down, let_up,'],
  [{ kind: 'toString' }, {}, 'Expected `kind` to be one of hold_down, let_up,'],
  [{ kind: 'kill_pes', dc: 'dc3' }, {}, 'Expected `dc` to be dc1 or dc2, got "dc3"'],
  [{ kind: 'kill_pes', dc: 'dc1', pes: [-1] }, {}, 'Expected `pe` to be a whole number from 0 up, got -1'],
  [{ kind: 'kill_pes', dc: 'dc1', pes: 'all' }, {}, 'Expected `pes` to be a list, got "all"'],
  [{ kind: 'store_fault', dc: 'dc1', fault: { mode: 'odd' } }, {}, 'Expected `fault.mode` to be full, readonly,'],
  [{ kind: 'reset_connections', from: 'dc1', to: 'dc2', ports: [0] }, {}, 'Expected `port` to be a TCP port, got 0'],
  [mend, { when: stored({ occurrence: 0 }) }, 'Expected `occurrence` to be a whole number from 1 up, got 0'],
  [mend, { when: stored({ afterSeconds: -1 }) }, 'Expected `afterSeconds` to be a number from 0 up, got -1'],
] as const)('refuses %j %j', async (act, options, message) => {
  const leased = await lease()
  // A client may be any program.
  await expect(leased.pair.acts.perform([act as TestbedAct], options)).rejects.toThrow(message)
})
