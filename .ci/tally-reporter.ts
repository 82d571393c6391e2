// Ends every run with one line, `N passed, N failed, N skipped`, which any CI can read. It is written when the process
// exits, since Vitest and other reporters may print after the run. `TALLY_FILE` names a file that gets the line too, for
// .ci/run. What fails without being a test (a file that does not load, an unhandled error, no tests at all) counts as failed.

import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export class TallyReporter implements Reporter {
  #tally: Tally | undefined
  // Taken out of the environment: a Vitest started by one of our tests must not write over our tally.
  readonly #file = process.env['TALLY_FILE']

  constructor() {
    delete process.env['TALLY_FILE']
  }

  onInit(): void {
    process.once('exit', (code) => {
      this.#print(code)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#tally = count(modules, errors)
  }

  #print(exitCode: number): void {
    if (this.#tally === undefined && exitCode === 0) return // `vitest list` runs no tests
    const { passed, failed, skipped } = this.#tally ?? { passed: 0, failed: 0, skipped: 0 }
    const failedAtLeast = exitCode === 0 ? failed : Math.max(failed, 1)
    const line = `${passed} passed, ${failedAtLeast} failed, ${skipped} skipped\n`
    process.stdout.write(line)
    if (this.#file !== undefined) writeFileSync(this.#file, line)
  }
}

function count(modules: readonly TestModule[], errors: readonly SerializedError[]): Tally {
  const tally = { passed: 0, failed: errors.length, skipped: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      tally[state === 'pending' ? 'skipped' : state] += 1
    }
    const suites = [module, ...module.children.allSuites()]
    tally.failed += suites.filter((suite) => suite.errors().length > 0).length
  }
  return tally
}
