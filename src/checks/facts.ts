import type { Timeline } from '../model/timeline.ts'
import type { Loss, Rto, Takeover } from '../model/takeover.ts'

/** A timeline and what was derived from it once, for all checks. */
export interface Facts {
  readonly timeline: Timeline
  readonly takeovers: readonly Takeover[]
  readonly rto: Rto
  readonly loss: Loss
}
