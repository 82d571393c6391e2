import { resolve } from 'node:path'
import { formatProblem, ScenarioError } from '../../../model/errors.ts'
import { loadScenarioFile } from '../../load-scenarios.ts'
import type { ScenarioFile, ScenarioSource } from '../../load-scenarios.ts'

/** Files by name, relative to the working directory, of which the first is loaded. */
export type Files = Readonly<Record<string, string>>

/** Loads the first of the files; `extends` finds the others, and nothing else. */
export function loadFiles(files: Files, options: Omit<ScenarioSource, 'file' | 'text'> = {}): ScenarioFile {
  const [[file, text] = ['', '']] = Object.entries(files)
  const byPath = new Map(Object.entries(files).map(([name, content]) => [resolve(name), content]))
  const readFile = (path: string): string => {
    const content = byPath.get(path)
    if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
    return content
  }
  return loadScenarioFile({ readFile, ...options, file, text })
}

/** What the loader says against the first of the files. */
export function problemsIn(files: Files, options: Omit<ScenarioSource, 'file' | 'text'> = {}): readonly string[] {
  try {
    loadFiles(files, options)
    return []
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(formatProblem)
    throw error
  }
}
