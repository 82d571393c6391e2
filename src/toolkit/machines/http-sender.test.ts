import { describe, expect, test } from 'vitest'
import { decodeHeartbeatMessage } from '../codec.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect } from '../io.ts'
import { HttpSender } from './http-sender.ts'

function createSender(): HttpSender {
  let last = 0
  return new HttpSender({
    portOffset: 1,
    machine: '127.0.0.9',
    path: '/here',
    remote: 'dc2',
    connectTimeoutSeconds: 25,
    readTimeoutSeconds: 100,
    nextSendId: () => (last += 1),
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

/** The counts of the messages that are sent. */
const sends = (effects: readonly ToolkitEffect[]): number[] =>
  effects.flatMap((effect) =>
    effect.kind === 'send' ? [Number(decodeHeartbeatMessage(effect.body).heartbeatCnt)] : [],
  )

const events = (effects: readonly ToolkitEffect[]): unknown[] =>
  effects.flatMap((effect) => (effect.kind === 'event' ? [[effect.event, effect.of, effect.detail]] : []))

describe('HttpSender', () => {
  test('posts to the machine, port and path that it was made for', () => {
    const [send] = createSender().submit(message(1))
    expect(send).toMatchObject({
      kind: 'send',
      sendId: 1,
      portOffset: 1,
      machine: '127.0.0.9',
      path: '/here',
      connectTimeoutSeconds: 25,
      readTimeoutSeconds: 100,
    })
  })

  test('has one message under way; the others wait and go out in order', () => {
    const sender = createSender()
    expect(sends(sender.submit(message(1)))).toEqual([1])
    expect(sends(sender.submit(message(2)))).toEqual([])
    expect(sends(sender.submit(message(3)))).toEqual([])
    expect(sender.awaits(1)).toBe(true)
    expect(sends(sender.sent(answer(204)))).toEqual([2])
    expect([sender.awaits(1), sender.awaits(2)]).toEqual([false, true])
    expect(sends(sender.sent(answer(204)))).toEqual([3])
    expect(sends(sender.sent(answer(204)))).toEqual([])
    expect(sends(sender.submit(message(4)))).toEqual([4])
  })

  test.each([200, 204])('takes status %d for success', (status) => {
    const sender = createSender()
    sender.submit(message(7))
    expect(events(sender.sent(answer(status)))).toEqual([['heartbeat_sent', 'dc2', { count: 7 }]])
    expect(sender.submitted).toBe(0)
  })

  test.each([201, 404, 500])('takes status %d for a failure, counts it and does not send again', (status) => {
    const sender = createSender()
    sender.submit(message(7))
    const effects = sender.sent(answer(status))
    expect(events(effects)).toEqual([['heartbeat_failed', 'dc2', { count: 7, text: `HTTP status ${status}` }]])
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'trace', level: 'info' }))
    expect(sends(effects)).toEqual([])
    expect(sender.submitted).toBe(1)
  })

  test('loses a message to an exception, traces it as an error, and goes on with the next', () => {
    const sender = createSender()
    sender.submit(message(1))
    sender.submit(message(2))
    const effects = sender.sent(exception)
    expect(events(effects)).toEqual([['heartbeat_failed', 'dc2', { count: 1, text: 'Connection refused' }]])
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'trace', level: 'error' }))
    expect(sends(effects)).toEqual([2])
    expect(sender.submitted).toBe(0)
  })

  test('tells of snapshots with their part, and of other messages only when they are lost', () => {
    const sender = createSender()
    sender.submit(message(1, 2))
    expect(events(sender.sent(answer(204)))).toEqual([['snapshot_sent', 'dc2', { part: '4', count: 1 }]])
    sender.submit(message(2, 2))
    expect(events(sender.sent(answer(500)))).toMatchObject([['snapshot_failed', 'dc2', { part: '4', count: 2 }]])
    sender.submit(message(3, 3))
    expect(events(sender.sent(answer(204)))).toEqual([])
    sender.submit(message(4, 3))
    expect(events(sender.sent(exception))).toMatchObject([['toolkit_error', undefined, {}]])
  })

  test('keeps 1000 messages waiting and loses the one after', () => {
    const sender = createSender()
    sender.submit(message(0))
    for (let count = 1; count <= 1000; count += 1) expect(sender.submit(message(count))).toEqual([])
    expect(events(sender.submit(message(1001)))).toMatchObject([['heartbeat_failed', 'dc2', { count: 1001 }]])
    expect(sends(sender.sent(answer(204)))).toEqual([1])
    expect(sender.submit(message(1002))).toEqual([])
  })
})
