import { describe, expect, test } from 'vitest'
import { createPair } from './testing/create-pair.ts'

/** What operation modes come to, where one side ends (toolkit reference §1.4, no. 2, and §4.6). */
describe('modes', () => {
  test('a passive side that dies: DOWN with zero replay at the active one, and no more heartbeats or signals', () => {
    const pair = createPair({ dc2: { crossDCOperationMode: 0 } })
    pair.at(500, (it) => it.kill('dc2')).runUntil(2000)
    expect(pair.application('dc1').statuses).toEqual(['up', 'down'])
    expect([pair.replays('dc1'), pair.stored('dc1')]).toEqual([[], []])
    const [down = 0] = pair.times('dc1', 'remote_down')
    const sent = [...pair.times('dc1', 'heartbeat_failed'), ...pair.times('dc1', 'snapshot_signal')]
    expect(sent.filter((time) => time > down)).toEqual([])
  })

  test('a side in mode 2 sends no snapshots, but takes over', () => {
    const pair = createPair({ dc1: { crossDCOperationMode: 2 } })
    pair.at(500, (it) => it.kill('dc2')).runUntil(2000)
    expect(pair.times('dc1', 'snapshot_signal')).toEqual([])
    expect(pair.replays('dc1')).toHaveLength(1)
  })
})
