import { predictLossSeconds } from '../../checks/predicted-loss.ts'
import { faultSpans } from '../../checks/fault-events.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { RunReport } from '../../model/run-report.ts'
import type { PhaseName, PredictedWindow } from '../../model/takeover.ts'
import type { EventName, Timeline } from '../../model/timeline.ts'
import type { Verdict } from '../../model/verdict.ts'

/** What the run with the fault at one place came to. Durations in system seconds. */
export interface PlaceRun {
  readonly testId: string
  readonly laterSeconds: number
  readonly verdict: Verdict
  readonly reason: string
  /** From the last heartbeat that the struck DC sent to the fault's effect; null where none was seen. */
  readonly afterHeartbeat: number | null
  /** From the last time that its state was safe in the other DC. */
  readonly afterSnapshot: number | null
  readonly rto: number | null
  readonly rtoUncertainty: number
  readonly phases: Readonly<Partial<Record<PhaseName, number>>>
  readonly predictedRto: PredictedWindow | null
  readonly lostTuples: number | null
  readonly lostSeconds: number | null
  /** The most that the settings allow to be lost; null when they give no bound. */
  readonly predictedLossSeconds: number | null
}

/** Reads the figures of a run whose first fault struck this DC. */
export function placeRun(
  { report, timeline }: { readonly report: RunReport; readonly timeline: Timeline },
  at: { readonly dc: DatacenterName; readonly laterSeconds: number },
): PlaceRun {
  const { testId, verdict, reason, rto, loss } = report
  const [fault] = faultSpans(timeline)
  const since = (event: EventName): number | null => {
    const last = timeline.events.findLast((each) => each.event === event && each.dc === at.dc && each.t <= faultTime)
    return last === undefined || fault === undefined ? null : fault.effectiveAt - last.t
  }
  const faultTime = fault?.effectiveAt ?? -Infinity
  return {
    testId,
    laterSeconds: at.laterSeconds,
    verdict,
    reason,
    afterHeartbeat: since('heartbeat_sent'),
    afterSnapshot: since('protected'),
    rto: rto.totalSeconds,
    rtoUncertainty: rto.uncertaintySeconds,
    phases: Object.fromEntries(rto.phases.map((phase) => [phase.name, phase.endSeconds - phase.startSeconds])),
    predictedRto: rto.prediction,
    lostTuples: loss.lostTuples,
    lostSeconds: loss.seconds,
    predictedLossSeconds: predictLossSeconds(timeline),
  }
}
