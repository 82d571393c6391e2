import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
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
 * Makes a folder where it is missing, and tries that a file can be written to it.
 * @throws Error of the file system
 */
export async function prepareFolder(directory: string): Promise<void> {
  await makeFolders(directory)
  const marker = join(directory, `.failover-${randomUUID()}`)
  await writeFile(marker, 'Whether files can be written here.\n', { flag: 'wx' })
  await rm(marker)
}

/** One folder at a time: asked to make a whole path below /proc, `mkdir` tries for ever. */
async function makeFolders(directory: string): Promise<void> {
  const missing: string[] = []
  for (let folder = resolve(directory); !(await isThere(folder)); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) {
    try {
      await mkdir(folder)
    } catch (error) {
      // Another process was faster.
      if (!hasCode(error, 'EEXIST')) throw error
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Where the scenario file of a finding goes to. */
export function findingPath({ run }: Pick<FuzzFinding, 'run'>, where: FindingPlace): string {
  return join(where.directory, `${nameOf(run, where)}.yaml`)
}

/** Where findings are written to, and what of. */
export interface FindingPlace {
  readonly directory: string
  readonly seed: number
  /** What gives the same runs again. */
  readonly command: string
}

function nameOf(run: number, { seed }: FindingPlace): string {
  return `fuzz-${seed}-${run}`
}

/**
 * Writes a finding as a scenario file, then reads it and simulates it again: a file that fails for another reason, or not at all,
 * would be worth nothing.
 * @throws Error of the file system
 */
export async function writeFinding(finding: FuzzFinding, where: FindingPlace): Promise<FuzzFile> {
  const { directory, command } = where
  const { run, runSeed, invariant, smallest, smallestMessage } = finding
  const name = nameOf(run, where)
  const path = findingPath(finding, where)
  const text = yamlOf(smallest, {
    testId: name.toUpperCase(),
    description: `the invariant ${invariant} does not hold`,
    comment: [
      `Found by ${command} in run ${run}, and shrunk. ${smallestMessage}`,
      '',
      `To run it: failover simulate ${name}.yaml --seed ${runSeed}`,
    ],
  })
  await makeFolders(directory)
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
