import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { monotonicNowMs } from './monotonic-clock.ts'
import { createScaledClock, shiftedClock } from './scaled-clock.ts'
import { createVirtualClock } from './virtual-clock.ts'

describe('createScaledClock', () => {
  test('lets system time pass as many times faster as the scale says', async () => {
    const clock = createScaledClock({ originMs: monotonicNowMs(), timeScale: 100 })
    const startMs = monotonicNowMs()
    await clock.sleep(5)
    const tookMs = monotonicNowMs() - startMs
    expect(clock.now()).toBeGreaterThanOrEqual(5)
    expect(tookMs).toBeGreaterThanOrEqual(49)
    expect(tookMs).toBeLessThan(1000)
  })

  test('never wakes before its time', async () => {
    const clock = createScaledClock({ originMs: monotonicNowMs(), timeScale: 60 })
    for (const seconds of [0.1, 0.37, 0.61, 1.03]) {
      const due = clock.now() + seconds
      await clock.until(due)
      expect(clock.now()).toBeGreaterThanOrEqual(due)
    }
  })

  test('does not wait for a time that is past', async () => {
    const clock = createScaledClock({ originMs: monotonicNowMs() - 1000, timeScale: 1 })
    expect(clock.now()).toBeGreaterThanOrEqual(1)
    await clock.until(0.5)
    await clock.sleep(-1)
  })

  test('sleeps longer than one timer can, until the signal ends it', async () => {
    const clock = createScaledClock({ originMs: monotonicNowMs(), timeScale: 1 })
    const controller = new AbortController()
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    const sleeping = clock.sleep(30 * 24 * 3600, { signal: controller.signal })
    // Time for a timer that overflowed to fire and for Node to warn of it.
    await clock.sleep(0.01)
    process.off('warning', onWarning)
    const reason = new Error('no more')
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(warnings).toEqual([])
    await expect(clock.sleep(1, { signal: controller.signal })).rejects.toBe(reason)
  })

  test('leaves no listener on the signal and no timer behind', async () => {
    const clock = createScaledClock({ originMs: monotonicNowMs(), timeScale: 1000 })
    const controller = new AbortController()
    const listeners = (): number => getEventListeners(controller.signal, 'abort').length
    await clock.sleep(1, { signal: controller.signal })
    expect(listeners()).toBe(0)
    const sleeping = clock.sleep(1e6, { signal: controller.signal })
    expect(listeners()).toBe(1)
    controller.abort()
    await expect(sleeping).rejects.toThrow('abort')
  })

  test.each([0, -1, Number.NaN])('refuses a time scale of %d', (timeScale) => {
    expect(() => createScaledClock({ originMs: 0, timeScale })).toThrow('above 0')
  })
})

describe('shiftedClock', () => {
  test('shows the same clock from another origin', async () => {
    const clock = createVirtualClock(100)
    const shifted = shiftedClock(clock, 40)
    expect(shifted.now()).toBe(60)
    const woken: number[] = []
    void shifted.until(65).then(() => woken.push(shifted.now()))
    void shifted.sleep(3).then(() => woken.push(shifted.now()))
    await clock.advance(10)
    expect(woken).toEqual([63, 65])
  })
})
