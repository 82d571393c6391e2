import { expect, test } from 'vitest'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { atMoment } from './precise-timer.ts'

test.each([0.3, 1.9, 2.1, 3.3, 25])('calls back %d ms from now, and not before', async (milliseconds) => {
  const dueMs = monotonicNowMs() + milliseconds
  const calledMs = await new Promise<number>((resolve) => {
    atMoment(dueMs, () => resolve(monotonicNowMs()))
  })
  expect(calledMs).toBeGreaterThanOrEqual(dueMs)
})

test('is within a millisecond of its moment, but for what else the machine does', async () => {
  const late: number[] = []
  for (let run = 0; run < 30; run += 1) {
    const dueMs = monotonicNowMs() + 3.3
    late.push(
      await new Promise<number>((resolve) => {
        atMoment(dueMs, () => resolve(monotonicNowMs() - dueMs))
      }),
    )
  }
  expect(late.toSorted((one, other) => one - other)[10]).toBeLessThan(1)
})

test('calls back at once, before it returns, when the moment is past', () => {
  let isCalled = false
  atMoment(monotonicNowMs() - 1, () => (isCalled = true))
  expect(isCalled).toBe(true)
})

test.each([1, 20])('does not call back once it is called off, %d ms before', async (milliseconds) => {
  let isCalled = false
  const callOff = atMoment(monotonicNowMs() + milliseconds, () => (isCalled = true))
  callOff()
  await new Promise<void>((resolve) => {
    atMoment(monotonicNowMs() + milliseconds + 5, resolve)
  })
  expect(isCalled).toBe(false)
})

test('takes moments that are further away than any timer reaches', () => {
  let isCalled = false
  const callOff = atMoment(monotonicNowMs() + 2 ** 40, () => (isCalled = true))
  callOff()
  expect(isCalled).toBe(false)
})
