import type { Rto, Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import { predictRto } from './predicted-windows.ts'

/**
 * The recovery time of a run (decisions 7): that of its slowest takeover after a fault. Null when there was none, and also when
 * one of them did not end before the run did, for it would have been the slowest.
 */
export function deriveRto(timeline: Timeline, takeovers: readonly Takeover[]): Rto {
  const provoked = takeovers.filter(({ fault }) => fault !== undefined)
  const slowest = provoked.reduce<Takeover | undefined>(
    (worst, each) => (worst === undefined || lengthOf(each) > lengthOf(worst) ? each : worst),
    undefined,
  )
  if (slowest === undefined) {
    return { totalSeconds: null, uncertaintySeconds: 0, basis: null, phases: [], prediction: null }
  }
  return {
    totalSeconds: slowest.totalSeconds,
    uncertaintySeconds: slowest.uncertaintySeconds,
    basis: slowest.totalSeconds === null ? null : slowest.basis,
    phases: slowest.phases,
    prediction: predictRto(timeline, { takeover: slowest, takeovers }),
  }
}

function lengthOf({ totalSeconds }: Takeover): number {
  return totalSeconds ?? Infinity
}
