import { randomBytes } from 'node:crypto'
import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type { ProcessInfo } from '../../model/testbed.ts'
import type { EventName } from '../../model/timeline.ts'
import { effectBetween, type LeaseTime } from '../lease-time.ts'
import type { PairHome } from '../pair-home.ts'
import type {
  Credentials,
  DatacenterHostMethods,
  DatacenterMethods,
  DatacenterUrls,
  PeState,
} from '../pair-protocol.ts'
import { addressOf } from './addresses.ts'
import { startChild, type Child } from './child.ts'
import type { ProcessEffect } from './job-processes.ts'
import { processState } from '../process-state.ts'

interface ManagementOptions {
  readonly dc: DatacenterName
  readonly home: PairHome
  readonly handlers: DatacenterHostMethods
  /** Hears of every process at once, so that it can be ended even when it does not come up. */
  readonly started: (child: Child<never>) => void
  /** How the DC's PEs stand now. */
  readonly pes: () => readonly PeState[]
  /** null: nobody holds the pair. */
  readonly time: () => LeaseTime | null
  /** System seconds on the lease's clock. */
  readonly now: () => number
  readonly emit: (event: EventName, about: { readonly dc: DatacenterName; readonly detail: JsonObject }) => void
  /** It ended, and nobody had asked for that. */
  readonly lost: () => void
}

/**
 * A DC's management, through all its processes. One that is stopped on purpose is held down until it is started again: at the same
 * address and ports, which nothing of the testbed's takes meanwhile but by chance, with the same users and with what its journal
 * holds. What is asked of it is done one after the other.
 */
export class Management {
  readonly dc: DatacenterName
  readonly credentials: Credentials = { username: 'streamsadmin', password: randomBytes(12).toString('hex') }
  readonly #options: ManagementOptions
  readonly #startTime = Date.now()
  #urls: DatacenterUrls | undefined
  #child: Child<DatacenterMethods> | null = null
  #isHeld = false
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: ManagementOptions) {
    this.dc = options.dc
    this.#options = options
  }

  /** One that answers. @throws TestbedError when it does not come up */
  static async start(options: ManagementOptions): Promise<Management> {
    const management = new Management(options)
    await management.#launch(null)
    return management
  }

  /** Where its services are, also while it is stopped. */
  get urls(): DatacenterUrls {
    if (this.#urls === undefined) throw new TestbedError(`The management of ${this.dc} never listened.`)
    return this.#urls
  }

  /** null while it is stopped. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Whether it can answer: it runs, and is not stopped where it is. */
  get isRunning(): boolean {
    const child = this.#child
    return child?.isAlive() === true && processState(child.pid) !== 'T'
  }

  info(): readonly ProcessInfo[] {
    const child = this.#child
    if (child?.isAlive() !== true) return []
    return [{ dc: this.dc, role: 'management', pid: child.pid, jobId: null, peId: null, isPaused: child.isPaused() }]
  }

  /** Whether it hears of what is told to it. */
  get isConnected(): boolean {
    return this.#child?.isConnected() === true
  }

  /** One of the DC's PEs changed. Whoever starts later is given them all. */
  tell(state: PeState): void {
    this.#child?.peer.notify('peChanged', state)
  }

  async lease(time: LeaseTime): Promise<void> {
    await this.#connected().peer.call('lease', time)
  }

  /** Makes it run, if it was stopped, and forget all it knows. @returns how many jobs are left */
  async reset(): Promise<number> {
    await this.resume()
    await this.start()
    const { jobs } = await this.#connected().peer.call('reset', {})
    return jobs
  }

  /** Kills its process and keeps it down; its PEs live on. Resolves once it is seen dead. */
  async stop(): Promise<ProcessEffect> {
    return await this.#inTurn(async () => {
      const before = this.#options.now()
      const child = this.#child
      this.#isHeld = true
      if (child !== null) await child.kill()
      return this.#effect(before, child)
    })
  }

  /** Starts a process in the place of one that was stopped; resolves once that answers. @throws TestbedError when it does not come up */
  async start(): Promise<ProcessEffect> {
    return await this.#inTurn(async () => {
      let before = this.#options.now()
      if (this.#child === null && !this.#isHeld) {
        throw new TestbedError(`The management of ${this.dc} ended by itself: the testbed is lost.`)
      }
      if (this.#child === null) {
        // Until it is told what to do, it cannot have had any effect.
        await this.#launch({ began: () => (before = this.#options.now()) })
        this.#options.emit('management_started', { dc: this.dc, detail: { pid: this.pid } })
      }
      return this.#effect(before, this.#child)
    })
  }

  /** Stops its process where it is; resolves once it is seen stopped. @throws TestbedError when it does not run */
  async pause(): Promise<ProcessEffect> {
    return await this.#inTurn(async () => {
      const before = this.#options.now()
      const child = this.#connected()
      if (!child.isPaused()) await child.pause()
      return this.#effect(before, child)
    })
  }

  /** Continues its process, if that is stopped; resolves once it is seen to go on. */
  async resume(): Promise<ProcessEffect> {
    return await this.#inTurn(async () => {
      const before = this.#options.now()
      const child = this.#child
      if (child?.isPaused() !== true) return this.#effect(before, null)
      await child.resume()
      return this.#effect(before, child)
    })
  }

  async #launch(again: { readonly began: () => void } | null): Promise<void> {
    const { dc, home, handlers, started, pes, time } = this.#options
    const child = await startChild<DatacenterMethods>({ role: 'datacenter', home, handlers })
    started(child)
    this.#child = child
    void this.#watch(child)
    again?.began()
    const lease = time()
    if (lease !== null) child.peer.notify('lease', lease)
    try {
      this.#urls = await child.peer.call('configure', {
        name: dc,
        address: addressOf(home, dc),
        credentials: this.credentials,
        startTime: this.#startTime,
        ports: this.#urls?.ports ?? null,
        takeUp: again === null ? null : { pes: pes() },
      })
      this.#isHeld = false
    } catch (error) {
      // It stays down, as it was before.
      await child.kill()
      throw error
    }
  }

  async #watch(child: Child<DatacenterMethods>): Promise<void> {
    const exit = await child.exited
    const isHeld = this.#isHeld
    this.#child = null
    if (!isHeld) this.#options.lost()
    this.#options.emit('management_exited', { dc: this.dc, detail: { pid: child.pid, ...exit, isHeld } })
  }

  #connected(): Child<DatacenterMethods> {
    if (this.#child?.isAlive() === true) return this.#child
    throw new TestbedError(`Expected the management of ${this.dc} to run; it is ${this.#isHeld ? 'stopped' : 'dead'}.`)
  }

  #effect(before: number, child: Child<DatacenterMethods> | null): ProcessEffect {
    return { ...effectBetween(before, this.#options.now()), pids: child === null ? [] : [child.pid] }
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act)
    // The next one is told of its own failure only.
    this.#turn = turn.catch(() => undefined)
    return await turn
  }
}
