import { createBuiltin, describeBuiltin } from '../../applications/builtins.ts'
import type { Application } from '../../applications/application.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { createRandom } from '../../support/random.ts'
import { createComposite, type Composite } from '../../toolkit/composite.ts'
import { receiverName, type OperatorCounts, type OperatorName } from '../../toolkit/operators.ts'
import { leaseUnixSeconds } from '../lease-time.ts'
import type { PePlacement, PeRun } from '../pair-protocol.ts'
import type { PePart } from '../../applications/hosting/partition-operators.ts'
import { ApplicationTimers } from './application-timers.ts'
import { CheckpointFile } from './checkpoint-file.ts'
import type { FaultyStore } from './faulty-store.ts'
import { sendMessage } from './http-sender.ts'
import type { OperatorAccess } from './internal-server.ts'
import { LatenessMeter } from './lateness-meter.ts'
import { launchScript } from './launch-in-pe.ts'
import { LedgerPorts } from '../../applications/hosting/ledger-ports.ts'
import {
  compositeOperatorOf,
  compositeOperators,
  type OperatorCounters,
} from '../../applications/hosting/operator-counters.ts'
import { PeEvents } from '../../applications/hosting/pe-events.ts'
import type { PeLog } from './pe-log.ts'
import type { PeMessage } from '../../applications/hosting/pe-message.ts'
import type { PeMesh } from './pe-mesh.ts'
import { PendingPosts, type PostOutcome } from './pending-posts.ts'
import { databaseOperatorNames } from './snapshot-table.ts'
import { StoreQueue } from './store-queue.ts'
import { TickTimer } from './tick-timer.ts'
import { ToolkitHost, type Destination, type HostSurroundings } from '../../applications/hosting/toolkit-host.ts'

interface PeOperatorsOptions {
  readonly run: PeRun
  readonly placement: PePlacement
  readonly settings: CrossDcSettings
  readonly part: PePart
  /** That the receivers listen on. */
  readonly basePort: number
  readonly store: FaultyStore | null
  readonly mesh: PeMesh
  readonly log: PeLog
  /** The worst lateness so far, real milliseconds. */
  readonly onLateness: (worstMs: number) => void
}

/** The operators that one PE holds, of the composite and of the application, with the timers and files around them. */
export class PeOperators implements OperatorAccess {
  readonly #options: PeOperatorsOptions
  readonly #composite: Composite
  readonly #host: ToolkitHost
  readonly #ports: LedgerPorts | null
  readonly #posts = new PendingPosts()
  readonly #ticks: TickTimer
  readonly #timers: ApplicationTimers
  readonly #lateness: LatenessMeter
  readonly #checkpoint: CheckpointFile
  readonly #events: PeEvents
  readonly #ended = new AbortController()

  constructor(options: PeOperatorsOptions) {
    this.#options = options
    const { run, placement, part, store, log, onLateness } = options
    const { dc, time, directory } = placement
    this.#events = new PeEvents({ dc, emit: (event, about) => log.event(event, about) })
    this.#checkpoint = new CheckpointFile({ directory, dc, jobId: run.jobId })
    this.#composite = this.#createComposite()
    const surroundings = this.#surroundings()
    this.#host = new ToolkitHost({
      composite: this.#composite,
      createApplication: part.hasApplication ? () => this.#createApplication() : null,
      store: store && new StoreQueue({ store, crash: surroundings.crash }),
      surroundings,
    })
    const hasEndpoints = part.hasApplication && describeBuiltin(run.application).hasLedgerEndpoints
    this.#ports = hasEndpoints ? new LedgerPorts({ apply: (act) => this.#host.apply(act), defer: setImmediate }) : null
    this.#lateness = new LatenessMeter(onLateness)
    const onLate = (lateMs: number): void => this.#lateness.record(lateMs)
    this.#ticks = new TickTimer({ time, onLate, onTick: () => this.#host.input({ kind: 'tick' }) })
    const onTimer = (timer: string): void => this.#host.apply((application) => application.timer(timer))
    this.#timers = new ApplicationTimers({ time, onLate, onTimer })
  }

  /** Whether the application listens for special messages, and is here. */
  get hasSpecialMessagePort(): boolean {
    const { run, part } = this.#options
    return part.hasApplication && describeBuiltin(run.application).hasSpecialMessagePort
  }

  start(): void {
    const { run, placement, part, log } = this.#options
    const { jobId, peId } = run
    const detail = { jobId, peId, pid: process.pid, launchCount: placement.launchCount }
    log.console(`PE ${peId} of job ${jobId} started, launch ${placement.launchCount}, process ${process.pid}`)
    log.event('pe_started', { detail })
    if (part.hasApplication) log.event('job_started', { detail })
    this.#ticks.begin()
    const checkpoint = part.hasApplication ? this.#checkpoint.read() : null
    if (checkpoint !== null) log.console('The application goes back to its checkpoint')
    this.#host.start(checkpoint)
    this.#lateness.start()
  }

  stop(): void {
    this.#ended.abort()
    this.#ticks.stop()
    this.#timers.clear()
    this.#lateness.stop()
    this.#posts.fail(() => true)
  }

  /** This process is going to be stopped, or goes on. */
  pausing(isPausing: boolean): void {
    this.#lateness.pausing(isPausing)
  }

  /** A receiver read a POST; resolves when it was handed on. */
  async post(portOffset: number, body: Uint8Array): Promise<PostOutcome> {
    return await this.#posts.submit(portOffset, (postId) =>
      this.#host.input({ kind: 'post', postId, portOffset, body }),
    )
  }

  specialMessageLine(line: string): void {
    this.#host.apply((application) => application.specialMessageLine(line))
  }

  /** From another PE of the job. */
  receive(from: number, message: PeMessage): void {
    if (message.kind === 'input') this.#host.input(message.input)
    else if (message.kind === 'application') this.#host.tell(from, message.tuple)
    else this.#events.takeoverStarted()
  }

  peerRestarted(indexWithinJob: number): void {
    this.#host.peerRestarted(indexWithinJob)
  }

  /** A tuple for another PE of the job was lost. */
  lostTuple(to: number): void {
    const { run, log } = this.#options
    const text = `A tuple for PE ${run.pes[to]?.peId ?? to} was lost: that PE does not run, and the queue for it is full.`
    log.trace({ level: 'error', aspect: 'Runtime', text })
  }

  /**
   * Makes one operator start anew.
   * @throws Error when this PE does not hold it
   */
  async restartOperator(name: string): Promise<void> {
    const { run, log } = this.#options
    const operator = this.#compositeOperator(name)
    if (operator !== undefined) await this.#restartInComposite(operator)
    else if (this.#ports?.restart(name) !== true) this.#restartApplication(name)
    log.console(`Operator ${name} started anew`)
    log.event('operator_restarted', { detail: { jobId: run.jobId, peId: run.peId, operator: name } })
  }

  inject(operator: string, items: readonly object[]): number {
    return this.#ports?.inject(operator, items) ?? 0
  }

  retrieve(operator: string): readonly object[] | undefined {
    return this.#ports?.retrieve(operator)
  }

  operators(): readonly OperatorCounters[] {
    const { store, part, settings, basePort } = this.#options
    const counts: Record<string, OperatorCounts> = { ...this.#composite.state.operators }
    for (const name of databaseOperatorNames) {
      if (part.operators.includes(name)) counts[name] ??= { processed: [0], submitted: [0] }
    }
    for (const { name, counts: own } of store?.table?.operators() ?? []) counts[name] = own
    const offsets = Array.from({ length: 1 + settings.numberOfHttpSenderReceiverPairs }, (_, offset) => offset)
    const portOf = (name: string): number | undefined => {
      const offset = offsets.find((candidate) => receiverName(candidate) === name)
      return offset === undefined ? undefined : basePort + offset
    }
    return [
      ...compositeOperators(counts, portOf),
      ...(this.#host.application?.operators() ?? []),
      ...(this.#ports?.operators() ?? []),
    ]
  }

  #compositeOperator(name: string): OperatorName | undefined {
    const { settings, part } = this.#options
    const operator = compositeOperatorOf(name, settings.numberOfHttpSenderReceiverPairs)
    return operator !== undefined && part.operators.includes(operator) ? operator : undefined
  }

  async #restartInComposite(operator: OperatorName): Promise<void> {
    const { store } = this.#options
    this.#host.restartOperator(operator)
    // What the watchdog's queue held is gone; a receiver's own connections are.
    const isWatchdog = operator === 'RemoteDataCenterWatchdog'
    this.#posts.fail((portOffset) => (isWatchdog ? portOffset > 0 : operator === receiverName(portOffset)))
    const ofDatabase = databaseOperatorNames.find((name) => name === operator)
    if (ofDatabase !== undefined) await store?.table?.reconnect(ofDatabase)
  }

  #restartApplication(name: string): void {
    const { run } = this.#options
    const known = this.operators().map((operator) => operator.name)
    if (!known.includes(name)) {
      throw new Error(`Expected an operator of PE ${run.peId} (${known.join(', ')}), got ${name}.`)
    }
    this.#timers.clear()
    this.#host.restartApplication(this.#checkpoint.read())
  }

  #createComposite(): Composite {
    const { run, placement, settings, part } = this.#options
    const { dc, seed, launchCount } = placement
    const application = this.#createApplication()
    const label = run.indexWithinJob === 0 ? `${dc} ${launchCount}` : `${dc} ${run.indexWithinJob} ${launchCount}`
    return createComposite({
      settings,
      random: createRandom(seed).fork(label),
      // The same topology is in the other DC (toolkit reference §2), unless the application only watches it.
      parts: application.remoteChannels ?? application.channels,
      // Operators of several PEs have several threads.
      behaviour: { ...run.toolkit, isFused: run.toolkit.isFused && run.pes.length === 1 },
      isHosted: (operator) => part.operators.includes(operator),
    })
  }

  #createApplication(): Application {
    const { run, placement, settings } = this.#options
    const { dc, seed, launchCount, time } = placement
    const random = createRandom(seed).fork(`${dc} application ${launchCount}`)
    return createBuiltin(run.application, {
      datacenter: dc,
      localDataCenterName: settings.localDataCenterName,
      crossDCOperationMode: settings.crossDCOperationMode,
      parameters: run.parameters,
      random: () => random.nextFloat(),
      unixSeconds: () => leaseUnixSeconds(time),
    })
  }

  #surroundings(): HostSurroundings {
    const { placement, settings, log } = this.#options
    const crash = (error: unknown): never => {
      log.lastWords(`The PE ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      process.exit(1)
    }
    return {
      scheduleTick: (afterSeconds) => this.#ticks.schedule(afterSeconds),
      scheduleTimer: (timer, afterSeconds) => this.#timers.schedule(timer, afterSeconds),
      send: (effect, ended) => {
        sendMessage(effect, { placement, basePort: settings.crossDCHttpPort }).then(ended, crash)
      },
      acceptPost: (postId) => this.#posts.accept(postId),
      output: (item) => {
        this.#ports?.pushOutput(item)
        this.#events.put(item)
      },
      state: (item) => {
        this.#ports?.pushState(item)
        this.#events.put(item)
      },
      trace: (trace) => log.trace(trace),
      event: ({ event, of, detail }) => {
        if (event === 'takeover_started') this.#tellTakeover()
        this.#events.event(event, { ...(of && { of }), ...(detail && { detail }) })
      },
      launch: (command, ended) => {
        launchScript({ command, placement, log, signal: this.#ended.signal }).then(ended, crash)
      },
      checkpoint: (state) => this.#checkpoint.write(state),
      held: (isHeld) => this.#ports?.hold(isHeld),
      isHere: (destination) => this.#isIn(this.#options.part, destination),
      passOn: (destination, message) => this.#passOn(destination, message),
      crash,
    }
  }

  #tellTakeover(): void {
    if (this.#options.part.hasApplication) this.#events.takeoverStarted()
    else this.#passOn('application', { kind: 'takeover_started' })
  }

  #isIn(part: PePart, destination: Destination): boolean {
    return destination === 'application' ? part.hasApplication : part.operators.includes(destination)
  }

  #passOn(destination: Destination, message: PeMessage): void {
    const { run, mesh } = this.#options
    const index = run.pes.findIndex(({ part }) => this.#isIn(part, destination))
    if (index >= 0) mesh.send(index, message)
  }
}
