import { readdirSync } from 'node:fs'
import { datacenterNames, type DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { Effect, LinkProbe, LinkRule, ProcessInfo, TestbedEvent } from '../../model/testbed.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { leaseSeconds, realMilliseconds, systemSeconds, type LeaseTime } from '../lease-time.ts'
import { probeLink } from '../links/probe.ts'
import { claimPairHome, removePairHome, type PairHome } from '../pair-home.ts'
import type { DatacenterHostMethods, LeaseEvent, LinkMethods } from '../pair-protocol.ts'
import { addressOf, defaultBasePort, linkAddressOf, perDatacenter } from './addresses.ts'
import type { Child } from './child.ts'
import type { EmulatedDatacenter } from './control-protocol.ts'
import { EventLog } from './event-log.ts'
import { JobProcesses } from './job-processes.ts'
import { eventLogPath, installFile, renewFiles, storageDirectory } from './pair-files.ts'
import { startParts, type PairParts } from './pair-parts.ts'
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
  readonly #jobs: JobProcesses
  readonly #spares: SparePes
  readonly #log: EventLog
  readonly #children = new Set<Child<never>>()
  #parts: PairParts | undefined
  #lease: PairLease | undefined
  #worstMs = 0
  #isBroken = false
  #closing: Promise<void> | undefined

  private constructor(home: PairHome) {
    this.home = home
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
      spares: this.#spares,
      placement: ({ dc, launchCount }) => ({
        dc,
        launchCount,
        address: addressOf(home, dc),
        linkAddress: linkAddressOf(home, dc),
        directory: home.directory,
        seed: this.#lease?.seed ?? 0,
        time: this.#time(),
      }),
      openLinkPorts: async (ports) => await this.#link().call('open', { ports }),
      tell: (dc, state) => this.#parts?.datacenters[dc].child.peer.notify('peChanged', state),
      emit: (event, about) => this.#emitNow({ event, ...about }),
      now: () => leaseSeconds(this.#time()),
    })
  }

  /**
   * A pair whose DCs answer.
   * @throws TestbedError; nothing is left of the pair then
   */
  static async start(): Promise<Pair> {
    const pair = new Pair(claimPairHome())
    try {
      renewFiles(pair.home)
      pair.#spares.fill()
      pair.#parts = await startParts({
        home: pair.home,
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
    const { datacenters } = this.#running()
    await Promise.all([
      this.#link().call('lease', { time, delaySeconds }),
      ...datacenterNames.map(async (dc) => await datacenters[dc].child.peer.call('lease', time)),
    ])
    return time
  }

  /** Removes everything that a lease left, and proves it. @throws TestbedError when something is still there */
  async reset(): Promise<void> {
    this.#lease = undefined
    await this.#jobs.clear()
    const { datacenters } = this.#running()
    const rules = await this.#link().call('rules', {})
    await Promise.all(rules.map(async ({ id }) => await this.#link().call('remove', { id })))
    const left = await Promise.all(
      datacenterNames.map(async (dc) => (await datacenters[dc].child.peer.call('reset', {})).jobs),
    )
    renewFiles(this.home)
    await this.#proveClean(left)
    this.#spares.fill()
  }

  describe(): Readonly<Record<DatacenterName, EmulatedDatacenter>> {
    const { datacenters } = this.#running()
    return perDatacenter((dc) => ({
      name: dc,
      ...datacenters[dc].urls,
      ...datacenters[dc].credentials,
      crossDcUrl: `http://${addressOf(this.home, dc)}:${defaultBasePort}`,
      remoteMachineNames: linkAddressOf(this.home, dc),
      storageDirectory: storageDirectory(this.home, dc),
      pid: datacenters[dc].child.pid,
    }))
  }

  async applyRule(rule: LinkRule): Promise<Effect> {
    return await this.#link().call('apply', rule)
  }

  async removeRule(id: string): Promise<Effect> {
    return await this.#link().call('remove', { id })
  }

  async rules(): Promise<readonly LinkRule[]> {
    return await this.#link().call('rules', {})
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
        const { child } = datacenters[dc]
        return child.isAlive() ? info(dc, 'management', child.pid) : []
      }),
      ...info(null, 'link', link.pid),
      ...this.#jobs.list(),
    ]
  }

  async holdDown(dc: DatacenterName): Promise<Effect & { readonly pids: readonly number[] }> {
    return await this.#jobs.holdDown(dc)
  }

  letUp(dc: DatacenterName): Effect {
    return this.#jobs.letUp(dc)
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
    this.#log.close()
    removePairHome(this.home)
  }

  #handlers(dc: DatacenterName): DatacenterHostMethods {
    return {
      startPe: (run) => this.#jobs.start(dc, run),
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
    for (const dc of datacenterNames) void watch(datacenters[dc].child, dc)
    void watch(link, null)
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

  #link(): Child<LinkMethods>['peer'] {
    return this.#running().link.peer
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
