import { describe, expect, test } from 'vitest'
import { CompositeProbe, fromDc2, snapshotOfDc2 } from './testing/composite-probe.ts'
import { createPair } from './testing/create-pair.ts'

/** Nobody checks who a message is from, or in which order it comes (toolkit reference §3.3; §1.4, no. 1). */
describe('messages', () => {
  test('count in whatever order, twice too', () => {
    const probe = new CompositeProbe()
    for (const heartbeatCnt of [9n, 9n, 1n]) probe.post(0, fromDc2({ heartbeatCnt }))
    expect(probe.composite.state.operators['RemoteDataCenterHeartbeatWatchdog']?.processed[0]).toBe(3)
    probe.snapshot('0', { heartbeatCnt: 12n })
    expect(probe.snapshot('0', { heartbeatCnt: 6n })).toContain('write dc2-0.snapshot')
  })

  test('of whoever bring UP and are stored under the name that they give', () => {
    const probe = new CompositeProbe()
    expect(probe.post(0, fromDc2({ dataCenterOrigin: 'dc1' }))).toContain('UP')
    expect(probe.post(1, snapshotOfDc2('0', { dataCenterOrigin: 'nobody' }))).toContain('write nobody-0.snapshot')
  })
})

test('two datacenters of one name do not notice', () => {
  const pair = createPair({ values: { localDataCenterName: 'dc1' } }).runUntil(400)
  expect([pair.application('dc1').statuses, pair.application('dc2').statuses]).toEqual([['up'], ['up']])
  expect([pair.stored('dc1'), pair.stored('dc2')]).toEqual([['dc1-0.snapshot'], ['dc1-0.snapshot']])
})
