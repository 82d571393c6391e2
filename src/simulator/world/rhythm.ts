import type { Agenda, Entry } from './agenda.ts'

interface RhythmOptions {
  readonly agenda: Agenda
  /** Calls the act when the PE runs: at once, or when it goes on after a pause. */
  readonly whenRunning: (act: () => void) => void
  readonly onTick: () => void
}

/**
 * A timer that is set again and again, such as the toolkit's Beacon (toolkit reference §4.1). Set within its own tick, it is due one
 * interval after that tick was due; set later, after a tick that was held up, that much later. Set while a tick is due, it starts
 * over. A PE that was paused through a whole interval does not catch up.
 */
export class Rhythm {
  readonly #options: RhythmOptions
  #due: number
  #fired: number
  #isFiring = false
  #entry: Entry | null = null

  /** The first interval counts from now. */
  constructor(options: RhythmOptions) {
    this.#options = options
    this.#due = options.agenda.now
    this.#fired = this.#due
  }

  schedule(afterSeconds: number): void {
    const { agenda } = this.#options
    const due = this.#base(agenda.now) + afterSeconds
    this.#due = due < agenda.now ? agenda.now + afterSeconds : due
    this.stop()
    const entry = agenda.at(this.#due, () => this.#options.whenRunning(() => this.#fire(entry)))
    this.#entry = entry
  }

  stop(): void {
    this.#entry?.cancel()
    this.#entry = null
  }

  /** When the interval that is set now began. */
  #base(now: number): number {
    if (this.#entry !== null) return now
    return this.#isFiring ? this.#due : this.#due + now - this.#fired
  }

  #fire(entry: Entry): void {
    // Set anew or stopped while the PE was paused.
    if (this.#entry !== entry) return
    this.#entry = null
    this.#fired = this.#options.agenda.now
    this.#isFiring = true
    try {
      this.#options.onTick()
    } finally {
      this.#isFiring = false
    }
  }
}
