import { describe, expect, test } from 'vitest'
import { CompositeProbe, snapshotOfDc2 } from './testing/composite-probe.ts'

/** What was sent, without the rest. */
const posts = (texts: readonly string[]): readonly string[] => texts.filter((text) => text.startsWith('post'))

describe('the heartbeat sender’s queue', () => {
  test('lets the tick go on while the remote hangs, and its heartbeats go out late, one after another', () => {
    const probe = new CompositeProbe()
    expect(posts(probe.tick())).toHaveLength(1)
    for (let tick = 2; tick <= 4; tick += 1) expect(probe.tick()).toEqual(['tick in 30'])
    expect(posts(probe.sent('refused'))).toEqual(['post type 1 #2 dc1 to remote.example +0'])
    expect(posts(probe.sent())).toEqual(['post type 1 #3 dc1 to remote.example +0'])
    expect(posts(probe.sent())).toEqual(['post type 1 #4 dc1 to remote.example +0'])
    expect(posts(probe.sent())).toEqual([])
  })

  test('still sends what it holds after a DOWN, and gets nothing new', () => {
    const probe = new CompositeProbe({ values: { consecutiveHeartbeatMissesAllowed: 1 } })
    probe.heartbeat()
    probe.tick()
    expect(probe.tick()).toEqual(['DOWN', 'tick in 30'])
    expect(probe.tick()).toEqual(['tick in 30'])
    expect(posts(probe.sent('refused'))).toEqual(['post type 1 #2 dc1 to remote.example +0'])
    expect(posts(probe.sent('refused'))).toEqual([])
  })

  test('holds up the tick, its miss and the next tick when 1000 wait, until there is room', () => {
    const probe = new CompositeProbe({ values: { consecutiveHeartbeatMissesAllowed: 255 } })
    probe.heartbeat()
    for (let tick = 1; tick <= 1001; tick += 1) expect(probe.tick().at(-1)).toBe('tick in 30')
    const missesBefore = probe.composite.state.operators['RemoteDataCenterHeartbeatWatchdog']?.processed[1]
    expect(probe.tick().filter((text) => !text.startsWith('signal'))).toEqual([])
    expect(probe.composite.state.operators['RemoteDataCenterHeartbeatWatchdog']?.processed[1]).toBe(missesBefore)
    expect(probe.sent('refused').slice(-1)).toEqual(['tick in 30'])
    expect(probe.composite.state.operators['RemoteDataCenterHeartbeatWatchdog']?.processed[1]).toBe(1002)
  })
})

describe('N pairs', () => {
  const values = { numberOfHttpSenderReceiverPairs: 2 }

  test('deal the parts out round-robin', () => {
    const probe = new CompositeProbe({ values })
    const texts = ['0', '1'].flatMap((part) => probe.answer(part))
    expect(texts).toEqual([
      'post type 2 #6 dc1 part 0 1 B to remote.example +1',
      'post type 2 #6 dc1 part 1 1 B to remote.example +2',
    ])
    expect(probe.answer('2')).toEqual([])
  })

  test('let the notice of a shutdown overtake a snapshot that is slow on another channel', () => {
    const probe = new CompositeProbe({ values })
    probe.answer('0')
    // The preparer's splitter is its own: its first message waits behind the snapshot on channel 0, its second does not.
    expect(posts(probe.special('OrderlyShutdown'))).toEqual([])
    expect(posts(probe.special('OrderlyShutdown'))).toEqual(['post type 3 #2 dc1 to remote.example +2'])
  })
})

describe('the application', () => {
  test('is blocked by the 1002nd snapshot while the first hangs, and let go when there is room', () => {
    const probe = new CompositeProbe()
    for (let count = 0; count <= 1000; count += 1) probe.answer('0')
    expect(probe.answer('0')).toEqual(['block'])
    expect(probe.sent()).toEqual(['post type 2 #6 dc1 part 0 1 B to remote.example +1', 'resume'])
  })
})

describe('a fused PE', () => {
  /** One tick before a signal, with the remote UP. */
  function beforeSignal(isFused: boolean): CompositeProbe {
    const probe = new CompositeProbe({ isFused })
    probe.heartbeat()
    probe.ticks(5)
    return probe
  }

  test('holds up the heartbeat, the miss and the next tick until the snapshot is away', () => {
    const probe = beforeSignal(true)
    expect(probe.tick()).toEqual(['signal type 2 #6 dc1'])
    expect(probe.answer('0')).toEqual(['post type 2 #6 dc1 part 0 1 B to remote.example +1'])
    expect(probe.answer('1')).toEqual([])
    expect(probe.give({ kind: 'signal_answered' })).toEqual([])
    expect(probe.sent()).toEqual(['post type 2 #6 dc1 part 1 1 B to remote.example +1'])
    expect(probe.sent('refused')).toEqual([
      'error: remote.example: Connection refused',
      'post type 1 #7 dc1 to remote.example +0',
      'tick in 30',
    ])
  })

  test('goes on at once when the application answers with nothing', () => {
    const probe = beforeSignal(true)
    expect(probe.tick()).toEqual(['signal type 2 #6 dc1'])
    expect(probe.give({ kind: 'signal_answered' })).toEqual(['post type 1 #7 dc1 to remote.example +0', 'tick in 30'])
  })

  test('unfused does not wait', () => {
    const probe = beforeSignal(false)
    expect(probe.tick()).toEqual(['signal type 2 #6 dc1', 'post type 1 #7 dc1 to remote.example +0', 'tick in 30'])
  })

  test('counts its misses late', () => {
    const values = { consecutiveHeartbeatMissesAllowed: 0 }
    const probe = new CompositeProbe({ isFused: true, values: { ...values, dataSnapshotExchangeInterval: 30 } })
    probe.heartbeat()
    expect(probe.tick()).toEqual(['delete all files', 'signal type 2 #1 dc1'])
    probe.answer('0')
    expect(probe.give({ kind: 'signal_answered' })).toEqual([])
    expect(probe.sent()).toEqual(['post type 1 #2 dc1 to remote.example +0', 'DOWN', 'tick in 30'])
  })

  test('answers POSTs all the same', () => {
    const probe = beforeSignal(true)
    probe.tick()
    probe.answer('0')
    expect(probe.heartbeat()).toEqual(['204 to 7'])
    expect(probe.post(1, snapshotOfDc2('0'))).toEqual(['204 to 8', 'write dc2-0.snapshot'])
  })
})
