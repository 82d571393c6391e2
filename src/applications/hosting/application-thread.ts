import type { Application, ApplicationEffect } from '../application.ts'

/** Lets the application act, by one of its methods. */
export type Act = (application: Application) => readonly ApplicationEffect[]

/** Inputs that wait while the application is held up; more than one a tick do not come. */
const waitingMax = 1000

interface ApplicationThreadOptions {
  readonly create: () => Application
  readonly perform: (effect: ApplicationEffect) => void
  /** The application takes no input now, or takes it again. */
  readonly onHeld: (isHeld: boolean) => void
  /** The oldest waiting input was lost. */
  readonly onDropped: () => void
}

interface Input {
  readonly act: Act
  /** What comes after the last of its effects. */
  readonly afterwards: (() => void) | undefined
}

/**
 * The application as one thread: it takes an input when it is done with what the one before made it submit. It waits in a submit
 * while a sender's queue is full, and in `launch_app` until the script has ended (toolkit reference §3.4, §4.7).
 */
export class ApplicationThread {
  readonly #options: ApplicationThreadOptions
  #application: Application
  #inputs: Input[] = []
  /** A script's output may make very many of them, from which taking the first away each time takes long. */
  #outputs: (() => void)[] = []
  #outputsDone = 0
  readonly #blockers = new Set<number>()
  #launch: object | null = null
  #wasHeld = false

  constructor(options: ApplicationThreadOptions) {
    this.#options = options
    this.#application = options.create()
  }

  get application(): Application {
    return this.#application
  }

  /** The application's own beginning, before any other input. */
  start(checkpoint: Uint8Array | null): void {
    this.#inputs.unshift({ act: (application) => application.start({ checkpoint }), afterwards: undefined })
  }

  /** Queues an input. */
  give(act: Act, afterwards?: () => void): void {
    this.#inputs.push({ act, afterwards })
    if (this.#inputs.length <= waitingMax) return
    this.#inputs.shift()
    this.#options.onDropped()
  }

  /** A sender in that PE of the job has no room. */
  block(index: number): void {
    this.#blockers.add(index)
    this.#tellHeld()
  }

  resume(index: number): void {
    this.#blockers.delete(index)
    this.#tellHeld()
  }

  /** From now on the application waits for a script; the result says how to go on. */
  launch(): (result: { readonly output: string; readonly rc: 0 | 1 }) => void {
    const launch = {}
    this.#launch = launch
    this.#tellHeld()
    return (result) => {
      // The application that launched it may have been restarted meanwhile.
      if (this.#launch !== launch) return
      this.#launch = null
      this.#act({ act: (application) => application.launched(result), afterwards: undefined })
      this.#tellHeld()
    }
  }

  /** Does one thing that is to be done; false when there is none. */
  step(): boolean {
    if (this.#blockers.size > 0) return false
    const output = this.#outputs[this.#outputsDone]
    if (output !== undefined) {
      this.#outputsDone += 1
      if (this.#outputsDone === this.#outputs.length) this.#forgetOutputs()
      output()
      return true
    }
    const input = this.#launch === null ? this.#inputs.shift() : undefined
    if (input === undefined) return false
    this.#act(input)
    return true
  }

  /** A new application in the place of this one, which has lost everything that waited for it too. */
  restart(checkpoint: Uint8Array | null): void {
    this.#inputs = []
    this.#forgetOutputs()
    this.#launch = null
    this.#application = this.#options.create()
    this.start(checkpoint)
    this.#tellHeld()
  }

  #forgetOutputs(): void {
    this.#outputs = []
    this.#outputsDone = 0
  }

  #act({ act, afterwards }: Input): void {
    for (const effect of act(this.#application)) this.#outputs.push(() => this.#options.perform(effect))
    if (afterwards !== undefined) this.#outputs.push(afterwards)
  }

  #tellHeld(): void {
    const isHeld = this.#blockers.size > 0 || this.#launch !== null
    if (isHeld === this.#wasHeld) return
    this.#wasHeld = isHeld
    this.#options.onHeld(isHeld)
  }
}
