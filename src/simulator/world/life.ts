import type { JobRun } from '../../applications/hosting/job-run.ts'
import type { Application, ApplicationEffect } from '../../applications/application.ts'
import { createBuiltin, describeBuiltin } from '../../applications/builtins.ts'
import type { PeMessage } from '../../applications/hosting/pe-message.ts'
import { LedgerPorts } from '../../applications/hosting/ledger-ports.ts'
import { compositeOperatorOf } from '../../applications/hosting/operator-counters.ts'
import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import type { PePart } from '../../applications/hosting/partition-operators.ts'
import { PeEvents } from '../../applications/hosting/pe-events.ts'
import { ToolkitHost } from '../../applications/hosting/toolkit-host.ts'
import type { Destination, HostSurroundings, LaunchResult } from '../../applications/hosting/toolkit-host.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import { createRandom } from '../../support/random.ts'
import { createComposite } from '../../toolkit/composite.ts'
import type { Composite } from '../../toolkit/composite.ts'
import { receiverName } from '../../toolkit/operators.ts'
import type { OperatorName } from '../../toolkit/operators.ts'
import type { Agenda } from './agenda.ts'
import { countersOf } from './composite-counters.ts'
import type { LifeSurroundings } from './job-run.ts'
import { Rhythm } from './rhythm.ts'
import { SettledApplication } from './settled-application.ts'
import { openSnapshotStore } from './open-snapshot-store.ts'
import type { OpenStore } from './open-snapshot-store.ts'

/** What one life of a PE is made from. */
export interface LifeOptions {
  readonly dc: DatacenterName
  readonly run: JobRun
  readonly index: number
  readonly part: PePart
  readonly launchCount: number
  readonly settings: CrossDcSettings
  readonly seed: number
  readonly agenda: Agenda
  readonly around: LifeSurroundings
}

/** One life of a PE: its operators from a start to its end. What comes while it is paused waits; what comes after its end is lost. */
export class Life {
  readonly #options: LifeOptions
  readonly #composite: Composite
  readonly #host: ToolkitHost
  readonly #ports: LedgerPorts | null
  readonly #events: PeEvents
  readonly #ticks: Rhythm
  readonly #timers = new Map<string, Rhythm>()
  readonly #store: OpenStore
  readonly #posts = new Map<number, { readonly portOffset: number; readonly answer: (status: number) => void }>()
  readonly #waiting: (() => void)[] = []
  #application: Application | null = null
  #lastPost = 0
  #isOver = false
  #isPaused = false
  #isHeld = false

  constructor(options: LifeOptions) {
    this.#options = options
    const { dc, run, part, agenda, around } = options
    this.#events = new PeEvents({ dc, emit: (event, about) => around.emit(event, about) })
    this.#store = openSnapshotStore({
      ...options,
      behaviour: run.toolkit,
      onFailure: (detail) => around.emit('toolkit_error', { detail }),
      trace: (level, text) => around.trace({ level, aspect: 'CrossDCSnapshotJdbc', text }),
    })
    this.#composite = this.#createComposite()
    this.#host = new ToolkitHost({
      composite: this.#composite,
      createApplication: part.hasApplication ? () => this.#createSettled() : null,
      store: {
        perform: (effect, answer) => this.#store.perform(effect, (input) => this.whenRunning(() => answer(input))),
      },
      surroundings: this.#surroundings(),
    })
    const hasEndpoints = part.hasApplication && describeBuiltin(run.application).hasLedgerEndpoints
    this.#ports = hasEndpoints ? new LedgerPorts({ apply: (act) => this.#host.apply(act), defer: atOnce }) : null
    const whenRunning = (act: () => void): void => this.whenRunning(act)
    this.#ticks = new Rhythm({ agenda, whenRunning, onTick: () => this.#host.input({ kind: 'tick' }) })
  }

  get settings(): CrossDcSettings {
    return this.#options.settings
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Whether the application would act on an input now. */
  get takesInput(): boolean {
    return !this.#isOver && !this.#isPaused && !this.#isHeld && this.#application !== null
  }

  start(): void {
    const { around } = this.#options
    this.#host.start(this.#options.part.hasApplication ? around.checkpoint() : null)
  }

  end(): void {
    this.#isOver = true
    this.#ticks.stop()
    for (const timer of this.#timers.values()) timer.stop()
    this.#waiting.length = 0
  }

  pause(): void {
    this.#isPaused = true
  }

  /** What came meanwhile is taken in the order in which it came. */
  resume(): void {
    this.#isPaused = false
    for (let act = this.#waiting.shift(); act !== undefined && !this.#isPaused; act = this.#waiting.shift()) act()
  }

  /** Does it now, or when the PE goes on; never once it is over. */
  whenRunning(act: () => void): void {
    if (this.#isOver) return
    if (this.#isPaused) this.#waiting.push(() => this.whenRunning(act))
    else act()
  }

  /** A receiver read a POST; `answer` comes once it was handed on. */
  post(portOffset: number, delivery: { readonly body: Uint8Array; readonly answer: (status: number) => void }): void {
    this.whenRunning(() => {
      const postId = (this.#lastPost += 1)
      this.#posts.set(postId, { portOffset, answer: delivery.answer })
      this.#host.input({ kind: 'post', postId, portOffset, body: delivery.body })
    })
  }

  /** Whether a receiver of this PE listens at a port, and which. */
  portOffset(port: number): number | null {
    const { part } = this.#options
    const offset = port - this.settings.crossDCHttpPort
    if (offset < 0 || offset > this.settings.numberOfHttpSenderReceiverPairs) return null
    return part.operators.includes(receiverName(offset)) ? offset : null
  }

  /** From another PE of the job. */
  receive(from: number, message: PeMessage): void {
    this.whenRunning(() => {
      if (message.kind === 'input') this.#host.input(message.input)
      else if (message.kind === 'application') this.#host.tell(from, message.tuple)
      else this.#events.takeoverStarted()
    })
  }

  peerRestarted(index: number): void {
    this.whenRunning(() => this.#host.peerRestarted(index))
  }

  storeFaultChanged(fault: StoreFault | null): void {
    this.#store.faultChanged(fault)
  }

  probeStore(): ReturnType<OpenStore['probe']> {
    return this.#store.probe()
  }

  inject(operator: string, items: readonly object[]): number {
    return this.#ports?.inject(operator, items) ?? 0
  }

  retrieve(operator: string): readonly object[] | undefined {
    this.#options.around.beforeChange()
    return this.#ports?.retrieve(operator)
  }

  apply(act: (application: Application) => readonly ApplicationEffect[]): void {
    this.whenRunning(() => this.#host.apply(act))
  }

  /** Lets the application act beside its inputs, so that so many tuples of a load are taken in before what reads them. */
  actAtOnce(act: (application: Application) => readonly ApplicationEffect[], tuples: number): void {
    if (this.#application === null) return
    this.#ports?.countCarried(tuples)
    for (const effect of act(this.#application)) {
      if (effect.kind === 'output') this.#output(effect.item)
      else if (effect.kind === 'state') this.#state(effect.item)
    }
  }

  /** Makes one operator start anew; false when this PE does not hold it. */
  restartOperator(name: string): boolean {
    const { settings, part, around } = this.#options
    const operator = compositeOperatorOf(name, settings.numberOfHttpSenderReceiverPairs)
    if (operator !== undefined && part.operators.includes(operator)) this.#restartInComposite(operator)
    else if (this.#ports?.restart(name) !== true) {
      if (!this.operators().some((known) => known.name === name)) return false
      for (const timer of this.#timers.values()) timer.stop()
      this.#timers.clear()
      around.beforeChange()
      this.#host.restartApplication(around.checkpoint())
    }
    return true
  }

  operators(): readonly OperatorCounters[] {
    const { part, settings, around } = this.#options
    around.beforeChange()
    return [
      ...countersOf(this.#composite, part, settings),
      ...(this.#host.application?.operators() ?? []),
      ...(this.#ports?.operators() ?? []),
    ]
  }

  #restartInComposite(operator: OperatorName): void {
    this.#host.restartOperator(operator)
    // What the watchdog's queue held is gone; a receiver's own connections are.
    const isWatchdog = operator === 'RemoteDataCenterWatchdog'
    for (const [postId, { portOffset, answer }] of this.#posts) {
      if (isWatchdog ? portOffset === 0 : operator !== receiverName(portOffset)) continue
      this.#posts.delete(postId)
      answer(500)
    }
  }

  #createComposite(): Composite {
    const { dc, run, index, part, settings, launchCount, seed, around } = this.#options
    const application = this.#createApplication()
    const label = index === 0 ? `${dc} ${launchCount}` : `${dc} ${index} ${launchCount}`
    const composite = createComposite({
      settings,
      random: createRandom(seed).fork(label),
      // The same topology is in the other DC (toolkit reference §2), unless the application only watches it.
      parts: application.remoteChannels ?? application.channels,
      // Operators of several PEs have several threads.
      behaviour: { ...run.toolkit, isFused: run.toolkit.isFused && run.pes.length === 1 },
      isHosted: (operator) => part.operators.includes(operator),
    })
    return around.wrapComposite(composite, settings)
  }

  #createSettled(): Application {
    const { around, settings } = this.#options
    const application = around.wrapApplication(this.#createApplication(), settings)
    this.#application = application
    return new SettledApplication(application, () => around.beforeChange())
  }

  #createApplication(): Application {
    const { dc, run, settings, seed, launchCount, agenda } = this.#options
    const random = createRandom(seed).fork(`${dc} application ${launchCount}`)
    return createBuiltin(run.application, {
      datacenter: dc,
      localDataCenterName: settings.localDataCenterName,
      crossDCOperationMode: settings.crossDCOperationMode,
      parameters: run.parameters,
      random: () => random.nextFloat(),
      unixSeconds: () => Math.floor(unixSecondsAtBeginning + agenda.now),
    })
  }

  #surroundings(): HostSurroundings {
    const { around, settings } = this.#options
    return {
      scheduleTick: (afterSeconds) => this.#ticks.schedule(afterSeconds),
      scheduleTimer: (timer, afterSeconds) => this.#timer(timer).schedule(afterSeconds),
      send: (effect, done) => {
        const { machine, portOffset, path, body, connectTimeoutSeconds, readTimeoutSeconds } = effect
        const port = settings.crossDCHttpPort + portOffset
        around.post({ machine, port, path, body, connectTimeoutSeconds, readTimeoutSeconds }, (result) =>
          this.whenRunning(() => done(result)),
        )
      },
      acceptPost: (postId) => {
        this.#posts.get(postId)?.answer(204)
        this.#posts.delete(postId)
      },
      output: (item) => this.#output(item),
      state: (item) => this.#state(item),
      trace: (trace) => around.trace(trace),
      event: ({ event, of, detail }) => {
        if (event === 'takeover_started') this.#tellTakeover()
        this.#events.event(event, { ...(of && { of }), ...(detail && { detail }) })
      },
      launch: (command, done) => {
        around.launch(command, (result: LaunchResult) => this.whenRunning(() => done(result)))
      },
      checkpoint: (state) => around.keepCheckpoint(state),
      held: (isHeld) => {
        around.beforeChange()
        this.#isHeld = isHeld
        this.#ports?.hold(isHeld)
        around.afterChange()
      },
      isHere: (destination) => isIn(this.#options.part, destination),
      passOn: (destination, message) => this.#passOn(destination, message),
      crash: (error) => {
        if (!this.#isOver) around.crash(error)
      },
    }
  }

  #output(item: Parameters<HostSurroundings['output']>[0]): void {
    this.#ports?.pushOutput(item)
    this.#events.put(item)
    this.#options.around.putOut('output')
  }

  #state(item: Parameters<HostSurroundings['state']>[0]): void {
    this.#ports?.pushState(item)
    this.#events.put(item)
    this.#options.around.putOut('state')
  }

  #timer(name: string): Rhythm {
    const known = this.#timers.get(name)
    if (known !== undefined) return known
    const timer = new Rhythm({
      agenda: this.#options.agenda,
      whenRunning: (act) => this.whenRunning(act),
      onTick: () => this.#host.apply((application) => application.timer(name)),
    })
    this.#timers.set(name, timer)
    return timer
  }

  #tellTakeover(): void {
    if (this.#options.part.hasApplication) this.#events.takeoverStarted()
    else this.#passOn('application', { kind: 'takeover_started' })
  }

  #passOn(destination: Destination, message: PeMessage): void {
    const to = this.#options.run.pes.findIndex(({ part }) => isIn(part, destination))
    if (to >= 0) this.#options.around.passOn(to, message)
  }
}

/** The same at every run: what an application makes of the time must not differ between two runs of one seed. */
const unixSecondsAtBeginning = 1_700_000_000

/** The operators behind a source act as soon as something comes. */
function atOnce(step: () => void): void {
  step()
}

function isIn(part: PePart, destination: Destination): boolean {
  return destination === 'application' ? part.hasApplication : part.operators.includes(destination)
}
