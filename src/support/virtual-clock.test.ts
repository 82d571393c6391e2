import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { createVirtualClock } from './virtual-clock.ts'

describe('createVirtualClock', () => {
  test('wakes sleepers in the order of their times, and equal ones in the order they lay down', async () => {
    const clock = createVirtualClock()
    const woken: string[] = []
    const sleeper = async (name: string, seconds: number): Promise<void> => {
      await clock.sleep(seconds)
      woken.push(`${name}@${clock.now()}`)
    }
    void sleeper('c', 3)
    void sleeper('a', 1)
    void sleeper('b1', 2)
    void sleeper('b2', 2)
    expect(clock.nextDue()).toBe(1)
    await clock.advance(2.5)
    expect(woken).toEqual(['a@1', 'b1@2', 'b2@2'])
    expect([clock.now(), clock.sleepers(), clock.nextDue()]).toEqual([2.5, 1, 3])
  })

  test('wakes one who lies down again within the span again', async () => {
    const clock = createVirtualClock(10)
    const woken: number[] = []
    const ticking = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(30)
        woken.push(clock.now())
      }
    }
    void ticking()
    await clock.advance(100)
    expect(woken).toEqual([40, 70, 100])
  })

  test('forgets a sleeper whose signal is aborted', async () => {
    const clock = createVirtualClock()
    const controller = new AbortController()
    const listeners = (): number => getEventListeners(controller.signal, 'abort').length
    const sleeping = clock.sleep(5, { signal: controller.signal })
    void clock.sleep(1, { signal: controller.signal })
    await clock.advance(1)
    expect(listeners()).toBe(1)
    controller.abort(new Error('no more'))
    await expect(sleeping).rejects.toThrow('no more')
    expect(clock.sleepers()).toBe(0)
  })

  test('does not run backwards', async () => {
    await expect(createVirtualClock().advance(-1)).rejects.toThrow(RangeError)
  })
})
