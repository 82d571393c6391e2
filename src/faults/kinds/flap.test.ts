import { expect, test } from 'vitest'
import { HealError } from '../../model/errors.ts'
import type { FlapFault } from '../../model/fault.ts'
import { eventsOf, sampleLedger } from '../testing/sample-faults.ts'

const flap: FlapFault = {
  kind: 'flap',
  from: 'dc1',
  to: 'dc2',
  direction: 'both',
  ports: 'all',
  how: 'drop',
  downSeconds: 10,
  upSeconds: 5,
  times: 3,
}

test('goes down and up on its schedule, each a pair on the timeline, and ends by itself', async () => {
  const { pair, ledger } = sampleLedger()
  await ledger.inject(flap, { id: 'f' })
  await pair.clock.advance(100)
  const seen = pair.recorded.filter(({ event }) => event === 'fault_effective' || event === 'fault_healed')
  expect(seen.map(({ event, t }) => [event, t])).toEqual([
    ['fault_effective', 0],
    ['fault_healed', 10],
    ['fault_effective', 15],
    ['fault_healed', 25],
    ['fault_effective', 30],
    ['fault_healed', 40],
  ])
  expect(ledger.active).toEqual([])
  expect(pair.rules).toEqual([])
})

test.for([
  { at: 3, healed: [3], what: 'while it is down' },
  { at: 12, healed: [10], what: 'while it is up' },
])('healed $what, it ends early and says so once', async ({ at, healed }) => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(flap, { id: 'f' })
  await pair.clock.advance(at)
  const { evidence, healedAt } = await fault.heal()
  await pair.clock.advance(100)
  expect(pair.recorded.filter(({ event }) => event === 'fault_healed').map(({ t }) => t)).toEqual(healed)
  expect(healedAt).toBe(healed[0])
  expect(evidence.observed).toMatchObject({ downs: 1, of: 3 })
  expect(pair.rules).toEqual([])
  expect(pair.clock.sleepers()).toBe(0)
})

test('a rule that cannot be put in force again is told to whoever heals', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(flap, { id: 'f' })
  await pair.clock.advance(11)
  pair.acts.failing.add('apply_rules')
  await pair.clock.advance(10)
  await expect(fault.heal()).rejects.toThrow(new HealError('flap dc1 ↔ dc2 (drop) went wrong after 2 of 3.'))
  expect(eventsOf(pair)).toContain('fault_failed f')
})

test('without effect it is an error, and leaves no schedule behind', async () => {
  const { pair, ledger } = sampleLedger()
  pair.areLinksLeaky = true
  await expect(ledger.inject(flap)).rejects.toThrow('flap dc1 ↔ dc2 (drop) had no effect: ')
  expect(pair.clock.sleepers()).toBe(0)
  expect(pair.rules).toEqual([])
})

test.for<[Partial<FlapFault>, string]>([
  [{ times: 0 }, 'expected `times` to be a whole number from 1, got 0'],
  [{ times: 1.5 }, 'expected `times` to be a whole number from 1, got 1.5'],
  [{ downSeconds: 0 }, 'expected `down` to be above 0 s, got 0'],
  [{ upSeconds: 0 }, 'expected `up` to be above 0 s, got 0'],
  [{ to: 'dc1' }, 'expected two different datacenters, got dc1 twice'],
])('%o is refused', async ([fields, message]) => {
  const { pair, ledger } = sampleLedger()
  await expect(ledger.inject({ ...flap, ...fields })).rejects.toThrow(message)
  expect(pair.recorded).toEqual([])
})

test('once is enough: a single stop ends by itself', async () => {
  const { pair, ledger } = sampleLedger()
  await ledger.inject({ ...flap, times: 1 }, { id: 'f' })
  await pair.clock.advance(10)
  expect(eventsOf(pair)).toEqual(['fault_requested f', 'fault_effective f', 'fault_heal_requested f', 'fault_healed f'])
})
