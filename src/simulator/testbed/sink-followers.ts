import type { JsonObject } from '../../model/json.ts'
import { ledgerOperators } from '../../model/ledger.ts'
import type { World } from '../world/world.ts'
import type { ServedDatacenter } from './service.ts'

/** A sink: an operator of a job, wherever its PE runs. */
interface Sink {
  readonly jobId: string
  readonly operator: string
}

interface Follower {
  readonly sink: Sink
  readonly onItems: (items: readonly JsonObject[]) => void
  hasNew: boolean
}

/** Readers who hear of what sinks get, in place of asking again and again. */
export class SinkFollowers {
  readonly #on: ServedDatacenter
  readonly #followers = new Set<Follower>()
  readonly #unsubscribe: () => void
  #hasNew = false

  constructor(on: ServedDatacenter, world: Pick<World, 'onSink'>) {
    this.#on = on
    this.#unsubscribe = world.onSink((dc, sink) => {
      if (dc !== on.datacenter.name) return
      for (const follower of this.#followers) {
        if (follower.sink.operator === ledgerOperators[sink]) follower.hasNew = true
      }
      this.#hasNew = true
    })
  }

  /** Calls back with the items of a sink, each once; returns what ends it. */
  add(sink: Sink, onItems: (items: readonly JsonObject[]) => void): () => void {
    // What lies there already is handed over as well.
    const follower: Follower = { sink, onItems, hasNew: true }
    this.#hasNew = true
    this.#followers.add(follower)
    return () => void this.#followers.delete(follower)
  }

  /** Hands over what came since; while the DC's management is mute, nobody can read. */
  handOver(): void {
    if (!this.#hasNew || this.#on.datacenter.management !== 'running') return
    this.#hasNew = false
    for (const follower of this.#followers) {
      if (!follower.hasNew) continue
      follower.hasNew = false
      const { jobId, operator } = follower.sink
      const items = this.#on.datacenter.job(jobId)?.applicationPe.retrieve(operator) ?? []
      // What the ledger puts out is JSON.
      // eslint-disable-next-line typescript/no-unsafe-type-assertion
      if (items.length > 0) follower.onItems(items as readonly JsonObject[])
    }
  }

  clear(): void {
    this.#unsubscribe()
    this.#followers.clear()
  }
}
