import { readdirSync } from 'node:fs'
import { datacenterNames, type DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type {
  Effect,
  LinkProbe,
  LinkRule,
  OperatorTarget,
  PeTarget,
  ProcessInfo,
  SingleDatacenter,
  TestbedEvent,
} from '../../model/testbed.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { leaseSeconds, realMilliseconds, systemSeconds, type LeaseTime } from '../lease-time.ts'
import { probeLink } from '../links/probe.ts'
import { claimPairHome, removePairHome, type PairHome } from '../pair-home.ts'
import { endScripts } from '../end-scripts.ts'
import type { DatacenterHostMethods, LeaseEvent, LinkMethods } from '../pair-protocol.ts'
import { linkAddressOf } from './addresses.ts'
import type { Child } from './child.ts'
import type { EmulatedDatacenter } from './control-protocol.ts'
import { EventLog } from './event-log.ts'
import { JobProcesses } from './job-processes.ts'
import { eventLogPath, installFile, renewFiles, storageDirectory } from './pair-files.ts'
import { startParts, type DatacenterPart, type PairParts } from './pair-parts.ts'
import { describeDatacenters, placementOf, type PlacesOf } from './pair-places.ts'
import { SparePes } from './spare-pes.ts'

/** Real time that a probe waits for a connection, and then for an answer, on top of the link's own delays. */
const probeLimitMs = 150

interface PairLease {
  readonly time: LeaseTime
  readonly delaySeconds: number
  readonly seed: number
  readonly onEvent: (event: TestbedEvent) => void
}

/** Two datacenters and the links between them, on a block of loopback addresses of their own. */
export class Pair {
  readonly home: PairHome
  readonly #only: SingleDatacenter | null
  readonly #jobs: JobProcesses
  readonly #spares: SparePes
  readonly #log: EventLog
  readonly #children = new Set<Child<never>>()
  #parts: PairParts | undefined
  #lease: PairLease | undefined
  #worstMs = 0
  #isBroken = false
  #closing: Promise<void> | undefined

  private constructor(home: PairHome, only: SingleDatacenter | null) {
    this.home = home
    this.#only = only
    this.#log = new EventLog(eventLogPath(home))
    this.#spares = new SparePes({
      home,
      handlers: {
        event: (emitted) => this.#emit(emitted),
        lateness: ({ leaseId, worstMs }) => {
          if (leaseId === this.#lease?.time.leaseId) this.#worstMs = Math.max(this.#worstMs, worstMs)
        },
      },
    })
    this.#jobs = new JobProcesses({
      takeSpare: async () => await this.#spares.take(),
      placement: (pe) => placementOf(this.#places(), { ...pe, seed: this.#lease?.seed ?? 0, time: this.#time() }),
      applicationConfiguration: async (dc) => await this.#applicationConfiguration(dc),
      openLinkPorts: async (ports) => {
        if (ports.length > 0) await this.#parts?.link?.peer.call('open', { ports })
      },
      tell: (dc, state) => this.#parts?.datacenters[dc]?.child.peer.notify('peChanged', state),
      emit: (event, about) => this.#emitNow({ event, ...about }),
      now: () => leaseSeconds(this.#time()),
    })
  }

  /**
   * A pair whose DCs answer.
   * @throws TestbedError; nothing is left of the pair then
   */
  static async start(only: SingleDatacenter | null = null): Promise<Pair> {
    const pair = new Pair(claimPairHome(), only)
    try {
      renewFiles(pair.home)
      pair.#spares.fill()
      pair.#parts = await startParts({
        home: pair.home,
        only: only?.dc,
        handlers: (dc) => pair.#handlers(dc),
        started: (child) => pair.#children.add(child),
      })
      pair.#watch(pair.#parts)
      return pair
    } catch (error) {
      await pair.close()
      throw error
    }
  }

  /** Whether it is like every other pair, and can serve the next lease. */
  get isOrdinary(): boolean {
    return this.#only === null
  }

  /** Whether it can be leased: its own processes all live. */
  get isHealthy(): boolean {
    return !this.#isBroken
  }

  /** Begins a lease: system time starts at 0 in every process of the pair. */
  async lease(lease: {
    readonly leaseId: number
    readonly timeScale: number
    readonly delaySeconds: number
    readonly seed: number
    readonly onEvent: (event: TestbedEvent) => void
  }): Promise<LeaseTime> {
    const { leaseId, timeScale, delaySeconds, seed, onEvent } = lease
    const time = { leaseId, timeScale, originMs: monotonicNowMs() }
    this.#lease = { time, delaySeconds, seed, onEvent }
    this.#worstMs = 0
    this.#log.clear()
    const { link } = this.#running()
    await Promise.all([
      link?.peer.call('lease', { time, delaySeconds }),
      ...this.#datacenters().map(async ({ child }) => await child.peer.call('lease', time)),
    ])
    return time
  }

  /** Removes everything that a lease left, and proves it. @throws TestbedError when something is still there */
  async reset(): Promise<void> {
    this.#lease = undefined
    await this.#jobs.clear()
    endScripts(this.home.directory)
    const rules = await this.rules()
    await Promise.all(rules.map(async ({ id }) => await this.#link().call('remove', { id })))
    const left = await Promise.all(
      this.#datacenters().map(async ({ child }) => (await child.peer.call('reset', {})).jobs),
    )
    renewFiles(this.home)
    await this.#proveClean(left)
    this.#spares.fill()
  }

  /** The DCs that there are. */
  describe(): Partial<PerDatacenter<EmulatedDatacenter>> {
    return describeDatacenters(this.#places())
  }

  async applyRule(rule: LinkRule): Promise<Effect> {
    return await this.#link().call('apply', rule)
  }

  async removeRule(id: string): Promise<Effect> {
    return await this.#link().call('remove', { id })
  }

  async rules(): Promise<readonly LinkRule[]> {
    return (await this.#running().link?.peer.call('rules', {})) ?? []
  }

  async probe(connection: { readonly from: DatacenterName; readonly port: number }): Promise<LinkProbe> {
    const { from, port } = connection
    await this.#link().call('open', { ports: [port] })
    const rules = await this.rules()
    const delays = rules.map(({ effect }) => (effect.kind === 'delay' ? effect.seconds : 0))
    const delaySeconds = delays.reduce((sum, seconds) => sum + seconds, this.#lease?.delaySeconds ?? 0)
    const limitMs = probeLimitMs + 2 * realMilliseconds(this.#time(), delaySeconds)
    return await probeLink({ host: linkAddressOf(this.home, from), port, limitMs })
  }

  processes(): readonly ProcessInfo[] {
    const { datacenters, link } = this.#running()
    const info = (dc: DatacenterName | null, role: 'management' | 'link', pid: number): readonly ProcessInfo[] => [
      { dc, role, pid, jobId: null, peId: null },
    ]
    return [
      ...datacenterNames.flatMap((dc) => {
        const child = datacenters[dc]?.child
        return child?.isAlive() === true ? info(dc, 'management', child.pid) : []
      }),
      ...(link === null ? [] : info(null, 'link', link.pid)),
      ...this.#jobs.list(),
    ]
  }

  async holdDown(dc: DatacenterName): Promise<Effect & { readonly pids: readonly number[] }> {
    return await this.#jobs.holdDown(dc)
  }

  letUp(dc: DatacenterName): Effect {
    return this.#jobs.letUp(dc)
  }

  async restartPe(target: PeTarget): ReturnType<JobProcesses['restartPe']> {
    return await this.#jobs.restartPe(target)
  }

  async restartOperator(target: OperatorTarget): ReturnType<JobProcesses['restartOperator']> {
    return await this.#jobs.restartOperator(target)
  }

  installFile(file: { readonly dc: DatacenterName; readonly name: string; readonly content: string }): string {
    return installFile(this.home, file)
  }

  /** System seconds. */
  lateness(): number {
    return systemSeconds(this.#time(), this.#worstMs)
  }

  eventLog(): string {
    return this.#log.read()
  }

  /** Ends every process and removes every file. A second call gives the first one's result. */
  async close(): Promise<void> {
    await (this.#closing ??= this.#end())
  }

  async #end(): Promise<void> {
    this.#isBroken = true
    this.#lease = undefined
    await Promise.all([
      this.#jobs.clear(),
      this.#spares.close(),
      ...[...this.#children].map(async (child) => await child.kill()),
    ])
    endScripts(this.home.directory)
    this.#log.close()
    removePairHome(this.home)
  }

  #handlers(dc: DatacenterName): DatacenterHostMethods {
    return {
      startJob: (run) => this.#jobs.start(dc, run),
      stopJob: async ({ jobId }) => await this.#jobs.stop(dc, jobId),
      event: (emitted) => this.#emit(emitted),
    }
  }

  /** A pair that lost one of its own processes is not leased again. */
  #watch({ link, datacenters }: PairParts): void {
    const watch = async (child: Child<never>, dc: DatacenterName | null): Promise<void> => {
      const exit = await child.exited
      this.#isBroken = true
      const detail = { pid: child.pid, ...exit }
      this.#emitNow(dc === null ? { event: 'link_exited', detail } : { event: 'management_exited', dc, detail })
    }
    for (const dc of datacenterNames) {
      const part = datacenters[dc]
      if (part !== undefined) void watch(part.child, dc)
    }
    if (link !== null) void watch(link, null)
  }

  async #proveClean(jobs: readonly number[]): Promise<void> {
    const rules = await this.rules()
    const files = datacenterNames.flatMap((dc) => readdirSync(storageDirectory(this.home, dc)))
    const left = {
      jobs: jobs.reduce((sum, count) => sum + count, 0),
      pes: this.#jobs.size,
      rules: rules.length,
      files: files.length,
    }
    if (this.#isBroken || Object.values(left).some((count) => count > 0)) {
      throw new TestbedError(
        `Expected the pair ${this.home.block}.0 to be clean after a reset, got ${JSON.stringify(left)}.`,
      )
    }
  }

  #running(): PairParts {
    if (this.#parts === undefined) throw new TestbedError(`The pair ${this.home.block}.0 does not run.`)
    return this.#parts
  }

  #datacenters(): readonly DatacenterPart[] {
    return Object.values(this.#running().datacenters)
  }

  #link(): Child<LinkMethods>['peer'] {
    const { link } = this.#running()
    if (link === null) throw new TestbedError(`There is no emulated WAN: the lease has ${this.#only?.dc} only.`)
    return link.peer
  }

  #places(): PlacesOf {
    return { home: this.home, parts: this.#running(), only: this.#only }
  }

  /** As the DC's management knows it now; where that is dead, nobody knows. */
  async #applicationConfiguration(dc: DatacenterName): Promise<Readonly<Record<string, string>> | null> {
    const child = this.#running().datacenters[dc]?.child
    if (child?.isConnected() !== true) return null
    try {
      return await child.peer.call('applicationConfiguration', { name: 'CrossDCFailover' })
    } catch (error) {
      if (child.isConnected()) throw error
      return null
    }
  }

  #time(): LeaseTime {
    if (this.#lease === undefined) throw new TestbedError(`The pair ${this.home.block}.0 is not leased.`)
    return this.#lease.time
  }

  #emitNow(about: Omit<TestbedEvent, 'time' | 'uncertainty'>): void {
    if (this.#lease === undefined) return
    const { time } = this.#lease
    this.#emit({ leaseId: time.leaseId, event: { time: leaseSeconds(time), uncertainty: 0, ...about } })
  }

  /** Late events of an earlier lease are nobody's any more. */
  #emit({ leaseId, event }: LeaseEvent): void {
    if (this.#lease === undefined || leaseId !== this.#lease.time.leaseId) return
    this.#log.append(event)
    this.#lease.onEvent(event)
  }
}
