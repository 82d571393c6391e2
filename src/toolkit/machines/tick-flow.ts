import type { ToolkitEffect } from '../io.ts'
import type { PreparerOutput } from './preparer.ts'

interface TickFlowOptions {
  readonly isFused: boolean
  /** Whether the heartbeat sender's queue takes another message. */
  readonly hasRoom: () => boolean
  /** Whether no snapshot is on its way. */
  readonly isIdle: () => boolean
  /** Carries an output of the preparer to whom it is for, at once. */
  readonly perform: (output: PreparerOutput) => readonly ToolkitEffect[]
}

interface Tick {
  readonly outputs: PreparerOutput[]
  afterwards: readonly ToolkitEffect[]
  awaitsAnswer: boolean
}

/**
 * A tick on its way through the operators, one thread's work: a full heartbeat queue holds it up, and fused so does the snapshot
 * POST that its signal leads to (toolkit reference §3.4). The next tick is scheduled when this one is through.
 */
export class TickFlow {
  readonly #options: TickFlowOptions
  #tick: Tick | null = null

  constructor(options: TickFlowOptions) {
    this.#options = options
  }

  /** What the preparer made of a tick, and what follows behind it. */
  begin(outputs: readonly PreparerOutput[], afterwards: readonly ToolkitEffect[]): readonly ToolkitEffect[] {
    if (this.#tick === null) {
      this.#tick = { outputs: [...outputs], afterwards, awaitsAnswer: false }
    } else {
      // Only ticks of a generator in another PE can pile up here.
      this.#tick.outputs.push(...outputs)
      this.#tick.afterwards = [...this.#tick.afterwards, ...afterwards]
    }
    return this.goOn()
  }

  /** The application has answered the signal. */
  answered(): readonly ToolkitEffect[] {
    if (this.#tick !== null) this.#tick.awaitsAnswer = false
    return this.goOn()
  }

  /** As far as nothing holds it up. */
  goOn(): readonly ToolkitEffect[] {
    const tick = this.#tick
    if (tick === null) return []
    const effects: ToolkitEffect[] = []
    for (let next = tick.outputs[0]; next !== undefined; next = tick.outputs[0]) {
      if (this.#isHeldUp(tick, next)) return effects
      tick.outputs.shift()
      tick.awaitsAnswer = next.kind === 'signal' && this.#options.isFused
      effects.push(...this.#options.perform(next))
    }
    if (this.#isHeldUp(tick, null)) return effects
    this.#tick = null
    return [...effects, ...tick.afterwards]
  }

  /** The preparer was restarted: what it was about to put out is gone, the tick goes on behind it. */
  dropOutputs(): readonly ToolkitEffect[] {
    this.#tick?.outputs.splice(0)
    return this.goOn()
  }

  /** The generator was restarted. */
  drop(): void {
    this.#tick = null
  }

  #isHeldUp(tick: Tick, next: PreparerOutput | null): boolean {
    if (this.#options.isFused && (tick.awaitsAnswer || !this.#options.isIdle())) return true
    return next?.kind === 'heartbeat' && !this.#options.hasRoom()
  }
}
