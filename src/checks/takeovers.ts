// Takeovers as the timeline shows them (decisions 7): one for every time that a DC declared the other down. A phase is there
// only when both its ends were seen. `last_output` is there only when the failed DC's job died: it runs from the fault's effect
// to the last output that this run read of it, and has no length when that came before. `first_output` never ends before the
// takeover is done, for only then are all keys of the failed DC served again.

import { otherDatacenter } from '../model/datacenter.ts'
import type { Phase, PhaseName, Takeover } from '../model/takeover.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { causeOf } from './cause.ts'
import type { FaultSpan } from './fault-events.ts'
import { firstOutput } from './first-output.ts'
import { livesOf } from './liveness.ts'
import { laterOf, type Moment } from './moment.ts'
import { expectsReplay } from './replicas.ts'
import { statusChanges, type StatusChange } from './status-changes.ts'

/** One takeover per (observer, of) and change to down, in order of time. */
export function deriveTakeovers(timeline: Timeline): readonly Takeover[] {
  const changes = statusChanges(timeline)
  return changes
    .filter(({ event }) => event === 'remote_down')
    .map((down) => {
      const next = changes.find(({ dc, t }) => dc === down.dc && t > down.t)
      return deriveTakeover(timeline, { down, until: next?.t ?? Infinity })
    })
}

function deriveTakeover(timeline: Timeline, span: { readonly down: StatusChange; readonly until: number }): Takeover {
  const { down, until } = span
  const observer = down.dc
  const of = down.of ?? otherDatacenter(observer)
  const cause = causeOf(timeline, down)
  const effective = cause && { t: cause.effectiveAt, uncertainty: cause.uncertainty }

  const seen = (event: EventName): readonly TimelineEvent[] =>
    timeline.events.filter((each) => each.event === event && each.dc === observer && each.t >= down.t && each.t < until)
  const [started] = seen('takeover_started')
  const [done] = seen('takeover_done')
  const partsReplayed = countParts(seen('snapshot_replayed'))
  const output = partsReplayed === 0 ? undefined : firstOutput(timeline, { observer, of, from: down.t, until })

  const hasNothingToReplay =
    partsReplayed === 0 &&
    (done !== undefined || (started === undefined && !expectsReplay(timeline, { observer, of, at: down.t })))
  // What was replayed and never came out serves nobody: without the output there is no end.
  const end = hasNothingToReplay ? down : done && output && laterOf(done, output)
  const phases = [
    phase('injection', cause && { t: cause.requestedAt, uncertainty: 0 }, effective),
    phase('last_output', effective, cause && lastOutput(timeline, down, cause)),
    phase('detection', effective, down),
    ...(hasNothingToReplay
      ? []
      : [
          phase('decision', down, started),
          phase('takeover', started, done),
          phase('first_output', done, output && laterOf(done, output)),
        ]),
  ]
  const resolution = timeline.resolutionSeconds
  return {
    observer,
    of,
    ...(cause === undefined ? {} : { fault: cause.id }),
    phases: phases
      .filter((each) => each !== undefined)
      .map((each) => ({ ...each, uncertaintySeconds: each.uncertaintySeconds + resolution })),
    partsReplayed,
    totalSeconds: effective === undefined || end === undefined ? null : end.t - effective.t,
    uncertaintySeconds: (effective?.uncertainty ?? 0) + (end?.uncertainty ?? 0) + resolution,
    basis: hasNothingToReplay ? 'detection' : output === undefined ? 'takeover_done' : 'first_output',
  }
}

/** A part counts once, whether the testbed or the run saw it, or both did. */
function countParts(replayed: readonly TimelineEvent[]): number {
  const byRun = replayed.filter(({ seenBy }) => seenBy === 'run').length
  return Math.max(byRun, replayed.length - byRun)
}

/** The last output read of the failed DC when it died of the fault; the fault's effect when that came later. */
function lastOutput(timeline: Timeline, down: StatusChange, cause: FaultSpan): Moment | undefined {
  const { effectiveAt, uncertainty } = cause
  const of = down.of ?? otherDatacenter(down.dc)
  const slack = uncertainty + timeline.resolutionSeconds
  const diedOfIt = livesOf(timeline, of).some(
    ({ from, to }) => from < effectiveAt && to >= effectiveAt - slack && to < down.t,
  )
  if (!diedOfIt) return undefined
  const last = timeline.outputs.findLast(({ producedBy, t }) => producedBy === of && t <= down.t)
  if (last === undefined) return undefined
  return last.t > effectiveAt ? { t: last.t, uncertainty: 0 } : { t: effectiveAt, uncertainty }
}

function phase(name: PhaseName, start: Moment | undefined, end: Moment | undefined): Phase | undefined {
  if (start === undefined || end === undefined) return undefined
  return { name, startSeconds: start.t, endSeconds: end.t, uncertaintySeconds: start.uncertainty + end.uncertainty }
}
