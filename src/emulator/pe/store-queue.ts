import { unreachable } from '../../support/unreachable.ts'
import type { StoreAccess, StoreEffect } from '../../applications/hosting/store-access.ts'
import type { ToolkitInput } from '../../toolkit/io.ts'
import type { SnapshotStore } from './snapshot-store.ts'

interface StoreQueueOptions {
  readonly store: SnapshotStore
  /** The store failed in a way that it does not answer. */
  readonly crash: (error: unknown) => void
}

type Outcome = ToolkitInput | null
type Answer = (input: ToolkitInput) => void

interface Asked {
  readonly effect: StoreEffect
  readonly answer: Answer
}

/** Carries out what is asked of the store strictly one after the other, at once where nothing is under way. */
export class StoreQueue implements StoreAccess {
  readonly #options: StoreQueueOptions
  readonly #waiting: Asked[] = []
  #isBusy = false

  constructor(options: StoreQueueOptions) {
    this.#options = options
  }

  perform(effect: StoreEffect, answer: Answer): void {
    this.#waiting.push({ effect, answer })
    this.#goOn()
  }

  #goOn(): void {
    while (!this.#isBusy) {
      const asked = this.#waiting.shift()
      if (asked === undefined) return
      const outcome = this.#ask(asked.effect)
      if (outcome instanceof Promise) this.#await(outcome, asked.answer)
      else if (outcome !== null) asked.answer(outcome)
    }
  }

  #await(outcome: Promise<Outcome>, answer: Answer): void {
    this.#isBusy = true
    const answered = (input: Outcome): void => {
      this.#isBusy = false
      if (input !== null) answer(input)
      this.#goOn()
    }
    outcome.then(answered, (error: unknown) => this.#options.crash(error))
  }

  #ask(effect: StoreEffect): Outcome | Promise<Outcome> {
    const { store } = this.#options
    switch (effect.kind) {
      case 'store_write': {
        const { name } = effect
        return after(store.write(name, effect.body), (error) => ({ kind: 'stored', name, error }))
      }
      case 'store_read': {
        const { name, requestId } = effect
        return after(store.read(name), (result) => ({ kind: 'store_read', requestId, name, result }))
      }
      case 'store_read_all': {
        const { requestId, reader } = effect
        return after(store.readAll(reader), (entries) => ({ kind: 'store_read_all', requestId, entries }))
      }
      case 'store_delete':
        return after(store.delete(effect.name), () => null)
      case 'store_delete_all':
        return after(store.deleteAll(effect.from), () => null)
      default:
        return unreachable(effect)
    }
  }
}

/** What is known at once stays so. */
function after<T>(result: T | Promise<T>, outcome: (value: T) => Outcome): Outcome | Promise<Outcome> {
  return result instanceof Promise ? result.then(outcome) : outcome(result)
}
