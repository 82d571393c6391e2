import type { StoreEffect } from '../../applications/hosting/store-access.ts'
import { FileRefusal, isMissing, refusalText, refuseFileCall } from '../../applications/hosting/file-refusal.ts'
import type { FileCall } from '../../applications/hosting/file-refusal.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import { unreachable } from '../../support/unreachable.ts'
import type { ToolkitInput } from '../../toolkit/io.ts'
import type { ProbedStore, StoreKind, StoreListener } from './store-answers.ts'

/** The files of a DC, by path. Folders are those that were made; nothing else is there. */
export class WorldDisk {
  readonly folders = new Set<string>()
  readonly files = new Map<string, Uint8Array>()
}

interface SnapshotDirectoryOptions {
  readonly disk: WorldDisk
  readonly directory: string
  readonly listener: Pick<StoreListener, 'onFailure'>
}

/** The toolkit's file storage (toolkit reference §5.3): a flat directory, overwritten in place; the directory is not created. */
export class SnapshotDirectory implements StoreKind {
  readonly #options: SnapshotDirectoryOptions

  constructor(options: SnapshotDirectoryOptions) {
    this.#options = options
  }

  carryOut(effect: StoreEffect, fault: StoreFault | null): ToolkitInput | null {
    switch (effect.kind) {
      case 'store_write': {
        const { name, body } = effect
        return { kind: 'stored', name, error: said(() => this.#write(name, body, fault)) }
      }
      case 'store_read': {
        const { requestId, name } = effect
        return { kind: 'store_read', requestId, name, result: this.#read(name, fault) }
      }
      case 'store_read_all': {
        const entries = this.#names('read_all', fault).map((name) => {
          const result = this.#read(name, fault)
          return { name, body: result.kind === 'body' ? result.body : null }
        })
        return { kind: 'store_read_all', requestId: effect.requestId, entries }
      }
      case 'store_delete':
        this.#delete(effect.name, fault)
        return null
      case 'store_delete_all':
        if (effect.from === 'files') for (const name of this.#names('delete_all', fault)) this.#delete(name, fault)
        return null
      default:
        return unreachable(effect)
    }
  }

  probe(fault: StoreFault | null): Omit<ProbedStore, 'seconds'> {
    const name = 'vitest-failover-probe'
    const body = new Uint8Array([1])
    const write = said(() => this.#write(name, body, fault))
    const read = said(() => {
      if (write !== null) this.#check('opendir', this.#options.directory, fault)
      else if (this.#read(name, fault).kind !== 'body') throw new FileRefusal('io', 'open', name)
    })
    const gone = said(() => {
      try {
        this.#remove(name, fault)
      } catch (error) {
        // What was never written need not be there, in a directory that is.
        if (write === null || read !== null || !isMissing(error)) throw error
      }
    })
    return { store: 'files', write: write ?? 'ok', read: read ?? 'ok', delete: gone ?? 'ok' }
  }

  #write(name: string, body: Uint8Array, fault: StoreFault | null): void {
    const { disk } = this.#options
    const path = this.#path(name)
    this.#check('open to write', path, fault)
    // Overwriting empties the file before it is filled: where that fails, what was there is gone (toolkit reference §5.3).
    disk.files.set(path, new Uint8Array(0))
    this.#check('write', path, fault)
    disk.files.set(path, body)
  }

  #read(
    name: string,
    fault: StoreFault | null,
  ): { readonly kind: 'body'; readonly body: Uint8Array } | { readonly kind: 'error'; readonly error: string } {
    try {
      const path = this.#path(name)
      this.#check('open', path, fault)
      const body = this.#options.disk.files.get(path)
      if (body === undefined) throw new FileRefusal('noEntry', 'open', path)
      return { kind: 'body', body }
    } catch (error) {
      return { kind: 'error', error: refusalText(error) }
    }
  }

  /** What deleting says is ignored by the toolkit; a file that is not there is no error at all. */
  #delete(name: string, fault: StoreFault | null): void {
    try {
      this.#remove(name, fault)
    } catch (error) {
      if (fault === null && isMissing(error)) return
      this.#options.listener.onFailure({ operation: 'delete', name, error: refusalText(error) })
    }
  }

  #remove(name: string, fault: StoreFault | null): void {
    const path = this.#path(name)
    this.#check('unlink', path, fault)
    if (!this.#options.disk.files.delete(path)) throw new FileRefusal('noEntry', 'unlink', path)
  }

  #names(operation: 'read_all' | 'delete_all', fault: StoreFault | null): readonly string[] {
    const { directory, disk, listener } = this.#options
    if (directory === '') return []
    try {
      this.#check('opendir', directory, fault)
      const names = [...disk.files.keys()].filter((path) => path.startsWith(`${directory}/`))
      return names.map((path) => path.slice(directory.length + 1)).filter((name) => name.includes('.snapshot'))
    } catch (error) {
      listener.onFailure({ operation, error: refusalText(error) })
      return []
    }
  }

  #check(call: FileCall, path: string, fault: StoreFault | null): void {
    refuseFileCall(fault, call, path)
    const { directory, disk } = this.#options
    if (!disk.folders.has(directory)) throw new FileRefusal('noEntry', call, path)
  }

  #path(stored: string): string {
    const { directory } = this.#options
    // For the C library the name ends at a NUL; a slash leads below a folder that is not there (toolkit reference §5.3).
    const [name = ''] = stored.split('\0')
    if (name.includes('/')) throw new FileRefusal('noEntry', 'open', `${directory}/${name}`)
    // No directory makes a path right under the root (§1.4, row 9), which no account of Streams may write to.
    if (directory === '') throw new FileRefusal('permission', 'open', `/${name}`)
    return `${directory}/${name}`
  }
}

/** What was refused, or null. */
function said(act: () => void): string | null {
  try {
    act()
    return null
  } catch (error) {
    return refusalText(error)
  }
}
