import type { HeartbeatMessage, ToolkitInput } from '../io.ts'

interface ApplicationOptions {
  /** The part's state, as a signal finds it. */
  readonly blobOf: (part: number, signal: HeartbeatMessage) => Uint8Array
  readonly parts: number
  /** Gives the composite an input. */
  readonly submit: (input: ToolkitInput) => void
}

/** For tests: an application whose parts answer each signal, one after the other, and wait while they are blocked. */
export class SimulatedApplication {
  /** Statuses it was told, `planned` for one of a remote that said so. */
  readonly statuses: ('up' | 'down' | 'planned')[] = []
  /** Messages it was given at ProcessDataFromRemoteDC. */
  readonly replays: HeartbeatMessage[] = []
  readonly #options: ApplicationOptions
  readonly #waiting: ToolkitInput[] = []
  #isBlocked = false

  constructor(options: ApplicationOptions) {
    this.#options = options
  }

  signal(signal: HeartbeatMessage): void {
    for (let part = 0; part < this.#options.parts; part += 1) {
      this.#waiting.push({ kind: 'snapshot', signal, part: String(part), blob: this.#options.blobOf(part, signal) })
    }
    this.#waiting.push({ kind: 'signal_answered' })
    this.#goOn()
  }

  block(): void {
    this.#isBlocked = true
  }

  resume(): void {
    this.#isBlocked = false
    this.#goOn()
  }

  #goOn(): void {
    for (let next = this.#waiting[0]; next !== undefined && !this.#isBlocked; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#options.submit(next)
    }
  }
}
