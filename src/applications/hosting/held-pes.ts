import type { DatacenterName } from '../../model/datacenter.ts'

/** PEs of a DC, by `indexWithinJob` in whatever job. @default all */
export type PeIndices = readonly number[] | undefined

interface Held {
  /** Whether those that are not in `exceptions` are held. */
  readonly isAll: boolean
  readonly exceptions: ReadonlySet<number>
}

const none: Held = { isAll: false, exceptions: new Set() }

/** Which PEs are kept from being started. */
export class HeldPes {
  readonly #held = new Map<DatacenterName, Held>()

  isHeld(dc: DatacenterName, indexWithinJob: number): boolean {
    const { isAll, exceptions } = this.#held.get(dc) ?? none
    return isAll !== exceptions.has(indexWithinJob)
  }

  hold(dc: DatacenterName, pes: PeIndices): void {
    this.#change(dc, { pes, isHeld: true })
  }

  letUp(dc: DatacenterName, pes: PeIndices): void {
    this.#change(dc, { pes, isHeld: false })
  }

  clear(): void {
    this.#held.clear()
  }

  #change(dc: DatacenterName, to: { readonly pes: PeIndices; readonly isHeld: boolean }): void {
    const { pes, isHeld } = to
    if (pes === undefined) {
      this.#held.set(dc, { isAll: isHeld, exceptions: new Set() })
      return
    }
    const { isAll, exceptions } = this.#held.get(dc) ?? none
    const changed = new Set(exceptions)
    for (const index of pes) {
      if (isAll === isHeld) changed.delete(index)
      else changed.add(index)
    }
    this.#held.set(dc, { isAll, exceptions: changed })
  }
}
