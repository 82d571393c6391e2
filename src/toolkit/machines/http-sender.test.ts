import { describe, expect, test } from 'vitest'
import { decodeHeartbeatMessage } from '../codec.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect } from '../io.ts'
import { HttpSender } from './http-sender.ts'
import type { HttpSenderOptions } from './http-sender.ts'

function createSender(values: Partial<HttpSenderOptions> = {}): HttpSender {
  let last = 0
  return new HttpSender({
    name: 'CrossDataCenterSender2[0]',
    portOffset: 1,
    machines: ['a'],
    path: '/here',
    remote: 'dc2',
    connectTimeoutSeconds: 25,
    readTimeoutSeconds: 100,
    sendToAll: false,
    logsStatuses: false,
    nextSendId: () => (last += 1),
    ...values,
  })
}

const message = (count: number, heartbeatMsgType = 1): HeartbeatMessage => ({
  heartbeatMsgType,
  heartbeatCnt: BigInt(count),
  dataCenterOrigin: 'dc1',
  dataSnapshot: new Uint8Array(0),
  dataSnapshotOrigin: heartbeatMsgType === 2 ? '4' : '',
})

const answer = (status: number): SendResult => ({ kind: 'answer', status })
const exception: SendResult = { kind: 'exception', text: 'Connection refused' }

/** The counts of the messages that are sent, each with its machine. */
const sends = (effects: readonly ToolkitEffect[]): string[] =>
  effects.flatMap((effect) =>
    effect.kind === 'send' ? [`${decodeHeartbeatMessage(effect.body).heartbeatCnt}${effect.machine}`] : [],
  )

const events = (effects: readonly ToolkitEffect[]): unknown[] =>
  effects.flatMap((effect) => (effect.kind === 'event' ? [[effect.event, effect.of, effect.detail]] : []))

const traces = (effects: readonly ToolkitEffect[]): string[] =>
  effects.flatMap((effect) => (effect.kind === 'trace' ? [`${effect.level} ${effect.text}`] : []))

/**
 * Sends messages 1, 2, 3 … one after the other; each text lists how the machines tried for it answered: `+` 204, `-` an
 * exception, `e` status 500. Returns the machines tried for each.
 */
function tried(sender: HttpSender, ...results: readonly string[]): string[] {
  return results.map((text, index) => {
    let effects = sender.submit(message(index + 1))
    const machines = sends(effects)
    for (const result of text) {
      effects = sender.sent(result === '+' ? answer(204) : result === 'e' ? answer(500) : exception)
      machines.push(...sends(effects))
    }
    expect(sender.isIdle).toBe(true)
    return machines.map((machine) => machine.slice(1)).join('')
  })
}

describe('HttpSender', () => {
  test('posts to the machine, port and path that it was made for', () => {
    const [send] = createSender().submit(message(1))
    expect(send).toMatchObject({
      kind: 'send',
      sendId: 1,
      portOffset: 1,
      machine: 'a',
      path: '/here',
      connectTimeoutSeconds: 25,
      readTimeoutSeconds: 100,
    })
  })

  test('has one message under way; the others wait and go out in order', () => {
    const sender = createSender()
    expect(sends(sender.submit(message(1)))).toEqual(['1a'])
    expect(sends(sender.submit(message(2)))).toEqual([])
    expect(sends(sender.submit(message(3)))).toEqual([])
    expect(sender.awaits(1)).toBe(true)
    expect(sends(sender.sent(answer(204)))).toEqual(['2a'])
    expect([sender.awaits(1), sender.awaits(2)]).toEqual([false, true])
    expect(sends(sender.sent(answer(204)))).toEqual(['3a'])
    expect(sends(sender.sent(answer(204)))).toEqual([])
    expect(sender.sent(answer(204))).toEqual([])
    expect(sender.processed).toBe(3)
  })

  test.each([200, 204])('takes status %d for success', (status) => {
    const sender = createSender()
    sender.submit(message(7))
    const effects = sender.sent(answer(status))
    expect(events(effects)).toEqual([['heartbeat_sent', 'dc2', { count: 7 }]])
    expect(traces(effects)).toEqual([])
    expect(sender.submitted).toBe(0)
  })

  test.each([201, 203, 404, 500])('takes status %d for a failure, reports it, and does not send again', (status) => {
    const sender = createSender()
    sender.submit(message(7))
    const effects = sender.sent(answer(status))
    expect(events(effects)).toEqual([['heartbeat_failed', 'dc2', { count: 7, text: `HTTP status ${status}` }]])
    expect(traces(effects)).toEqual([`info a: HTTP status ${status}`])
    expect(effects).toContainEqual({ kind: 'tuple', to: 'HttpPostResponseSink', tuple: { kind: 'response', status } })
    expect(sends(effects)).toEqual([])
    expect(sender.submitted).toBe(1)
  })

  test.each([
    [false, 'info a: HTTP status 500'],
    [true, 'error a: HTTP status 500'],
  ])('traces statuses as errors only when it is asked to (%s), exceptions always', (logsStatuses, expected) => {
    const sender = createSender({ logsStatuses })
    sender.submit(message(1))
    expect(traces(sender.sent(answer(500)))).toEqual([expected])
    sender.submit(message(2))
    expect(traces(sender.sent(exception))).toEqual(['error a: Connection refused'])
  })

  test('loses a message to an exception without a report of its own, and goes on with the next', () => {
    const sender = createSender()
    sender.submit(message(1))
    sender.submit(message(2))
    const effects = sender.sent(exception)
    expect(events(effects)).toEqual([['heartbeat_failed', 'dc2', { count: 1, text: 'Connection refused' }]])
    expect(effects.map(({ kind }) => kind)).not.toContain('tuple')
    expect(sends(effects)).toEqual(['2a'])
    expect(sender.submitted).toBe(0)
  })

  test('tells of snapshots with their part, and of other messages only when they are lost', () => {
    const sender = createSender()
    sender.submit(message(1, 2))
    expect(events(sender.sent(answer(204)))).toEqual([['snapshot_sent', 'dc2', { part: '4', count: 1 }]])
    sender.submit(message(2, 2))
    expect(events(sender.sent(answer(500)))).toMatchObject([['snapshot_failed', 'dc2', { part: '4', count: 2 }]])
    sender.submit(message(3, 3))
    expect(sender.sent(answer(204))).toEqual([])
    sender.submit(message(4, 3))
    expect(events(sender.sent(exception))).toMatchObject([['toolkit_error', undefined, {}]])
  })

  test('says which stored snapshot has arrived, and nothing of one that has not', () => {
    const sender = createSender()
    sender.submit(message(1, 4), 'dc2-0.snapshot')
    expect(sender.sent(answer(204))).toEqual([
      { kind: 'tuple', to: 'RemoteDataCenterWatchdog', tuple: { kind: 'returned', stored: 'dc2-0.snapshot' } },
    ])
    sender.submit(message(1, 4), 'dc2-0.snapshot')
    expect(sender.sent(exception).map(({ kind }) => kind)).not.toContain('tuple')
  })

  test('has room for 1000 waiting messages behind the one under way', () => {
    const sender = createSender()
    sender.submit(message(0))
    for (let count = 1; count <= 999; count += 1) sender.submit(message(count))
    expect(sender.hasRoom).toBe(true)
    sender.submit(message(1000))
    expect(sender.hasRoom).toBe(false)
    expect(sends(sender.sent(answer(204)))).toEqual(['1a'])
    expect(sender.hasRoom).toBe(true)
  })
})

describe('the machine list', () => {
  test.each([
    // Machines, how those tried answered for one message after the other, who was tried for each.
    ['the first that answers, then always that one', 'ab', ['+', '+', '+'], ['a', 'a', 'a']],
    ['in order until one answers, and sticky to it', 'abc', ['--+', '+', '+'], ['abc', 'c', 'c']],
    ['a status other than 200 and 204 is a failure too', 'ab', ['e+', '+'], ['ab', 'b']],
    ['all fail: lost, and from the front with the next', 'ab', ['--', '-+'], ['ab', 'ab']],
    ['the sticky one fails: the whole list again, it too', 'ab', ['-+', '--+', '+'], ['ab', 'bab', 'b']],
    ['the sticky one fails and then answers within the list', 'abc', ['+', '-+', '+'], ['a', 'aa', 'a']],
    ['the sticky one and the whole list fail: forgotten', 'ab', ['+', '---', '-+'], ['a', 'aab', 'ab']],
    ['a list of one gives up', 'a', ['+', '-', '-', '+'], ['a', 'a', 'a', 'a']],
  ])('%s', (...[, machines, results, expected]) => {
    expect(tried(createSender({ machines: Array.from(machines) }), ...results)).toEqual(expected)
  })

  test.each([
    ['every machine, whatever the others said', 'abc', ['+++', '-e+', '---'], ['abc', 'abc', 'abc']],
    ['no machine is sticky', 'ab', ['-+', '-+'], ['ab', 'ab']],
  ])('with sendToAll: %s', (...[, machines, results, expected]) => {
    expect(tried(createSender({ machines: Array.from(machines), sendToAll: true }), ...results)).toEqual(expected)
  })

  test('with sendToAll a message that reached one machine was sent, and each error status counts', () => {
    const sender = createSender({ machines: ['a', 'b', 'c'], sendToAll: true })
    sender.submit(message(1))
    const effects = [answer(500), answer(204), answer(404)].flatMap((result) => sender.sent(result))
    expect(events(effects)).toEqual([['heartbeat_sent', 'dc2', { count: 1 }]])
    expect(sender.submitted).toBe(2)
  })

  test('a name with a blank makes a bad URL: an exception without a send', () => {
    const sender = createSender({ machines: [' a', 'b'] })
    const effects = sender.submit(message(1))
    expect(traces(effects)).toEqual(['error  a: Bad URL: the host " a" holds a blank'])
    expect(sends(effects)).toEqual(['1b'])
    expect(events(createSender({ machines: [' a'] }).submit(message(1)))).toMatchObject([
      ['heartbeat_failed', 'dc2', {}],
    ])
  })

  test('an empty list loses every message', () => {
    const effects = createSender({ machines: [] }).submit(message(1))
    expect(events(effects)).toEqual([['heartbeat_failed', 'dc2', { count: 1, text: 'no remote machine is named' }]])
  })
})
