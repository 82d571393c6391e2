import type { DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Effect, ProcessInfo } from '../../model/testbed.ts'
import type { EventName } from '../../model/timeline.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import type { PeFailure, PeInternals, PeMethods, PePlacement, PeRun, PeState } from '../pair-protocol.ts'
import type { Child, ChildExit } from './child.ts'
import type { SparePes } from './spare-pes.ts'

/** So many restarts after a crash within `crashWindowMs` of real time, and Streams gives a PE up. */
const crashesMax = 5
const crashWindowMs = 10_000

/** What the PEs need of the pair around them. */
export interface JobSurroundings {
  readonly spares: SparePes
  readonly placement: (pe: { readonly dc: DatacenterName; readonly launchCount: number }) => PePlacement
  readonly openLinkPorts: (ports: readonly number[]) => Promise<void>
  /** Tells the DC's management process. */
  readonly tell: (dc: DatacenterName, state: PeState) => void
  readonly emit: (event: EventName, about: { readonly dc: DatacenterName; readonly detail: JsonObject }) => void
  /** System seconds on the lease's clock. */
  readonly now: () => number
}

interface PeRecord {
  readonly dc: DatacenterName
  readonly run: PeRun
  launchCount: number
  child: Child<PeMethods> | null
  internals: PeInternals | null
  failure: PeFailure | null
  isCancelled: boolean
  /** A process is being had for it. */
  isLaunching: boolean
  crashesMs: number[]
}

/**
 * The PE processes of both DCs' jobs. A PE that crashes is started again, as Streams does, with empty state and a higher launch
 * count; not so one whose DC is held down, one that could not start, and one that crashes again and again.
 */
export class JobProcesses {
  readonly #around: JobSurroundings
  readonly #records = new Set<PeRecord>()
  readonly #held = new Set<DatacenterName>()

  constructor(around: JobSurroundings) {
    this.#around = around
  }

  start(dc: DatacenterName, run: PeRun): void {
    const record: PeRecord = {
      dc,
      run,
      launchCount: 0,
      child: null,
      internals: null,
      failure: null,
      isCancelled: false,
      isLaunching: false,
      crashesMs: [],
    }
    this.#records.add(record)
    this.#launch(record)
  }

  /** Ends a job's PEs; resolves once they are dead. */
  async stop(dc: DatacenterName, jobId: string): Promise<void> {
    await this.#cancel([...this.#records].filter((record) => record.dc === dc && record.run.jobId === jobId))
  }

  /** Ends everything, and every holding. */
  async clear(): Promise<void> {
    this.#held.clear()
    await this.#cancel([...this.#records])
  }

  /** How many PEs there are, dead or alive. */
  get size(): number {
    return this.#records.size
  }

  list(): readonly ProcessInfo[] {
    return [...this.#records].flatMap(({ dc, run, child }) =>
      child === null ? [] : [{ dc, role: 'pe' as const, pid: child.pid, jobId: run.jobId, peId: run.peId }],
    )
  }

  async holdDown(dc: DatacenterName): Promise<Effect & { readonly pids: readonly number[] }> {
    const before = this.#around.now()
    this.#held.add(dc)
    const children = this.#of(dc).flatMap(({ child }) => (child === null ? [] : [child]))
    await Promise.all(children.map(async (child) => await child.kill()))
    return { ...this.#effectSince(before), pids: children.map((child) => child.pid) }
  }

  letUp(dc: DatacenterName): Effect {
    const before = this.#around.now()
    const wasHeld = this.#held.delete(dc)
    for (const record of this.#of(dc)) {
      const isDown = record.child === null && !record.isLaunching
      if (wasHeld && isDown && record.failure === null) this.#launch(record)
    }
    return this.#effectSince(before)
  }

  #of(dc: DatacenterName): readonly PeRecord[] {
    return [...this.#records].filter((record) => record.dc === dc)
  }

  #effectSince(before: number): Effect {
    const after = this.#around.now()
    return { time: (before + after) / 2, uncertainty: (after - before) / 2 }
  }

  async #cancel(records: readonly PeRecord[]): Promise<void> {
    for (const record of records) {
      record.isCancelled = true
      this.#records.delete(record)
    }
    await Promise.all(records.map(async ({ child }) => await child?.kill()))
  }

  #launch(record: PeRecord): void {
    if (this.#held.has(record.dc)) {
      this.#tell(record, { status: 'stopped', statusReason: 'crash' })
      return
    }
    record.launchCount += 1
    record.failure = null
    this.#tell(record, { status: 'starting', statusReason: 'none' })
    this.#run(record).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      this.#failed(record, { message, address: null, port: null, code: null, advice: null })
    })
  }

  async #run(record: PeRecord): Promise<void> {
    record.isLaunching = true
    const child = await this.#around.spares.take().finally(() => {
      record.isLaunching = false
    })
    if (record.isCancelled || this.#held.has(record.dc)) {
      this.#tell(record, { status: 'stopped', statusReason: 'crash' })
      await child.kill()
      return
    }
    record.child = child
    void child.exited.then((exit) => this.#exited(record, { child, exit }))
    try {
      await this.#bringUp(record, child)
    } catch (error) {
      // A PE that died meanwhile is #exited's business.
      if (child.isConnected()) throw error
      await child.exited
    }
  }

  async #bringUp(record: PeRecord, child: Child<PeMethods>): Promise<void> {
    const { placement, openLinkPorts } = this.#around
    const { dc, launchCount, run } = record
    const prepared = await child.peer.call('prepare', { run, placement: placement({ dc, launchCount }) })
    if (!prepared.ok) {
      this.#failed(record, prepared.failure)
      return
    }
    await openLinkPorts(prepared.crossDcPorts)
    await child.peer.call('start', {})
    record.internals = prepared.internals
    if (child.isAlive()) this.#tell(record, { status: 'running', statusReason: 'none' })
  }

  #failed(record: PeRecord, failure: PeFailure): void {
    const { dc, run, child } = record
    record.failure = failure
    this.#around.emit('toolkit_error', { dc, detail: { ...failure, jobId: run.jobId, peId: run.peId } })
    if (child === null) this.#tell(record, { status: 'stopped', statusReason: 'failure' })
    else void child.kill()
  }

  #exited(record: PeRecord, end: { readonly child: Child<PeMethods>; readonly exit: ChildExit }): void {
    const { dc, run, failure, launchCount } = record
    record.child = null
    record.internals = null
    const { code, signal } = end.exit
    const isHeld = this.#held.has(dc)
    const detail = { jobId: run.jobId, peId: run.peId, pid: end.child.pid, launchCount, code, signal, isHeld }
    this.#around.emit('pe_exited', { dc, detail: failure === null ? detail : { ...detail, failure } })
    if (record.isCancelled) return
    if (failure !== null) this.#tell(record, { status: 'stopped', statusReason: 'failure' })
    else if (isHeld) this.#tell(record, { status: 'stopped', statusReason: 'crash' })
    else this.#restart(record)
  }

  #restart(record: PeRecord): void {
    const nowMs = monotonicNowMs()
    record.crashesMs = [...record.crashesMs.filter((crashMs) => nowMs - crashMs < crashWindowMs), nowMs]
    if (record.crashesMs.length <= crashesMax) {
      this.#tell(record, { status: 'stopped', statusReason: 'crash' })
      this.#launch(record)
      return
    }
    const message = `PE ${record.run.peId} crashed ${crashesMax + 1} times within ${crashWindowMs} ms and is not started again.`
    record.failure = { message, address: null, port: null, code: null, advice: 'Read its console log.' }
    this.#tell(record, { status: 'stopped', statusReason: 'failure' })
  }

  #tell(record: PeRecord, how: Pick<PeState, 'status' | 'statusReason'>): void {
    const { dc, run, launchCount, child, internals, failure } = record
    this.#around.tell(dc, {
      jobId: run.jobId,
      peId: run.peId,
      ...how,
      launchCount,
      pid: child?.pid ?? null,
      internals: how.status === 'running' ? internals : null,
      failure,
    })
  }
}
