// Takeovers as the timeline shows them (decisions 7): one for every time that a DC declared the other down. A phase is there
// only when both its ends were seen. `last_output` is there only when the failed DC's job died: it runs from the fault's effect
// to the last output that this run read of it, and has no length when that came before. `first_output` never ends before the
// takeover is done, for only then are all keys of the failed DC served again. `drain` follows what the takeover ends with, and is no part
// of its length.

import { otherDatacenter } from '../model/datacenter.ts'
import type { Phase, PhaseName, Takeover } from '../model/takeover.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { drainedFrom, hasTrafficFrom } from './backlog.ts'
import { causeOf } from './cause.ts'
import type { FaultSpan } from './fault-events.ts'
import { firstOutput } from './first-output.ts'
import { successionOf, type Succession } from './launches.ts'
import { isPassiveSide, livesOf, runEnd } from './liveness.ts'
import { laterOf, type Moment } from './moment.ts'
import { latencyAllowance } from './predicted-windows.ts'
import { expectsReplay } from './replicas.ts'
import { downSpans, type DownSpan, type StatusChange } from './status-changes.ts'

/** One takeover per (observer, of) and change to down, in order of time. */
export function deriveTakeovers(timeline: Timeline): readonly Takeover[] {
  return downSpans(timeline).map((span) => deriveTakeover(timeline, span))
}

function deriveTakeover(timeline: Timeline, span: DownSpan): Takeover {
  const { down, observer } = span
  const of = down.of ?? otherDatacenter(observer)
  const cause = causeOf(timeline, down)
  const effective = cause && { t: cause.effectiveAt, uncertainty: cause.uncertainty }
  const replay = replayOf(timeline, span)
  const end = endOf(timeline, { span, replay })
  const { started, done, output, partsReplayed } = replay
  const phases = [
    phase('injection', cause && { t: cause.requestedAt, uncertainty: 0 }, effective),
    phase('last_output', effective, cause && lastOutput(timeline, down, cause)),
    phase('detection', effective, down),
    ...(end.basis === 'job_healthy' ? [phase('decision', down, end.at)] : []),
    ...(isWithoutReplay(end)
      ? []
      : [
          phase('decision', down, started),
          phase('takeover', started, done),
          phase('first_output', done, output && laterOf(done, output)),
        ]),
    phase('drain', cause && end.at, cause && end.at && drained(timeline, end.at)),
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
    totalSeconds: effective === undefined || end.at === undefined ? null : end.at.t - effective.t,
    uncertaintySeconds: (effective?.uncertainty ?? 0) + (end.at?.uncertainty ?? 0) + resolution,
    basis: end.basis,
  }
}

/** What was replayed after a DOWN, and what came of it. */
interface Replay {
  readonly started: TimelineEvent | undefined
  readonly done: TimelineEvent | undefined
  readonly output: Moment | undefined
  readonly partsReplayed: number
}

function replayOf(timeline: Timeline, { observer, down, from, until }: DownSpan): Replay {
  const of = down.of ?? otherDatacenter(observer)
  const seen = (event: EventName): readonly TimelineEvent[] =>
    timeline.events.filter((each) => each.event === event && each.dc === observer && each.t >= from && each.t < until)
  const [started] = seen('takeover_started')
  const [done] = seen('takeover_done')
  const partsReplayed = countParts(seen('snapshot_replayed'))
  const output = partsReplayed === 0 ? undefined : firstOutput(timeline, { observer, of, from, until })
  return { started, done, output, partsReplayed }
}

/** What a takeover ends with, and when; undefined while it has not ended. */
interface End {
  readonly basis: Takeover['basis']
  readonly at: Moment | undefined
}

function isWithoutReplay({ basis }: End): boolean {
  return basis === 'detection' || basis === 'job_healthy'
}

function endOf(timeline: Timeline, { span, replay }: { readonly span: DownSpan; readonly replay: Replay }): End {
  const { observer, down, from } = span
  const { started, done, output, partsReplayed } = replay
  const of = down.of ?? otherDatacenter(observer)
  const isReplayDue = expectsReplay(timeline, { observer, of, at: from })
  const hasNothingToReplay = partsReplayed === 0 && (done !== undefined || (started === undefined && !isReplayDue))
  if (isPassiveSide(timeline, observer)) {
    const succession = successionOf(timeline, span)
    // Whether there is anything to replay or not: it takes the launched job to serve.
    if (succession.healthy === null) return { basis: 'takeover_done', at: undefined }
    const isUseless = started === undefined && wasToldInVain(timeline, succession)
    if (hasNothingToReplay || isUseless) return { basis: 'job_healthy', at: succession.healthy }
  } else if (hasNothingToReplay) return { basis: 'detection', at: down }

  if (output !== undefined) return { basis: 'first_output', at: done && laterOf(done, output) }
  // What was replayed and never came out serves nobody; only of an application that cannot be seen it is all there is to know.
  const isUnseen = timeline.withoutEndpoints?.includes(observer) === true
  return { basis: 'takeover_done', at: isUnseen ? done : undefined }
}

/** The launched job was told to send itself the snapshots, and found none: they were deleted, for instance at its first tick. */
function wasToldInVain(timeline: Timeline, { told }: Succession): boolean {
  return told !== null && runEnd(timeline) - told.t >= latencyAllowance(timeline)
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

/** When the inputs had caught up; that was between two reads of the outputs. Without traffic there is nothing to catch up with. */
function drained(timeline: Timeline, from: Moment): Moment | undefined {
  if (timeline.measuringFaults.length > 0 || !hasTrafficFrom(timeline, from.t)) return undefined
  const found = drainedFrom(timeline, from.t)
  return found === null ? undefined : { t: (found.after + found.at) / 2, uncertainty: (found.at - found.after) / 2 }
}

function phase(name: PhaseName, start: Moment | undefined, end: Moment | undefined): Phase | undefined {
  if (start === undefined || end === undefined) return undefined
  return { name, startSeconds: start.t, endSeconds: end.t, uncertaintySeconds: start.uncertainty + end.uncertainty }
}
