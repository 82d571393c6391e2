import { expect, test } from 'vitest'
import type { ActOutcome, TestbedAct, TestbedTrigger } from '../../model/testbed-act.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { atMoment } from './precise-timer.ts'
import { PairActs } from './pair-acts.ts'
import { refusalOf } from '../testing/refusal.ts'

const act = (id: string): TestbedAct => ({ kind: 'remove_rules', ids: [id] })
const when: TestbedTrigger = { event: 'remote_up', dc: 'dc1', occurrence: 1, afterSeconds: 0, sinceTime: 0 }
const up = (time: number) => ({ event: 'remote_up', dc: 'dc1', time, uncertainty: 0.5 }) as const

/** Acts that are performed when the test says so. */
function started(): {
  readonly acts: PairActs
  readonly begun: TestbedAct[]
  readonly finish: () => void
} {
  const begun: TestbedAct[] = []
  const waiting: ((outcome: ActOutcome) => void)[] = []
  const time = { leaseId: 1, originMs: monotonicNowMs(), timeScale: 60 }
  const acts = new PairActs({
    time: () => time,
    perform: async (one) => {
      begun.push(one)
      return await new Promise<ActOutcome>((resolve) => {
        waiting.push(resolve)
      })
    },
  })
  acts.begin()
  const outcome = { effect: { time: 2, uncertainty: 0 }, detail: {} }
  return { acts, begun, finish: () => waiting.shift()?.(outcome) }
}

test('the first act begins while the event is being told, the second after the first', async () => {
  const { acts, begun, finish } = started()
  const performing = acts.perform({ id: 1, acts: [act('a'), act('b')], when })
  expect(begun).toEqual([])
  acts.seen(up(-1))
  expect(begun).toEqual([])
  acts.seen(up(0))
  expect(begun).toEqual([act('a')])
  finish()
  await expect.poll(() => begun).toEqual([act('a'), act('b')])
  finish()
  await expect(performing).resolves.toMatchObject({ trigger: { time: 0, uncertainty: 0.5 }, outcomes: [{}, {}] })
})

test('waits for the time after the event, and not twice for the same one', async () => {
  const { acts, begun, finish } = started()
  const performing = acts.perform({ id: 1, acts: [act('a')], when: { ...when, afterSeconds: 0.6 } })
  acts.seen(up(0))
  acts.seen(up(0.1))
  expect(begun).toEqual([])
  await expect.poll(() => begun, { interval: 1 }).toEqual([act('a')])
  finish()
  await expect(performing).resolves.toMatchObject({ trigger: { time: 0 } })
  expect(begun).toHaveLength(1)
})

test.each([
  ['disarming', (acts: PairActs) => acts.disarm(1)],
  ['the lease’s end', (acts: PairActs) => acts.end()],
])('%s calls off what waits for the time after its event', async (_, callOff) => {
  const { acts, begun } = started()
  const refusal = refusalOf(acts.perform({ id: 1, acts: [act('a')], when: { ...when, afterSeconds: 0.6 } }))
  acts.seen(up(0))
  callOff(acts)
  await refusal
  await new Promise<void>((resolve) => {
    atMoment(monotonicNowMs() + 20, resolve)
  })
  expect(begun).toEqual([])
})

test('each of several that wait for one event is performed', () => {
  const { acts, begun } = started()
  for (const id of [1, 2, 3]) void acts.perform({ id, acts: [act(String(id))], when })
  acts.disarm(2)
  acts.disarm(99)
  acts.seen(up(0))
  expect(begun.map((one) => (one.kind === 'remove_rules' ? one.ids[0] : ''))).toEqual(['1', '3'])
})

test('an event of the lease before sets nothing off', () => {
  const { acts, begun } = started()
  acts.seen(up(0))
  acts.end()
  acts.begin()
  void acts.perform({ id: 1, acts: [act('a')], when }).catch(() => undefined)
  expect(begun).toEqual([])
})

test('the lease’s end stops a sequence after the act that is under way, and is waited for', async () => {
  const { acts, begun, finish } = started()
  const performing = acts.perform({ id: 1, acts: [act('a'), act('b')], when: null })
  const refusal = refusalOf(performing)
  acts.end()
  let isSettled = false
  const settled = acts.settled().finally(() => {
    isSettled = true
  })
  await Promise.resolve()
  expect(isSettled).toBe(false)
  finish()
  expect(await refusal).toContain('The lease ended before remove_rules.')
  await settled
  expect(begun).toEqual([act('a')])
})

test('says which act failed and what was done before it', async () => {
  const acts = new PairActs({
    time: () => ({ leaseId: 1, originMs: 0, timeScale: 60 }),
    perform: async (one) => {
      if (one.kind === 'remove_rules' && one.ids[0] === 'b') throw new Error('no link.')
      return await Promise.resolve({ effect: { time: 0, uncertainty: 0 }, detail: {} })
    },
  })
  acts.begin()
  await expect(acts.perform({ id: 1, acts: [act('a'), act('b'), act('c')], when: null })).rejects.toThrow(
    'Act 2 of 3, remove_rules, failed: no link. Done before it, and not undone: remove_rules.',
  )
  await expect(acts.perform({ id: 1, acts: [act('b')], when: null })).rejects.toThrow(/^no link\.$/)
})

test('an id serves one request at a time, and only so many wait', async () => {
  const { acts } = started()
  void acts.perform({ id: 1, acts: [], when }).catch(() => undefined)
  await expect(acts.perform({ id: 1, acts: [], when })).rejects.toThrow('Acts with the id 1 wait already.')
  for (let id = 2; id <= 1000; id += 1) void acts.perform({ id, acts: [], when }).catch(() => undefined)
  await expect(acts.perform({ id: 1001, acts: [], when })).rejects.toThrow('at most 1000 acts of a lease')
  acts.disarm(7)
  const fits = acts.perform({ id: 1001, acts: [], when })
  acts.disarm(1001)
  await expect(fits).resolves.toEqual({ isDisarmed: true })
})
