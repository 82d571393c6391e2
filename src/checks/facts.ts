import type { Timeline } from '../model/timeline.ts'
import type { Loss, Rto, Takeover } from '../model/takeover.ts'
import type { Scope } from './scope.ts'

/** A timeline and what was derived from it once, for all checks. */
export interface Facts {
  readonly timeline: Timeline
  readonly takeovers: readonly Takeover[]
  readonly rto: Rto
  /** Of the whole run, or of the step that `scope` names. */
  readonly loss: Loss
  /** The step whose time alone is judged. @default the whole run */
  readonly scope?: Scope
}

/** The takeovers that are to be judged: all of the run, or those that the scope's step provoked or that began in its time. */
export function judgedTakeovers({ takeovers, scope }: Facts): readonly Takeover[] {
  if (scope === undefined) return takeovers
  return takeovers.filter(({ fault, phases }) => {
    if (fault !== undefined && scope.effectiveAt !== undefined) return fault === scope.step
    const noticed = phases.find(({ name }) => name === 'detection')?.endSeconds
    return noticed !== undefined && noticed >= scope.from && noticed <= scope.to
  })
}
