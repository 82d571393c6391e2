import type { JsonObject } from '../model/json.ts'
import type { FaultContext } from './context.ts'
import type { Effective, Injection } from './fault-kind.ts'

/** What a user's kind of fault gets beside what the built-in ones get. */
export interface RegisteredInjection extends Injection {
  /** Aborts when injecting has taken too long. */
  readonly signal: AbortSignal
}

/** A kind of fault that a user registered. Its parts are called, and prove themselves, as those of the built-in kinds. */
export interface RegisteredFault {
  /** As in YAML. */
  readonly name: string
  /** Real seconds that injecting, from its turn on, and undoing may take each. @default 60 */
  readonly timeoutRealSeconds?: number
  /** Why the fault cannot be injected now, or null. @default it always can */
  unavailable?(args: JsonObject, context: FaultContext): Promise<string | null>
  /**
   * Registers how to undo it, waits for its turn by `injection.begin()`, or acts by `injection.strike(…)`, and proves that it took
   * hold.
   */
  inject(args: JsonObject, context: FaultContext, injection: RegisteredInjection): Promise<Effective>
}
