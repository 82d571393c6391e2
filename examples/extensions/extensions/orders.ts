import { defineGenerator, z } from 'vitest-failover/extend'

/** Orders of a shop, as JSON. */
export const orders = defineGenerator({
  name: 'orders',
  description: 'Orders of a shop: JSON with an amount, by customer.',
  parameters: {
    customers: z.int().min(1).max(1000).default(8).describe('How many customers. Default: 8.'),
    currency: z.enum(['EUR', 'CHF', 'USD']).default('EUR').describe('Default: EUR.'),
  },
  create({ customers, currency }, { seed }) {
    // The same seed gives the same orders, so that a run can be had again.
    let state = seed >>> 0
    const draw = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const order = (): { readonly key: string; readonly payload: string } => ({
      key: `customer-${draw(customers)}`,
      payload: JSON.stringify({ cents: draw(100_000), currency }),
    })
    return { next: (count) => Array.from({ length: count }, order) }
  },
})
