import type { Application, ApplicationEffect } from '../application.ts'
import type { LedgerOutputItem, LedgerStateItem } from '../../model/ledger.ts'
import type { Composite } from '../../toolkit/composite.ts'
import { MessageFormatError } from '../../toolkit/errors.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect, ToolkitInput } from '../../toolkit/io.ts'
import type { OperatorName } from '../../toolkit/operators.ts'
import { ApplicationThread, type Act } from './application-thread.ts'
import type { ApplicationTuple, PeMessage } from './pe-message.ts'
import type { StoreAccess } from './store-access.ts'

/** Where a tuple goes: to an operator of the composite, or to the application. */
export type Destination = OperatorName | 'application'

/** How a launched script ended: what it wrote to its standard output, and 0 if the shell could be started, else 1. */
export interface LaunchResult {
  readonly output: string
  readonly rc: 0 | 1
}

/** What the host needs of the process around it. */
export interface HostSurroundings {
  readonly scheduleTick: (afterSeconds: number) => void
  readonly scheduleTimer: (timer: string, afterSeconds: number) => void
  /** `done` is called once, never within this. */
  readonly send: (effect: ToolkitEffect & { readonly kind: 'send' }, done: (result: SendResult) => void) => void
  readonly acceptPost: (postId: number) => void
  readonly output: (item: LedgerOutputItem) => void
  readonly state: (item: LedgerStateItem) => void
  readonly trace: (trace: ToolkitEffect & { readonly kind: 'trace' }) => void
  readonly event: (effect: ToolkitEffect & { readonly kind: 'event' }) => void
  /** `done` is called once, never within this. */
  readonly launch: (command: string, done: (result: LaunchResult) => void) => void
  readonly checkpoint: (state: Uint8Array) => void
  /** The application takes no input now, or takes it again. */
  readonly held: (isHeld: boolean) => void
  /** Whether this PE holds it. */
  readonly isHere: (destination: Destination) => boolean
  /** To the PE that does. */
  readonly passOn: (destination: Destination, message: PeMessage) => void
  /** An operator failed in a way that ends its PE. */
  readonly crash: (error: unknown) => void
}

interface ToolkitHostOptions {
  readonly composite: Composite
  /** null where another PE has it. */
  readonly createApplication: (() => Application) | null
  /** null where no operator here has use for it. */
  readonly store: StoreAccess | null
  readonly surroundings: HostSurroundings
}

/**
 * Wires the composite and the application of one PE together, and with those of the job's other PEs, and carries out what they
 * answer, one step after the other. What comes before `start` waits for it.
 */
export class ToolkitHost {
  readonly #options: ToolkitHostOptions
  readonly #thread: ApplicationThread | null
  readonly #steps: (() => void)[] = []
  #isStarted = false
  #isRunning = false

  constructor(options: ToolkitHostOptions) {
    this.#options = options
    const { createApplication, surroundings } = options
    this.#thread =
      createApplication &&
      new ApplicationThread({
        create: createApplication,
        perform: (effect) => this.#performApplication(effect),
        onHeld: surroundings.held,
        onDropped: () => this.#complain('An input of the application was lost: too many waited for it.'),
      })
  }

  get application(): Application | null {
    return this.#thread?.application ?? null
  }

  /** Lets the operators begin. */
  start(checkpoint: Uint8Array | null): void {
    this.#isStarted = true
    this.#steps.unshift(() => {
      this.#handle({ kind: 'start' })
      this.#thread?.start(checkpoint)
    })
    this.#run()
  }

  /** Gives the composite an input; its effects, and what follows from them, are done when this returns (I/O goes on). */
  input(input: ToolkitInput): void {
    this.#steps.push(() => this.#handle(input))
    this.#run()
  }

  /** Lets the application act, by any of its methods. */
  apply(act: Act): void {
    this.#thread?.give(act)
    this.#run()
  }

  /** What the composite in another PE of the job says to the application. */
  tell(from: number, tuple: ApplicationTuple): void {
    this.#steps.push(() => this.#tell(tuple, from))
    this.#run()
  }

  /** That PE of the job has forgotten that it held the application up. */
  peerRestarted(index: number): void {
    this.#thread?.resume(index)
    this.#run()
  }

  restartOperator(operator: OperatorName): void {
    this.#steps.push(() => this.#perform(this.#options.composite.restartOperator(operator)))
    this.#run()
  }

  /** The application's operators share one state here, so that one of them cannot be restarted without the others. */
  restartApplication(checkpoint: Uint8Array | null): void {
    this.#steps.push(() => this.#thread?.restart(checkpoint))
    this.#run()
  }

  /** Steps that a step leads to come after those that wait already; the application acts when the composite is done. */
  #run(): void {
    if (this.#isRunning || !this.#isStarted) return
    this.#isRunning = true
    try {
      for (let isIdle = false; !isIdle;) {
        const step = this.#steps.shift()
        if (step !== undefined) step()
        else isIdle = this.#thread?.step() !== true
      }
    } catch (error) {
      this.#options.surroundings.crash(error)
    } finally {
      this.#isRunning = false
    }
  }

  #handle(input: ToolkitInput): void {
    this.#perform(this.#options.composite.handle(input))
  }

  #perform(effects: readonly ToolkitEffect[]): void {
    for (const effect of effects) this.#performOne(effect)
  }

  #performOne(effect: ToolkitEffect): void {
    const { surroundings } = this.#options
    switch (effect.kind) {
      case 'schedule_tick':
        return surroundings.scheduleTick(effect.afterSeconds)
      case 'send':
        return this.#send(effect)
      case 'accept_post':
        return surroundings.acceptPost(effect.postId)
      case 'emit_signal':
      case 'emit_status':
      case 'emit_replay':
      case 'block_application':
      case 'resume_application':
        return this.#forApplication(effect)
      case 'store_write':
      case 'store_read':
      case 'store_read_all':
      case 'store_delete':
      case 'store_delete_all':
        return this.#options.store?.perform(effect, (input) => this.input(input))
      case 'tuple': {
        const { to, tuple } = effect
        return surroundings.passOn(to, { kind: 'input', input: { kind: 'tuple', to, tuple } })
      }
      case 'trace':
        return surroundings.trace(effect)
      case 'event':
        return surroundings.event(effect)
    }
  }

  #forApplication(tuple: ApplicationTuple): void {
    const { isHere, passOn } = this.#options.surroundings
    if (isHere('application')) this.#tell(tuple, ownIndex)
    else passOn('application', { kind: 'application', tuple })
  }

  #tell(tuple: ApplicationTuple, from: number): void {
    const thread = this.#thread
    switch (tuple.kind) {
      case 'emit_signal':
        return thread?.give(
          (application) => application.signal(tuple.signal),
          () => this.#toComposite('HeartbeatMessagePreparer', { kind: 'signal_answered' }),
        )
      case 'emit_status':
        return thread?.give((application) => application.status(tuple.active, { isPlanned: tuple.isPlanned }))
      case 'emit_replay':
        return thread?.give((application) => this.#replay(application, tuple.message))
      case 'block_application':
        return thread?.block(from)
      case 'resume_application':
        return thread?.resume(from)
    }
  }

  /** What an application makes of a foreign blob is luck; as with foreign bodies, it is refused here (toolkit reference §3.2). */
  #replay(application: Application, message: HeartbeatMessage): readonly ApplicationEffect[] {
    try {
      return application.replay(message)
    } catch (error) {
      if (!(error instanceof MessageFormatError)) throw error
      const { dataCenterOrigin, dataSnapshotOrigin } = message
      const aspect = 'Application_Logic'
      const text = `Refused the replay of ${dataCenterOrigin}-${dataSnapshotOrigin}: ${error.message}`
      this.#options.surroundings.event({ kind: 'event', event: 'toolkit_error', detail: { aspect, text } })
      return [{ kind: 'trace', level: 'error', aspect, text }]
    }
  }

  #performApplication(effect: ApplicationEffect): void {
    const { surroundings } = this.#options
    switch (effect.kind) {
      case 'output':
        return surroundings.output(effect.item)
      case 'state':
        return surroundings.state(effect.item)
      case 'snapshot': {
        const { signal, part, blob } = effect
        // The snapshot senders are all in one PE, with the splitter before them.
        return this.#toComposite('CrossDataCenterSender2[0]', { kind: 'snapshot', signal, part, blob })
      }
      case 'special':
        return this.#toComposite('HeartbeatMessagePreparer', { kind: 'special', message: effect.message })
      case 'schedule_timer':
        return surroundings.scheduleTimer(effect.timer, effect.afterSeconds)
      case 'trace':
        return surroundings.trace(effect)
      case 'launch':
        return this.#launch(effect.command)
      case 'checkpoint':
        return surroundings.checkpoint(effect.state)
    }
  }

  #toComposite(to: OperatorName, input: ToolkitInput): void {
    const { isHere, passOn } = this.#options.surroundings
    if (isHere(to)) this.input(input)
    else passOn(to, { kind: 'input', input })
  }

  #launch(command: string): void {
    const goOn = this.#thread?.launch()
    this.#options.surroundings.launch(command, (result) => {
      this.#steps.push(() => goOn?.(result))
      this.#run()
    })
  }

  #send(effect: ToolkitEffect & { readonly kind: 'send' }): void {
    const { sendId } = effect
    this.#options.surroundings.send(effect, (result) => this.input({ kind: 'sent', sendId, result }))
  }

  #complain(text: string): void {
    this.#options.surroundings.trace({ kind: 'trace', level: 'error', aspect: 'Application_Logic', text })
  }
}

/** Of this PE itself; the job's PEs count from 0. */
const ownIndex = -1
