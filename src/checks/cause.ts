import type { Timeline } from '../model/timeline.ts'
import { faultSpans, hidesFrom, type FaultSpan } from './fault-events.ts'
import { statusChanges, type StatusChange } from './status-changes.ts'

/**
 * The fault that made a DC declare the other down: the oldest one that acted then and began since that DC last changed its mind,
 * for an orderly shutdown comes before the cancellation that ends it and it is from then on that heartbeats are missing. When
 * none acted any more, the newest that had been healed: a flapping link can be up again by the time of the verdict.
 */
export function causeOf(timeline: Timeline, down: StatusChange): FaultSpan | undefined {
  const since = statusChanges(timeline).findLast(({ dc, t }) => dc === down.dc && t < down.t)
  const candidates = faultSpans(timeline)
    .filter((fault) => hidesFrom(down.dc, fault))
    .filter(
      ({ effectiveAt, uncertainty }) => effectiveAt - uncertainty <= down.t && effectiveAt >= (since?.t ?? -Infinity),
    )
  // What only slows or breaks connections keeps nobody from being heard as long as something else explains the silence.
  const strong = candidates.filter(({ kind }) => !shapingKinds.includes(kind))
  const likely = strong.length > 0 ? strong : candidates
  return likely.find(({ healedAt }) => healedAt === null || healedAt > down.t) ?? likely.at(-1)
}

const shapingKinds: readonly string[] = ['netem', 'bandwidth', 'connection_reset']
