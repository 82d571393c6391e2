/** `npm run demo`: the scenarios tagged `demo`, as a user of the built package would run them. */
import { defineConfig } from 'vitest/config'
import { failover } from 'vitest-failover/plugin'

export default defineConfig({
  plugins: [failover()],
  test: { include: [], reporters: [] },
})
