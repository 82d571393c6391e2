import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { createRandom } from '../support/random.ts'
import { decodeHeartbeatMessage, encodeHeartbeatMessage } from './codec.ts'
import { createComposite, receiverPath } from './composite.ts'
import type { Composite } from './composite.ts'
import type { HeartbeatMessage, ToolkitEffect } from './io.ts'
import { referenceSettings } from './testing/reference-settings.ts'

function createDc1(values: Partial<CrossDcSettings> = {}, seed = 1): Composite {
  const composite = createComposite({
    settings: { ...referenceSettings('dc1'), ...values },
    random: createRandom(seed),
    parts: 1,
  })
  composite.handle({ kind: 'start' })
  return composite
}

const fromDc2 = (values: Partial<HeartbeatMessage> = {}): Uint8Array =>
  encodeHeartbeatMessage({
    heartbeatMsgType: 1,
    heartbeatCnt: 1n,
    dataCenterOrigin: 'dc2',
    dataSnapshot: new Uint8Array(0),
    dataSnapshotOrigin: '',
    ...values,
  })

const kinds = (effects: readonly ToolkitEffect[]): string[] =>
  effects.map((effect) => (effect.kind === 'event' ? effect.event : effect.kind))

const sends = (effects: readonly ToolkitEffect[]): (ToolkitEffect & { kind: 'send' })[] =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect] : []))

describe('createComposite', () => {
  test('waits for the initial delay before the first tick, then for the interval', () => {
    const composite = createComposite({ settings: referenceSettings('dc1'), random: createRandom(1), parts: 1 })
    expect(composite.handle({ kind: 'start' })).toEqual([{ kind: 'schedule_tick', afterSeconds: 40 }])
    expect(composite.handle({ kind: 'tick' }).at(-1)).toEqual({ kind: 'schedule_tick', afterSeconds: 30 })
  })

  test('posts heartbeats to the first machine at the base port', () => {
    const composite = createDc1({ remoteDataCenterApplicationMachineNames: '127.0.0.7,127.0.0.8' })
    const [send] = sends(composite.handle({ kind: 'tick' }))
    expect(send).toMatchObject({
      portOffset: 0,
      machine: '127.0.0.7',
      path: '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject',
      connectTimeoutSeconds: 25,
      readTimeoutSeconds: 100,
    })
    expect(send?.body).toHaveLength(25)
  })

  test('takes any POST at the base port for a heartbeat, even one that is none (Q6)', () => {
    const composite = createDc1()
    const effects = composite.handle({ kind: 'post', portOffset: 0, body: new Uint8Array(0) })
    expect(kinds(effects)).toEqual(expect.arrayContaining(['remote_up', 'emit_status', 'toolkit_error']))
    expect(composite.state.remoteStatus).toBe('up')
  })

  test('takes no POST at a snapshot port for a heartbeat', () => {
    const composite = createDc1()
    composite.handle({ kind: 'post', portOffset: 1, body: fromDc2() })
    expect(composite.state.remoteStatus).toBe('never_contacted')
  })

  test('drops a broken message at a snapshot port and one at a port that is not there, and tells', () => {
    const composite = createDc1()
    for (const portOffset of [1, 2]) {
      const effects = composite.handle({ kind: 'post', portOffset, body: new Uint8Array([1]) })
      expect(kinds(effects)).toEqual(['trace', 'toolkit_error'])
    }
  })

  test('fills a signal with the part’s blob and sends it on', () => {
    const composite = createDc1()
    const signal = decodeHeartbeatMessage(fromDc2({ heartbeatMsgType: 2, dataCenterOrigin: 'dc1', heartbeatCnt: 6n }))
    const blob = new Uint8Array([7, 8])
    const [send] = sends(composite.handle({ kind: 'snapshot', signal, part: '3', blob }))
    expect(send).toMatchObject({ portOffset: 1, path: receiverPath(1) })
    const message = decodeHeartbeatMessage(send?.body ?? new Uint8Array(0))
    expect(message).toEqual({ ...signal, dataSnapshot: blob, dataSnapshotOrigin: '3' })
  })

  test('deals snapshots out to the pairs in turn, from a place that the seed decides', () => {
    const signal = decodeHeartbeatMessage(fromDc2({ heartbeatMsgType: 2 }))
    const offsetsWith = (seed: number): number[] => {
      const composite = createDc1({ numberOfHttpSenderReceiverPairs: 3 }, seed)
      return ['0', '1', '2'].flatMap((part) =>
        sends(composite.handle({ kind: 'snapshot', signal, part, blob: new Uint8Array([1]) })).map(
          (send) => send.portOffset,
        ),
      )
    }
    const orders = [1, 2, 3, 4, 5, 6].map(offsetsWith)
    for (const offsets of orders) expect(['123', '231', '312']).toContain(offsets.join(''))
    expect(new Set(orders.map((offsets) => offsets.join(''))).size).toBeGreaterThan(1)
  })

  test('lets the end of a send reach the sender that made it', () => {
    const composite = createDc1()
    const [heartbeat] = sends(composite.handle({ kind: 'tick' }))
    const signal = decodeHeartbeatMessage(fromDc2({ heartbeatMsgType: 2 }))
    const [part] = sends(composite.handle({ kind: 'snapshot', signal, part: '0', blob: new Uint8Array([1]) }))
    const result = { kind: 'answer', status: 500 } as const
    expect(kinds(composite.handle({ kind: 'sent', sendId: part?.sendId ?? 0, result }))).toContain('snapshot_failed')
    expect(kinds(composite.handle({ kind: 'sent', sendId: heartbeat?.sendId ?? 0, result }))).toContain(
      'heartbeat_failed',
    )
    expect(composite.handle({ kind: 'sent', sendId: 99, result })).toEqual([])
  })

  test('sends the notice of an orderly shutdown, and is mute and deaf from then on', () => {
    const composite = createDc1()
    composite.handle({ kind: 'post', portOffset: 0, body: fromDc2() })
    const effects = composite.handle({ kind: 'special', message: 'OrderlyShutdown' })
    expect(kinds(effects)).toEqual(['orderly_shutdown', 'trace', 'send'])
    expect(sends(effects).map(({ portOffset, body }) => [portOffset, body[0]])).toEqual([[1, 3]])
    expect(kinds(composite.handle({ kind: 'tick' }))).toEqual(['schedule_tick'])
    expect(composite.handle({ kind: 'post', portOffset: 0, body: fromDc2() })).toEqual([])
    expect(composite.handle({ kind: 'post', portOffset: 1, body: fromDc2({ heartbeatMsgType: 2 }) })).toEqual([])
    expect(composite.state.isClosing).toBe(true)
  })

  test('ignores other special messages, but says that one of them is not carried out', () => {
    const composite = createDc1()
    expect(composite.handle({ kind: 'special', message: 'orderlyshutdown' })).toEqual([])
    const effects = composite.handle({ kind: 'special', message: 'SendMeDataFromSnapshotFiles' })
    expect(kinds(effects)).toEqual(['trace', 'toolkit_error'])
  })

  test('gives status and replay in both orders, as the seed has it', () => {
    const orders = Array.from({ length: 20 }, (_, seed) => {
      const composite = createDc1({ consecutiveHeartbeatMissesAllowed: 0 }, seed)
      composite.handle({ kind: 'post', portOffset: 0, body: fromDc2() })
      const body = fromDc2({ heartbeatMsgType: 2, dataSnapshot: new Uint8Array([1]), dataSnapshotOrigin: '0' })
      composite.handle({ kind: 'post', portOffset: 1, body })
      const names = kinds(composite.handle({ kind: 'tick' }))
      expect(names.indexOf('remote_down')).toBeLessThan(names.indexOf('takeover_started'))
      return names.indexOf('emit_status') < names.indexOf('takeover_started')
    })
    expect(new Set(orders).size).toBe(2)
  })

  test('counts tuples under the names of the toolkit’s operators', () => {
    const composite = createDc1({ numberOfHttpSenderReceiverPairs: 2 })
    composite.handle({ kind: 'post', portOffset: 0, body: fromDc2() })
    composite.handle({ kind: 'tick' })
    expect(composite.state.tuplesSubmitted).toMatchObject({
      HeartbeatSignalGenerator: [1],
      HeartbeatMessagePreparer: [1, 0, 0],
      CrossDataCenterSender1: [0],
      'CrossDataCenterSender2[0]': [0],
      'CrossDataCenterSender2[1]': [0],
      CrossDataCenterReceiverForHB: [1],
      'CrossDataCenterReceiver[1]': [0],
      RemoteDataCenterHeartbeatWatchdog: [1],
      RemoteDCDataMerger: [0],
    })
  })

  test('names no datacenter in events when its own name is none of the two', () => {
    const composite = createDc1({ localDataCenterName: 'berlin' })
    const effects = composite.handle({ kind: 'post', portOffset: 0, body: fromDc2({ dataCenterOrigin: 'hamburg' }) })
    const named = effects.filter((effect) => effect.kind === 'event' && effect.of !== undefined)
    expect(named).toEqual([])
    expect(kinds(effects)).toContain('heartbeat_received')
  })
})

describe('receiverPath', () => {
  test('keeps the brackets of a channel', () => {
    expect(receiverPath(1)).toBe('/crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/inject')
  })
})
