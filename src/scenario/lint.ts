import { readFile } from 'node:fs/promises'
import { ScenarioError } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import type { MacroOption } from './composition/macros.ts'
import { loadScenarioFile } from './load-scenarios.ts'
import type { ScenarioFile, ScenarioSource } from './load-scenarios.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import type { LintFinding } from './lint/finding.ts'
import { lintScenarios, ordered } from './lint/lint-scenarios.ts'
import { macroFindings } from './lint/selection-rules.ts'
import type { LintOptions } from './lint/lint-scenarios.ts'
import { scenarioPaths } from './scenario-paths.ts'

/** What became of the files. */
export interface LintResult {
  /** By their places; what belongs to no place comes first. */
  readonly findings: readonly LintFinding[]
  /** Paths of the files that were read. */
  readonly files: readonly string[]
  /** The scenarios of those files that can be loaded. */
  readonly scenarios: readonly LoadedScenario[]
}

/** What `lintFiles` is to know beside the files. */
export interface LintFilesOptions extends Omit<LintOptions, 'texts'> {
  /** What users added to the language. @default nothing */
  readonly extensions?: readonly ExtensionDescriptor[]
  /** Macros of the plugin's options. @default none */
  readonly macros?: readonly MacroOption[]
}

/** Everything wrong with scenario files, and with the selection as a whole. `paths` are files, folders and globs. */
export async function lintFiles(paths: readonly string[], options: LintFilesOptions = {}): Promise<LintResult> {
  const { declaredTags, ...language } = options
  const { files, empty } = await scenarioPaths(paths)
  const texts = new Map<string, string>()
  const loaded: ScenarioFile[] = []
  const invalid: LintFinding[] = empty.map(nothingAt)
  for (const [file, text] of await textsOf(files)) {
    if (typeof text !== 'string') invalid.push(text)
    else invalid.push(...loadText({ file, text, ...language }, { texts, loaded }))
  }
  const scenarios = loaded.flatMap((one) => one.scenarios)
  for (const [file, text] of await textsOf(sharedFiles(scenarios, texts))) {
    if (typeof text === 'string') texts.set(file, text)
  }
  const tags = declaredTags === undefined ? {} : { declaredTags }
  const valid = lintScenarios(scenarios, { ...tags, texts, others: macroFindings(loaded) })
  return { findings: ordered([...invalid, ...valid], files), files, scenarios }
}

/** Files that scenarios have parts from without being scenario files of the selection: findings may lie there. */
function sharedFiles(scenarios: readonly LoadedScenario[], texts: ReadonlyMap<string, string>): readonly string[] {
  const files = scenarios.flatMap(({ positions: { fields, steps, checks } }) =>
    [...fields.values(), ...steps.values(), ...checks].map(({ file }) => file),
  )
  return [...new Set(files)].filter((file) => !texts.has(file))
}

/** Files that are read at a time: each takes a file descriptor. */
const readsAtOnce = 64

/** The files' texts in their order, or why one cannot be read. */
async function textsOf(files: readonly string[]): Promise<readonly (readonly [string, string | LintFinding])[]> {
  const texts: (readonly [string, string | LintFinding])[] = []
  for (let first = 0; first < files.length; first += readsAtOnce) {
    const some = files.slice(first, first + readsAtOnce)
    texts.push(...(await Promise.all(some.map(async (file) => [file, await textOf(file)] as const))))
  }
  return texts
}

/** Adds a file to those that are looked at further, or says why it cannot be loaded. */
function loadText(
  source: ScenarioSource,
  to: { readonly texts: Map<string, string>; readonly loaded: ScenarioFile[] },
): readonly LintFinding[] {
  try {
    to.loaded.push(loadScenarioFile(source))
    to.texts.set(source.file, source.text)
    return []
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.problems.map((problem) => ({ ...problem, rule: 'invalid', severity: 'error' }) as const)
  }
}

function nothingAt(path: string): LintFinding {
  return {
    rule: 'invalid',
    severity: 'error',
    message: `Expected ${path} to name scenario files: there is none, .yaml or .yml.`,
    advice: 'Check the path.',
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
  return {
    rule: 'invalid',
    severity: 'error',
    message: `Expected ${file} to be a scenario file: ${reason}.`,
    advice: 'Check the path.',
  }
}

/** What the operating system's codes mean to somebody who named a file. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'it may not be read'],
])
