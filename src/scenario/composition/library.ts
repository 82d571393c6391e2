import { dirname, extname, isAbsolute, join, relative, resolve } from 'node:path'
import type { InputProblem, SourcePosition } from '../../model/errors.ts'
import { adviceFor } from '../../support/suggest.ts'
import { parseYamlTree } from '../yaml-tree.ts'
import type { TreeEntry, TreeMap, TreeNode } from '../yaml-tree.ts'
import { nestingMax } from './expansion.ts'
import { readMacros } from './macros.ts'
import type { Macro } from './macros.ts'
import { mergeMaps } from './merge.ts'
import { readPresets } from './presets.ts'
import type { Preset } from './presets.ts'
import { fileFields, writtenFields, scenarioOnlyFields } from './scenario-fields.ts'
import { describeNode, isNothing, textOf, withoutKeys } from './tree.ts'

/** What scenarios of a file share: its own, over what the files have that it extends. */
export interface Library {
  readonly defaults: TreeMap | null
  readonly presets: ReadonlyMap<string, Preset>
  readonly macros: readonly Macro[]
}

/** A file by its name in messages and the path that it is read by. */
export interface FilePlace {
  readonly file: string
  /** Absolute. */
  readonly path: string
}

/** Reads a file's text. @throws what `node:fs` would */
export type ReadFile = (path: string) => string

/** Files of one chain of `extends`, all branches together. */
const filesMax = 100

const nothing: Library = { defaults: null, presets: new Map(), macros: [] }

/** Follows `extends` from one file; each file is read once, however often it is extended. */
export class LibraryReader {
  readonly #readFile: ReadFile
  /** Files must lie below this folder. */
  readonly #root: string
  readonly #problems: InputProblem[]
  readonly #read = new Map<string, Library>()

  constructor(options: { readonly readFile: ReadFile; readonly root: string; readonly problems: InputProblem[] }) {
    this.#readFile = options.readFile
    this.#root = options.root
    this.#problems = options.problems
  }

  /** Absolute paths of the files that were extended. */
  get files(): readonly string[] {
    return [...this.#read.keys()]
  }

  /** What a file's tree shares with its scenarios; `within` are the paths of the files that extend it, it last. */
  libraryOf(tree: TreeMap, place: FilePlace, within: readonly string[]): Library {
    const below = this.#extended(tree.entries.get('extends'), place, within)
    const { presets, problems } = readPresets(tree.entries.get('presets'))
    const macros = readMacros(tree.entries.get('macros'))
    const defaults = readDefaults(tree.entries.get('defaults'))
    this.#problems.push(...defaults.problems, ...problems, ...macros.problems)
    return over(below, { ...defaults, presets: byName(presets), macros: macros.macros })
  }

  #extended(entry: TreeEntry | undefined, place: FilePlace, within: readonly string[]): Library {
    if (entry === undefined || isNothing(entry.value)) return nothing
    const { value } = entry
    const items = value.kind === 'list' ? value.items : [value]
    return items.map((item) => this.#file(item, place, within)).reduce(over, nothing)
  }

  #file(item: TreeNode, place: FilePlace, within: readonly string[]): Library {
    const name = textOf(item)
    const refused = this.#refusal(name, item, place)
    if (name === undefined || refused !== undefined) return this.#refuse(refused ?? '', item.at)
    const path = resolve(dirname(place.path), name)
    const file = join(dirname(place.file), name).replaceAll('\\', '/')
    if (within.includes(path)) {
      return this.#refuse(`The file extends itself, through ${name}.`, item.at, 'Remove one of the `extends`.')
    }
    if (within.length > nestingMax) {
      return this.#refuse(`Expected files to extend files at most ${nestingMax} deep.`, item.at)
    }
    const before = this.#read.get(path)
    if (before !== undefined) return before
    if (this.#read.size >= filesMax) {
      return this.#refuse(`Expected a file to extend at most ${filesMax} others, all together.`, item.at)
    }
    const library = this.#parsed({ file, path }, item.at, within)
    this.#read.set(path, library)
    return library
  }

  #parsed(place: FilePlace, from: SourcePosition, within: readonly string[]): Library {
    const text = this.#text(place, from)
    if (text === undefined) return nothing
    const { tree, problems } = parseYamlTree({ file: place.file, text })
    this.#problems.push(...problems)
    if (tree === null || isNothing(tree)) return nothing
    if (tree.kind !== 'map') {
      return this.#refuse(`Expected ${place.file} to hold defaults or presets, got ${describeNode(tree)}.`, from)
    }
    if (tree.entries.has('test_id') || tree.entries.has('scenarios')) {
      const advice = 'Move what both need into a file of its own.'
      return this.#refuse(`Only a file without scenarios can be extended, and ${place.file} has some.`, from, advice)
    }
    this.#problems.push(...sharedKeyProblems(tree))
    return this.libraryOf(tree, place, [...within, place.path])
  }

  #text({ file, path }: FilePlace, from: SourcePosition): string | undefined {
    try {
      return this.#readFile(path)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      const reason = reasons.get(code) ?? `it cannot be read (${code})`
      const advice = 'The path is meant from the file that it stands in.'
      this.#refuse(`Expected \`extends\` to name a file, got ${file}: ${reason}.`, from, advice)
      return undefined
    }
  }

  /** Why a file is not read. A scenario file may come from a stranger: it names YAML of the same project, and nothing else. */
  #refusal(name: string | undefined, item: TreeNode, place: FilePlace): string | undefined {
    if (name === undefined || name.trim() === '') {
      return `Expected \`extends\` to be the path of a file, or a list of them, got ${describeNode(item)}.`
    }
    const shown = describeNode(item)
    if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(name) || isAbsolute(name) || /^[\\~]/.test(name)) {
      return `Expected \`extends\` to be a path from this file, got ${shown}.`
    }
    // eslint-disable-next-line eslint/no-control-regex
    if (!['.yaml', '.yml'].includes(extname(name)) || /[\u0000-\u001f]/.test(name)) {
      return `Expected \`extends\` to name a .yaml or .yml file, got ${shown}.`
    }
    const isInside = (path: string): boolean => !/^\.\.([/\\]|$)/.test(relative(this.#root, path))
    if (isInside(place.path) && !isInside(resolve(dirname(place.path), name))) {
      return `Expected \`extends\` to stay within ${this.#root}, got ${shown}.`
    }
    return undefined
  }

  #refuse(message: string, position: SourcePosition, advice?: string): Library {
    this.#problems.push({ message, position, ...(advice === undefined ? {} : { advice }) })
    return nothing
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'it is a folder'],
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'it may not be read'],
])

/** What is wrong with the keys of a file without scenarios. */
export function sharedKeyProblems(tree: TreeMap): readonly InputProblem[] {
  return [...tree.entries].flatMap(([key, { at }]) => {
    if (fileFields.includes(key)) return []
    const isField = writtenFields().includes(key)
    const place = scenarioOnlyFields.includes(key) ? 'a scenario of `scenarios`' : '`defaults` or into a scenario'
    const advice = isField ? `Move it into ${place}.` : adviceFor(key, fileFields)
    const beside = tree.entries.has('scenarios')
      ? 'scenarios'
      : (fileFields.find((name) => tree.entries.has(name)) ?? 'defaults')
    return [{ message: `Unknown key \`${key}\` beside \`${beside}\`.`, position: at, advice }]
  })
}

function readDefaults(entry: TreeEntry | undefined): {
  readonly defaults: TreeMap | null
  readonly problems: readonly InputProblem[]
} {
  if (entry === undefined || isNothing(entry.value)) return { defaults: null, problems: [] }
  const { value } = entry
  if (value.kind !== 'map') {
    const message = 'Expected `defaults` to be a map of fields.'
    return { defaults: null, problems: [{ message, position: value.at }] }
  }
  const problems = [...value.entries].flatMap(([key, { at }]) => {
    if (scenarioOnlyFields.includes(key)) {
      return [{ message: `\`defaults\` cannot set \`${key}\`.`, position: at, advice: 'Write it in the scenario.' }]
    }
    if (writtenFields().includes(key)) return []
    return [
      { message: `Unknown key \`${key}\` in \`defaults\`.`, position: at, advice: adviceFor(key, writtenFields()) },
    ]
  })
  const unknown = [...value.entries.keys()].filter((key) => !writtenFields().includes(key))
  return { defaults: withoutKeys(value, [...scenarioOnlyFields, ...unknown]), problems }
}

function over(under: Library, upper: Library): Library {
  const defaults =
    under.defaults === null || upper.defaults === null
      ? (upper.defaults ?? under.defaults)
      : mergeMaps(under.defaults, upper.defaults)
  return {
    defaults,
    presets: new Map([...under.presets, ...upper.presets]),
    macros: [...new Set([...under.macros, ...upper.macros])],
  }
}

function byName(presets: readonly Preset[]): ReadonlyMap<string, Preset> {
  return new Map(presets.map((preset) => [preset.name, preset]))
}
