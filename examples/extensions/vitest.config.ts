import { defineConfig } from 'vitest/config'
import { failover } from 'vitest-failover/plugin'

export default defineConfig({
  plugins: [failover({ extensions: './failover.extensions.ts' })],
})
