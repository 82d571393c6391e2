import { expect, test } from 'vitest'
import { TestbedError } from '../../model/errors.ts'
import { WatchedWorld } from '../testing/started-world.ts'

const table = {
  dataSnapshotJdbcUrl: 'jdbc:sqlite:snapshots.db',
  dataSnapshotJdbcDriverLib: 'opt/sqlite.jar',
  dataSnapshotJdbcClassName: 'org.sqlite.JDBC',
  dataSnapshotTableName: 'SNAPSHOTS',
  dataSnapshotPrimaryKeyColumnName: 'ID',
}

test('two jobs find each other after the initial delay and protect each other’s state', () => {
  const world = new WatchedWorld({ linkDelaySeconds: 0.02 }).submitBoth().until(200)
  expect(world.times('dc1', 'remote_up')).toEqual([expect.closeTo(40.06, 9)])
  expect(world.times('dc2', 'remote_up')).toEqual([expect.closeTo(40.06, 9)])
  expect(world.times('dc1', 'protected')).toEqual([expect.closeTo(190.06, 9)])
  expect([...world.datacenters.dc2.stored().keys()]).toEqual(['dc1-0.snapshot'])
})

test('a DC that is held down is taken over, and comes back when it is let up', () => {
  const world = new WatchedWorld().submitBoth().until(700)
  const { detail } = world.perform({ kind: 'hold_down', dc: 'dc1' })
  expect(detail).toEqual({ pids: [expect.any(Number)] })
  world.until(1000)
  expect(world.datacenters.dc1.pes().map(({ status, statusReason }) => [status, statusReason])).toEqual([
    ['stopped', 'crash'],
  ])
  // Killed at 700, after a heartbeat at 700: missed from 730 on, and declared down on the fifth (toolkit reference §4.2, Q1).
  expect(world.times('dc2', 'remote_down')).toEqual([850])
  expect(world.times('dc2', 'takeover_done')).toEqual([850])
  world.perform({ kind: 'let_up', dc: 'dc1' })
  world.until(1100)
  expect(world.datacenters.dc1.jobs().map(({ health, pes }) => [health, pes[0]?.launchCount])).toEqual([['healthy', 2]])
  expect(world.times('dc2', 'remote_up')).toHaveLength(2)
})

test('a PE that crashes is started again with empty state, and one that crashes again and again is given up', () => {
  const world = new WatchedWorld().submitBoth().until(100)
  world.perform({ kind: 'kill_pes', dc: 'dc1', pes: [0] })
  expect(world.datacenters.dc1.jobs()[0]?.health).toBe('partiallyUnhealthy')
  world.until(110)
  expect(world.times('dc1', 'job_started')).toEqual([0, 102])
  for (let time = 120; time < 200; time += 10) {
    world.perform({ kind: 'kill_pes', dc: 'dc1' })
    world.until(time + 10)
  }
  expect(world.datacenters.dc1.pes()[0]).toMatchObject({ status: 'stopped', statusReason: 'failure', launchCount: 6 })
  expect(world.events.findLast(({ event }) => event === 'toolkit_error')?.detail).toMatchObject({
    message: 'PE 1 crashed 6 times within 600 s and is not started again.',
  })
})

test('a paused PE sends nothing, keeps what comes, and goes on without catching up', () => {
  const world = new WatchedWorld().submitBoth().until(410)
  world.perform({ kind: 'pause_pes', dc: 'dc1' })
  world.until(600)
  expect(world.times('dc1', 'heartbeat_sent').filter((time) => time > 410)).toEqual([])
  expect(world.times('dc2', 'remote_down')).toEqual([550])
  world.perform({ kind: 'resume_pes', dc: 'dc1' })
  world.until(700)
  const sent = world.times('dc1', 'heartbeat_sent').filter((time) => time > 410)
  // The tick that was due comes at once, the next one a whole interval later.
  expect(sent.slice(0, 3)).toEqual([600, 630, 660])
  expect(world.times('dc2', 'remote_up')).toHaveLength(2)
})

test('a full disk loses the snapshot that was there: overwriting empties the file, and what failed is deleted', () => {
  const world = new WatchedWorld().submitBoth().until(200)
  world.perform({ kind: 'store_fault', dc: 'dc2', fault: { mode: 'full' } })
  expect(world.datacenters.dc2.pes()[0]?.probeStore()).toMatchObject({ store: 'files', write: /^errno 28/ })
  world.until(400)
  expect(world.times('dc2', 'snapshot_stored')).toEqual([190])
  expect([...world.datacenters.dc2.stored().keys()]).toEqual([])
  world.perform({ kind: 'store_fault', dc: 'dc2', fault: null })
  world.until(500)
  expect([...world.datacenters.dc2.stored().values()].every(({ length }) => length > 0)).toBe(true)
})

test('a slow disk delays what is stored, and goes on at once when it is fast again', () => {
  const world = new WatchedWorld().submitBoth().until(180)
  world.perform({ kind: 'store_fault', dc: 'dc2', fault: { mode: 'slow', delaySeconds: 60 } })
  world.until(200)
  expect(world.times('dc2', 'snapshot_stored')).toEqual([])
  world.perform({ kind: 'store_fault', dc: 'dc2', fault: null })
  expect(world.times('dc2', 'snapshot_stored')).toEqual([200])
})

test('a table is written and read like files; what is lost with its database is back with the next look', () => {
  const world = new WatchedWorld().submitBoth(table).until(200)
  expect([...world.datacenters.dc2.stored().keys()]).toEqual(['dc1-0'])
  world.perform({ kind: 'store_fault', dc: 'dc2', fault: { mode: 'lost' } })
  world.until(345)
  expect(world.times('dc2', 'snapshot_stored')).toEqual([190])
  world.perform({ kind: 'store_fault', dc: 'dc2', fault: null })
  world.until(500)
  expect(world.times('dc2', 'snapshot_stored')).toEqual([190, 490])
})

test('the operators of a job can be dealt out to several PEs, and one can be killed alone', () => {
  const world = new WatchedWorld().submitBoth({}, 4).until(700)
  expect(world.datacenters.dc1.pes()).toHaveLength(4)
  expect(world.times('dc2', 'protected')).toEqual([190, 340, 490, 640])
  world.perform({ kind: 'kill_pes', dc: 'dc1', pes: [1] })
  world.until(1000)
  expect(world.datacenters.dc1.pes().map(({ launchCount }) => launchCount)).toEqual([1, 2, 1, 1])
  expect(world.times('dc2', 'remote_down')).toEqual([])
})

test('acts wait for an event, also for one that came before they were armed', () => {
  const world = new WatchedWorld().submitBoth().until(100)
  const fired: number[] = []
  const trigger = { event: 'remote_up', dc: 'dc2', occurrence: 1, afterSeconds: 100, sinceTime: 0 } as const
  world.arm([{ kind: 'hold_down', dc: 'dc1' }], trigger, () => void fired.push(world.now))
  const callOff = world.arm([{ kind: 'hold_down', dc: 'dc2' }], trigger, () => void fired.push(-1))
  callOff()
  world.until(300)
  expect(fired).toEqual([140])
  expect(world.times('dc1', 'pe_exited')).toEqual([140])
})

test('what cannot be done is said, and what is left is listed', () => {
  const world = new WatchedWorld().submitBoth().until(200)
  expect(() => world.perform({ kind: 'kill_pes', dc: 'dc1', pes: [3] })).toThrow(TestbedError)
  expect(() => world.perform({ kind: 'restart_operator', dc: 'dc1', operator: 'Nobody' })).toThrow(/got Nobody/)
  expect(world.leftovers()).toEqual([
    'job 1 of dc1',
    'snapshot dc2-0.snapshot in dc1',
    'job 1 of dc2',
    'snapshot dc1-0.snapshot in dc2',
  ])
  for (const dc of ['dc1', 'dc2'] as const) world.datacenters[dc].clear()
  expect(world.leftovers()).toEqual([])
})

test('a second job with the ports of the first waits until they are free', () => {
  const world = new WatchedWorld().submitBoth().until(100)
  world.submit('dc1')
  world.until(110)
  expect(world.datacenters.dc1.jobs().map(({ health }) => health)).toEqual(['healthy', 'partiallyUnhealthy'])
  world.datacenters.dc1.cancel('1')
  world.until(120)
  expect(world.datacenters.dc1.jobs().map(({ health }) => health)).toEqual(['healthy'])
})

test('the same seed gives the same events, another one others', () => {
  const trace = (seed: number): string => {
    const world = new WatchedWorld({ seed, linkDelaySeconds: 0.02 }).submitBoth({}, 3)
    const rule = { id: 'r', from: 'dc1', to: 'dc2', ports: 'all' } as const
    world.perform({
      kind: 'apply_rules',
      rules: [{ ...rule, effect: { kind: 'delay', seconds: 1, jitterSeconds: 1 } }],
    })
    world.until(2000)
    return JSON.stringify(world.events)
  }
  expect(trace(5)).toBe(trace(5))
  expect(trace(5)).not.toBe(trace(6))
})
