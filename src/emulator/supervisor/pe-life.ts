import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Effect, ProcessInfo } from '../../model/testbed.ts'
import type { EventName } from '../../model/timeline.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import type {
  PeFailure,
  PeInternals,
  PeMethods,
  PePeer,
  PePlacement,
  PePrepared,
  PeRun,
  PeState,
} from '../pair-protocol.ts'
import type { Child, ChildExit } from './child.ts'

/** So many restarts after a crash within `crashWindowMs` of real time, and Streams gives a PE up. */
const crashesMax = 5
const crashWindowMs = 10_000
/** System seconds for which a PE is tried to be started although another process has its port; at least so long in real time. */
const portWaitSeconds = 60
const portWaitMsMin = 2000
/** Between two such attempts, real time. */
const portRetryMs = 100
/** Real time for a PE to open its listeners and to connect to its database. */
const prepareTimeoutMs = 60_000
/** Real time for a PE that was killed on request to run again. */
const restartTimeoutMs = 10_000

/** What a PE needs of the pair around it. */
export interface PeSurroundings {
  readonly takeSpare: () => Promise<Child<PeMethods>>
  readonly placement: (pe: { readonly dc: DatacenterName; readonly launchCount: number }) => PePlacement
  /** The DC's object `CrossDCFailover`. */
  readonly applicationConfiguration: (dc: DatacenterName) => Promise<Readonly<Record<string, string>> | null>
  readonly openLinkPorts: (ports: readonly number[]) => Promise<void>
  /** Tells the DC's management process. */
  readonly tell: (dc: DatacenterName, state: PeState) => void
  readonly emit: (event: EventName, about: { readonly dc: DatacenterName; readonly detail: JsonObject }) => void
  /** System seconds on the lease's clock. */
  readonly now: () => number
  /** Whether the DC's PEs are kept from being started. */
  readonly isHeld: (dc: DatacenterName) => boolean
}

interface PeLifeOptions {
  readonly dc: DatacenterName
  readonly run: PeRun
  readonly around: PeSurroundings
  /** Where the job's PEs are, for each other; told again when one has moved. */
  readonly moved: () => void
  /** Resolves when every PE of the job is ready to start, or cannot be. */
  readonly othersReady: () => Promise<void>
  /** This PE is ready, or will not be. */
  readonly ready: () => void
  /** Its standalone job is over. */
  readonly over: () => void
}

/**
 * One PE of a job, through all its processes. One that crashes is started again, as Streams does, with empty state and a higher
 * launch count; not so one whose DC is held down, one that fails again and again, and a standalone executable.
 */
export class PeLife {
  readonly #options: PeLifeOptions
  readonly #watchers = new Set<() => void>()
  #launchCount = 0
  #child: Child<PeMethods> | null = null
  #internals: PeInternals | null = null
  #meshPort: number | null = null
  #failure: PeFailure | null = null
  #status: PeState['status'] = 'starting'
  #isCancelled = false
  /** A process is being had for it. */
  #isLaunching = false
  /** Killed on request, which is no crash. */
  #isRestarting = false
  #crashesMs: number[] = []

  constructor(options: PeLifeOptions) {
    this.#options = options
  }

  get dc(): DatacenterName {
    return this.#options.dc
  }

  get run(): PeRun {
    return this.#options.run
  }

  get child(): Child<PeMethods> | null {
    return this.#child
  }

  get peer(): PePeer {
    const { indexWithinJob } = this.run
    return { indexWithinJob, launchCount: this.#launchCount, port: this.#meshPort }
  }

  info(): readonly ProcessInfo[] {
    const { jobId, peId } = this.run
    return this.#child === null ? [] : [{ dc: this.dc, role: 'pe', pid: this.#child.pid, jobId, peId }]
  }

  /** Has it started, unless its DC is held down. */
  launch(): void {
    if (this.#options.around.isHeld(this.dc)) {
      this.#options.ready()
      this.#tell('stopped', 'crash')
      return
    }
    this.#failure = null
    this.#run().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      this.#failed({ cause: 'testbed', message, address: null, port: null, code: null, advice: null })
    })
  }

  /** Its DC is no longer held down. */
  letUp(): void {
    if (this.#child === null && !this.#isLaunching && this.#failure === null) this.launch()
  }

  /** Tells it where the job's other PEs are. */
  tellPeers(peers: readonly PePeer[]): void {
    if (this.#meshPort !== null) this.#child?.peer.notify('peers', { peers })
  }

  /** Ends it for good; resolves once it is dead. */
  async cancel(): Promise<void> {
    this.#isCancelled = true
    await this.#child?.kill()
  }

  /**
   * Kills its process; resolves once Streams' restart has brought it back.
   * @throws TestbedError when it does not run, or does not come back
   */
  async restart(): Promise<Effect & { readonly pid: number; readonly launchCount: number }> {
    const { around, dc } = this.#options
    const { peId } = this.run
    const child = this.#child
    if (child === null || this.#status !== 'running') {
      throw new TestbedError(`Expected PE ${peId} in ${dc} to run, so that it can be restarted; it is ${this.#status}.`)
    }
    const before = { launchCount: this.#launchCount, time: around.now() }
    this.#isRestarting = true
    await child.kill()
    const after = around.now()
    await this.#runsAgain(before.launchCount)
    return {
      time: (before.time + after) / 2,
      uncertainty: (after - before.time) / 2,
      pid: child.pid,
      launchCount: this.#launchCount,
    }
  }

  /** @throws TestbedError when it does not run or does not hold that operator */
  async restartOperator(operator: string): Promise<void> {
    const child = this.#child
    if (child === null || this.#status !== 'running') {
      throw new TestbedError(`Expected PE ${this.run.peId} in ${this.dc} to run; it is ${this.#status}.`)
    }
    await child.peer.call('restartOperator', { operator })
  }

  async #runsAgain(launchCount: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    let watch: (() => void) | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (why: string): void => {
          reject(new TestbedError(`PE ${this.run.peId} in ${this.dc} was killed and did not come back: ${why}`))
        }
        timer = setTimeout(() => fail(`it was not running after ${restartTimeoutMs} ms.`), restartTimeoutMs)
        watch = (): void => {
          if (this.#failure !== null) fail(this.#failure.message)
          else if (this.#isCancelled) fail('its job was cancelled.')
          else if (this.#status === 'running' && this.#launchCount > launchCount) resolve()
        }
        this.#watchers.add(watch)
        watch()
      })
    } finally {
      clearTimeout(timer)
      if (watch !== undefined) this.#watchers.delete(watch)
    }
  }

  async #run(): Promise<void> {
    const { around, dc } = this.#options
    this.#isLaunching = true
    this.#launchCount += 1
    this.#tell('starting', 'none')
    const child = await around.takeSpare().finally(() => {
      this.#isLaunching = false
    })
    if (this.#isCancelled || around.isHeld(dc)) {
      this.#options.ready()
      this.#tell('stopped', 'crash')
      await child.kill()
      return
    }
    this.#child = child
    void child.exited.then((exit) => this.#exited(child, exit))
    try {
      await this.#bringUp(child)
    } catch (error) {
      // A PE that died meanwhile is #exited's business.
      if (child.isConnected()) throw error
      await child.exited
    } finally {
      this.#options.ready()
    }
  }

  async #bringUp(child: Child<PeMethods>): Promise<void> {
    const { around, ready, othersReady, moved } = this.#options
    const prepared = await this.#prepare(child)
    if (!prepared.ok) {
      this.#failed(prepared.failure)
      return
    }
    this.#meshPort = prepared.meshPort
    await around.openLinkPorts(prepared.crossDcPorts)
    ready()
    await othersReady()
    moved()
    await child.peer.call('start', {})
    this.#internals = prepared.internals
    if (child.isAlive()) this.#tell('running', 'none')
  }

  /**
   * Has the process open its listeners. While another PE of the pair has its port, such as a standalone process that is not dead
   * yet, Streams' restarts would try again (toolkit reference §4.7). Each counts as a launch; the process is kept, for starting one
   * costs more than all the rest.
   */
  async #prepare(child: Child<PeMethods>): Promise<PePrepared> {
    const { around, run, dc, ready } = this.#options
    let untilMs: number | undefined
    let isTold = false
    for (;;) {
      const placement = around.placement({ dc, launchCount: this.#launchCount })
      untilMs ??= monotonicNowMs() + Math.max(portWaitMsMin, (portWaitSeconds * 1000) / placement.time.timeScale)
      const applicationConfiguration = run.isStandalone ? null : await around.applicationConfiguration(dc)
      const prepared = await child.peer.call(
        'prepare',
        { run, placement, applicationConfiguration },
        { timeoutMs: prepareTimeoutMs },
      )
      const isPortTaken = !prepared.ok && prepared.failure.cause === 'port'
      if (!isPortTaken || run.isStandalone || monotonicNowMs() > untilMs) return prepared
      // The job's other PEs do not wait for it.
      ready()
      if (!isTold) this.#tellError({ ...prepared.failure, isRetried: true })
      isTold = true
      await pause(portRetryMs)
      this.#launchCount += 1
      this.#tell('starting', 'none')
    }
  }

  #failed(failure: PeFailure): void {
    this.#failure = failure
    this.#options.ready()
    this.#tellError(failure)
    if (this.#child === null) this.#tell('stopped', 'failure')
    else void this.#child.kill()
  }

  #tellError(failure: JsonObject): void {
    const { dc, run, around } = this.#options
    around.emit('toolkit_error', { dc, detail: { ...failure, jobId: run.jobId, peId: run.peId } })
  }

  #exited(child: Child<PeMethods>, { code, signal }: ChildExit): void {
    const { dc, run, around, over } = this.#options
    this.#child = null
    this.#internals = null
    this.#meshPort = null
    const failure = this.#failure
    const isHeld = around.isHeld(dc)
    const isAsked = this.#isRestarting
    this.#isRestarting = false
    const { jobId, peId } = run
    const detail = { jobId, peId, pid: child.pid, launchCount: this.#launchCount, code, signal, isHeld }
    around.emit('pe_exited', { dc, detail: failure === null ? detail : { ...detail, failure } })
    this.#options.moved()
    if (this.#isCancelled) return
    if (run.isStandalone) {
      this.#tell('stopped', failure === null ? 'crash' : 'failure')
      over()
    } else if (isHeld) this.#tell('stopped', failure === null ? 'crash' : 'failure')
    else if (isAsked) this.launch()
    else if (failure === null || failure.cause === 'operator') this.#restart()
    else this.#tell('stopped', 'failure')
  }

  #restart(): void {
    const nowMs = monotonicNowMs()
    this.#crashesMs = [...this.#crashesMs.filter((crashMs) => nowMs - crashMs < crashWindowMs), nowMs]
    if (this.#crashesMs.length <= crashesMax) {
      this.#tell('stopped', 'crash')
      this.launch()
      return
    }
    // A PE that never came up says best by itself why.
    this.#failure ??= {
      cause: 'operator',
      message: `PE ${this.run.peId} crashed ${crashesMax + 1} times within ${crashWindowMs} ms and is not started again.`,
      address: null,
      port: null,
      code: null,
      advice: 'Read its console log.',
    }
    this.#tell('stopped', 'failure')
  }

  #tell(status: PeState['status'], statusReason: PeState['statusReason']): void {
    const { dc, run, around } = this.#options
    this.#status = status
    around.tell(dc, {
      jobId: run.jobId,
      peId: run.peId,
      status,
      statusReason,
      launchCount: this.#launchCount,
      pid: this.#child?.pid ?? null,
      internals: status === 'running' ? this.#internals : null,
      failure: this.#failure,
    })
    for (const watch of this.#watchers) watch()
  }
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
