import { matchesGlob } from 'node:path'
import { ScenarioError } from '../model/errors.ts'
import type { InputProblem } from '../model/errors.ts'
import { loadScenarioFile, repeatedTestIds, unmatchedMacros } from './load-scenarios.ts'
import type { ScenarioFile, ScenarioSource } from './load-scenarios.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { editDistance } from '../support/suggest.ts'

/** What holds for every file of a project. */
export type IndexOptions = Pick<ScenarioSource, 'extensions' | 'macros' | 'root' | 'readFile'>

/** What is known of all scenario files of a project, so that one file can be judged beside the others. */
export class ScenarioIndex {
  readonly #options: IndexOptions
  readonly #loaded = new Map<string, ScenarioFile>()

  constructor(options: IndexOptions = {}) {
    this.#options = options
  }

  /**
   * Loads a file anew, and says what is wrong with it, alone or beside the others. A file that only shares things with others has
   * no scenarios, and nothing is wrong with that.
   */
  load(source: ScenarioSource): readonly LoadedScenario[] | ScenarioError {
    this.#loaded.delete(source.file)
    try {
      const file = loadScenarioFile({ ...this.#options, ...source })
      this.#loaded.set(source.file, file)
      const problems = this.#repeatedIn(source.file)
      return problems.length === 0 ? file.scenarios : new ScenarioError(problems)
    } catch (error) {
      if (error instanceof ScenarioError) return error
      throw error
    }
  }

  /** Whether a file, as it was loaded last, only shares things with others: it is no test file. */
  isShared(file: string): boolean {
    return this.#loaded.get(file)?.isShared === true
  }

  /** Absolute paths of the files that a file extends: it is to be loaded anew when one of them changes. */
  extendedBy(file: string): readonly string[] {
    return this.#loaded.get(file)?.extended ?? []
  }

  /** Warnings about macros that are for none of the scenarios loaded so far; nothing where there are none at all. */
  unmatchedMacros(): readonly InputProblem[] {
    return this.#loaded.size === 0 ? [] : unmatchedMacros([...this.#loaded.values()])
  }

  /** Takes a file that is gone out of the comparison. */
  forget(file: string): void {
    this.#loaded.delete(file)
  }

  /** Every tag of the scenarios loaded so far. */
  tags(): readonly string[] {
    const all = [...this.#loaded.values()].flatMap(({ scenarios }) => scenarios)
    return [...new Set(all.flatMap(({ scenario }) => scenario.tags))].toSorted()
  }

  /** In the order of file names, so that of two files with the same id always the same one is complained about. */
  #repeatedIn(file: string): readonly InputProblem[] {
    const files = [...this.#loaded.keys()].toSorted()
    const all = files.flatMap((name) => this.#loaded.get(name)?.scenarios ?? [])
    return repeatedTestIds(all).filter(({ position }) => position?.file === file)
  }
}

/** Whether a path, relative to the root and with `/`, is that of a scenario file. */
export function isScenarioFile(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matchesGlob(path, glob.replace(/^\.\//, '')))
}

/** Pairs of tags so alike that one is probably a slip of the pen, the rarer or later one first. */
export function nearMisses(
  found: readonly string[],
  declared: readonly string[],
): readonly (readonly [string, string])[] {
  const others = [...declared, ...found]
  return found.flatMap((tag) => {
    if (declared.includes(tag)) return []
    const near = others.find(
      (other) => other !== tag && isNear(tag, other) && (declared.includes(other) || tag < other),
    )
    return near === undefined ? [] : [[tag, near] as const]
  })
}

/** Short tags and tags that end in numbers are alike without being meant for each other. */
function isNear(tag: string, other: string): boolean {
  const lengthMin = 5
  if (Math.min(tag.length, other.length) < lengthMin) return false
  if (tag.replace(/\d+$/, '') === other.replace(/\d+$/, '')) return false
  return editDistance(tag.toLowerCase(), other.toLowerCase()) <= 1
}
