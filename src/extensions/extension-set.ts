import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SettingsError } from '../model/errors.ts'
import type { ExtensionKind } from '../model/extension.ts'
import { isExtension } from './extension.ts'
import type { Extension, ExtensionBehaviours } from './extension.ts'

/** The extensions of a project. */
export interface ExtensionSet {
  readonly all: readonly Extension[]
  /** What runs for the names of a kind. */
  behaviours<Kind extends ExtensionKind>(kind: Kind): ReadonlyMap<string, ExtensionBehaviours[Kind]>
}

/** What takes an extension's place among others: faults and actions are steps alike. */
export function placeOf({ kind, name }: Pick<Extension, 'kind' | 'name'>): string {
  return `${kind === 'action' ? 'fault' : kind} ${name}`
}

/** @throws SettingsError when two of a kind have the same name; steps share one set of names, faults and actions alike */
export function extensionSet(all: readonly Extension[]): ExtensionSet {
  refuseRepeated(all.map((extension) => ({ extension })))
  return {
    all,
    behaviours: <Kind extends ExtensionKind>(kind: Kind) =>
      new Map(
        all
          .filter((one): one is Extension<Kind> => one.kind === kind)
          .map(({ name, behaviour }): [string, ExtensionBehaviours[Kind]] => [name, behaviour]),
      ),
  }
}

/** A project without any. */
export const noExtensions: ExtensionSet = extensionSet([])

/**
 * What the files export, in their order; lists of extensions count as well.
 * @throws SettingsError when a file cannot be loaded or exports none
 */
export async function loadExtensions(
  paths: readonly string[],
  options: {
    readonly root: string
    /** @default Node's own import */
    readonly load?: (path: string) => Promise<object>
  },
): Promise<ExtensionSet> {
  const { root, load = importFile } = options
  const lists = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      const file = isAbsolute(path) ? path : resolve(root, path)
      const found = extensionsIn(await loadModule(path, file, load))
      if (found.length > 0) return found.map((extension) => ({ extension, path }))
      throw new SettingsError(
        `Expected ${path} to export extensions, made by defineFault, defineCheck and the like from "vitest-failover/extend", got none.`,
      )
    }),
  )
  // One file may export again what it has of another.
  const once = new Map(lists.flat().map((found) => [found.extension, found]))
  refuseRepeated([...once.values()])
  return extensionSet([...once.keys()])
}

function refuseRepeated(all: readonly { readonly extension: Extension; readonly path?: string }[]): void {
  const taken = new Map<string, string | undefined>()
  for (const { extension, path } of all) {
    const place = placeOf(extension)
    if (taken.has(place)) {
      const paths = [...new Set([taken.get(place), path])].filter((one) => one !== undefined)
      const where = paths.length === 0 ? '' : `, in ${paths.join(' and ')}`
      throw new SettingsError(
        `Two extensions of kind ${extension.kind} are named ${extension.name}${where}. Rename one of them.`,
      )
    }
    taken.set(place, path)
  }
}

async function loadModule(path: string, file: string, load: (path: string) => Promise<object>): Promise<object> {
  try {
    return await load(file)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const advice =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? ' This Node cannot read TypeScript: use 22.18 or newer, or write the file in JavaScript.'
        : ''
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SettingsError(`The extensions in ${path} cannot be loaded: ${why}${advice}`, { cause })
  }
}

async function importFile(file: string): Promise<object> {
  const loaded: unknown = await import(pathToFileURL(file).href)
  return typeof loaded === 'object' && loaded !== null ? loaded : {}
}

function extensionsIn(module: object): readonly Extension[] {
  const values: readonly unknown[] = Object.values(module)
  const found = values
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter((value) => isExtension(value))
  // A default export often repeats the named ones.
  return [...new Set(found)]
}
