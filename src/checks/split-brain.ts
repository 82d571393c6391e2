import type { CheckSpec } from '../model/check.ts'
import { datacenterNames } from '../model/datacenter.ts'
import type { Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { downOf, fruitlessLaunch } from './launches.ts'
import { lifeAt, livesOf, runEnd } from './liveness.ts'
import { cannotShowAbsence } from './observation.ts'
import { clipSpans } from './scope.ts'
import { doubtOfExpectation, judgeSpans, mergeSpans, type TimeSpan } from './time-span.ts'

/**
 * When keys were owned by two live DCs at once: from the end of a takeover that replayed something until either job died or
 * restarted, or the run ended. Nothing in the toolkit ends it by itself (toolkit reference §4.6, fail-back).
 */
export function splitBrainSpans(timeline: Timeline, takeovers: readonly Takeover[]): readonly TimeSpan[] {
  const spans = takeovers.map((takeover) => spanOf(timeline, takeover)).filter((span) => span !== undefined)
  return mergeSpans(spans)
}

/** Whether there was split brain, as the scenario says. */
export function checkSplitBrain(spec: Extract<CheckSpec, { kind: 'split_brain' }>, facts: Facts): CheckResult {
  const { timeline, takeovers } = facts
  const spans = clipSpans(splitBrainSpans(timeline, takeovers), facts.scope)
  const doubt = doubtOfExpectation(spec.polarity, timeline) ?? doubtOf(facts)
  const answer = judgeSpans({ polarity: spec.polarity, subject: 'split brain', spans, doubt })
  const evidence = { spans: spans.map((span) => ({ ...span })), polarity: { ...spec.polarity } }
  return { check: 'split_brain', ...answer, evidence }
}

function spanOf(timeline: Timeline, takeover: Takeover): TimeSpan | undefined {
  const done = takeover.phases.find(({ name }) => name === 'takeover')
  // Without anything to replay there is no such phase.
  if (done === undefined) return undefined
  const from = done.endSeconds
  const taken = lifeAt(timeline, takeover.of, from)
  const taker = lifeAt(timeline, takeover.observer, from)
  if (taken === undefined || taker === undefined) return undefined
  const to = Math.min(taken.to, taker.to)
  return { from, to, uncertainty: done.uncertaintySeconds, isOpen: to === runEnd(timeline) }
}

/** Without split brain in sight: was everything seen that it takes to say so? */
function doubtOf({ timeline, takeovers }: Facts): string | null {
  for (const dc of datacenterNames) {
    if (livesOf(timeline, dc).length === 0) return `the timeline does not say when ${dc} lived`
  }
  const unfinished = takeovers.find((takeover) => isUnfinished(timeline, takeover))
  if (unfinished !== undefined) return `the run ended before ${unfinished.observer}'s takeover was done`
  const watching = datacenterNames.filter((dc) => !takeovers.some(({ observer }) => observer === dc))
  const reasons = watching.map((dc) => (diedUnderway(timeline, dc) ? null : cannotShowAbsence(timeline, dc)))
  return reasons.find((reason) => reason !== null) ?? null
}

/** Something is to be replayed and has not been: what a passive side launched in vain, or without data, replays nothing. */
function isUnfinished(timeline: Timeline, takeover: Takeover): boolean {
  const { basis, phases, totalSeconds } = takeover
  if (phases.some(({ name }) => name === 'takeover')) return false
  if (basis === 'detection' || (basis === 'job_healthy' && totalSeconds !== null)) return false
  const span = downOf(timeline, takeover)
  return !(span !== null && fruitlessLaunch(timeline, span)?.isFinal === true)
}

/** A DC that was struck down need not be watched any further: the dead take nothing over. */
function diedUnderway(timeline: Timeline, dc: 'dc1' | 'dc2'): boolean {
  const last = livesOf(timeline, dc).at(-1)
  return last !== undefined && last.to < runEnd(timeline)
}
