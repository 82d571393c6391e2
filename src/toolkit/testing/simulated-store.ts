import { unreachable } from '../../support/unreachable.ts'
import type { ToolkitEffect, ToolkitInput } from '../io.ts'
import type { SimulatedAgenda } from './simulated-agenda.ts'

type StoreEffect = ToolkitEffect & {
  readonly kind: 'store_write' | 'store_read' | 'store_read_all' | 'store_delete' | 'store_delete_all'
}

/** How a store works at a time; all can be changed while it runs. */
export interface StoreCondition {
  /** A table's connections; without them writes fail, deletions do nothing and readers say nothing. */
  isConnected: boolean
  /** What each write fails with, after it has destroyed what was there before; null when it works. */
  writeError: string | null
  /** Bodies larger than this fail as `writeError` does. */
  sizeBytesMax: number
  /** Each operation takes so long. */
  operationSeconds: number
}

/** For tests: a DC's files, or a table in memory. It outlives the job. Operations are carried out one after another. */
export class SimulatedStore {
  readonly entries = new Map<string, Uint8Array>()
  /** Files of a DC that has both a directory and a table. */
  readonly files = new Map<string, Uint8Array>()
  readonly condition: StoreCondition = {
    isConnected: true,
    writeError: null,
    sizeBytesMax: Number.POSITIVE_INFINITY,
    operationSeconds: 0,
  }
  readonly #agenda: SimulatedAgenda
  readonly #isTable: boolean
  #busyUntil = 0

  constructor(options: { readonly agenda: SimulatedAgenda; readonly isTable: boolean }) {
    this.#agenda = options.agenda
    this.#isTable = options.isTable
  }

  /** Carries an effect out when its turn comes; `back` takes the answer. */
  perform(effect: StoreEffect, back: (input: ToolkitInput) => void): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.#agenda.now) + this.condition.operationSeconds
    this.#agenda.at(this.#busyUntil, () => {
      const answer = this.#carryOut(effect)
      if (answer !== null) back(answer)
    })
  }

  #carryOut(effect: StoreEffect): ToolkitInput | null {
    const { isConnected } = this.condition
    switch (effect.kind) {
      case 'store_write':
        return { kind: 'stored', name: effect.name, error: this.#write(effect.name, effect.body) }
      case 'store_read': {
        const { requestId, name } = effect
        const body = this.entries.get(name)
        if (this.#isTable && (!isConnected || body === undefined)) {
          return { kind: 'store_read', requestId, name, result: { kind: 'dropped' } }
        }
        const result =
          body === undefined ? ({ kind: 'error', error: 'errno 2' } as const) : { kind: 'body' as const, body }
        return { kind: 'store_read', requestId, name, result }
      }
      case 'store_read_all': {
        const entries = [...this.entries].map(([name, body]) => ({ name, body }))
        return { kind: 'store_read_all', requestId: effect.requestId, entries: isConnected ? entries : null }
      }
      case 'store_delete':
        if (isConnected) this.entries.delete(effect.name)
        return null
      case 'store_delete_all':
        if (this.#isTable && effect.from === 'files') this.files.clear()
        else if (isConnected) this.entries.clear()
        return null
      default:
        return unreachable(effect)
    }
  }

  #write(name: string, body: Uint8Array): string | null {
    const { isConnected, writeError, sizeBytesMax } = this.condition
    if (!isConnected) return 'not connected'
    // A file is opened with truncation, a row is deleted before the insertion.
    this.entries.delete(name)
    if (writeError !== null) return writeError
    if (body.length > sizeBytesMax) return `${body.length} bytes are too many`
    this.entries.set(name, body)
    return null
  }
}
