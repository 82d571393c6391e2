import { describe, expect, test } from 'vitest'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import { createPair } from './testing/create-pair.ts'
import type { PairSimulation } from './testing/pair-simulation.ts'

/** Situations 14 to 32 of toolkit reference §7: links, ports, machines and intervals. */

const statusesOf = (pair: PairSimulation): readonly string[] =>
  (['dc1', 'dc2'] as const).map((dc) => pair.application(dc).statuses.join(' '))

const replaysOf = (pair: PairSimulation): readonly number[] => [pair.replays('dc1').length, pair.replays('dc2').length]

/** Cuts both directions, by default for good. */
function partition(pair: PairSimulation, from: number, to = Number.POSITIVE_INFINITY): PairSimulation {
  pair.at(from, (it) => it.cut('dc1')).at(from, (it) => it.cut('dc2'))
  return to === Number.POSITIVE_INFINITY ? pair : pair.at(to, (it) => it.heal())
}

describe('situation', () => {
  test('14, a partition shorter than A·I − I: no status; a snapshot that was posted meanwhile is lost', () => {
    const pair = partition(createPair({ offset: 3 }), 485, 570).runUntil(635)
    expect(statusesOf(pair)).toEqual(['up', 'up'])
    expect(pair.times('dc2', 'snapshot_stored')).toEqual([190, 340])
    expect(pair.times('dc1', 'snapshot_failed')).toHaveLength(1)
    pair.runUntil(700)
    expect(pair.times('dc2', 'snapshot_stored')).toEqual([190, 340, 640])
  })

  test('15, a longer partition: both DOWN within an interval of each other, both replay', () => {
    const pair = partition(createPair({ offset: 3, parts: 2 }), 500).runUntil(1000)
    expect(statusesOf(pair)).toEqual(['up down', 'up down'])
    expect(replaysOf(pair)).toEqual([2, 2])
    const [one = 0] = pair.times('dc1', 'remote_down')
    const [other = 0] = pair.times('dc2', 'remote_down')
    expect(Math.abs(one - other)).toBeLessThanOrEqual(30)
  })

  test('16, healed after that: DOWN on both for ever (Q4), until one is restarted', () => {
    const pair = partition(createPair({ offset: 3 }), 500, 900).runUntil(100_000)
    expect(statusesOf(pair)).toEqual(['up down', 'up down'])
    pair.restart('dc1')
    pair.runUntil(101_000)
    expect(statusesOf(pair)).toEqual(['up', 'up down up'])
  })

  test('17, healed between the two DOWNs: the one that said it first gets UP at the other’s next heartbeat', () => {
    const pair = partition(createPair({ offset: 15 }), 505).runUntil(505)
    for (let time = 506; pair.events.every(({ event }) => event !== 'remote_down'); time += 1) pair.runUntil(time)
    pair.heal()
    pair.runUntil(2000)
    const [first] = pair.events.filter(({ event }) => event === 'remote_down')
    const back = pair.times(first?.dc ?? 'dc1', 'remote_up').at(-1) ?? Number.NaN
    expect(back - (first?.time ?? 0)).toBeLessThanOrEqual(30)
    expect(pair.composite('dc1')?.state.remoteStatus).toBe('up')
    expect(pair.composite('dc2')?.state.remoteStatus).toBe('up')
  })

  test('18, one direction lost: first the deaf side, then the other, both replay', () => {
    const pair = createPair({ offset: 9 })
    pair.at(500, (it) => it.cut('dc1')).runUntil(2000)
    const [atDc2 = 0] = pair.times('dc2', 'remote_down')
    const [atDc1 = 0] = pair.times('dc1', 'remote_down')
    expect(atDc2 - 500).toBeLessThanOrEqual(150)
    expect(atDc1).toBeGreaterThan(atDc2)
    expect(atDc1 - atDc2).toBeLessThanOrEqual(150)
    expect(replaysOf(pair)).toEqual([1, 1])
  })

  test('19, the heartbeat port blocked: DOWN and replay though data arrive; what arrives later is kept for the next DOWN', () => {
    const pair = createPair({ offset: 3 })
    pair.at(500, (it) => it.cut({ from: 'dc2', ports: 'heartbeats' })).runUntil(2000)
    expect(statusesOf(pair)[0]).toBe('up down')
    expect(replaysOf(pair)[0]).toBe(1)
    // dc2 still saw dc1 UP when its next signal came.
    const [down = 0] = pair.times('dc1', 'remote_down')
    expect(pair.times('dc1', 'snapshot_stored').some((time) => time > down)).toBe(true)
    expect(pair.stored('dc1')).toEqual(['dc2-0.snapshot'])
  })

  test('20, the snapshot ports blocked: no status, replication stops, and a crash replays old data', () => {
    const pair = createPair()
    pair.at(200, (it) => it.cut({ from: 'dc2', ports: 'snapshots' })).runUntil(2000)
    expect(statusesOf(pair)).toEqual(['up', 'up'])
    expect(pair.times('dc1', 'snapshot_stored')).toEqual([190])
    pair.kill('dc2')
    pair.runUntil(3000)
    expect(pair.replays('dc1').map(({ heartbeatCnt }) => heartbeatCnt)).toEqual([6n])
  })

  test.each([
    [25, 'up down up', 'heartbeats that queued up in a black hole go out late and revive both'],
    [5, 'up down', 'none is left when attempts time out sooner than heartbeats come'],
  ])('21, dropped with a connection timeout of %d s: %j, for %s', (httpConnectionTimeout, expected) => {
    const pair = createPair({ offset: 3, values: { heartbeatExchangeInterval: 10, httpConnectionTimeout } })
    partition(pair, 500, 600).runUntil(2000)
    expect(statusesOf(pair)).toEqual([expected, expected])
  })

  test('21, refused: an error trace each time, and nothing waits', () => {
    const pair = createPair()
    pair.at(500, (it) => it.cut({ from: 'dc1', trouble: 'refuse' })).runUntil(560)
    expect(pair.times('dc1', 'heartbeat_failed')).toEqual([520, 550])
    expect(pair.errors.filter(({ dc }) => dc === 'dc1').map(({ text }) => text)).toEqual([
      'remote.example: Connection refused',
      'remote.example: Connection refused',
    ])
  })

  test('22, a remote that hangs: nothing if it is short, else DOWN, and a burst of the POSTs that hung brings UP', () => {
    const hungFor = (seconds: number): readonly string[] => {
      const pair = createPair({ offset: 3 })
      pair
        .at(500, (it) => it.cut({ from: 'dc1', trouble: 'hang' }))
        .at(500 + seconds, (it) => it.heal())
        .runUntil(2000)
      return statusesOf(pair)
    }
    expect(hungFor(85)).toEqual(['up', 'up'])
    expect(hungFor(170)).toEqual(['up', 'up down up'])
  })

  test.each([
    [true, ['up', 'up down up']],
    [false, ['up', 'up']],
  ])('23, slow snapshots in a PE that is fused (%s)', (isFused, expected) => {
    const pair = createPair({ behaviour: { ...defaultBehaviour, isFused }, dc1: { httpReadTimeout: 0 } })
    pair.at(489, (it) => it.cut({ from: 'dc1', ports: 'snapshots', delaySeconds: 160 })).runUntil(800)
    expect(statusesOf(pair)).toEqual(expected)
    // Its own ticks wait as well: no heartbeat between 460 s and the end of the POST.
    expect(pair.times('dc1', 'heartbeat_sent').filter((time) => time > 460 && time < 649).length === 0).toBe(isFused)
  })

  test('25, A = 0: DOWN and UP in turn every interval, with a replay for each DOWN that finds a snapshot', () => {
    const pair = createPair({
      offset: 10,
      values: { consecutiveHeartbeatMissesAllowed: 0, dataSnapshotExchangeInterval: 30 },
    })
    pair.runUntil(1000)
    const told = pair.application('dc1').statuses
    expect(told.every((status, index) => status === (index % 2 === 0 ? 'up' : 'down'))).toBe(true)
    expect(told.length).toBeGreaterThan(60)
    expect(replaysOf(pair)[0]).toBeGreaterThan(25)
  })

  test('26, A = 255: never a DOWN', () => {
    const pair = createPair({ values: { consecutiveHeartbeatMissesAllowed: 255 } })
    pair.at(500, (it) => it.kill('dc2')).runUntil(100_000)
    expect(statusesOf(pair)[0]).toBe('up')
  })

  test('27, intervals that differ: DOWNs of a healthy remote when its interval is above (A + 1)·I', () => {
    const pair = createPair({ dc2: { heartbeatExchangeInterval: 160 } }).runUntil(3000)
    expect(pair.times('dc1', 'remote_down').length).toBeGreaterThan(5)
    expect(statusesOf(pair)[1]).toBe('up')
  })

  test('28, a list whose first machine is dead: one failed attempt, then the second sticks; no DOWN', () => {
    const pair = createPair({ dc1: { remoteDataCenterApplicationMachineNames: 'dead,alive' } })
    pair.machine('dead', 'drop')
    pair.runUntil(2000)
    expect(statusesOf(pair)).toEqual(['up', 'up'])
    // One attempt on each of the two ports.
    expect(pair.errors.map(({ text }) => text)).toEqual(['dead: connect timed out', 'dead: connect timed out'])
  })

  test('29, the sticky machine dies and another takes over: the list is walked again, no DOWN', () => {
    const pair = createPair({ dc1: { remoteDataCenterApplicationMachineNames: 'a,b' } })
    pair.machine('b', 'refuse')
    pair.at(500, (it) => it.machine('a', 'refuse')).at(500, (it) => it.machine('b', 'remote'))
    pair.runUntil(2000)
    expect(statusesOf(pair)).toEqual(['up', 'up'])
    expect(pair.times('dc1', 'heartbeat_failed')).toEqual([])
  })

  test('30, the receiver moves to a machine that is not listed: the other side is DOWN there, then this one here', () => {
    const pair = createPair({ dc1: { remoteDataCenterApplicationMachineNames: 'a' } })
    pair.at(500, (it) => it.machine('a', 'refuse')).runUntil(2000)
    expect(statusesOf(pair)).toEqual(['up down', 'up down'])
    expect(pair.times('dc2', 'remote_down')[0]).toBeLessThan(pair.times('dc1', 'remote_down')[0] ?? 0)
  })

  test('31, all machines with one that drops: heartbeats age when an attempt takes longer than the interval', () => {
    const values = { heartbeatExchangeInterval: 10, sendToAllRemoteMachines: true, httpConnectionTimeout: 25 }
    const pair = createPair({ dc1: { ...values, remoteDataCenterApplicationMachineNames: 'dead,alive' }, dc2: values })
    pair.machine('dead', 'drop')
    pair.runUntil(3000)
    // A heartbeat each 25 s at dc2, where a DOWN needs 40 s of silence: late, but alive.
    expect(statusesOf(pair)[1]).toBe('up')
    const received = pair.events.filter(({ dc, event }) => dc === 'dc2' && event === 'heartbeat_received')
    const latest = received.at(-1)
    expect((latest?.time ?? 0) - (40 + (Number(latest?.detail['count']) - 1) * 10)).toBeGreaterThan(1000)
  })

  test('32, N differs: with an even number of parts always the same part is lost', () => {
    const pair = createPair({ parts: 2, dc1: { numberOfHttpSenderReceiverPairs: 2 } }).runUntil(3000)
    expect(pair.stored('dc2')).toHaveLength(1)
    const failed = pair.events.filter(({ event }) => event === 'snapshot_failed').map(({ detail }) => detail['part'])
    expect(failed.length).toBeGreaterThan(10)
    expect(new Set(failed).size).toBe(1)
  })
})
