import { describe, expect, test } from 'vitest'
import { createRandom } from '../../support/random.ts'
import type { HeartbeatMessage, ToolkitEffect } from '../io.ts'
import { effectTexts } from '../testing/effect-texts.ts'
import { orderlyRandom } from '../testing/composite-probe.ts'
import { HttpSender } from './http-sender.ts'
import { SenderGroup, senderName } from './sender-group.ts'

let lastSend = 0

function createSender(channel: number): HttpSender {
  return new HttpSender({
    name: senderName(channel),
    portOffset: 1 + channel,
    machines: ['m'],
    path: '/here',
    remote: 'dc2',
    connectTimeoutSeconds: 25,
    readTimeoutSeconds: 100,
    sendToAll: false,
    logsStatuses: false,
    nextSendId: () => (lastSend += 1),
  })
}

function createGroup(options: { pairs: number; isFused?: boolean; seed?: number }): SenderGroup {
  const { pairs, isFused = false, seed } = options
  const senders = Array.from({ length: pairs }, (_, channel) => createSender(channel))
  return new SenderGroup({ senders, isFused, random: seed === undefined ? orderlyRandom() : createRandom(seed) })
}

const message = (heartbeatMsgType = 2, count = 1): HeartbeatMessage => ({
  heartbeatMsgType,
  heartbeatCnt: BigInt(count),
  dataCenterOrigin: 'dc1',
  dataSnapshot: new Uint8Array(0),
  dataSnapshotOrigin: '',
})

/** Which sends began, as channels, and whether the application was blocked or let go. */
const began = (effects: readonly ToolkitEffect[]): string =>
  effectTexts(effects)
    .flatMap((text) =>
      text.startsWith('post') ? [text.slice(-1)] : text === 'block' || text === 'resume' ? [text] : [],
    )
    .join(' ')

const sendIds = (effects: readonly ToolkitEffect[]): number[] =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.sendId] : []))

const arrived = { kind: 'answer', status: 204 } as const

describe('SenderGroup', () => {
  test('deals the application’s messages out in turn', () => {
    const group = createGroup({ pairs: 3 })
    expect([1, 2, 3].map(() => began(group.submitOfApplication(message())))).toEqual(['1', '2', '3'])
    expect(began(group.submitOfApplication(message()))).toBe('')
  })

  test('deals each stream out by a splitter of its own, from places that the seed decides', () => {
    const group = createGroup({ pairs: 2 })
    expect([group.nextChannel('application'), group.nextChannel('preparer'), group.nextChannel('application')]).toEqual(
      [0, 0, 1],
    )
    const places = Array.from({ length: 30 }, (_, seed) => {
      const seeded = createGroup({ pairs: 3, seed })
      return `${seeded.nextChannel('application')}${seeded.nextChannel('preparer')}`
    })
    expect(new Set(places).size).toBe(9)
  })

  test('lets a type 3 overtake a type 2 that is slow on another channel', () => {
    const group = createGroup({ pairs: 2 })
    expect(began(group.submitOfApplication(message(2)))).toBe('1')
    expect(began(group.submit({ channel: 1, message: message(3), stored: undefined }))).toBe('2')
  })

  test('blocks the application at the message for which the next sender has no room, until there is', () => {
    const group = createGroup({ pairs: 1 })
    const first = sendIds(group.submitOfApplication(message(2, 0)))
    for (let count = 1; count <= 1000; count += 1) expect(group.submitOfApplication(message(2, count))).toEqual([])
    expect(began(group.submitOfApplication(message(2, 1001)))).toBe('block')
    // What the host lets through all the same waits too, and is said only once.
    expect(began(group.submitOfApplication(message(2, 1002)))).toBe('')
    const second = group.sent(first[0] ?? 0, arrived)
    expect(began(second)).toBe('1')
    const third = group.sent(sendIds(second)[0] ?? 0, arrived)
    expect(began(third)).toBe('1 resume')
  })

  test('lets the application go when a restarted sender has room', () => {
    const group = createGroup({ pairs: 1 })
    for (let count = 0; count <= 1001; count += 1) group.submitOfApplication(message(2, count))
    group.replace(0, createSender(0))
    expect(began(group.goOn())).toBe('1 resume')
  })

  test('knows only its own sends', () => {
    const group = createGroup({ pairs: 1 })
    group.submitOfApplication(message())
    expect(group.sent(-1, arrived)).toEqual([])
    expect(group.isIdle).toBe(false)
  })

  test('fused has one POST at a time over all channels, in order, and blocks nobody', () => {
    const group = createGroup({ pairs: 3, isFused: true })
    const first = group.submitOfApplication(message(2, 1))
    expect(began(first)).toBe('1')
    expect(began(group.submitOfApplication(message(2, 2)))).toBe('')
    expect(began(group.submit({ channel: 0, message: message(3, 3), stored: undefined }))).toBe('')
    expect(group.isIdle).toBe(false)
    const second = group.sent(sendIds(first)[0] ?? 0, arrived)
    expect(began(second)).toBe('2')
    const third = group.sent(sendIds(second)[0] ?? 0, arrived)
    expect(began(third)).toBe('1')
    expect(began(group.sent(sendIds(third)[0] ?? 0, arrived))).toBe('')
    expect(group.isIdle).toBe(true)
  })
})
