import { expect, test } from 'vitest-failover'

test('an orderly shutdown loses nothing that was put out before it', async ({ topology, faults, data, toolkit }) => {
  const { primary, secondary } = topology
  const traffic = await data.send(primary, { generator: 'sequence', rate: '20/s', count: 2000 })
  await toolkit.waitForProtected(primary)
  await traffic.stop()

  await using shutdown = await faults.orderlyShutdown(primary.job)
  await using cancelled = await faults.cancelJob(primary.job)
  const takeover = await toolkit.waitForTakeover({ by: secondary })

  const delivery = await traffic.verify(secondary)
  expect(takeover.basis).toBe('detection')
  expect(delivery).toLoseAtMost('0 tuples')
  expect(delivery).toKeepOrder()
  expect(cancelled.effectiveAt).toBeGreaterThan(shutdown.effectiveAt)
})
