import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadScenarioFile } from '../../scenario/load-scenarios.ts'
import { judgeRun } from './judge-run.ts'
import type { FuzzFinding } from './run-fuzz.ts'
import { yamlOf } from './fuzz-yaml.ts'

/** The scenario file of a finding. */
export interface FuzzFile {
  readonly path: string
  /** Whether the file, read again, fails for the same reason. */
  readonly isProven: boolean
  /** What running it gave, where that is something else. */
  readonly instead?: string
}

/**
 * Writes a finding as a scenario file, then reads it and simulates it again: a file that fails for another reason, or not at all,
 * would be worth nothing.
 * @throws Error of the file system
 */
export async function writeFinding(
  finding: FuzzFinding,
  where: { readonly directory: string; readonly seed: number },
): Promise<FuzzFile> {
  const { directory, seed } = where
  const { run, runSeed, invariant, smallest, smallestMessage } = finding
  const name = `fuzz-${seed}-${run}`
  const path = join(directory, `${name}.yaml`)
  const text = yamlOf(smallest, {
    testId: name.toUpperCase(),
    description: `the invariant ${invariant} does not hold`,
    comment: [
      `Found by failover fuzz --seed ${seed} in run ${run}, and shrunk. ${smallestMessage}`,
      '',
      `To run it: failover simulate ${name}.yaml --seed ${runSeed}`,
    ],
  })
  await mkdir(directory, { recursive: true })
  await writeFile(path, text)
  return { path, ...(await proof(path, finding)) }
}

async function proof(path: string, { invariant, runSeed }: FuzzFinding): Promise<Omit<FuzzFile, 'path'>> {
  const [loaded] = loadScenarioFile({ file: path, text: await readFile(path, 'utf8') }).scenarios
  if (loaded === undefined) return { isProven: false, instead: 'there is no scenario in it' }
  const outcome = await judgeRun(loaded.scenario, runSeed)
  if (outcome.kind === 'held') return { isProven: false, instead: 'it passes' }
  if (outcome.kind === 'inconclusive') return { isProven: false, instead: outcome.reason }
  if (outcome.invariant !== invariant) return { isProven: false, instead: outcome.message }
  return { isProven: true }
}
