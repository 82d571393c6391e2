import type { StoreEffect } from '../../applications/hosting/store-access.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { unreachable } from '../../support/unreachable.ts'
import type { ToolkitInput } from '../../toolkit/io.ts'
import type { Agenda } from './agenda.ts'
import type { ProbedStore, StoreKind, StoreListener } from './store-answers.ts'

/**
 * The toolkit's storage in a table (toolkit reference §5.6). Each of its four operators has a connection of its own, which a monitor
 * looks at every 5 s. A write deletes, then inserts; a reader that is not connected says nothing. One table is as good as another
 * here: SQL, drivers and their jars are the embedded testbed's.
 */

/** Between two looks of an operator's monitor. */
const monitorSeconds = 5
const notConnected = 'the database is not connected, so nothing was done'

/** The parameters without which the database operators stay idle (toolkit reference §1.4, rows 10 to 16). */
const requiredParameters = [
  'dataSnapshotJdbcUrl',
  'dataSnapshotJdbcDriverLib',
  'dataSnapshotJdbcClassName',
  'dataSnapshotTableName',
] as const

type Refusing = Exclude<StoreFault['mode'], 'slow'>

/** What the operators get to hear. */
const words: Readonly<Record<Refusing, string>> = {
  full: 'database or disk is full',
  readonly: 'attempt to write a readonly database',
  error: 'disk I/O error',
  lost: 'This connection has been closed',
}

interface SnapshotRowsOptions {
  readonly rows: Map<string, Uint8Array>
  readonly settings: CrossDcSettings
  readonly behaviour: ToolkitBehaviour
  readonly agenda: Agenda
  readonly listener: StoreListener
  /** Deletes the files of the storage directory, which the start-up deletion takes here too (§1.4, row 10). */
  readonly deleteFiles: (effect: StoreEffect) => void
}

/** One PE's connections to the table. */
export class SnapshotRows implements StoreKind {
  readonly #options: SnapshotRowsOptions
  readonly #opened: number
  readonly #isIdle: boolean
  /** Since when the connections are broken; the monitor has not looked since where it is younger than its last look. */
  #brokenAt: number | null = null

  constructor(options: SnapshotRowsOptions) {
    this.#options = options
    this.#opened = options.agenda.now
    const missing = requiredParameters.filter((name) => options.settings[name] === '')
    this.#isIdle = missing.length > 0
  }

  /** The database is gone, or there again. */
  faultChanged(fault: StoreFault | null): void {
    if (fault?.mode === 'lost') this.#brokenAt ??= this.#options.agenda.now
    else if (this.#brokenAt !== null) this.#reconnectLater(this.#brokenAt)
  }

  carryOut(effect: StoreEffect, fault: StoreFault | null): ToolkitInput | null {
    const { rows, listener } = this.#options
    switch (effect.kind) {
      case 'store_write': {
        const { name, body } = effect
        const refusal = this.#refusal(fault, 'write')
        if (refusal === null) rows.set(name, body)
        // The deletion before the insertion is committed by itself: what fails between them loses the row.
        else if (fault?.mode === 'full' && this.#brokenAt === null) rows.delete(name)
        if (refusal !== null) listener.trace('error', `SnapshotInserter: The SQL statement failed: ${refusal}`)
        return { kind: 'stored', name, error: refusal }
      }
      case 'store_read': {
        const { requestId, name } = effect
        const refusal = this.#refusal(fault, 'read')
        const body = refusal === null ? rows.get(name) : undefined
        const why = refusal ?? 'there is no such row'
        return {
          kind: 'store_read',
          requestId,
          name,
          result: body === undefined ? { kind: 'dropped', why } : { kind: 'body', body },
        }
      }
      case 'store_read_all': {
        const refusal = this.#refusal(fault, 'read')
        if (refusal !== null) listener.onFailure({ operation: 'read_all', error: refusal })
        const entries = refusal === null ? [...rows].map(([name, body]) => ({ name, body })) : null
        return { kind: 'store_read_all', requestId: effect.requestId, entries }
      }
      case 'store_delete': {
        const refusal = this.#refusal(fault, 'write')
        if (refusal === null || fault?.mode === 'full') rows.delete(effect.name)
        else listener.onFailure({ operation: 'delete', name: effect.name, error: refusal })
        return null
      }
      case 'store_delete_all': {
        if (effect.from === 'files') this.#options.deleteFiles(effect)
        else {
          const refusal = this.#refusal(fault, 'write')
          if (refusal === null || fault?.mode === 'full') rows.clear()
          else listener.onFailure({ operation: 'delete_all', error: refusal })
        }
        return null
      }
      default:
        return unreachable(effect)
    }
  }

  /** By a connection of its own, which what the operators' have suffered does not concern. */
  probe(fault: StoreFault | null): Omit<ProbedStore, 'seconds'> {
    const idle = this.#isIdle ? 'parameters of the database are missing, so nothing is ever stored' : null
    const mode = fault === null || fault.mode === 'slow' ? null : fault.mode
    const says = (way: Way): string => idle ?? (mode !== null && refuses(mode, way) ? words[mode] : 'ok')
    return { store: 'table', write: says('write'), read: says('read'), delete: mode === 'full' ? 'ok' : says('write') }
  }

  #refusal(fault: StoreFault | null, way: Way): string | null {
    if (this.#isIdle) return notConnected
    if (this.#brokenAt !== null) return this.#isNoticed(this.#brokenAt) ? notConnected : words.lost
    // Quirk Q5: an empty name takes the place of the default key column, which makes SQL that no database takes.
    const { settings, behaviour } = this.#options
    if (settings.dataSnapshotPrimaryKeyColumnName === '' && behaviour.quirks.Q5) return 'near "=": syntax error'
    return fault !== null && fault.mode !== 'slow' && refuses(fault.mode, way) ? words[fault.mode] : null
  }

  /** Whether the monitor has looked since. */
  #isNoticed(since: number): boolean {
    return this.#options.agenda.now >= this.#nextLook(since)
  }

  #nextLook(after: number): number {
    const looks = Math.floor((after - this.#opened) / monitorSeconds) + 1
    return this.#opened + looks * monitorSeconds
  }

  /** The next look finds a connection that is broken and makes a new one. */
  #reconnectLater(brokenAt: number): void {
    const { agenda, listener } = this.#options
    agenda.at(this.#nextLook(agenda.now), () => {
      if (this.#brokenAt !== brokenAt) return
      this.#brokenAt = null
      listener.trace('error', 'Connected to the database again')
    })
  }
}

type Way = 'read' | 'write'

function refuses(mode: Refusing, way: Way): boolean {
  return mode === 'full' || mode === 'readonly' ? way === 'write' : true
}
