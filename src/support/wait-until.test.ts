import { describe, expect, test } from 'vitest'
import { WaitTimeoutError } from '../model/errors.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { waitUntil } from './wait-until.ts'

/** Something to subscribe to. */
function createSource(): {
  subscribe: (recheck: () => void) => () => void
  notify: () => void
  subscribers: () => number
} {
  const listeners = new Set<() => void>()
  return {
    subscribe: (recheck) => {
      listeners.add(recheck)
      return () => void listeners.delete(recheck)
    },
    notify: () => {
      for (const listener of listeners) listener()
    },
    subscribers: () => listeners.size,
  }
}

/** What a promise rejects with; attached at once, so that no rejection is ever unhandled. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => ({ resolvedWith: value }),
    (error: unknown) => error,
  )
}

describe('waitUntil', () => {
  test('returns at once what is there already', async () => {
    const clock = createVirtualClock()
    await expect(waitUntil({ what: 'x', clock, timeoutSeconds: 1, probe: () => 'here' })).resolves.toBe('here')
    expect(clock.sleepers()).toBe(0)
  })

  test('takes any defined answer for the thing waited for', async () => {
    const clock = createVirtualClock()
    await expect(waitUntil({ what: 'x', clock, timeoutSeconds: 1, probe: () => false })).resolves.toBe(false)
    await expect(
      waitUntil({ what: 'x', clock, timeoutSeconds: 1, probe: async () => await Promise.resolve(null) }),
    ).resolves.toBeNull()
  })

  test('looks again when notified and at no other time, and unsubscribes', async () => {
    const clock = createVirtualClock()
    const source = createSource()
    const answers: string[] = []
    let looks = 0
    const probe = (): string | undefined => {
      looks += 1
      return answers[0]
    }
    const waiting = waitUntil({ what: 'x', clock, timeoutSeconds: 100, subscribe: source.subscribe, probe })
    await clock.advance(50)
    source.notify()
    await clock.advance(1)
    expect(looks).toBe(2)
    answers.push('done')
    source.notify()
    await expect(waiting).resolves.toBe('done')
    expect(looks).toBe(3)
    expect([source.subscribers(), clock.sleepers()]).toEqual([0, 0])
  })

  test('does not miss a notification that comes while it looks', async () => {
    const clock = createVirtualClock()
    const source = createSource()
    let looks = 0
    const probe = async (): Promise<number | undefined> => {
      looks += 1
      if (looks === 1) source.notify()
      return await Promise.resolve(looks === 2 ? looks : undefined)
    }
    const waiting = waitUntil({ what: 'x', clock, timeoutSeconds: 100, subscribe: source.subscribe, probe })
    await clock.advance(0)
    await expect(waiting).resolves.toBe(2)
  })

  test('polls only when told how often', async () => {
    const clock = createVirtualClock()
    const times: number[] = []
    const probe = (): true | undefined => {
      times.push(clock.now())
      return times.length === 3 ? true : undefined
    }
    const waiting = waitUntil({ what: 'x', clock, timeoutSeconds: 100, pollSeconds: 2, probe })
    await clock.advance(10)
    await expect(waiting).resolves.toBe(true)
    expect(times).toEqual([0, 2, 4])
    expect(clock.sleepers()).toBe(0)
  })

  test('says what was waited for, how long, by which clock and what was last seen', async () => {
    const clock = createVirtualClock()
    const waiting = waitUntil({
      what: 'PE 4 in dc2 to be healthy',
      clock,
      timeoutSeconds: 30,
      clockName: 'real',
      probe: () => undefined,
      lastSeen: () => ({ status: 'restarting' }),
    })
    const outcome = errorOf(waiting)
    await clock.advance(29.9)
    expect(clock.sleepers()).toBe(1)
    await clock.advance(0.1)
    const error = await outcome
    expect(error).toBeInstanceOf(WaitTimeoutError)
    expect(error).toMatchObject({
      message:
        'Timed out after 30 s (real time) waiting for PE 4 in dc2 to be healthy; last seen: {"status":"restarting"}.',
      waitedFor: 'PE 4 in dc2 to be healthy',
      timeoutSeconds: 30,
      lastSeen: { status: 'restarting' },
    })
    expect(clock.sleepers()).toBe(0)
  })

  test('takes a last look at the deadline', async () => {
    const clock = createVirtualClock()
    const probe = (): true | undefined => (clock.now() >= 30 ? true : undefined)
    const waiting = waitUntil({ what: 'x', clock, timeoutSeconds: 30, probe })
    await clock.advance(30)
    await expect(waiting).resolves.toBe(true)
  })

  test('does not wait beyond its deadline for a look that hangs', async () => {
    const clock = createVirtualClock()
    const probe = async (): Promise<true> => await Promise.race<true>([])
    const outcome = errorOf(waitUntil({ what: 'x', clock, timeoutSeconds: 5, probe }))
    await clock.advance(5)
    expect(await outcome).toBeInstanceOf(WaitTimeoutError)
  })

  test('ends with the reason when its signal is aborted, between looks and within one', async () => {
    const reason = new Error('no more')
    for (const probe of [() => undefined, async () => await Promise.race<undefined>([])]) {
      const clock = createVirtualClock()
      const source = createSource()
      const controller = new AbortController()
      const waiting = waitUntil({
        what: 'x',
        clock,
        timeoutSeconds: 5,
        signal: controller.signal,
        subscribe: source.subscribe,
        probe,
      })
      const outcome = errorOf(waiting)
      await clock.advance(1)
      controller.abort(reason)
      expect(await outcome).toBe(reason)
      expect([source.subscribers(), clock.sleepers()]).toEqual([0, 0])
    }
  })

  test('does not begin when its signal is aborted already', async () => {
    const clock = createVirtualClock()
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(waitUntil({ what: 'x', clock, timeoutSeconds: 5, signal, probe: () => true })).rejects.toThrow(
      'too late',
    )
  })

  test('passes on what the look throws, and unsubscribes', async () => {
    const clock = createVirtualClock()
    const source = createSource()
    const probe = (): undefined => {
      throw new Error('broken')
    }
    const waiting = waitUntil({ what: 'x', clock, timeoutSeconds: 5, subscribe: source.subscribe, probe })
    await expect(waiting).rejects.toThrow('broken')
    expect([source.subscribers(), clock.sleepers()]).toEqual([0, 0])
  })
})
