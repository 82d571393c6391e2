/** The Vitest configuration of `failover run` in a folder that has none of its own. */
import { failover } from './plugin.ts'
import type { Vite } from 'vitest/node'

const scenarios = process.env['FAILOVER_RUN_SCENARIOS']
const extensions = process.env['FAILOVER_RUN_EXTENSIONS']

const config: Vite.UserConfig = {
  plugins: [
    failover({
      ...(scenarios === undefined ? {} : { scenarios: scenarios.split('\n') }),
      ...(extensions === undefined ? {} : { extensions: extensions.split('\n') }),
    }),
  ],
}

// oxlint-disable-next-line import/no-default-export -- Vitest reads a configuration's default export.
export default config
