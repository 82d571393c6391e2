import { glob, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What paths on a command line stand for. */
export interface ScenarioPaths {
  /** Each once, in the order of the paths. */
  readonly files: readonly string[]
  /** Paths at which there is nothing. */
  readonly empty: readonly string[]
}

/**
 * The scenario files at some paths: a file is itself, whether it is there or not, a folder means the scenario files beneath it, and
 * anything else is a glob.
 */
export async function scenarioPaths(paths: readonly string[]): Promise<ScenarioPaths> {
  const files = new Set<string>()
  const empty: string[] = []
  for (const path of paths) {
    const chosen = await filesAt(path)
    if (chosen.length === 0) empty.push(path)
    for (const file of chosen) files.add(file)
  }
  return { files: [...files], empty }
}

async function filesAt(path: string): Promise<readonly string[]> {
  const kind = await kindOf(path)
  if (kind === 'folder') return await globbed(join(path, '**/*.{yaml,yml}'))
  if (kind === 'file' || !/[*?[{]/.test(path)) return [path]
  const matching: string[] = []
  for (const match of await globbed(path)) {
    const isFile = (await kindOf(match)) === 'file'
    if (isFile && /\.ya?ml$/.test(match)) matching.push(match)
  }
  return matching
}

async function globbed(pattern: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const file of glob(pattern, { exclude: (name) => name === 'node_modules' })) found.push(file)
  return found.toSorted()
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return null
  }
}
