import { describe, expect, test } from 'vitest'
import { createPair } from './testing/create-pair.ts'
import type { PairSimulation } from './testing/pair-simulation.ts'

/** Situations 1 to 13 of toolkit reference §7: starts, crashes, shutdowns and returns. */

const statusesOf = (pair: PairSimulation, dc: 'dc1' | 'dc2'): string => pair.application(dc).statuses.join(' ')

/** `part#count` of what a DC's application was given, in order of the parts. */
const replaysAt = (pair: PairSimulation, dc: 'dc1' | 'dc2'): readonly string[] =>
  pair
    .replays(dc)
    .map(({ dataSnapshotOrigin, heartbeatCnt }) => `${dataSnapshotOrigin}#${heartbeatCnt}`)
    .toSorted()

const firstTime = (times: readonly number[]): number => times[0] ?? Number.NaN

describe('situation', () => {
  test('1, a cold start: one UP each, never a DOWN, signals from tick n on', () => {
    const pair = createPair({ offset: 7 }).runUntil(20_000)
    expect([statusesOf(pair, 'dc1'), statusesOf(pair, 'dc2')]).toEqual(['up', 'up'])
    expect([pair.times('dc1', 'remote_up'), pair.times('dc2', 'remote_up')]).toEqual([[47], [40]])
    expect([firstTime(pair.times('dc1', 'snapshot_signal')), firstTime(pair.times('dc2', 'snapshot_signal'))]).toEqual([
      190, 197,
    ])
  })

  test('2, a crash: one DOWN, one replay per origin, the files gone, no more heartbeats or signals', () => {
    const pair = createPair({ parts: 3 })
    pair.at(500, (it) => it.kill('dc2')).runUntil(5000)
    expect(statusesOf(pair, 'dc1')).toBe('up down')
    expect(replaysAt(pair, 'dc1')).toEqual(['0#18', '1#18', '2#18'])
    expect(pair.replays('dc1')[0]).toMatchObject({ heartbeatMsgType: 2, dataCenterOrigin: 'dc2' })
    expect(pair.stored('dc1')).toEqual([])
    const down = firstTime(pair.times('dc1', 'remote_down'))
    // On the tick of the DOWN itself the heartbeat still goes out.
    expect(
      Math.max(...pair.times('dc1', 'heartbeat_failed'), ...pair.times('dc1', 'snapshot_signal')),
    ).toBeLessThanOrEqual(down)
  })

  test.each([
    // dc2's heartbeats arrive at 29 s behind dc1's ticks (φ = 29), or 1 s behind them.
    [29, 'just after its heartbeat', 0.001, 121],
    [29, 'just before its next', 29.999, 91],
    [1, 'just after its heartbeat', 0.001, 149],
    [1, 'just before its next', 29.999, 119],
  ])('3, a crash at phase %d, %s: detection at (A + 1)·I − φ − δ', (...[offset, , afterHeartbeat, expected]) => {
    const crashAt = 40 + offset + 15 * 30 + afterHeartbeat
    const pair = createPair({ offset }).at(crashAt, (it) => it.kill('dc2'))
    pair.runUntil(1000)
    expect(firstTime(pair.times('dc1', 'remote_down')) - crashAt).toBeCloseTo(expected, 1)
  })

  test('4, a crash before the first snapshot: DOWN, zero replay', () => {
    const pair = createPair()
    pair.at(189, (it) => it.kill('dc2')).runUntil(1000)
    expect([statusesOf(pair, 'dc1'), replaysAt(pair, 'dc1')]).toEqual(['up down', []])
  })

  test('5, a crash while the parts of a snapshot are on their way: new and old parts', () => {
    const pair = createPair({ parts: 5, latencySeconds: 1 })
    // The part that is on its way at the crash still arrives.
    pair.at(342.5, (it) => it.kill('dc2')).runUntil(1000)
    expect(replaysAt(pair, 'dc1')).toEqual(['0#12', '1#12', '2#12', '3#6', '4#6'])
  })

  test('6, a job cancelled without notice is a crash', () => {
    const pair = createPair()
    pair.at(500, (it) => it.kill('dc2')).runUntil(1000)
    expect(replaysAt(pair, 'dc1')).toEqual(['0#18'])
  })

  test('7, an orderly shutdown: its snapshots deleted at once, one DOWN later by its silence, zero replay (Q3)', () => {
    const pair = createPair({ parts: 2 })
    pair.at(500, (it) => it.special('dc2', 'OrderlyShutdown')).at(501, (it) => it.kill('dc2'))
    pair.runUntil(500)
    expect([pair.stored('dc1'), statusesOf(pair, 'dc1')]).toEqual([[], 'up'])
    pair.runUntil(2000)
    const down = firstTime(pair.times('dc1', 'remote_down'))
    const lastHeartbeat = Math.max(...pair.times('dc1', 'heartbeat_received'))
    expect(down - lastHeartbeat).toBeGreaterThanOrEqual(120)
    expect(down - lastHeartbeat).toBeLessThanOrEqual(150)
    expect([statusesOf(pair, 'dc1'), replaysAt(pair, 'dc1')]).toEqual(['up down', []])
  })

  test('8, a notice that is lost: a crash with a stale replay', () => {
    const pair = createPair()
    pair
      .at(495, (it) => it.cut({ from: 'dc2', ports: 'snapshots', trouble: 'refuse' }))
      .at(500, (it) => it.special('dc2', 'OrderlyShutdown'))
      .runUntil(2000)
    expect(replaysAt(pair, 'dc1')).toEqual(['0#18'])
  })

  test('9, a notice that overtakes a snapshot on another channel: one stale replay, by chance of the splitters', () => {
    const replayed = Array.from({ length: 12 }, (_, seed) => {
      const pair = createPair({ seed, values: { numberOfHttpSenderReceiverPairs: 2 } })
      pair
        .at(489, (it) => it.cut({ from: 'dc2', ports: 1, delaySeconds: 20 }))
        .at(495, (it) => it.special('dc2', 'OrderlyShutdown'))
        .runUntil(2000)
      return replaysAt(pair, 'dc1').length
    })
    expect(new Set(replayed)).toEqual(new Set([0, 1]))
  })

  test('10, an orderly shutdown of a job that is not stopped: mute and deaf for ever', () => {
    const pair = createPair()
    pair.at(500, (it) => it.special('dc2', 'OrderlyShutdown')).runUntil(50_000)
    expect([statusesOf(pair, 'dc1'), statusesOf(pair, 'dc2')]).toEqual(['up down', 'up'])
    expect(pair.times('dc2', 'heartbeat_sent').filter((time) => time > 500)).toEqual([])
    expect(pair.composite('dc2')?.state.isClosing).toBe(true)
  })

  test('11, a failed DC that returns: UP at its first heartbeat, at it within I, protected again, nothing handed back', () => {
    const pair = createPair()
    pair
      .at(500, (it) => it.kill('dc2'))
      .at(1000, (it) => it.start('dc2'))
      .runUntil(2000)
    expect(pair.times('dc1', 'remote_up').at(-1)).toBe(1040)
    const back = pair.times('dc2', 'remote_up').at(-1) ?? Number.NaN
    expect(back - 1040).toBeGreaterThanOrEqual(0)
    expect(back - 1040).toBeLessThanOrEqual(30)
    expect(replaysAt(pair, 'dc2')).toEqual([])
    expect(pair.stored('dc1')).toEqual(['dc2-0.snapshot'])
  })

  test('12, a restart faster than detection: no status, the replica of the lost state stays until it is overwritten', () => {
    const pair = createPair({ blobOf: (_, { heartbeatCnt }) => new Uint8Array([Number(heartbeatCnt)]) })
    pair
      .at(500, (it) => it.kill('dc2'))
      .at(535, (it) => it.start('dc2'))
      .runUntil(640)
    expect([statusesOf(pair, 'dc1'), replaysAt(pair, 'dc1')]).toEqual(['up', []])
    const replica = (): number | undefined => pair.store('dc1').entries.get('dc2-0.snapshot')?.at(-3)
    const before = replica()
    pair.runUntil(1000)
    expect(statusesOf(pair, 'dc1')).toBe('up')
    expect([before, replica()]).toEqual([18, 12])
  })

  test.each([
    // The gap is 135 s: dc2's last heartbeat at 490 + φ, its next at downtime + 40.
    [5, 'up'],
    [25, 'up down up'],
  ])('13, a restart at the edge of detection: at phase %d dc1 sees %j', (phase, expected) => {
    const lastHeartbeat = 490 + phase
    const pair = createPair({ offset: phase })
    pair
      .at(lastHeartbeat + 1, (it) => it.kill('dc2'))
      .at(lastHeartbeat + 135 - 40, (it) => it.start('dc2'))
      .runUntil(2000)
    expect(statusesOf(pair, 'dc1')).toBe(expected)
  })
})
