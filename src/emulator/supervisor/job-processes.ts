import { randomBytes } from 'node:crypto'
import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { Effect, ProcessInfo } from '../../model/testbed.ts'
import type { JobRun } from '../pair-protocol.ts'
import { compositeOperatorOf } from '../pe/operator-counters.ts'
import { pairsOf } from '../pe/job-settings.ts'
import { PeLife, type PeSurroundings } from './pe-life.ts'

interface JobGroup {
  readonly dc: DatacenterName
  readonly run: JobRun
  readonly pes: readonly PeLife[]
}

/** The PE processes of both DCs' jobs. */
export class JobProcesses {
  readonly #around: PeSurroundings
  readonly #jobs = new Set<JobGroup>()
  readonly #held = new Set<DatacenterName>()

  constructor(around: Omit<PeSurroundings, 'isHeld'>) {
    this.#around = { ...around, isHeld: (dc) => this.#held.has(dc) }
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
          over: () => void this.#jobs.delete(job),
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

  /** Ends everything, and every holding. */
  async clear(): Promise<void> {
    this.#held.clear()
    await this.#cancel([...this.#jobs])
  }

  /** How many PEs there are, dead or alive. */
  get size(): number {
    return this.#pes().length
  }

  list(): readonly ProcessInfo[] {
    return this.#pes().flatMap((pe) => pe.info())
  }

  async holdDown(dc: DatacenterName): Promise<Effect & { readonly pids: readonly number[] }> {
    const before = this.#around.now()
    this.#held.add(dc)
    const children = this.#pes(dc).flatMap(({ child }) => (child === null ? [] : [child]))
    await Promise.all(children.map(async (child) => await child.kill()))
    return { ...this.#effectSince(before), pids: children.map((child) => child.pid) }
  }

  letUp(dc: DatacenterName): Effect {
    const before = this.#around.now()
    if (this.#held.delete(dc)) for (const pe of this.#pes(dc)) pe.letUp()
    return this.#effectSince(before)
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
    if (this.#held.has(dc)) throw new TestbedError(`${dc} is held down: its PE ${peId} cannot be restarted.`)
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

  #pes(dc?: DatacenterName): readonly PeLife[] {
    return [...this.#jobs].filter((job) => dc === undefined || job.dc === dc).flatMap(({ pes }) => pes)
  }

  #effectSince(before: number): Effect {
    const after = this.#around.now()
    return { time: (before + after) / 2, uncertainty: (after - before) / 2 }
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
