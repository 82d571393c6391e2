import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { createRandom } from '../support/random.ts'
import { detectionWindow, willNotRecover } from './oracle.ts'
import { PairSimulation } from './testing/pair-simulation.ts'
import { referenceSettings } from './testing/reference-settings.ts'

/** Two healthy DCs with the reference values, dc2 started `offset` seconds after dc1. */
function createPair(
  options: { seed?: number; parts?: number; offset?: number; values?: Partial<CrossDcSettings> } = {},
): PairSimulation {
  const { seed = 1, parts = 1, offset = 0, values = {} } = options
  const pair = new PairSimulation({
    dc1: { ...referenceSettings('dc1'), ...values },
    dc2: { ...referenceSettings('dc2'), ...values },
    seed,
    parts,
  })
  return pair.at(0, (it) => it.start('dc1')).at(offset, (it) => it.start('dc2'))
}

describe('two composites', () => {
  test('see each other at the first heartbeats and never report a healthy remote down', () => {
    const pair = createPair({ offset: 7 }).runUntil(20_000)
    expect(pair.times('dc2', 'remote_up')).toEqual([40])
    expect(pair.times('dc1', 'remote_up')).toEqual([47])
    expect([...pair.times('dc1', 'remote_down'), ...pair.times('dc2', 'remote_down')]).toEqual([])
    expect(pair.times('dc1', 'heartbeat_sent').slice(0, 3)).toEqual([40, 70, 100])
  })

  test('exchange snapshots at 190, 340 and 490 s for the reference values', () => {
    const pair = createPair().runUntil(600)
    expect(pair.times('dc1', 'snapshot_signal')).toEqual([190, 340, 490])
    expect(pair.times('dc2', 'snapshot_stored')).toEqual([190, 340, 490])
    expect([...pair.files('dc2').keys()]).toEqual(['dc1-0.snapshot'])
  })

  test('find a crash within the predicted window, over random phases', () => {
    const window = detectionWindow({ observer: referenceSettings('dc1'), failed: referenceSettings('dc2') })
    const random = createRandom(4711)
    const detections: number[] = []
    for (let seed = 0; seed < 400; seed += 1) {
      const offset = random.nextFloat() * 30
      const crashAt = 400 + random.nextFloat() * 300
      const pair = createPair({ seed, offset })
        .at(crashAt, (it) => it.kill('dc2'))
        .runUntil(1200)
      const downs = pair.times('dc1', 'remote_down')
      expect(downs).toHaveLength(1)
      detections.push((downs[0] ?? Number.NaN) - crashAt)
    }
    expect(Math.min(...detections)).toBeGreaterThan(window?.minSeconds ?? Number.NaN)
    expect(Math.max(...detections)).toBeLessThanOrEqual(window?.maxSeconds ?? Number.NaN)
    // The whole window is used: neither end could be drawn closer.
    expect(Math.min(...detections)).toBeLessThan(95)
    expect(Math.max(...detections)).toBeGreaterThan(145)
    const mean = detections.reduce((sum, seconds) => sum + seconds, 0) / detections.length
    expect(Math.abs(mean - 120)).toBeLessThan(3)
  })

  test('replay every remembered part once at a DOWN, and delete it', () => {
    const pair = createPair({ parts: 3 })
    pair.at(500, (it) => it.kill('dc1')).runUntil(1000)
    expect(pair.times('dc2', 'takeover_started')).toHaveLength(1)
    expect(pair.times('dc2', 'takeover_done')).toHaveLength(1)
    expect(
      pair
        .replays('dc2')
        .map(({ dataSnapshotOrigin }) => dataSnapshotOrigin)
        .toSorted(),
    ).toEqual(['0', '1', '2'])
    const [replay] = pair.replays('dc2')
    expect(replay).toMatchObject({ heartbeatMsgType: 2, dataCenterOrigin: 'dc1' })
    expect(pair.files('dc2').size).toBe(0)
    const done = pair.events.find(({ event }) => event === 'takeover_done')
    expect(done).toMatchObject({ dc: 'dc2', of: 'dc1', detail: { parts: 3, remembered: 3 } })
  })

  test('fall silent after a DOWN', () => {
    const pair = createPair()
    pair.at(500, (it) => it.kill('dc1')).runUntil(5000)
    const [down = Number.NaN] = pair.times('dc2', 'remote_down')
    // On the tick of the DOWN itself signal and heartbeat still go out.
    expect(Math.max(...pair.times('dc2', 'heartbeat_failed'))).toBeLessThanOrEqual(down)
    expect(Math.max(...pair.times('dc2', 'snapshot_signal'))).toBeLessThanOrEqual(down)
  })

  test('replay nothing at a crash before the first snapshot', () => {
    const pair = createPair()
    pair.at(189, (it) => it.kill('dc1')).runUntil(1000)
    expect(pair.times('dc2', 'remote_down')).toHaveLength(1)
    expect(pair.times('dc2', 'takeover_started')).toEqual([])
    expect(pair.replays('dc2')).toEqual([])
  })

  test('both stay down and silent for ever after a partition of 400 s, until one is restarted (Q4)', () => {
    const pair = createPair({ offset: 11 })
      .at(500, (it) => it.cut('dc1'))
      .at(500, (it) => it.cut('dc2'))
      .at(900, (it) => it.heal())
      .runUntil(5000)
    for (const dc of ['dc1', 'dc2'] as const) {
      expect(pair.times(dc, 'remote_up')).toHaveLength(1)
      expect(pair.times(dc, 'remote_down')).toHaveLength(1)
      expect(pair.times(dc, 'takeover_done')).toHaveLength(1)
      expect(pair.times(dc, 'heartbeat_sent').filter((time) => time > 900)).toEqual([])
    }
    const statuses = [pair.composite('dc1')?.state.remoteStatus, pair.composite('dc2')?.state.remoteStatus] as const
    expect(statuses).toEqual(['down', 'down'])
    expect(willNotRecover(['down', 'down'])).toBe(true)

    pair.kill('dc2')
    pair.start('dc2')
    pair.runUntil(6000)
    const [, backAtDc1] = pair.times('dc1', 'remote_up')
    const [, backAtDc2 = Number.NaN] = pair.times('dc2', 'remote_up')
    expect(backAtDc1).toBe(5040)
    expect(backAtDc2 - 5040).toBeGreaterThan(0)
    expect(backAtDc2 - 5040).toBeLessThanOrEqual(30)
  })

  test('recover by themselves from a partition that only one has noticed', () => {
    const pair = createPair({ offset: 15 })
      .at(505, (it) => it.cut('dc1'))
      .at(505, (it) => it.cut('dc2'))
      .runUntil(505)
    for (let time = 506; pair.events.every(({ event }) => event !== 'remote_down'); time += 1) pair.runUntil(time)
    pair.heal()
    pair.runUntil(2000)
    expect(pair.composite('dc1')?.state.remoteStatus).toBe('up')
    expect(pair.composite('dc2')?.state.remoteStatus).toBe('up')
  })

  test('both go down when only one direction is lost: first the deaf one, then the other', () => {
    const pair = createPair({ offset: 9 })
      .at(500, (it) => it.cut('dc1'))
      .runUntil(2000)
    const [atDc2 = Number.NaN] = pair.times('dc2', 'remote_down')
    const [atDc1 = Number.NaN] = pair.times('dc1', 'remote_down')
    expect(atDc2 - 500).toBeGreaterThan(90)
    expect(atDc2 - 500).toBeLessThanOrEqual(150)
    expect(atDc1).toBeGreaterThan(atDc2)
    expect(atDc1 - 500).toBeLessThanOrEqual(300)
  })

  test('do not notice a restart within 40 s, and the survivor keeps a replica of the state that is gone', () => {
    const pair = createPair({ offset: 3 })
      .at(500, (it) => it.kill('dc2'))
      .at(535, (it) => it.start('dc2'))
      .runUntil(640)
    expect(pair.times('dc1', 'remote_down')).toEqual([])
    expect(pair.replays('dc1')).toEqual([])
    expect(pair.composite('dc1')?.state.rememberedSnapshots).toEqual(['dc2-0.snapshot'])
  })

  test('flap every interval with no misses allowed', () => {
    const pair = createPair({ offset: 10, values: { consecutiveHeartbeatMissesAllowed: 0 } }).runUntil(400)
    const downs = pair.times('dc1', 'remote_down')
    const ups = pair.times('dc1', 'remote_up')
    expect(ups).toEqual([50, 80, 110, 140, 170, 200, 230, 260, 290, 320, 350, 380])
    expect(downs).toEqual([70, 100, 130, 160, 190, 220, 250, 280, 310, 340, 370, 400])
  })

  test('never report a dead remote down with 255 misses allowed', () => {
    const pair = createPair({ values: { consecutiveHeartbeatMissesAllowed: 255 } })
    pair.at(500, (it) => it.kill('dc2')).runUntil(100_000)
    expect(pair.times('dc1', 'remote_down')).toEqual([])
  })

  test('delete the snapshots of a remote that shuts down in order, and report it down by its silence (Q3)', () => {
    const pair = createPair({ parts: 2 })
    pair.at(500, (it) => it.input('dc1', { kind: 'special', message: 'OrderlyShutdown' })).runUntil(2000)
    expect(pair.events.filter(({ dc, event }) => dc === 'dc2' && event === 'snapshot_deleted')).toMatchObject([
      { time: 500, of: 'dc1', detail: { reason: 'orderly_shutdown' } },
      { time: 500, of: 'dc1', detail: { reason: 'orderly_shutdown' } },
    ])
    const [down = Number.NaN] = pair.times('dc2', 'remote_down')
    const lastHeartbeat = Math.max(...pair.times('dc2', 'heartbeat_received'))
    expect(down - lastHeartbeat).toBeGreaterThan(120 - 1e-6)
    expect(down - lastHeartbeat).toBeLessThanOrEqual(150)
    expect(pair.times('dc2', 'takeover_started')).toEqual([])
    expect(pair.times('dc1', 'remote_down')).toEqual([])
    expect(pair.composite('dc1')?.state.isClosing).toBe(true)
  })

  test('replay nothing at a passive side, and keep its files', () => {
    const pair = new PairSimulation({
      dc1: referenceSettings('dc1'),
      dc2: { ...referenceSettings('dc2'), crossDCOperationMode: 0 },
      seed: 1,
    })
    pair
      .at(0, (it) => it.start('dc1'))
      .at(0, (it) => it.start('dc2'))
      .at(500, (it) => it.kill('dc1'))
      .runUntil(1000)
    expect(pair.times('dc2', 'remote_down')).toHaveLength(1)
    expect(pair.times('dc2', 'snapshot_signal')).toEqual([])
    expect(pair.replays('dc2')).toEqual([])
    expect([...pair.files('dc2').keys()]).toEqual(['dc1-0.snapshot'])
  })

  test('keep sending to a remote that was never there', () => {
    const pair = new PairSimulation({ dc1: referenceSettings('dc1'), dc2: referenceSettings('dc2'), seed: 1 })
    pair.at(0, (it) => it.start('dc1')).runUntil(1000)
    expect(pair.times('dc1', 'heartbeat_failed')).toHaveLength(33)
    expect(pair.times('dc1', 'remote_down')).toEqual([])
    expect(pair.composite('dc1')?.state.remoteStatus).toBe('never_contacted')
  })
})

describe('protection', () => {
  test('is reported when every part has a replica, and again after each complete round', () => {
    const pair = createPair({ parts: 3 }).runUntil(500)
    expect(pair.times('dc2', 'protected')).toEqual([190, 340, 490])
    expect(pair.events.find(({ event }) => event === 'protected')).toMatchObject({ dc: 'dc2', of: 'dc1' })
  })

  test('is not reported while one part is missing', () => {
    const dc2 = referenceSettings('dc2')
    const pair = new PairSimulation({ dc1: referenceSettings('dc1'), dc2, seed: 1, parts: 2 })
    pair
      .at(0, (it) => it.start('dc1'))
      .at(0, (it) => it.start('dc2'))
      .runUntil(189)
    const empty = { heartbeatMsgType: 2, heartbeatCnt: 6n, dataCenterOrigin: 'dc2', dataSnapshotOrigin: '' } as const
    const signal = { ...empty, dataSnapshot: new Uint8Array(0) }
    pair.input('dc2', { kind: 'snapshot', signal, part: '0', blob: new Uint8Array([1]) })
    pair.runUntil(189.5)
    expect(pair.times('dc1', 'snapshot_stored')).toHaveLength(1)
    expect(pair.times('dc1', 'protected')).toEqual([])
  })
})
