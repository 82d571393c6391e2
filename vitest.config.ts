import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { TallyReporter } from './.ci/tally-reporter.ts'
import { failover } from './src/plugin.ts'

/** The slow tier as well: `FAILOVER_SLOW=1`. */
const isSlow = process.env['FAILOVER_SLOW'] === '1'

const exclude = [...configDefaults.exclude, 'failover-results/**']

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // In this repository the package's own name means its sources; tsconfig.json has the same four paths.
    alias: [
      { find: /^vitest-failover$/, replacement: source('fixtures/index.ts') },
      { find: /^vitest-failover\/plugin$/, replacement: source('src/plugin.ts') },
      { find: /^vitest-failover\/extend$/, replacement: source('src/extend.ts') },
      { find: /^vitest-failover\/reporter$/, replacement: source('src/reporter.ts') },
    ],
  },
  test: {
    // The tally goes last: its line must end the output.
    reporters: ['default', new TallyReporter()],
    exclude,
    // Vitest would leave one core free, and of two that is half of the time. The system project runs one file at a time anyway.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'fixtures/**/*.test.ts', 'specs/**/*.test.ts'],
          // Vitest runs projects with different numbers of workers one after the other, and wants their order said.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: 'tsc',
            include: ['**/*.test-d.ts'],
            tsconfig: 'tsconfig.json',
          },
        },
      },
      {
        extends: true,
        // Every scenario of the library in virtual time: seconds, and no process beside the workers.
        plugins: [
          failover({ testbed: 'simulated', scenarios: 'scenarios/**/*.yaml', results: 'failover-results/simulated' }),
        ],
        test: {
          name: 'simulated',
          // What a twin shows does not depend on the testbed, and here it takes no time.
          include: ['specs/twins.spec.ts', 'specs/clock.spec.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        // The scenarios of `scenarios/` run in this project beside the hand-written specs; those of the toolkit's situations take an
        // hour, and are run when they are asked for.
        plugins: [failover({ scenarios: isSlow ? 'scenarios/**/*.yaml' : 'scenarios/*.yaml' })],
        test: {
          name: 'system',
          include: ['specs/**/*.spec.ts'],
          exclude: [...exclude, 'specs/clock.spec.ts', ...(isSlow ? [] : ['specs/twins.spec.ts'])],
          // System specs start real processes and share the machine's loopback addresses, so one file runs at a time.
          fileParallelism: false,
          // Of the tests that say they may run at once: each is a process.
          maxConcurrency: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
