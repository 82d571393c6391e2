import { expect, test } from 'vitest'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { createPeer, type MessageChannel, type Peer } from './message-peer.ts'
import { refusalOf } from '../testing/refusal.ts'

interface Calculator {
  add(numbers: { readonly a: number; readonly b: number }): number
  fail(nothing: Readonly<Record<string, never>>): never
  hang(nothing: Readonly<Record<string, never>>): Promise<void>
}

/** Two ends of a channel; `close` tells both. */
function channels(): {
  readonly ends: readonly [MessageChannel, MessageChannel]
  readonly sent: object[]
  readonly close: () => void
} {
  const listeners: [((message: unknown) => void)[], ((message: unknown) => void)[]] = [[], []]
  const closers: (() => void)[] = []
  const sent: object[] = []
  const end = (mine: 0 | 1): MessageChannel => ({
    send: (message) => {
      sent.push(message)
      queueMicrotask(() => listeners[mine === 0 ? 1 : 0].forEach((listener) => listener(message)))
    },
    onMessage: (listener) => void listeners[mine].push(listener),
    onClose: (listener) => void closers.push(listener),
  })
  return { ends: [end(0), end(1)], sent, close: () => closers.forEach((closer) => closer()) }
}

/** Calls that are never answered. */
const stuck: (() => void)[] = []

function connected(): { readonly peer: Peer<Calculator>; readonly sent: object[]; readonly close: () => void } {
  const { ends, sent, close } = channels()
  const handlers: Calculator = {
    add: ({ a, b }) => a + b,
    fail: () => {
      throw new Error('no more')
    },
    hang: async () => {
      await new Promise<void>((resolve) => {
        stuck.push(resolve)
      })
    },
  }
  createPeer({ channel: ends[1], handlers, name: 'caller' })
  return { peer: createPeer<Calculator>({ channel: ends[0], handlers: {}, name: 'calculator' }), sent, close }
}

test('calls and gets the answer, several at a time', async () => {
  const { peer } = connected()
  await expect(Promise.all([peer.call('add', { a: 1, b: 2 }), peer.call('add', { a: 3, b: 4 })])).resolves.toEqual([
    3, 7,
  ])
})

test('a failure there is an error here, with its message', async () => {
  await expect(connected().peer.call('fail', {})).rejects.toThrow('no more')
})

test('a call that is not answered ends at its timeout and names whom it waited for', async () => {
  const waiting = connected().peer.call('hang', {}, { timeoutMs: 5 })
  await expect(waiting).rejects.toThrow('Timed out after 5 ms waiting for the calculator to answer `hang`.')
})

test('the time for which the other end was stopped does not count', async () => {
  const { ends } = channels()
  let resumedMs = Number.POSITIVE_INFINITY
  const lastPausedMs = (): number => Math.min(resumedMs, monotonicNowMs())
  const peer = createPeer<Calculator>({ channel: ends[0], handlers: {}, name: 'calculator', lastPausedMs })
  const beganMs = monotonicNowMs()
  let isOver = false
  const waiting = peer.call('hang', {}, { timeoutMs: 10 }).finally(() => {
    isOver = true
  })
  const refusal = refusalOf(waiting)
  await expect.poll(() => monotonicNowMs() - beganMs, { interval: 5 }).toBeGreaterThan(60)
  expect(isOver).toBe(false)
  resumedMs = monotonicNowMs()
  expect(await refusal).toContain('Timed out after 10 ms')
  expect(monotonicNowMs() - resumedMs).toBeGreaterThanOrEqual(8)
})

test('a call may be given all the time there is', async () => {
  const { peer, close } = connected()
  const { ends } = channels()
  const waiting = peer.call('hang', {}, { timeoutMs: Number.POSITIVE_INFINITY })
  const refusal = refusalOf(waiting)
  // Longer than a timer would take that was set to infinity.
  const limited = createPeer<Calculator>({ channel: ends[0], handlers: {}, name: 'other' })
  await expect(limited.call('hang', {}, { timeoutMs: 20 })).rejects.toThrow('Timed out')
  close()
  expect(await refusal).toContain('Lost the connection to the calculator.')
})

test('calls under way fail when the channel closes, later ones at once', async () => {
  const { peer, close } = connected()
  const waiting = peer.call('hang', {})
  close()
  await expect(waiting).rejects.toThrow('Lost the connection to the calculator.')
  await expect(peer.call('add', { a: 1, b: 1 })).rejects.toThrow('the calculator is gone')
  peer.notify('add', { a: 1, b: 1 })
})

test('a notification that fails is complained about', async () => {
  const { peer, sent } = connected()
  peer.notify('fail', {})
  await expect.poll(() => sent).toContainEqual({ error: { message: 'no more' } })
})

test.each([7, null, {}, { call: 'x' }, { call: 1, method: 'toString' }, { call: 1, method: 'constructor' }])(
  'refuses %j with a message',
  async (message) => {
    const { ends, sent } = channels()
    createPeer({ channel: ends[1], handlers: {}, name: 'caller' })
    ends[0].send(message as object)
    await expect.poll(() => sent[1]).toMatchObject({ error: { message: expect.stringContaining('Expected') } })
  },
)
