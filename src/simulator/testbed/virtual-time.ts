import process from 'node:process'
import { clearInterval, setImmediate, setInterval, setTimeout } from 'node:timers'
import type { Clock, WaitOptions } from '../../model/clock.ts'
import { TestbedError } from '../../model/errors.ts'
import { OutsideWork } from './outside-work.ts'

/** What is due in virtual time; the world's agenda. */
export interface DueThings {
  readonly now: number
  at(time: number, act: () => void): { cancel(): void }
  /** Does what is due next, and moves time there; false when nothing is. */
  runNext(): boolean
}

interface VirtualTimeOptions {
  readonly agenda: DueThings
  /** System seconds per real second, for what is said in real time. */
  readonly timeScale: number
  /** Called after each thing that was done, before anybody who waits hears of it. */
  readonly onDone?: () => void
  /** Virtual time cannot go on. */
  readonly onStuck: (error: TestbedError) => void
  /** @default the process's own event loop */
  readonly outside?: Pick<OutsideWork, 'underWay'>
  /** Real milliseconds between two looks whether time goes on. @default 1000 */
  readonly watchMs?: number
}

/** Real seconds for which a lease may be held without anything going on. */
const idleSecondsMax = 5

/** Things done in one go, before timers, signals and requests of the process get their turn. */
const doneAtOnceMax = 5_000

/** Turns of the event loop that follow each other at once while the test does something of its own; after that it gets its time. */
const promptTurns = 50

/**
 * Moves virtual time (decisions 12): on to the next thing that is due, and only while somebody waits in it. Each thing that woke
 * somebody is followed by a turn of the event loop, in which everything runs that it set off, so that the same things happen in the
 * same order in every run. While the test does something real, time stands still.
 */
export class VirtualTime implements Disposable {
  readonly clock: Clock
  readonly #options: VirtualTimeOptions
  readonly #outside: Pick<OutsideWork, 'underWay'>
  readonly #watch: NodeJS.Timeout
  /** Waits that make time go on. */
  #foreground = 0
  #isMoving = false
  #isOver = false
  /** Ends the waits there are, when time does. */
  readonly #waiting = new Set<() => void>()
  /** Somebody was woken since the last turn. */
  #woke = false
  #outsideTurns = 0
  #emptyTurns = 0
  /** Rises with everything that happens. */
  #progress = 0
  #progressSeen = 0
  #idleSeconds = 0

  constructor(options: VirtualTimeOptions) {
    const { agenda, timeScale, watchMs = 1000 } = options
    this.#options = options
    this.#outside = options.outside ?? new OutsideWork()
    this.clock = {
      timeScale,
      now: () => agenda.now,
      until: (time, wait) => this.#until(time, wait),
      sleep: (seconds, wait) => this.#until(agenda.now + seconds, wait),
    }
    this.#watch = setInterval(() => this.#look(), watchMs)
  }

  /** Something happened that somebody may wait for: they are heard before time goes on. */
  woke(): void {
    this.#woke = true
  }

  /** Makes time go on until what is returned is called, as a wait does whose end nobody knows. */
  hold(): () => void {
    let isHeld = true
    this.#begin()
    return () => {
      if (isHeld) this.#end()
      isHeld = false
    }
  }

  /** Time stands still for ever; who waits in it is told. */
  [Symbol.dispose](): void {
    this.#isOver = true
    clearInterval(this.#watch)
    for (const giveUp of this.#waiting) giveUp()
    this.#waiting.clear()
  }

  /** The end of a lease is no failure of a wait that nobody awaits. */
  #until(time: number, options?: WaitOptions): Promise<void> {
    const wait = this.#wait(time, options)
    wait.catch(() => undefined)
    return wait
  }

  async #wait(time: number, { signal, background = false }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    const { agenda } = this.#options
    if (this.#isOver) throw leaseOver()
    if (time <= agenda.now) return
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        signal?.removeEventListener('abort', onAbort)
        reject(leaseOver())
      }
      this.#waiting.add(giveUp)
      const entry = agenda.at(time, () => {
        this.#waiting.delete(giveUp)
        signal?.removeEventListener('abort', onAbort)
        this.#woke = true
        if (!background) this.#end()
        resolve()
      })
      const onAbort = (): void => {
        this.#waiting.delete(giveUp)
        entry.cancel()
        if (!background) this.#end()
        // What the caller aborted with is what the caller gets, as with fetch.
        // eslint-disable-next-line typescript/prefer-promise-reject-errors
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      if (!background) this.#begin()
    })
  }

  #begin(): void {
    this.#foreground += 1
    this.#progress += 1
    if (this.#isMoving || this.#isOver) return
    this.#isMoving = true
    setImmediate(this.#turn)
  }

  #end(): void {
    this.#foreground -= 1
  }

  /** Everything has run that was ready to. */
  readonly #turn = (): void => {
    if (this.#isOver || this.#foreground === 0) {
      this.#isMoving = false
    } else if (this.#outside.underWay().length > 0) {
      this.#outsideTurns += 1
      if (this.#outsideTurns > promptTurns) setTimeout(this.#turn, 1)
      else setImmediate(this.#turn)
    } else {
      this.#outsideTurns = 0
      if (this.#goOn()) this.#emptyTurns = 0
      else this.#emptyTurns += 1
      // Where nothing is due, what makes something due is yet to come from the test.
      if (this.#emptyTurns > promptTurns) setTimeout(this.#turn, 1)
      else setImmediate(this.#turn)
    }
  }

  /** Does what is due until somebody is woken. False: nothing is due any more. */
  #goOn(): boolean {
    const { agenda, onDone } = this.#options
    this.#woke = false
    for (let done = 0; done < doneAtOnceMax; done += 1) {
      if (!agenda.runNext()) return false
      this.#progress += 1
      onDone?.()
      if (this.#woke) return true
    }
    return true
  }

  #look(): void {
    const isIdle = this.#progress === this.#progressSeen && this.#outside.underWay().length === 0
    this.#progressSeen = this.#progress
    this.#idleSeconds = isIdle ? this.#idleSeconds + 1 : 0
    if (this.#idleSeconds < idleSecondsMax) return
    this[Symbol.dispose]()
    this.#options.onStuck(new TestbedError(this.#whyStuck()))
  }

  #whyStuck(): string {
    const at = `Virtual time has stood still at ${this.#options.agenda.now.toFixed(3)} s of the lease for ${idleSecondsMax} s of real time`
    if (this.#foreground > 0) {
      return `${at}: somebody waits, and nothing is due that could end it.`
    }
    const resources = [...new Set(process.getActiveResourcesInfo())].join(', ') || 'nothing'
    return `${at}: the test holds a pair and waits for something outside of virtual time, such as setTimeout, a promise of its own or a server (the event loop has ${resources}). Wait with the fixture \`clock\`, or for what the pair does: \`toolkit\`, \`faults\`, \`data\`.`
  }
}

function leaseOver(): TestbedError {
  return new TestbedError('The lease is over, and its virtual time with it: nobody can wait in it any more.')
}
