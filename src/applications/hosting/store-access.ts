import type { ToolkitEffect, ToolkitInput } from '../../toolkit/io.ts'

/** What is asked of the snapshot store. */
export type StoreEffect = ToolkitEffect & {
  readonly kind: 'store_write' | 'store_read' | 'store_read_all' | 'store_delete' | 'store_delete_all'
}

/** A PE's way to its snapshot store. Everything is carried out one after the other, as the operators that ask wait for each other. */
export interface StoreAccess {
  /** `answer` is called within this when the store answers at once. */
  perform(effect: StoreEffect, answer: (input: ToolkitInput) => void): void
}
