import type { JobRun } from '../../applications/hosting/job-run.ts'
import type { Application, ApplicationEffect } from '../../applications/application.ts'
import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import type { PeMessage } from '../../applications/hosting/pe-message.ts'
import { TestbedError } from '../../model/errors.ts'
import type { ProcessingElement } from '../../model/streams-client.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import { CrashCount, tooManyCrashes } from './crash-count.ts'
import type { Life } from './life.ts'
import { PeInbox } from './pe-inbox.ts'
import type { PeSurroundings } from './pe-surroundings.ts'
import { startLife } from './start-life.ts'
import type { PeFailure } from './start-life.ts'
import type { ProbedStore } from './store-answers.ts'

/** From the death of a PE until Streams has started it again. */
const restartSeconds = 2
/** For so long a PE is tried to be started although another has its port (toolkit reference §4.7), and so often. */
const portWaitSeconds = 60
const portRetrySeconds = 2

interface WorldPeOptions {
  readonly run: JobRun
  readonly index: number
  readonly around: PeSurroundings
}

/** By the words of the REST API (streams-rest-api reference §9). */
export type PeStatus = 'starting' | 'running' | 'stopped'

/**
 * One PE of a job, through all its lives. One that crashes is started again, as Streams does, with empty state and a higher launch
 * count; not so one that is held down, one that crashes again and again, and a standalone executable.
 */
export class WorldPe {
  readonly id: string
  readonly index: number
  readonly #options: WorldPeOptions
  readonly #inbox: PeInbox
  readonly #crashes = new CrashCount()
  #life: Life | null = null
  #launchCount = 0
  #pid = 0
  #status: PeStatus = 'starting'
  #statusReason: ProcessingElement['statusReason'] = 'none'
  #failure: PeFailure | null = null
  #isCancelled = false

  constructor(options: WorldPeOptions) {
    const { run, index } = options
    this.#options = options
    this.index = index
    this.id = run.pes[index]?.peId ?? ''
    this.#inbox = new PeInbox({ peId: this.id, trace: options.around.trace })
  }

  get status(): PeStatus {
    return this.#status
  }

  get statusReason(): string {
    return this.#statusReason
  }

  get launchCount(): number {
    return this.#launchCount
  }

  get pid(): number | null {
    return this.#life === null ? null : this.#pid
  }

  get isPaused(): boolean {
    return this.#life?.isPaused === true
  }

  /** Whether the application is here and would act on an input now. */
  get takesInput(): boolean {
    const { around } = this.#options
    return this.#status === 'running' && this.#life?.takesInput === true && around.input() === 'taken'
  }

  /** Has it started, now or as soon as it may. */
  launch(): void {
    const { around } = this.#options
    if (around.isHeld(this.index)) {
      this.#tell('stopped', 'crash')
      return
    }
    this.#failure = null
    this.#launchCount += 1
    this.#tell('starting', 'none')
    around.agenda.in(0, () => this.#bringUp(around.agenda.now + portWaitSeconds))
  }

  /** It is no longer held down. */
  letUp(): void {
    if (this.#life === null && this.#status === 'stopped' && this.#failure === null && !this.#isCancelled) this.launch()
  }

  /** Ends its process as SIGKILL does; the pid, or null where there was none. */
  kill(): number | null {
    const { pid } = this
    if (this.#life !== null) this.#exit({ code: null, signal: 'SIGKILL' })
    return pid
  }

  /** Kills its process; Streams starts it again, which `done` is told. @throws TestbedError when it does not run */
  restart(done: (launchCount: number) => void): number {
    this.#running('be restarted')
    const pid = this.#pid
    this.#end({ code: null, signal: 'SIGKILL' })
    this.#startAgain(done)
    return pid
  }

  /** Ends it for good. */
  cancel(): void {
    this.#isCancelled = true
    if (this.#life !== null) this.#exit({ code: null, signal: 'SIGKILL' })
  }

  pause(): number | null {
    const { pid } = this
    if (this.#life === null || this.#life.isPaused) return pid
    this.#options.around.beforeChange()
    this.#life.pause()
    this.#tellPause('pe_paused')
    this.#options.around.afterChange()
    return pid
  }

  resume(): number | null {
    const { pid } = this
    if (this.#life?.isPaused !== true) return null
    this.#options.around.beforeChange()
    this.#tellPause('pe_resumed')
    this.#life.resume()
    this.#options.around.afterChange()
    return pid
  }

  /** A tuple from another PE of the job. */
  receive(from: number, message: PeMessage): void {
    if (this.#life !== null && this.#status === 'running') this.#life.receive(from, message)
    else this.#inbox.put(from, message)
  }

  peerRestarted(index: number): void {
    this.#life?.peerRestarted(index)
  }

  /** Which receiver listens at a port here; null where none does. */
  portOffset(port: number): number | null {
    return this.#life?.portOffset(port) ?? null
  }

  post(portOffset: number, delivery: { readonly body: Uint8Array; readonly answer: (status: number) => void }): void {
    this.#life?.post(portOffset, delivery)
  }

  storeFaultChanged(fault: StoreFault | null): void {
    this.#life?.storeFaultChanged(fault)
  }

  /** @throws TestbedError when it does not run */
  probeStore(): ProbedStore {
    return this.#running('have its store probed').probeStore()
  }

  /** @throws TestbedError when it does not run or does not hold that operator */
  restartOperator(operator: string): void {
    const life = this.#running('have an operator restarted')
    if (life.isPaused) throw new TestbedError(`Expected PE ${this.id} to run; it is paused.`)
    if (!life.restartOperator(operator)) {
      const known = life.operators().map(({ name }) => name)
      throw new TestbedError(`Expected an operator of PE ${this.id} (${known.join(', ')}), got ${operator}.`)
    }
    const { run, around } = this.#options
    around.emit('operator_restarted', { detail: { jobId: run.jobId, peId: this.id, operator } })
  }

  /** Gives items to an endpoint; how many leading ones it took. */
  inject(operator: string, items: readonly object[]): number {
    return this.#life?.inject(operator, items) ?? 0
  }

  /** What an endpoint has put out since the last call; undefined where there is no such endpoint. */
  retrieve(operator: string): readonly object[] | undefined {
    return this.#life?.retrieve(operator)
  }

  operators(): readonly OperatorCounters[] {
    return this.#life?.operators() ?? []
  }

  /** Lets the application act when its turn comes. */
  apply(act: (application: Application) => readonly ApplicationEffect[]): void {
    this.#life?.apply(act)
  }

  /** Lets it act at once, beside its inputs: how so many tuples of a load are brought up to date. */
  actAtOnce(act: (application: Application) => readonly ApplicationEffect[], tuples: number): void {
    this.#life?.actAtOnce(act, tuples)
  }

  #running(what: string): Life {
    const life = this.#life
    if (life === null || this.#status !== 'running') {
      throw new TestbedError(`Expected PE ${this.id} to run, to ${what}; it is ${this.#status}.`)
    }
    return life
  }

  #bringUp(giveUpAt: number): void {
    const { run, around, index } = this.#options
    if (this.#isCancelled || this.#life !== null || this.#status !== 'starting') return
    const life = startLife({
      run,
      index,
      around,
      launchCount: this.#launchCount,
      crash: (error) => this.#crashed(error),
    })
    if ('cause' in life) {
      this.#failed(life)
      return
    }
    const taken = around.portTaken(life)
    if (taken !== null) {
      this.#retry(taken, giveUpAt)
      return
    }
    this.#begin(life)
  }

  /** While another PE of the DC has its port, Streams' restarts try again; each counts as a launch (toolkit reference §4.7). */
  #retry(port: number, giveUpAt: number): void {
    const { run, around } = this.#options
    const failure: PeFailure = { cause: 'port', message: `Port ${port} is in use by another PE of ${around.dc}.` }
    if (run.isStandalone || around.agenda.now >= giveUpAt) {
      this.#failed(failure)
      return
    }
    if (giveUpAt - around.agenda.now === portWaitSeconds) around.tellError(this.id, { ...failure, isRetried: true })
    around.agenda.in(portRetrySeconds, () => {
      this.#launchCount += 1
      this.#bringUp(giveUpAt)
    })
  }

  #begin(life: Life): void {
    const { run, around, index } = this.#options
    around.beforeChange()
    this.#life = life
    this.#pid = around.nextPid()
    const { jobId } = run
    const detail = { jobId, peId: this.id, pid: this.#pid, launchCount: this.#launchCount }
    around.emit('pe_started', { detail })
    if (run.pes[index]?.part.hasApplication === true) around.emit('job_started', { detail })
    life.start()
    // Streams tells of a PE that runs after its operators have begun; a tick without an initial delay comes before that.
    around.agenda.in(0, () => this.#runs(life))
  }

  #runs(life: Life): void {
    const { around, index } = this.#options
    // It may have ended in its first step.
    if (this.#life !== life) return
    this.#tell('running', 'none')
    around.moved(index)
    this.#inbox.empty((from, message) => life.receive(from, message))
    around.afterChange()
  }

  #crashed(error: unknown): void {
    const { around } = this.#options
    around.log('error', `PE ${this.id}`, `The PE ends: ${String(error)}`)
    this.#exit({ code: 1, signal: null })
  }

  #failed(failure: PeFailure): void {
    this.#failure = failure
    this.#options.around.tellError(this.id, failure)
    if (failure.cause === 'operator' && !this.#options.run.isStandalone) {
      this.#restartAfterCrash()
      return
    }
    this.#tell('stopped', 'failure')
    if (this.#options.run.isStandalone) this.#options.around.over()
  }

  #exit(exit: { readonly code: number | null; readonly signal: string | null }): void {
    const { run, around } = this.#options
    this.#end(exit)
    if (this.#isCancelled) return
    if (run.isStandalone) {
      this.#tell('stopped', 'crash')
      around.over()
    } else if (around.isHeld(this.index)) this.#tell('stopped', 'crash')
    else this.#restartAfterCrash()
  }

  #end(exit: { readonly code: number | null; readonly signal: string | null }): void {
    const { run, around } = this.#options
    around.beforeChange()
    this.#life?.end()
    this.#life = null
    const { jobId } = run
    const isHeld = around.isHeld(this.index)
    const detail = { jobId, peId: this.id, pid: this.#pid, launchCount: this.#launchCount, ...exit, isHeld }
    around.emit('pe_exited', { detail: this.#failure === null ? detail : { ...detail, failure: this.#failure } })
    around.gone(this.index)
    around.afterChange()
  }

  #restartAfterCrash(): void {
    const { agenda } = this.#options.around
    if (this.#crashes.allowsRestart(agenda.now)) {
      this.#startAgain()
      return
    }
    const message = `PE ${this.id} ${tooManyCrashes} and is not started again.`
    this.#failure = { cause: 'operator', message }
    this.#options.around.tellError(this.id, this.#failure)
    this.#tell('stopped', 'failure')
  }

  #startAgain(done?: (launchCount: number) => void): void {
    const { around } = this.#options
    this.#tell('starting', 'crash')
    around.agenda.in(restartSeconds, () => {
      if (this.#isCancelled || this.#life !== null) return
      this.launch()
      around.agenda.in(0, () => done?.(this.#launchCount))
    })
  }

  #tellPause(event: 'pe_paused' | 'pe_resumed'): void {
    const { run, around } = this.#options
    const { jobId } = run
    around.emit(event, { detail: { jobId, peId: this.id, indexWithinJob: this.index, pid: this.#pid } })
  }

  #tell(status: PeStatus, reason: string): void {
    this.#status = status
    this.#statusReason = reason
    this.#options.around.changed()
  }
}
