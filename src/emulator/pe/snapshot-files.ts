import { opendirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import type { StoreRead, StoredEntry } from '../../toolkit/io.ts'
import type { SnapshotStore } from './snapshot-store.ts'

/**
 * The toolkit's file storage (toolkit reference §5.3): a flat directory, files overwritten in place, nothing forced to disk. The
 * directory is not created. Calls are synchronous, like the operator's own. What the system refuses reads `errno 2 (ENOENT: …)`.
 */
export class SnapshotFiles implements SnapshotStore {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** A write that fails may leave a part of the file behind; deleting it is left to the caller, as in the toolkit. */
  write(name: string, body: Uint8Array): string | null {
    try {
      writeFileSync(this.#path(name), body)
      return null
    } catch (error) {
      return refusal(error)
    }
  }

  read(name: string): StoreRead {
    try {
      return { kind: 'body', body: readFileSync(this.#path(name)) }
    } catch (error) {
      return { kind: 'error', error: refusal(error) }
    }
  }

  /** Every file whose name contains ".snapshot", in the directory's own order; none where there is no directory. */
  readAll(): readonly StoredEntry[] {
    return this.#names().map((name) => {
      const result = this.read(name)
      return { name, body: result.kind === 'body' ? result.body : null }
    })
  }

  /** The toolkit ignores what deleting says, so nothing is said. */
  delete(name: string): void {
    try {
      unlinkSync(this.#path(name))
    } catch (error) {
      refusal(error)
    }
  }

  /** Every file whose name contains ".snapshot"; there is no table to delete from. */
  deleteAll(from: 'files' | 'table'): void {
    if (from === 'table') return
    for (const name of this.#names()) this.delete(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held open between two calls.
  }

  #names(): readonly string[] {
    if (this.#directory === '') return []
    try {
      // readdirSync sorts; the order of a real directory is what §5.7 speaks of.
      return namesInOrder(this.#directory).filter((name) => name.includes('.snapshot'))
    } catch (error) {
      refusal(error)
      return []
    }
  }

  #path(stored: string): string {
    // The name goes to the C library, for which it ends at a NUL (toolkit reference §5.3); a message may bring one.
    const [name = ''] = stored.split('\0')
    // A slash makes a path below a folder that is not there (toolkit reference §5.3); it must not lead out of this one either.
    if (name.includes('/')) throw new Refusal(2, `ENOENT: no such file or directory, open '${this.#directory}/${name}'`)
    // No directory makes a path right under the root (§1.4, row 9), which no account of Streams may write to; the emulator may
    // run under one that can.
    if (this.#directory === '') throw new Refusal(13, `EACCES: permission denied, open '/${name}'`)
    return `${this.#directory}/${name}`
  }
}

function namesInOrder(path: string): readonly string[] {
  const directory = opendirSync(path)
  try {
    const names: string[] = []
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) names.push(entry.name)
    return names
  } finally {
    directory.closeSync()
  }
}

/** What the operating system would say. */
class Refusal extends Error {
  readonly errno: number

  constructor(errno: number, message: string) {
    super(message)
    this.errno = -errno
  }
}

/** @throws what is no answer of the operating system */
function refusal(error: unknown): string {
  if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) throw error
  return `errno ${Math.abs(error.errno)} (${error.message})`
}
