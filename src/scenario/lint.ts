import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ScenarioError } from '../model/errors.ts'
import { loadScenarioFile, repeatedTestIds } from './load-scenarios.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { oracleFindings } from './oracle-lint.ts'
import type { LintFinding } from './oracle-lint.ts'

/** Everything wrong with the files, in their order, and with the selection as a whole: a `test_id` given twice. */
export async function lintFiles(paths: readonly string[]): Promise<readonly LintFinding[]> {
  const loaded: LoadedScenario[] = []
  const findings: LintFinding[] = []
  for (const file of new Set(paths)) {
    const text = await textOf(file)
    if (typeof text === 'string') findings.push(...lintText({ file, text, loaded }))
    else findings.push(text)
  }
  const repeated = repeatedTestIds(loaded).filter(
    (problem) => !findings.some(({ position }) => position === problem.position),
  )
  return [...findings, ...repeated.map((problem) => ({ ...problem, rule: 'invalid', severity: 'error' }) as const)]
}

function lintText(source: {
  readonly file: string
  readonly text: string
  readonly loaded: LoadedScenario[]
}): readonly LintFinding[] {
  try {
    const { scenarios } = loadScenarioFile(source)
    source.loaded.push(...scenarios)
    return scenarios.flatMap(oracleFindings)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.problems.map((problem) => ({ ...problem, rule: 'invalid', severity: 'error' }) as const)
  }
}

async function textOf(file: string): Promise<string | LintFinding> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    return unreadable(file, error instanceof Error && 'code' in error ? String(error.code) : String(error))
  }
}

function unreadable(file: string, code: string): LintFinding {
  const reason = reasons.get(code) ?? `it cannot be read (${code})`
  const advice = code === 'EISDIR' ? `Name the files in it, such as ${join(file, '*.yaml')}.` : 'Check the path.'
  return { rule: 'invalid', severity: 'error', message: `Expected ${file} to be a scenario file: ${reason}.`, advice }
}

/** What the operating system's codes mean to somebody who named a file. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'it is a folder'],
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'it may not be read'],
])
