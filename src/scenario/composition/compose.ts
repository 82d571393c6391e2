import { basename, resolve } from 'node:path'
import type { InputProblem } from '../../model/errors.ts'
import type { TreeMap, TreeNode } from '../yaml-tree.ts'
import { Expansion, ExpansionTooLarge, tooLargeProblem } from './expansion.ts'
import { LibraryReader, sharedKeyProblems } from './library.ts'
import type { Library, ReadFile } from './library.ts'
import { applyMacros } from './macros.ts'
import type { Macro } from './macros.ts'
import { expandMatrix } from './matrix.ts'
import { joinedFields, joinMaps, mergeMaps } from './merge.ts'
import type { Origin, Parts } from './origins.ts'
import { withOrigin } from './origins.ts'
import { usedPresets } from './presets.ts'
import { fileFields } from './scenario-fields.ts'
import { describeNode, withEntry, withoutKeys } from './tree.ts'

/** A scenario with everything shared written out, ready to be validated. */
export interface ComposedScenario {
  readonly tree: TreeMap
  /** What its id gets behind the `test_id` of the file; empty without a matrix. */
  readonly suffix: string
  readonly parts: Parts
}

/** What a file comes to. */
export interface Composition {
  readonly scenarios: readonly ComposedScenario[]
  readonly problems: readonly InputProblem[]
  /** Whether the file only shares things with others, and so has no scenarios. */
  readonly isShared: boolean
  /** Absolute paths of the files that it extends, those that they extend among them. */
  readonly extended: readonly string[]
  /** Every macro that was looked at, and how many scenarios it was for. */
  readonly macros: readonly { readonly macro: Macro; readonly matched: number }[]
}

export interface CompositionInput {
  readonly tree: TreeNode
  /** The file's name in messages. */
  readonly file: string
  /** Absolute: where its paths are meant from. */
  readonly directory: string
  readonly readFile: ReadFile
  /** Absolute: `extends` does not leave it. */
  readonly root: string
  /** Of the options; those of the files come on top. */
  readonly macros: readonly Macro[]
}

/** Resolves `extends`, `defaults`, `presets`, macros and `matrix` of a file, in this order. */
export function composeFile(input: CompositionInput): Composition {
  const { tree } = input
  if (tree.kind !== 'map') {
    const message = `Expected a scenario, got ${describeNode(tree)}.`
    const advice = 'Write its fields, test_id first, or a list under `scenarios`.'
    return { ...noScenarios, problems: [{ message, position: tree.at, advice }] }
  }
  return new FileComposer(input, tree).compose()
}

const noScenarios: Composition = { scenarios: [], problems: [], isShared: false, extended: [], macros: [] }

class FileComposer {
  readonly #input: CompositionInput
  readonly #tree: TreeMap
  readonly #problems: InputProblem[] = []
  readonly #expansion = new Expansion()
  readonly #matched = new Map<Macro, number>()

  constructor(input: CompositionInput, tree: TreeMap) {
    this.#input = input
    this.#tree = tree
  }

  compose(): Composition {
    const { file, directory, readFile, root } = this.#input
    const isFile = fileFields.some((key) => key !== 'extends' && this.#tree.entries.has(key))
    if (isFile) this.#problems.push(...sharedKeyProblems(this.#tree))
    const path = resolve(directory, basename(file))
    const reader = new LibraryReader({ readFile, root, problems: this.#problems })
    const shared = isFile
      ? this.#tree
      : withoutKeys(
          this.#tree,
          fileFields.filter((key) => key !== 'extends'),
        )
    const library = reader.libraryOf(shared, { file, path }, [path])
    const macros = [...this.#input.macros, ...library.macros]
    for (const macro of macros) this.#matched.set(macro, 0)
    const scenarios = this.#scenarioTrees(isFile).flatMap((own) => this.#composed(own, library, macros))
    return {
      scenarios,
      problems: this.#problems,
      isShared: isFile && !this.#tree.entries.has('scenarios'),
      extended: reader.files,
      macros: [...this.#matched].map(([macro, matched]) => ({ macro, matched })),
    }
  }

  /** The scenarios as they stand in the file. */
  #scenarioTrees(isFile: boolean): readonly TreeMap[] {
    if (!isFile) return [withoutKeys(this.#tree, ['extends'])]
    const list = this.#tree.entries.get('scenarios')
    if (list === undefined) return []
    if (list.value.kind !== 'list' || list.value.items.length === 0) {
      const message = 'Expected `scenarios` to be a list of at least one scenario.'
      this.#problems.push({ message, position: list.at })
      return []
    }
    return list.value.items.flatMap((item) => {
      if (item.kind === 'map') return [item]
      this.#problems.push({ message: 'Expected a scenario, as a map of fields.', position: item.at })
      return []
    })
  }

  #composed(own: TreeMap, library: Library, macros: readonly Macro[]): readonly ComposedScenario[] {
    const origins: Origin[] = []
    const problems: InputProblem[] = []
    const parts: Parts = { own, origins }
    try {
      const whole = this.#withShared(own, library, { origins, problems })
      const { tree, used } = applyMacros(whole, macros)
      for (const macro of used) {
        this.#matched.set(macro, (this.#matched.get(macro) ?? 0) + 1)
        origins.push({ tree: macro.add, words: `Added by ${macro.name}` })
      }
      if (library.defaults !== null)
        origins.push({ tree: library.defaults, words: `Used by the scenario at ${placeOf(own)}` })
      return expandMatrix(tree, { expansion: this.#expansion, problems }).map((variant) => ({ ...variant, parts }))
    } catch (error) {
      if (!(error instanceof ExpansionTooLarge)) throw error
      problems.push(tooLargeProblem(own.at))
      return []
    } finally {
      this.#problems.push(...problems.map((problem) => withOrigin(problem, parts)))
    }
  }

  /** Defaults lowest, then the presets that are used, then the scenario itself. */
  #withShared(own: TreeMap, library: Library, into: { origins: Origin[]; problems: InputProblem[] }): TreeMap {
    const { presets, defaults } = library
    const use = own.entries.get('use') ?? defaults?.entries.get('use')
    const asked = use === undefined ? own : withEntry(own, 'use', use)
    const onUse = (origin: Origin): void => {
      into.origins.push(origin)
    }
    const layer = usedPresets(asked, { presets, expansion: this.#expansion, problems: into.problems, onUse })
    const plain = withoutKeys(own, ['use'])
    if (defaults === null) return layer === null ? plain : joinMaps(layer, plain)
    // A scenario's own steps, checks and tags take the place of those of `defaults`, and those of presets come before them.
    const lists: TreeMap = {
      ...defaults,
      entries: new Map([...defaults.entries].filter(([key]) => joinedFields.includes(key))),
    }
    const filled = mergeMaps(lists, plain)
    const below = withoutKeys(defaults, ['use', ...joinedFields])
    return joinMaps(layer === null ? below : mergeMaps(below, layer), filled)
  }
}

function placeOf({ at }: TreeMap): string {
  return `${at.file}:${at.line}:${at.column}`
}
