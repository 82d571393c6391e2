import type { ForecastWindow } from './forecast.ts'

/** One thing that a run does or expects, in the order of a table. */
export interface PlanRow {
  readonly kind: 'start' | 'traffic' | 'step' | 'expected' | 'end' | 'check'
  /** How many steps it stands inside of. */
  readonly depth: number
  /** Of a step; empty for everything else. */
  readonly id: string
  readonly what: string
  readonly begins: PlanTime
  /** Null: it has no end of its own. */
  readonly ends: PlanTime | null
  /** What to know of it, such as on which testbeds it can run. */
  readonly notes: readonly string[]
}

/** A time in words, and what the toolkit's settings say of it. */
export interface PlanTime {
  readonly words: string
  /** System seconds from t = 0; null where only the run will tell. */
  readonly window: ForecastWindow | null
}
