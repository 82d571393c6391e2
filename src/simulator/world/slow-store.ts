import type { StoreAccess, StoreEffect } from '../../applications/hosting/store-access.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { ToolkitInput } from '../../toolkit/io.ts'
import type { Agenda, Entry } from './agenda.ts'
import type { ProbedStore, StoreKind } from './store-answers.ts'

interface SlowStoreOptions {
  readonly store: StoreKind
  readonly agenda: Agenda
  /** What the DC's store suffers now. */
  readonly fault: () => StoreFault | null
}

interface Asked {
  readonly effect: StoreEffect
  readonly answer: (input: ToolkitInput) => void
}

/** A PE's store as its operators meet it: one access after the other, each first as late as the store is slow. */
export class SlowStore implements StoreAccess {
  readonly #options: SlowStoreOptions
  readonly #waiting: Asked[] = []
  #isBusy = false
  #delayed: { readonly entry: Entry; readonly goOn: () => void } | null = null

  constructor(options: SlowStoreOptions) {
    this.#options = options
  }

  perform(effect: StoreEffect, answer: (input: ToolkitInput) => void): void {
    this.#waiting.push({ effect, answer })
    this.#goOn()
  }

  /** An access that waits goes on at once, and meets what is in force now. */
  faultChanged(): void {
    const delayed = this.#delayed
    this.#delayed = null
    delayed?.entry.cancel()
    delayed?.goOn()
  }

  probe(): ProbedStore {
    const { store, fault } = this.#options
    return { ...store.probe(fault()), seconds: 3 * this.#delaySeconds() }
  }

  #goOn(): void {
    while (!this.#isBusy) {
      const asked = this.#waiting.shift()
      if (asked === undefined) return
      const seconds = this.#delaySeconds()
      if (seconds > 0) this.#later(asked, seconds)
      else this.#carryOut(asked)
    }
  }

  #later(asked: Asked, seconds: number): void {
    this.#isBusy = true
    const goOn = (): void => {
      this.#delayed = null
      this.#carryOut(asked)
      this.#isBusy = false
      this.#goOn()
    }
    this.#delayed = { entry: this.#options.agenda.in(seconds, goOn), goOn }
  }

  #carryOut({ effect, answer }: Asked): void {
    const { store, fault } = this.#options
    const result = store.carryOut(effect, fault())
    if (result !== null) answer(result)
  }

  #delaySeconds(): number {
    const fault = this.#options.fault()
    return fault?.mode === 'slow' ? fault.delaySeconds : 0
  }
}
