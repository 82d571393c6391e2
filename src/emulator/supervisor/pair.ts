import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type {
  LinkProbe,
  LinkRule,
  OperatorTarget,
  PeTarget,
  ProcessInfo,
  SingleDatacenter,
  StoreProbe,
  TestbedEvent,
} from '../../model/testbed.ts'
import type { LogLine } from '../../model/timeline.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { leaseSeconds, systemSeconds, type LeaseTime } from '../lease-time.ts'
import { probeLimitMs, probeLink } from '../links/probe.ts'
import { claimPairHome, removePairHome, type PairHome } from '../pair-home.ts'
import { readConfiguration } from '../datacenter/management-journal.ts'
import { endScripts } from '../end-scripts.ts'
import type { DatacenterHostMethods, LeaseEvent, LinkMethods } from '../pair-protocol.ts'
import { linkAddressOf } from './addresses.ts'
import type { Child } from './child.ts'
import type { EmulatedDatacenter } from './control-protocol.ts'
import { EventLog } from './event-log.ts'
import { JobProcesses } from './job-processes.ts'
import { LeaseLogs } from './lease-logs.ts'
import { Management } from './management.ts'
import { PairActs, type ActRequest, type TriggeredActs } from './pair-acts.ts'
import { eventLogPath, installFile, renewFiles } from './pair-files.ts'
import { startParts, type PairParts } from './pair-parts.ts'
import { describeDatacenters, placementOf, type PlacesOf } from './pair-places.ts'
import { performAct } from './perform-act.ts'
import { proveClean } from './prove-clean.ts'
import { SparePes } from './spare-pes.ts'

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
  readonly #logs = new LeaseLogs()
  readonly #acts: PairActs
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
        log: ({ leaseId, line }) => (leaseId === this.#lease?.time.leaseId ? this.#logs.add(line) : undefined),
        lateness: ({ leaseId, worstMs }) => {
          if (leaseId === this.#lease?.time.leaseId) this.#worstMs = Math.max(this.#worstMs, worstMs)
        },
      },
    })
    this.#jobs = new JobProcesses({
      takeSpare: async () => await this.#spares.take(),
      placement: (pe) => placementOf(this.#places(), { ...pe, seed: this.#lease?.seed ?? 0, time: this.#time() }),
      applicationConfiguration: (dc) => readConfiguration({ directory: home.directory, dc }, 'CrossDCFailover'),
      openLinkPorts: async (ports) => {
        if (ports.length > 0) await this.#parts?.link?.peer.call('open', { ports })
      },
      tell: (dc, state) => this.#parts?.datacenters[dc]?.tell(state),
      emit: (event, about) => this.#emitNow({ event, ...about }),
      now: () => leaseSeconds(this.#time()),
      ended: (dc, jobId) => this.#jobGone(dc, { jobId, reason: 'ended' }),
    })
    this.#acts = new PairActs({
      perform: async (act) =>
        await performAct(act, {
          jobs: this.#jobs,
          management: (dc) => this.#management(dc),
          link: () => this.#link(),
          now: () => leaseSeconds(this.#time()),
        }),
      time: () => this.#time(),
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
        startManagement: async (dc) => await pair.#startManagement(dc),
        started: (child) => pair.#adopt(child),
      })
      void pair.#watchLink(pair.#parts)
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
    this.#acts.begin()
    this.#logs.clear()
    const { link } = this.#running()
    await Promise.all([
      link?.peer.call('lease', { time, delaySeconds, seed }),
      ...this.#managements().map(async (management) => await management.lease(time)),
    ])
    return time
  }

  /** Removes everything that a lease left, and proves it. @throws TestbedError when something is still there */
  async reset(): Promise<void> {
    this.#acts.end()
    this.#lease = undefined
    await this.#jobs.clear()
    await this.#acts.settled()
    endScripts(this.home.directory)
    const rules = await this.rules()
    await Promise.all(rules.map(async ({ id }) => await this.#link().call('remove', { id })))
    const left = await Promise.all(this.#managements().map(async (management) => await management.reset()))
    renewFiles(this.home)
    proveClean({
      home: this.home,
      isBroken: this.#isBroken,
      jobs: left.reduce((sum, count) => sum + count, 0),
      rules: (await this.rules()).length,
      processes: this.#jobs,
      managements: this.#managements(),
      link: this.#running().link,
    })
    this.#spares.fill()
  }

  /** The DCs that there are. */
  describe(): Partial<PerDatacenter<EmulatedDatacenter>> {
    return describeDatacenters(this.#places())
  }

  /** @throws TestbedError when an act cannot be done; those before it stay done */
  async perform(request: ActRequest): Promise<TriggeredActs> {
    return await this.#acts.perform(request)
  }

  disarm(id: number): void {
    this.#acts.disarm(id)
  }

  async rules(): Promise<readonly LinkRule[]> {
    return (await this.#running().link?.peer.call('rules', {})) ?? []
  }

  async probe(connection: { readonly from: DatacenterName; readonly port: number }): Promise<LinkProbe> {
    const { from, port } = connection
    await this.#link().call('open', { ports: [port] })
    const baseDelaySeconds = this.#lease?.delaySeconds ?? 0
    const limitMs = probeLimitMs({ rules: await this.rules(), baseDelaySeconds, time: this.#time() })
    return await probeLink({ host: linkAddressOf(this.home, from), port, limitMs })
  }

  processes(): readonly ProcessInfo[] {
    const { link } = this.#running()
    const linkInfo: readonly ProcessInfo[] =
      link === null ? [] : [{ dc: null, role: 'link', pid: link.pid, jobId: null, peId: null, isPaused: false }]
    return [...this.#managements().flatMap((management) => management.info()), ...linkInfo, ...this.#jobs.list()]
  }

  async restartPe(target: PeTarget): ReturnType<JobProcesses['restartPe']> {
    return await this.#jobs.restartPe(target)
  }

  async restartOperator(target: OperatorTarget): ReturnType<JobProcesses['restartOperator']> {
    return await this.#jobs.restartOperator(target)
  }

  async probeStore(dc: DatacenterName): Promise<StoreProbe> {
    return await this.#jobs.probeStore(dc)
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

  logs(): readonly LogLine[] {
    return this.#logs.read()
  }

  /** Ends every process and removes every file. A second call gives the first one's result. */
  async close(): Promise<void> {
    await (this.#closing ??= this.#end())
  }

  async #end(): Promise<void> {
    this.#isBroken = true
    this.#acts.end()
    this.#lease = undefined
    await Promise.all([
      this.#jobs.clear(),
      this.#spares.close(),
      ...[...this.#children].map(async (child) => await child.kill()),
    ])
    await this.#acts.settled()
    endScripts(this.home.directory)
    this.#log.close()
    removePairHome(this.home)
  }

  #handlers(dc: DatacenterName): DatacenterHostMethods {
    return {
      startJob: (run) => this.#jobs.start(dc, run),
      stopJob: async ({ jobId }) => {
        await this.#jobs.stop(dc, jobId)
        this.#jobGone(dc, { jobId })
      },
      event: (emitted) => this.#emit(emitted),
    }
  }

  async #startManagement(dc: DatacenterName): Promise<Management> {
    return await Management.start({
      dc,
      home: this.home,
      handlers: this.#handlers(dc),
      started: (child) => this.#adopt(child),
      pes: () => this.#jobs.states(dc),
      time: () => this.#lease?.time ?? null,
      now: () => (this.#lease === undefined ? 0 : leaseSeconds(this.#lease.time)),
      emit: (event, about) => this.#emitNow({ event, ...about }),
      lost: () => (this.#isBroken = true),
    })
  }

  /** Its end is the pair's, however late it comes up. */
  #adopt(child: Child<never>): void {
    this.#children.add(child)
    void child.exited.then(() => this.#children.delete(child))
    if (this.#closing !== undefined) void child.kill()
  }

  /** A pair that lost one of its own processes is not leased again. */
  async #watchLink({ link }: PairParts): Promise<void> {
    if (link === null) return
    const exit = await link.exited
    this.#isBroken = true
    this.#emitNow({ event: 'link_exited', detail: { pid: link.pid, ...exit } })
  }

  /** Where the DC's management lives, it says so itself. */
  #jobGone(dc: DatacenterName, detail: JsonObject): void {
    if (this.#parts?.datacenters[dc]?.isConnected !== true) this.#emitNow({ event: 'job_cancelled', dc, detail })
  }

  #running(): PairParts {
    if (this.#parts === undefined) throw new TestbedError(`The pair ${this.home.block}.0 does not run.`)
    return this.#parts
  }

  #managements(): readonly Management[] {
    return Object.values(this.#running().datacenters)
  }

  #management(dc: DatacenterName): Management {
    const management = this.#running().datacenters[dc]
    if (management === undefined)
      throw new TestbedError(`The lease has ${this.#only?.dc} only: there is no ${dc} here.`)
    return management
  }

  #link(): Child<LinkMethods>['peer'] {
    const { link } = this.#running()
    if (link === null) throw new TestbedError(`There is no emulated WAN: the lease has ${this.#only?.dc} only.`)
    return link.peer
  }

  #places(): PlacesOf {
    return { home: this.home, parts: this.#running(), only: this.#only }
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
    // What waits for it begins first.
    this.#acts.seen(event)
    this.#log.append(event)
    this.#lease.onEvent(event)
  }
}
