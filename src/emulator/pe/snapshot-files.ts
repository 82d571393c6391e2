import { opendirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import type { StoreRead, StoredEntry } from '../../toolkit/io.ts'
import {
  FileRefusal,
  isMissing,
  refusalText,
  refuseFileCall,
  type FileCall,
} from '../../applications/hosting/file-refusal.ts'
import type { SnapshotStore, StoreFailureListener } from './snapshot-store.ts'
import { StoreFaults } from './store-faults.ts'

interface SnapshotFilesOptions {
  /** @default none, ever */
  readonly faults?: StoreFaults
  /** Hears of what the toolkit ignores. @default nobody does */
  readonly onFailure?: StoreFailureListener
}

/**
 * The toolkit's file storage (toolkit reference §5.3): a flat directory, files overwritten in place, nothing forced to disk. The
 * directory is not created. Calls are synchronous, like the operator's own. What the system refuses reads `errno 2 (ENOENT: …)`.
 */
export class SnapshotFiles implements SnapshotStore {
  readonly #directory: string
  readonly #faults: StoreFaults
  readonly #onFailure: StoreFailureListener | undefined

  constructor(directory: string, options: SnapshotFilesOptions = {}) {
    this.#directory = directory
    this.#faults = options.faults ?? new StoreFaults()
    this.#onFailure = options.onFailure
  }

  /** A write that fails may leave a part of the file behind; deleting it is left to the caller, as in the toolkit. */
  write(name: string, body: Uint8Array): string | null {
    try {
      const path = this.#path(name)
      this.#check('open to write', path)
      // Overwriting empties the file before it is filled: where that fails, what was there is gone (toolkit reference §5.3).
      if (this.#faults.current?.mode === 'full') writeFileSync(path, '')
      this.#check('write', path)
      writeFileSync(path, body)
      return null
    } catch (error) {
      return refusalText(error)
    }
  }

  read(name: string): StoreRead {
    try {
      const path = this.#path(name)
      this.#check('open', path)
      return { kind: 'body', body: readFileSync(path) }
    } catch (error) {
      return { kind: 'error', error: refusalText(error) }
    }
  }

  /** Every file whose name contains ".snapshot", in the directory's own order; none where there is no directory. */
  readAll(): readonly StoredEntry[] {
    return this.#names('read_all').map((name) => {
      const result = this.read(name)
      return { name, body: result.kind === 'body' ? result.body : null }
    })
  }

  /** The toolkit ignores what deleting says; a file that is not there is no error at all. */
  delete(name: string): void {
    try {
      this.remove(name)
    } catch (error) {
      const isFault = this.#faults.current !== null
      const text = refusalText(error)
      if (isFault || !isMissing(error)) this.#onFailure?.({ operation: 'delete', name, error: text })
    }
  }

  /** Every file whose name contains ".snapshot"; there is no table to delete from. */
  deleteAll(from: 'files' | 'table'): void {
    if (from === 'table') return
    for (const name of this.#names('delete_all')) this.delete(name)
  }

  /** Deletes a file. @throws Error of the operating system */
  remove(name: string): void {
    const path = this.#path(name)
    this.#check('unlink', path)
    unlinkSync(path)
  }

  /** The names of all files, in the directory's own order. @throws Error of the operating system */
  list(): readonly string[] {
    this.#check('opendir', this.#directory)
    return namesInOrder(this.#directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held open between two calls.
  }

  #names(operation: 'read_all' | 'delete_all'): readonly string[] {
    if (this.#directory === '') return []
    try {
      return this.list().filter((name) => name.includes('.snapshot'))
    } catch (error) {
      this.#onFailure?.({ operation, error: refusalText(error) })
      return []
    }
  }

  #check(call: FileCall, path: string): void {
    refuseFileCall(this.#faults.current, call, path)
  }

  #path(stored: string): string {
    // The name goes to the C library, for which it ends at a NUL (toolkit reference §5.3); a message may bring one.
    const [name = ''] = stored.split('\0')
    // A slash makes a path below a folder that is not there (toolkit reference §5.3); it must not lead out of this one either.
    if (name.includes('/')) throw new FileRefusal('noEntry', 'open', `${this.#directory}/${name}`)
    // No directory makes a path right under the root (§1.4, row 9), which no account of Streams may write to; the emulator may
    // run under one that can.
    if (this.#directory === '') throw new FileRefusal('permission', 'open', `/${name}`)
    return `${this.#directory}/${name}`
  }
}

/** readdirSync sorts; the order of a real directory is what toolkit reference §5.7 speaks of. */
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
