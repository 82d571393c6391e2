import { createServer, type Server, type Socket } from 'node:net'
import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { LinkRule } from '../../model/testbed.ts'
import { LinkConnection } from './link-connection.ts'
import { linkEffect, type LinkEffect, type Route } from './link-effect.ts'

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
}

/** One direction of the WAN: a listener for each cross-DC port, on one address. */
export class Link {
  readonly #options: LinkOptions
  readonly #listeners = new Map<number, Promise<Server>>()
  readonly #connections = new Map<Socket, LinkConnection>()

  constructor(options: LinkOptions) {
    this.#options = options
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
    for (const connection of this.#connections.values()) connection.apply()
  }

  /** Ends connections and listeners. */
  async close(): Promise<void> {
    for (const connection of this.#connections.values()) connection.close()
    const listeners = await Promise.allSettled(this.#listeners.values())
    this.#listeners.clear()
    for (const listener of listeners) if (listener.status === 'fulfilled') listener.value.close()
  }

  async #listen(port: number): Promise<Server> {
    const { address, from, to } = this.#options
    const server = createServer((near) => this.#accept(near, { from, to, port }))
    return await new Promise((resolve, reject) => {
      server.once('error', (cause) => {
        reject(new TestbedError(`Could not open the link ${from} → ${to} on ${address}:${port}.`, { cause }))
      })
      server.listen({ host: address, port }, () => resolve(server))
    })
  }

  #accept(near: Socket, route: Route): void {
    const { farAddress, realMilliseconds } = this.#options
    const effect = (): LinkEffect => linkEffect(this.#options.rules(), route, this.#options.baseDelaySeconds())
    const connection = new LinkConnection({
      near,
      farAddress,
      port: route.port,
      effect,
      delayMs: () => realMilliseconds(effect().delaySeconds),
    })
    this.#connections.set(near, connection)
    near.once('close', () => this.#connections.delete(near))
  }
}
