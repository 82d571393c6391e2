import { describe, expect, test } from 'vitest'
import { createRandom } from '../support/random.ts'
import { receiverPath, remoteMachines } from './composite-operators.ts'
import { CompositeProbe, fromDc2, snapshotOfDc2 } from './testing/composite-probe.ts'
import { eventNames } from './testing/effect-texts.ts'
import { referenceSettings } from './testing/reference-settings.ts'

const machine = 'remote.example'

describe('createComposite', () => {
  test('waits for the initial delay before the first tick, then for the interval', () => {
    const probe = new CompositeProbe()
    expect(probe.started).toEqual(['tick in 40'])
    expect(probe.tick()).toEqual(['delete all files', `post type 1 #1 dc1 to ${machine} +0`, 'tick in 30'])
    probe.sent()
    expect(probe.tick()).toEqual([`post type 1 #2 dc1 to ${machine} +0`, 'tick in 30'])
  })

  test('posts a heartbeat of 25 bytes to the base port, with the timeouts that are set', () => {
    const probe = new CompositeProbe({ values: { httpConnectionTimeout: 3, httpReadTimeout: 0 } })
    probe.tick()
    const send = probe.effects.find(({ kind }) => kind === 'send')
    expect(send).toMatchObject({
      portOffset: 0,
      path: '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject',
      connectTimeoutSeconds: 3,
      readTimeoutSeconds: 0,
    })
    expect(send).toHaveProperty('body.length', 25)
  })

  test('asks for the application’s state on a snapshot tick, before the heartbeat', () => {
    const probe = new CompositeProbe()
    probe.heartbeat()
    probe.ticks(5)
    expect(probe.tick()).toEqual(['signal type 2 #6 dc1', `post type 1 #7 dc1 to ${machine} +0`, 'tick in 30'])
    expect(eventNames(probe.effects)).toContain('snapshot_signal')
  })

  test('fills the signal that was answered with the part and its blob, and sends it on', () => {
    const probe = new CompositeProbe()
    const texts = probe.answer('3', { heartbeatCnt: 77n, dataCenterOrigin: 'kept' })
    expect(texts).toEqual([`post type 2 #77 kept part 3 1 B to ${machine} +1`])
  })

  test('sends what an application submits without a signal, in whatever state', () => {
    const probe = new CompositeProbe()
    expect(probe.answer('0')).toHaveLength(1)
    probe.sent()
    probe.special('OrderlyShutdown')
    probe.sent()
    expect(probe.answer('0')).toHaveLength(1)
  })

  test('lets the end of a send reach the sender that made it', () => {
    const probe = new CompositeProbe()
    probe.tick()
    probe.answer('0')
    probe.sent(500)
    expect(eventNames(probe.effects)).toEqual(['heartbeat_failed'])
    probe.sent(500)
    expect(eventNames(probe.effects)).toEqual(['snapshot_failed'])
    expect(probe.give({ kind: 'sent', sendId: 99, result: { kind: 'answer', status: 204 } })).toEqual([])
  })

  test('gives status and replay in both orders, as the seed has it', () => {
    const orders = Array.from({ length: 20 }, (_, seed) => {
      const probe = new CompositeProbe({ values: { consecutiveHeartbeatMissesAllowed: 0 }, random: createRandom(seed) })
      probe.heartbeat()
      probe.snapshot('0')
      const texts = probe.tick()
      return texts.indexOf('DOWN') < texts.indexOf('read dc2-0.snapshot')
    })
    expect(new Set(orders).size).toBe(2)
  })

  test('does the heartbeat of a tick before its miss, so that a DOWN still sends one', () => {
    const probe = new CompositeProbe({ values: { consecutiveHeartbeatMissesAllowed: 0 } })
    probe.heartbeat()
    expect(probe.tick()).toEqual(['delete all files', `post type 1 #1 dc1 to ${machine} +0`, 'DOWN', 'tick in 30'])
  })
})

describe('a POST', () => {
  test.each([
    ['a heartbeat', fromDc2(), ['204 to 1', 'UP']],
    ['a snapshot', snapshotOfDc2('0'), ['204 to 1', 'UP']],
    ['nothing', new Uint8Array(0), ['204 to 1', 'UP', expect.stringMatching(/^error: Expected 4 bytes/)]],
    ['a message of no known type', fromDc2({ heartbeatMsgType: 9 }), ['204 to 1', 'UP']],
  ])('at the base port is a heartbeat whatever it holds (Q6): %s', (_, body, expected) => {
    const probe = new CompositeProbe()
    expect(probe.post(0, body)).toEqual(expected)
    expect(probe.composite.state.remoteStatus).toBe('up')
    expect(probe.post(0, fromDc2())).toEqual(['204 to 2'])
  })

  test('at the base port stores nothing', () => {
    const probe = new CompositeProbe()
    probe.post(0, snapshotOfDc2('0'))
    expect(probe.composite.state.rememberedSnapshots).toEqual([])
  })

  test.each([
    ['a snapshot', snapshotOfDc2('0'), ['204 to 1', 'write dc2-0.snapshot']],
    ['a heartbeat', fromDc2(), ['204 to 1']],
    ['nothing', new Uint8Array(0), ['204 to 1', expect.stringMatching(/^error: Expected 4 bytes/)]],
  ])('at a snapshot port is none: %s', (_, body, expected) => {
    const probe = new CompositeProbe()
    expect(probe.post(1, body)).toEqual(expected)
    expect(probe.composite.state.remoteStatus).toBe('never_contacted')
  })

  test.each([2, 3, 1.5, -1])('at base port + %d is refused when there is one pair', (portOffset) => {
    const probe = new CompositeProbe()
    expect(probe.post(portOffset, fromDc2())).toEqual([`error: No receiver at base port + ${portOffset}`])
  })

  test('at any of N snapshot ports reaches the one watchdog', () => {
    const probe = new CompositeProbe({ values: { numberOfHttpSenderReceiverPairs: 3 } })
    expect(probe.post(3, snapshotOfDc2('0'))).toEqual(['204 to 1', 'write dc2-0.snapshot'])
    expect(probe.post(1, snapshotOfDc2('1'))).toEqual(['204 to 2'])
    expect(probe.stored()).toEqual(['write dc2-1.snapshot'])
  })

  test('of a returned snapshot gives it to the application', () => {
    const probe = new CompositeProbe()
    const own = snapshotOfDc2('2', { dataCenterOrigin: 'dc1' })
    expect(probe.post(1, fromDc2({ heartbeatMsgType: 4, dataSnapshot: own }))).toEqual([
      '204 to 1',
      'replay type 4 #6 dc1 part 2 1 B',
    ])
    expect(eventNames(probe.effects)).toEqual(['snapshot_returned'])
  })

  test('names no datacenter in events when its own name is none of the two', () => {
    const probe = new CompositeProbe({ values: { localDataCenterName: 'berlin' } })
    probe.post(0, fromDc2({ dataCenterOrigin: 'hamburg' }))
    expect(eventNames(probe.effects)).toEqual(['heartbeat_received', 'remote_up'])
    expect(JSON.stringify(probe.effects.filter(({ kind }) => kind === 'event'))).not.toContain('"of"')
  })
})

describe('a special message', () => {
  test.each(['orderlyshutdown', ' OrderlyShutdown', 'SendMeDataFromSnapshotFiles ', '', 'x'])(
    '%j is ignored',
    (word) => {
      const probe = new CompositeProbe()
      expect(probe.special(word)).toEqual([])
      expect(probe.effects).toEqual([])
    },
  )

  test('OrderlyShutdown sends the notice at once, traces an error, and makes mute and deaf', () => {
    const probe = new CompositeProbe()
    probe.heartbeat()
    const notice = ['error: Orderly shutdown: the remote data center is told', `post type 3 #1 dc1 to ${machine} +1`]
    expect(probe.special('OrderlyShutdown')).toEqual(notice)
    expect(eventNames(probe.effects)).toEqual(['orderly_shutdown'])
    probe.sent()
    expect(probe.composite.state.isClosing).toBe(true)
    expect(probe.tick()).toEqual(['tick in 30'])
    expect(probe.heartbeat()).toEqual(['204 to 2'])
    expect(eventNames(probe.effects)).toEqual([])
    expect(probe.post(1, snapshotOfDc2('0'))).toEqual(['204 to 3'])
    for (let tick = 0; tick < 10; tick += 1) expect(probe.tick()).toEqual(['tick in 30'])
  })

  test('OrderlyShutdown given again sends another notice', () => {
    const probe = new CompositeProbe()
    probe.special('OrderlyShutdown')
    probe.sent()
    expect(probe.special('OrderlyShutdown').at(-1)).toBe(`post type 3 #2 dc1 to ${machine} +1`)
  })

  test('SendMeDataFromSnapshotFiles gives all that is stored, also while closing, and leaves the names', () => {
    const probe = new CompositeProbe()
    probe.snapshot('0')
    probe.special('OrderlyShutdown')
    expect(probe.special('SendMeDataFromSnapshotFiles')).toEqual(['read all for failure'])
    expect(probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])).toEqual([
      'replay type 2 #6 dc2 part 0 1 B',
      'delete dc2-0.snapshot',
    ])
    expect(probe.composite.state.rememberedSnapshots).toEqual(['dc2-0.snapshot'])
  })
})

describe('what is counted', () => {
  test('is tuples, under the names of the toolkit’s operators', () => {
    const probe = new CompositeProbe({ values: { numberOfHttpSenderReceiverPairs: 2 } })
    probe.heartbeat()
    probe.snapshot('0')
    probe.tick()
    probe.sent(500)
    probe.answer('0')
    probe.special('x')
    probe.special('SendMeDataFromSnapshotFiles')
    probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])
    expect(probe.composite.state.operators).toEqual({
      HeartbeatSignalGenerator: { processed: [], submitted: [1] },
      HeartbeatMessagePreparer: { processed: [1, 1, 2], submitted: [1, 0, 0] },
      CrossDataCenterSender1: { processed: [1], submitted: [1] },
      'CrossDataCenterSender2[0]': { processed: [1], submitted: [0] },
      'CrossDataCenterSender2[1]': { processed: [0], submitted: [0] },
      HttpPostResponseSink: { processed: [1], submitted: [] },
      CrossDataCenterReceiverForHB: { processed: [], submitted: [1] },
      'CrossDataCenterReceiver[0]': { processed: [], submitted: [1] },
      'CrossDataCenterReceiver[1]': { processed: [], submitted: [0] },
      RemoteDataCenterHeartbeatWatchdog: { processed: [1, 1], submitted: [1] },
      RemoteDataCenterWatchdog: { processed: [1, 1], submitted: [0] },
      SendSnapshotFilesData: { processed: [1], submitted: [1] },
      RemoteDCDataMerger: { processed: [1], submitted: [1] },
    })
  })

  test('tells the remote’s state by the watchdog’s status tuples: 0, odd, even', () => {
    const probe = new CompositeProbe({ values: { consecutiveHeartbeatMissesAllowed: 0 } })
    const seen = [probe.composite.state.remoteStatus]
    for (const act of [() => probe.heartbeat(), () => probe.tick(), () => probe.heartbeat()]) {
      act()
      seen.push(probe.composite.state.remoteStatus)
    }
    expect(seen).toEqual(['never_contacted', 'up', 'down', 'up'])
  })
})

describe('the settings of the senders', () => {
  test('receiverPath keeps the brackets of a channel and replaces the star of a path of one’s own', () => {
    const settings = referenceSettings('dc1')
    expect(receiverPath(settings, 1)).toBe('/crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/inject')
    expect(receiverPath({ ...settings, remoteDataCenterUrlPath: '/x*/y' }, 12)).toBe('/x11/y')
    expect(receiverPath({ ...settings, remoteDataCenterUrlPathForHeartbeatReceiver: '/hb*' }, 0)).toBe('/hb*')
  })

  test.each([
    ['a,b', ['a', 'b']],
    ['a, b', ['a', ' b']],
    ['a,,b,', ['a', 'b']],
    ['', []],
  ])('remoteMachines makes of %j the list %j', (names, expected) => {
    expect(remoteMachines({ ...referenceSettings('dc1'), remoteDataCenterApplicationMachineNames: names })).toEqual(
      expected,
    )
  })
})
