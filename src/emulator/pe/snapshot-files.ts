import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno } from '../errno.ts'

/**
 * The toolkit's file storage (toolkit reference §5.3): a flat directory, files overwritten in place, nothing forced to disk. The
 * directory is not created. Calls are synchronous, like the operator's own.
 */
export class SnapshotFiles {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** @returns the error's text, or null */
  write(name: string, body: Uint8Array): string | null {
    // A slash makes a path below a folder that is not there (toolkit reference §5.3); it must not lead out of this one either.
    if (name.includes('/')) return `Could not open ${join(this.#directory, name)}: no such file or directory`
    try {
      writeFileSync(join(this.#directory, name), body)
      return null
    } catch (error) {
      return describe(error)
    }
  }

  /** @returns null when the file is not there or cannot be read */
  read(name: string): Uint8Array | null {
    if (name.includes('/')) return null
    try {
      return readFileSync(join(this.#directory, name))
    } catch (error) {
      if (error instanceof Error && 'errno' in error) return null
      throw error
    }
  }

  delete(name: string): void {
    if (name.includes('/')) return
    try {
      rmSync(join(this.#directory, name), { force: true })
    } catch (error) {
      // A directory that is missing, no directory or read-only: the toolkit ignores what deleting says.
      if (!(error instanceof Error && 'errno' in error)) throw error
    }
  }

  /** Start-up deletion: every file whose name contains ".snapshot". */
  deleteAll(): void {
    try {
      for (const name of readdirSync(this.#directory)) if (name.includes('.snapshot')) this.delete(name)
    } catch (error) {
      if (!isErrno(error, 'ENOENT') && !isErrno(error, 'ENOTDIR')) throw error
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
