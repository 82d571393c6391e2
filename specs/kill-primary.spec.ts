import { expect, test } from 'vitest-failover'

test('dc2 takes over when dc1 dies', { tags: ['smoke'] }, async ({ topology, faults, data, toolkit }) => {
  const { primary, secondary } = topology
  const traffic = await data.send(primary, { generator: 'sequence', rate: '100/s', keys: 16 })
  await toolkit.waitForProtected(primary) // every part of dc1's state has a replica in dc2

  await using outage = await faults.kill(primary.job) // returns once proved effective; healed and proved healed at the end of the block
  const takeover = await toolkit.waitForTakeover({ by: secondary })

  const delivery = await traffic.verify(secondary)
  expect(takeover).toMeetRto('152 s')
  expect(takeover).toMatchPrediction() // the window that the toolkit's own settings predict
  expect(delivery).toLoseAtMost('151 s')
  expect(delivery).toHaveNoDuplicates()
  expect(outage.evidence.observed['runningPids']).toEqual([])
})
