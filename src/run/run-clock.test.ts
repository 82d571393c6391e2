import { expect, test } from 'vitest'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { RunClock } from './run-clock.ts'

test('shows the lease’s time until the first job has started, and counts from that start afterwards', () => {
  const clock = new RunClock(createVirtualClock(12))
  expect(clock.now()).toBe(12)
  clock.startAt(10)
  expect(clock.now()).toBe(2)
  expect(clock.fromLease(9)).toBe(-1)
})

test('waits until a time that counts from t = 0', async () => {
  const lease = createVirtualClock(12)
  const clock = new RunClock(lease)
  clock.startAt(10)
  const woken = clock.until(5).then(() => lease.now())
  await lease.advance(100)
  expect(await woken).toBe(15)
})

test('sleeps for a span, whatever t = 0 is', async () => {
  const lease = createVirtualClock(12)
  const clock = new RunClock(lease)
  clock.startAt(10)
  const woken = clock.sleep(5).then(() => lease.now())
  await lease.advance(100)
  expect(await woken).toBe(17)
})

test('has the lease’s time scale', () => {
  expect(new RunClock({ ...createVirtualClock(), timeScale: 60 }).timeScale).toBe(60)
})
