import type { LeaseTime } from '../lease-time.ts'
import { TickTimer } from './tick-timer.ts'

interface ApplicationTimersOptions {
  readonly time: LeaseTime
  readonly onTimer: (timer: string) => void
  /** How late a timer came, real milliseconds. */
  readonly onLate: (lateMs: number) => void
}

/** The application's timers, each by its name and with a rhythm of its own. */
export class ApplicationTimers {
  readonly #options: ApplicationTimersOptions
  readonly #timers = new Map<string, TickTimer>()

  constructor(options: ApplicationTimersOptions) {
    this.#options = options
  }

  schedule(name: string, afterSeconds: number): void {
    const timer = this.#timers.get(name) ?? this.#create(name)
    timer.schedule(afterSeconds)
  }

  /** Forgets all timers. */
  clear(): void {
    for (const timer of this.#timers.values()) timer.stop()
    this.#timers.clear()
  }

  #create(name: string): TickTimer {
    const { time, onTimer, onLate } = this.#options
    const timer = new TickTimer({ time, onLate, onTick: () => onTimer(name) })
    timer.begin()
    this.#timers.set(name, timer)
    return timer
  }
}
