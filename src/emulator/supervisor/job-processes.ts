import type { JobRun } from '../../applications/hosting/job-run.ts'
import { randomBytes } from 'node:crypto'
import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { Effect, ProcessInfo, StoreProbe } from '../../model/testbed.ts'
import { effectBetween } from '../lease-time.ts'
import type { PePlacement, PeState } from '../pair-protocol.ts'
import { compositeOperatorOf } from '../../applications/hosting/operator-counters.ts'
import { pairsOf } from '../../applications/hosting/job-settings.ts'
import { HeldPes, type PeIndices } from '../../applications/hosting/held-pes.ts'
import { PeLife } from './pe-life.ts'
import type { PeSurroundings } from './pe-surroundings.ts'
import { probeStoreOf } from './probe-store.ts'

interface JobGroup {
  readonly dc: DatacenterName
  readonly run: JobRun
  readonly pes: readonly PeLife[]
}

/** What was done to processes, and to which. */
export interface ProcessEffect extends Effect {
  readonly pids: readonly number[]
}

/** What the jobs need of the pair around them. */
interface JobSurroundings extends Omit<PeSurroundings, 'isHeld' | 'storeFault' | 'placement'> {
  readonly placement: (pe: Pick<PePlacement, 'dc' | 'launchCount' | 'storeFault'>) => PePlacement
  /** A standalone job is over. */
  readonly ended: (dc: DatacenterName, jobId: string) => void
}

/** The PE processes of both DCs' jobs. */
export class JobProcesses {
  readonly #around: PeSurroundings
  readonly #jobs = new Set<JobGroup>()
  readonly #held = new HeldPes()
  readonly #storeFaults = new Map<DatacenterName, StoreFault>()
  readonly #ended: JobSurroundings['ended']

  constructor({ ended, ...around }: JobSurroundings) {
    this.#around = {
      ...around,
      placement: (pe) => around.placement({ ...pe, storeFault: this.storeFault(pe.dc) }),
      isHeld: (dc, index) => this.#held.isHeld(dc, index),
      storeFault: (dc) => this.storeFault(dc),
    }
    this.#ended = ended
  }

  /** Has all PEs of a job started. They begin together, once each has its listeners; later restarts do not wait for others. */
  start(dc: DatacenterName, run: JobRun): void {
    const secret = randomBytes(16).toString('hex')
    const allReady = readiness(run.pes.length)
    const pes = run.pes.map(
      ({ peId }, indexWithinJob) =>
        new PeLife({
          dc,
          run: { ...run, peId, indexWithinJob, secret },
          around: this.#around,
          moved: () => tellPeers(pes),
          ready: () => allReady.arrive(indexWithinJob),
          othersReady: async () => await allReady.all,
          over: () => {
            if (this.#jobs.delete(job)) this.#ended(dc, run.jobId)
          },
        }),
    )
    const job = { dc, run, pes }
    this.#jobs.add(job)
    for (const pe of pes) pe.launch()
  }

  /** Ends a job's PEs; resolves once they are dead. */
  async stop(dc: DatacenterName, jobId: string): Promise<void> {
    await this.#cancel([...this.#jobs].filter((job) => job.dc === dc && job.run.jobId === jobId))
  }

  /** Ends everything, and every holding and store fault. */
  async clear(): Promise<void> {
    this.#held.clear()
    this.#storeFaults.clear()
    await this.#cancel([...this.#jobs])
  }

  /** How many PEs there are, dead or alive. */
  get size(): number {
    return this.#pes().length
  }

  list(): readonly ProcessInfo[] {
    return this.#pes().flatMap((pe) => pe.info())
  }

  /** How the PEs of a DC stand, as its management is told. */
  states(dc: DatacenterName): readonly PeState[] {
    return this.#pes(dc).map(({ state }) => state)
  }

  /**
   * Kills PEs and keeps them from being started; resolves once they are seen dead.
   * @throws TestbedError when the DC has no PE of such an index
   */
  async holdDown(dc: DatacenterName, indices?: PeIndices): Promise<ProcessEffect> {
    const pes = this.#chosen(dc, indices)
    const before = this.#around.now()
    this.#held.hold(dc, indices)
    return await this.#kill(pes, before)
  }

  letUp(dc: DatacenterName, indices?: PeIndices): Effect {
    const before = this.#around.now()
    const isHeld = ({ run }: PeLife): boolean => this.#held.isHeld(dc, run.indexWithinJob)
    const held = this.#pes(dc).filter(isHeld)
    this.#held.letUp(dc, indices)
    for (const pe of held) if (!isHeld(pe)) pe.letUp()
    return this.#effectSince(before)
  }

  /**
   * Kills PEs once, as a crash does; resolves once they are seen dead.
   * @throws TestbedError when the DC has no PE of such an index
   */
  async kill(dc: DatacenterName, indices?: PeIndices): Promise<ProcessEffect> {
    return await this.#kill(this.#chosen(dc, indices), this.#around.now())
  }

  /**
   * Stops PEs where they are; resolves once they are seen stopped.
   * @throws TestbedError when the DC has no PE of such an index, or one does not stop
   */
  async pause(dc: DatacenterName, indices?: PeIndices): Promise<ProcessEffect> {
    const pes = this.#chosen(dc, indices)
    await Promise.all(pes.map(async (pe) => await pe.announcePause()))
    const before = this.#around.now()
    const pids = await Promise.all(pes.map(async (pe) => await pe.pause()))
    return { ...this.#effectSince(before), pids: pids.filter((pid) => pid !== null) }
  }

  /** Continues PEs that were stopped; resolves once they are seen to go on. */
  async resume(dc: DatacenterName, indices?: PeIndices): Promise<ProcessEffect> {
    const before = this.#around.now()
    const pes = this.#pes(dc).filter(({ run }) => indices?.includes(run.indexWithinJob) ?? true)
    const pids = await Promise.all(pes.map(async (pe) => await pe.resume()))
    return { ...this.#effectSince(before), pids: pids.filter((pid) => pid !== null) }
  }

  /** What the snapshot store of the DC does; null: it works. */
  storeFault(dc: DatacenterName): StoreFault | null {
    return this.#storeFaults.get(dc) ?? null
  }

  /** DCs whose store does not work. */
  get storeFaultCount(): number {
    return this.#storeFaults.size
  }

  /** Has the snapshot store of a DC fail, or work again, for the PEs that there are and those that come; resolves once it does. */
  async setStoreFault(dc: DatacenterName, fault: StoreFault | null): Promise<ProcessEffect> {
    const before = this.#around.now()
    if (fault === null) this.#storeFaults.delete(dc)
    else this.#storeFaults.set(dc, fault)
    const pids = await Promise.all(this.#pes(dc).map(async (pe) => await pe.applyStoreFault()))
    return { ...this.#effectSince(before), pids: pids.filter((pid) => pid !== null) }
  }

  /**
   * Kills one PE and waits until it runs again.
   * @throws TestbedError when there is none that runs, or it may not come back
   */
  async restartPe(of: {
    readonly dc: DatacenterName
    readonly peId: string
  }): Promise<Effect & { readonly pid: number; readonly launchCount: number }> {
    const { dc, peId } = of
    const pe = this.#pes(dc).find((candidate) => candidate.run.peId === peId)
    if (pe === undefined) {
      const known = this.#pes(dc).map(({ run }) => run.peId)
      throw new TestbedError(`Expected a PE of ${dc} (${known.join(', ') || 'none there'}), got ${peId}.`)
    }
    if (this.#held.isHeld(dc, pe.run.indexWithinJob))
      throw new TestbedError(`${dc} is held down: its PE ${peId} cannot be restarted.`)
    if (pe.run.isStandalone) {
      throw new TestbedError(`PE ${peId} in ${dc} is a standalone executable, which nobody restarts.`)
    }
    return await pe.restart()
  }

  /**
   * Makes one operator start anew inside its living PE.
   * @throws TestbedError when no PE or more than one has it, or its PE does not run
   */
  async restartOperator(of: {
    readonly dc: DatacenterName
    readonly operator: string
    /** Where several jobs have such an operator. */
    readonly jobId?: string | undefined
  }): Promise<Effect & { readonly jobId: string; readonly peId: string }> {
    const { dc, operator, jobId } = of
    const holders = [...this.#jobs]
      .filter((job) => job.dc === dc && (jobId === undefined || job.run.jobId === jobId))
      .map((job) => holderOf(job, operator))
    const [pe] = holders
    if (pe === undefined) {
      const which = jobId === undefined ? 'a job' : `the job ${jobId}`
      throw new TestbedError(`Expected ${which} in ${dc}, whose operator ${operator} can be restarted; there is none.`)
    }
    if (holders.length > 1) {
      const jobs = holders.map(({ run }) => run.jobId).join(', ')
      throw new TestbedError(
        `Expected one job in ${dc} with an operator ${operator}, got several: say which of ${jobs}.`,
      )
    }
    const before = this.#around.now()
    await pe.restartOperator(operator)
    return { ...this.#effectSince(before), jobId: pe.run.jobId, peId: pe.run.peId }
  }

  /**
   * Asks the snapshot store of the DC, by the PE that stores the remote's snapshots.
   * @throws TestbedError when no such PE runs
   */
  async probeStore(dc: DatacenterName): Promise<StoreProbe> {
    return await probeStoreOf(dc, this.#pes(dc))
  }

  #pes(dc?: DatacenterName): readonly PeLife[] {
    return [...this.#jobs].filter((job) => dc === undefined || job.dc === dc).flatMap(({ pes }) => pes)
  }

  /** PEs by their places in their jobs. */
  #chosen(dc: DatacenterName, indices: PeIndices): readonly PeLife[] {
    const pes = this.#pes(dc)
    if (indices === undefined) return pes
    const missing = indices.find((index) => !pes.some(({ run }) => run.indexWithinJob === index))
    if (missing !== undefined) {
      const known = pes.map(({ run }) => run.indexWithinJob).join(', ')
      throw new TestbedError(`Expected the index of a PE in ${dc} (${known || 'none there'}), got ${missing}.`)
    }
    return pes.filter(({ run }) => indices.includes(run.indexWithinJob))
  }

  async #kill(pes: readonly PeLife[], before: number): Promise<ProcessEffect> {
    const children = pes.flatMap(({ child }) => (child === null ? [] : [child]))
    await Promise.all(children.map(async (child) => await child.kill()))
    return { ...this.#effectSince(before), pids: children.map((child) => child.pid) }
  }

  #effectSince(before: number): Effect {
    return effectBetween(before, this.#around.now())
  }

  async #cancel(jobs: readonly JobGroup[]): Promise<void> {
    for (const job of jobs) this.#jobs.delete(job)
    await Promise.all(jobs.flatMap(({ pes }) => pes.map(async (pe) => await pe.cancel())))
  }
}

/** Operators that are not the composite's are the application's; whether there is one of that name its PE knows. */
function holderOf({ run, pes }: JobGroup, operator: string): PeLife {
  const ofComposite = compositeOperatorOf(operator, pairsOf(run))
  const index = run.pes.findIndex(({ part }) =>
    ofComposite === undefined ? part.hasApplication : part.operators.includes(ofComposite),
  )
  const holder = pes[index]
  if (holder === undefined) throw new TestbedError(`No PE of job ${run.jobId} holds the operator ${operator}.`)
  return holder
}

function tellPeers(pes: readonly PeLife[]): void {
  if (pes.length === 1) return
  const peers = pes.map(({ peer }) => peer)
  for (const pe of pes) pe.tellPeers(peers)
}

/** Resolves `all` once everyone of so many has arrived; arriving twice is arriving once. */
function readiness(count: number): { readonly arrive: (index: number) => void; readonly all: Promise<void> } {
  const waiting = new Set(Array.from({ length: count }, (_, index) => index))
  let open: (() => void) | undefined
  const all = new Promise<void>((resolve) => {
    open = resolve
  })
  const arrive = (index: number): void => {
    waiting.delete(index)
    if (waiting.size === 0) open?.()
  }
  return { arrive, all }
}
