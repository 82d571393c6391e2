import { expect, test } from 'vitest'
import type { WaitOptions } from '../model/clock.ts'
import { WaitTimeoutError } from '../model/errors.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createDeadline } from './deadline.ts'

const opts = { startOffsetSeconds: 0, timeoutSeconds: 30 }

test('a deadline passes in system time, and its wait moves no time by itself', async () => {
  const clock = createVirtualClock()
  const asked: (WaitOptions | undefined)[] = []
  const session = {
    clock: {
      sleep: async (seconds: number, wait?: WaitOptions) => {
        asked.push(wait)
        await clock.sleep(seconds, wait)
      },
    },
  }
  const deadline = createDeadline({ testId: 'A-1', opts }, session)
  expect(asked).toMatchObject([{ background: true }])
  await clock.advance(29)
  expect(deadline.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(deadline.signal.reason).toBeInstanceOf(WaitTimeoutError)
})

test('a deadline that is cleared waits no longer', async () => {
  const clock = createVirtualClock()
  const deadline = createDeadline({ testId: 'A-1', opts }, { clock })
  deadline.clear()
  await clock.advance(100)
  expect([deadline.signal.aborted, clock.sleepers()]).toEqual([false, 0])
})
