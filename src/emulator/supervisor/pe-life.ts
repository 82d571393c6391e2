import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Effect, ProcessInfo } from '../../model/testbed.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { createScaledClock } from '../../support/scaled-clock.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { effectBetween } from '../lease-time.ts'
import type { PeFailure, PeInternals, PeMethods, PePeer, PeRun, PeState } from '../pair-protocol.ts'
import type { Child, ChildExit } from './child.ts'
import { CrashLimit } from './crash-limit.ts'
import type { PeLifeOptions } from './pe-surroundings.ts'
import { preparePeProcess } from './prepare-pe-process.ts'

/** Real seconds for a PE that was killed on request to run again. */
const restartSeconds = 10
/** Real time for a PE to say that it knows of its being stopped; one that is stuck does not say it. */
const pausingTimeoutMs = 100

/**
 * One PE of a job, through all its processes. One that crashes is started again, as Streams does, with empty state and a higher
 * launch count; not so one whose DC is held down, one that fails again and again, and a standalone executable.
 */
export class PeLife {
  readonly #options: PeLifeOptions
  readonly #watchers = new Set<() => void>()
  readonly #crashes = new CrashLimit()
  #launchCount = 0
  #child: Child<PeMethods> | null = null
  #internals: PeInternals | null = null
  #meshPort: number | null = null
  #failure: PeFailure | null = null
  #status: PeState['status'] = 'starting'
  #statusReason: PeState['statusReason'] = 'none'
  #isCancelled = false
  /** A process is being had for it. */
  #isLaunching = false
  /** Killed on request, which is no crash. */
  #isRestarting = false

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

  get state(): PeState {
    const { jobId, peId } = this.run
    return {
      jobId,
      peId,
      status: this.#status,
      statusReason: this.#statusReason,
      launchCount: this.#launchCount,
      pid: this.#child?.pid ?? null,
      internals: this.#status === 'running' ? this.#internals : null,
      failure: this.#failure,
      isPaused: this.isPaused,
    }
  }

  get isPaused(): boolean {
    return this.#child?.isPaused() === true
  }

  get #isHeld(): boolean {
    return this.#options.around.isHeld(this.dc, this.run.indexWithinJob)
  }

  info(): readonly ProcessInfo[] {
    const { jobId, peId, indexWithinJob } = this.run
    const { isPaused } = this
    const pid = this.#child?.pid
    return pid === undefined ? [] : [{ dc: this.dc, role: 'pe', pid, jobId, peId, indexWithinJob, isPaused }]
  }

  /** Has it started, unless it is held down. */
  launch(): void {
    if (this.#isHeld) {
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

  /** It is no longer held down. */
  letUp(): void {
    if (this.#child === null && !this.#isLaunching && this.#failure === null) this.launch()
  }

  /** Tells it where the job's other PEs are. */
  tellPeers(peers: readonly PePeer[]): void {
    if (this.#meshPort !== null) this.#child?.peer.notify('peers', { peers })
  }

  /** Says that it is going to be stopped, so that what is late by that is not taken for lateness of the testbed. */
  async announcePause(): Promise<void> {
    if (this.isPaused) return
    try {
      await this.#child?.peer.call('pausing', { isPausing: true }, { timeoutMs: pausingTimeoutMs })
    } catch {
      // One that is stuck or ends is stopped all the same.
    }
  }

  /** Stops its process where it is; resolves once it was seen stopped, with the process that was. */
  async pause(): Promise<number | null> {
    const child = this.#child
    if (child === null || child.isPaused()) return child?.pid ?? null
    await child.pause()
    this.#tellPause('pe_paused', child)
    return child.pid
  }

  /** Continues its process, if it was stopped; resolves once it was seen to go on. */
  async resume(): Promise<number | null> {
    const child = this.#child
    if (child?.isPaused() !== true) return null
    await child.resume()
    child.peer.notify('pausing', { isPausing: false })
    this.#tellPause('pe_resumed', child)
    return child.pid
  }

  /** Tells it what the snapshot store does now; resolves once that is in force, or would be as soon as it went on. */
  async applyStoreFault(): Promise<number | null> {
    const { around, dc } = this.#options
    const child = this.#child
    if (child === null) return null
    const fault = around.storeFault(dc)
    try {
      if (child.isPaused()) child.peer.notify('storeFault', { fault })
      else await child.peer.call('storeFault', { fault })
    } catch (error) {
      // The process that comes after one that just died gets it with its placement.
      if (child.isConnected()) throw error
      return null
    }
    return child.pid
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
    const effect = effectBetween(before.time, around.now())
    await this.#runsAgain(before.launchCount)
    return { ...effect, pid: child.pid, launchCount: this.#launchCount }
  }

  /** @throws TestbedError when it does not run or does not hold that operator */
  async restartOperator(operator: string): Promise<void> {
    const child = this.#child
    if (child === null || this.#status !== 'running') {
      throw new TestbedError(`Expected PE ${this.run.peId} in ${this.dc} to run; it is ${this.#status}.`)
    }
    if (child.isPaused()) throw new TestbedError(`Expected PE ${this.run.peId} in ${this.dc} to run; it is paused.`)
    await child.peer.call('restartOperator', { operator })
  }

  async #runsAgain(launchCount: number): Promise<void> {
    const cannot = (why: string): TestbedError =>
      new TestbedError(`PE ${this.run.peId} in ${this.dc} was killed and did not come back: ${why}`)
    await waitUntil({
      what: `PE ${this.run.peId} in ${this.dc} to run again after it was killed`,
      clock: createScaledClock({ originMs: monotonicNowMs(), timeScale: 1 }),
      clockName: 'real',
      timeoutSeconds: restartSeconds,
      subscribe: (recheck) => {
        this.#watchers.add(recheck)
        return () => this.#watchers.delete(recheck)
      },
      probe: () => {
        if (this.#failure !== null) throw cannot(this.#failure.message)
        if (this.#isCancelled) throw cannot('its job was cancelled.')
        return this.#status === 'running' && this.#launchCount > launchCount ? true : undefined
      },
      lastSeen: () => this.#status,
    })
  }

  async #run(): Promise<void> {
    const { around } = this.#options
    this.#isLaunching = true
    this.#launchCount += 1
    this.#tell('starting', 'none')
    const child = await around.takeSpare().finally(() => {
      this.#isLaunching = false
    })
    if (this.#isCancelled || this.#isHeld) {
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
    const { around, run, dc, ready, othersReady, moved } = this.#options
    let isTold = false
    const prepared = await preparePeProcess({
      run,
      child,
      placement: () => around.placement({ dc, launchCount: this.#launchCount }),
      applicationConfiguration: () => around.applicationConfiguration(dc),
      onPortTaken: (failure) => {
        // The job's other PEs do not wait for it.
        ready()
        if (!isTold) this.#tellError({ ...failure, isRetried: true })
        isTold = true
      },
      onAnotherLaunch: () => {
        this.#launchCount += 1
        this.#tell('starting', 'none')
      },
    })
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
    const isHeld = this.#isHeld
    this.#child = null
    this.#internals = null
    this.#meshPort = null
    const failure = this.#failure
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
    if (this.#crashes.allowsRestart()) {
      this.#tell('stopped', 'crash')
      this.launch()
      return
    }
    // A PE that never came up says best by itself why.
    this.#failure ??= {
      cause: 'operator',
      message: `PE ${this.run.peId} ${this.#crashes.text} and is not started again.`,
      address: null,
      port: null,
      code: null,
      advice: 'Read its console log.',
    }
    this.#tell('stopped', 'failure')
  }

  #tellPause(event: 'pe_paused' | 'pe_resumed', { pid }: Child<PeMethods>): void {
    const { jobId, peId, indexWithinJob } = this.run
    this.#options.around.emit(event, { dc: this.dc, detail: { jobId, peId, indexWithinJob, pid } })
    this.#tell(this.#status, this.#statusReason)
  }

  #tell(status: PeState['status'], statusReason: PeState['statusReason']): void {
    const { dc, around } = this.#options
    this.#status = status
    this.#statusReason = statusReason
    around.tell(dc, this.state)
    for (const watch of this.#watchers) watch()
  }
}
