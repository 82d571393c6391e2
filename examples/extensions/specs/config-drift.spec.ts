import { expect, withExtensions } from 'vitest-failover'
import { configDrift } from '../extensions/config-drift.ts'
import { orders } from '../extensions/orders.ts'

const test = withExtensions([configDrift, orders])

test('a drift of the configuration stops no order', async ({ topology, faults, data, clock }) => {
  const { primary, secondary } = topology
  const traffic = await data.send(primary, { generator: { orders: { customers: 2 } }, rate: '5/s' })
  await clock.sleep(20)
  const drift = await faults.config_drift({ dc: 'dc1', name: 'Pricing', properties: { currency: 'CHF' } })
  expect(drift.evidence.observed).toEqual({ properties: { currency: 'CHF' } })
  await clock.sleep(20)
  await drift.heal()
  const names = (await primary.streams.applicationConfigurations()).map(({ name }) => name)
  expect(names).not.toContain('Pricing')
  expect(await traffic.verify(primary)).toLoseAtMost('0 s')
  expect(secondary.name).toBe('dc2')
})
