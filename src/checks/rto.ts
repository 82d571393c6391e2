import type { PredictedWindow, Rto, Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import { launchSeconds } from './launches.ts'
import { predictRto, type TakeoverInRun } from './predicted-windows.ts'

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
    prediction: predict(timeline, { takeover: slowest, takeovers }),
  }
}

/** The settings say nothing about a launch: what it took is added as it was measured. */
function predict(timeline: Timeline, which: TakeoverInRun): PredictedWindow | null {
  const window = predictRto(timeline, which)
  const launch = launchSeconds(timeline, which.takeover)
  if (window === null || launch === null) return null
  return { minSeconds: window.minSeconds + launch, maxSeconds: window.maxSeconds + launch }
}

function lengthOf({ totalSeconds }: Takeover): number {
  return totalSeconds ?? Infinity
}
