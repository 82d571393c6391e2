import type { StoreFault } from '../../model/testbed-act.ts'
import type { StoreProbe } from '../../model/testbed.ts'
import type { StoreEffect } from '../../applications/hosting/store-access.ts'
import type { ToolkitInput } from '../../toolkit/io.ts'

/** What a store said of a marker, and the system seconds that it took. */
export type ProbedStore = Omit<StoreProbe, 'ms'> & { readonly seconds: number }

/** What the store could not do and the toolkit makes nothing of. */
export interface StoreFailure {
  readonly operation: 'read' | 'read_all' | 'delete' | 'delete_all'
  readonly name?: string
  readonly error: string
}

/** Who hears of what a store says beside its answers. */
export interface StoreListener {
  readonly onFailure: (failure: StoreFailure) => void
  readonly trace: (level: 'error' | 'info', text: string) => void
}

/** A PE's way to one kind of store. Each access is answered at once; how slow the store is, is another's business. */
export interface StoreKind {
  /** null: nothing is answered. */
  carryOut(effect: StoreEffect, fault: StoreFault | null): ToolkitInput | null
  /** Tries the store with a marker that no operator takes for a snapshot. */
  probe(fault: StoreFault | null): Omit<ProbedStore, 'seconds'>
}
