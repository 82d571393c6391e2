import { createServer, type Server, type Socket } from 'node:net'
import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { LinkRule } from '../../model/testbed.ts'
import { createRandom, type Random } from '../../support/random.ts'
import { LinkConnection } from './link-connection.ts'
import { coversPort, drawDelaySeconds, linkEffect, type LinkEffect, type Route } from '../../support/link-effect.ts'
import { RateBuckets, type Way } from './rate-bucket.ts'

interface LinkOptions {
  readonly from: DatacenterName
  readonly to: DatacenterName
  /** Where the sending DC reaches the link: what it sees as its remote. */
  readonly address: string
  /** Where the receiving DC listens. */
  readonly farAddress: string
  readonly rules: () => Iterable<LinkRule>
  readonly baseDelaySeconds: () => number
  readonly realMilliseconds: (seconds: number) => number
  /** Of the lease; what is left to chance follows from it. */
  readonly seed: () => number
}

/** One direction of the WAN: a listener for each cross-DC port, on one address. */
export class Link {
  readonly #options: LinkOptions
  readonly #listeners = new Map<number, Promise<Server>>()
  readonly #connections = new Map<Socket, { readonly connection: LinkConnection; readonly port: number }>()
  readonly #buckets = new RateBuckets()
  #accepted = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get from(): DatacenterName {
    return this.#options.from
  }

  get to(): DatacenterName {
    return this.#options.to
  }

  /** A lease begins: its first connection draws what the first one of any lease with its seed draws. */
  begin(): void {
    this.#accepted = 0
  }

  /**
   * Listens on these ports, if it does not already.
   * @throws TestbedError when a port cannot be had
   */
  async open(ports: readonly number[]): Promise<void> {
    await Promise.all(
      ports.map(async (port) => {
        const listening = this.#listeners.get(port) ?? this.#listen(port)
        this.#listeners.set(port, listening)
        try {
          await listening
        } catch (error) {
          this.#listeners.delete(port)
          throw error
        }
      }),
    )
  }

  /** Makes the open connections follow the rules as they are now. */
  apply(): void {
    this.#buckets.keep(this.#options.rules())
    for (const { connection } of this.#connections.values()) connection.apply()
  }

  /**
   * Resets the open connections to these ports.
   * @returns how many there were
   */
  reset(ports: LinkRule['ports']): number {
    const reached = [...this.#connections.values()].filter(({ port }) => coversPort(ports, port))
    return reached.filter(({ connection }) => connection.reset()).length
  }

  /** Ends connections and listeners. */
  async close(): Promise<void> {
    for (const { connection } of this.#connections.values()) connection.close()
    const listeners = await Promise.allSettled(this.#listeners.values())
    this.#listeners.clear()
    for (const listener of listeners) if (listener.status === 'fulfilled') listener.value.close()
  }

  async #listen(port: number): Promise<Server> {
    const { address, from, to } = this.#options
    // A side that has said all ends its own way only: what is under way in it, or comes back, still gets through.
    const server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near, { from, to, port }))
    return await new Promise((resolve, reject) => {
      server.once('error', (cause) => {
        reject(new TestbedError(`Could not open the link ${from} → ${to} on ${address}:${port}.`, { cause }))
      })
      server.listen({ host: address, port }, () => resolve(server))
    })
  }

  #accept(near: Socket, route: Route): void {
    const { farAddress, realMilliseconds, seed, from, to } = this.#options
    const effect = (): LinkEffect => linkEffect(this.#options.rules(), route, this.#options.baseDelaySeconds())
    this.#accepted += 1
    const random = createRandom(seed()).fork(`link ${from} ${to} ${this.#accepted}`)
    const randoms: Readonly<Record<Way, Random>> = { there: random.fork('there'), back: random.fork('back') }
    const connection = new LinkConnection({
      near,
      farAddress,
      port: route.port,
      effect,
      delayMs: (way) => realMilliseconds(drawDelaySeconds(effect().delays, randoms[way])),
      buckets: (way) => this.#buckets.of(effect().rates, way, realMilliseconds(1)),
    })
    this.#connections.set(near, { connection, port: route.port })
    near.once('close', () => this.#connections.delete(near))
  }
}
