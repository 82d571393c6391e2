// What came of a passive side's launch script, as the timeline tells it (toolkit reference §4.6, §4.7, §8). A launch belongs to
// the DOWN before it; what it brought up is the job that the run adopted after it.

import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonValue } from '../model/json.ts'
import type { Takeover } from '../model/takeover.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { isPassiveSide, runEnd } from './liveness.ts'
import { earliest, type Moment } from './moment.ts'
import { latencyAllowance } from './predicted-windows.ts'
import { downSpans, type DownSpan } from './status-changes.ts'

/** How a script ended, as far as it was seen. */
export type ScriptEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  /** It ended the process that had launched it, so that nobody was left to see its own end. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'running' }

/** One launch of a script. */
export interface Launch {
  readonly launchedAt: number
  readonly end: ScriptEnd
  /** The first job that appeared in the DC after it; null where none did. */
  readonly submitted: { readonly t: number; readonly jobId: string } | null
}

/** Every launch in a DC, oldest first. */
export function launchesOf(timeline: Timeline, dc: DatacenterName): readonly Launch[] {
  const own = timeline.events.filter((event) => event.dc === dc)
  const scripts = own.filter(({ event }) => event === 'script_launched')
  return scripts.map((script, index) => {
    const until = scripts[index + 1]?.t ?? Infinity
    const submission = own.find(({ event, t }) => event === 'job_submitted' && t >= script.t && t < until)
    const submitted = submission && { t: submission.t, jobId: textOf(submission.detail?.['jobId']) }
    return { launchedAt: script.t, end: endOf(own, script), submitted: submitted ?? null }
  })
}

/** What a DOWN at a passive side led to. */
export interface Succession {
  /** The first script that it launched. */
  readonly launch: Launch | null
  /** When the launched job was healthy; null while it is not the DC's own. */
  readonly healthy: Moment | null
  /** When the operator's word was given to it. */
  readonly told: Moment | null
}

/** Looks from a DOWN to the observer's next change of mind. */
export function successionOf(
  timeline: Timeline,
  which: { readonly observer: DatacenterName; readonly from: number; readonly until: number },
): Succession {
  const { observer, from, until } = which
  const own = timeline.events.filter(({ dc, t }) => dc === observer && t >= from && t < until)
  const adopted = own.find(({ event }) => event === 'job_adopted')
  const jobId = textOf(adopted?.detail?.['jobId'])
  const healths = own.filter(({ event, detail }) => event === 'job_healthy' && textOf(detail?.['jobId']) === jobId)
  const launch = launchesOf(timeline, observer).find(({ launchedAt }) => launchedAt >= from && launchedAt < until)
  return {
    launch: launch ?? null,
    healthy: adopted === undefined ? null : (earliest(healths) ?? adopted),
    told: own.find(({ event }) => event === 'special_message') ?? null,
  }
}

/**
 * Whether a DOWN at a passive side has led to nothing so far, and why that is known to be so for good, or why not. Null when there
 * is a launched job, or the observer is not passive.
 */
export function fruitlessLaunch(
  timeline: Timeline,
  which: { readonly observer: DatacenterName; readonly from: number; readonly until: number },
): { readonly what: string; readonly isFinal: boolean } | null {
  const { observer, from } = which
  if (!isPassiveSide(timeline, observer)) return null
  const { launch, healthy } = successionOf(timeline, which)
  if (healthy !== null) return null
  const watched = runEnd(timeline) - (launch?.launchedAt ?? from)
  if (launch === null) {
    return { what: `${observer} launched no script`, isFinal: watched >= latencyAllowance(timeline) }
  }
  const { end, submitted } = launch
  const script = `${observer}'s launch script`
  if (submitted !== null) {
    const isGivenUp = watched >= launchAllowance(timeline)
    return { what: `${script} submitted job ${submitted.jobId}, which did not become healthy`, isFinal: isGivenUp }
  }
  // A submission is told of before its script ends, but by another process.
  const isOver = end.kind === 'exited' || end.kind === 'killed'
  const needed = isOver ? latencyAllowance(timeline) : launchAllowance(timeline)
  return { what: `${script} ${endText(end)} and submitted no job`, isFinal: watched >= needed }
}

/** The time of the DOWN that a takeover goes back to. */
export function downOf(
  timeline: Timeline,
  { observer, phases }: Pick<Takeover, 'observer' | 'phases'>,
): DownSpan | null {
  const downs = downSpans(timeline).filter((span) => span.observer === observer)
  const detection = phases.find(({ name }) => name === 'detection')
  // A DOWN without a fault behind it has no such phase.
  return downs.find(({ from }) => from === detection?.endSeconds) ?? downs[0] ?? null
}

/**
 * What the launch took (J and O in toolkit reference §7): from the script's start to the launched job's health, and on to the
 * operator's word where it was given. 0 where the observer takes over by itself; null when the timeline does not tell.
 */
export function launchSeconds(timeline: Timeline, takeover: Takeover): number | null {
  if (!isPassiveSide(timeline, takeover.observer)) return 0
  const span = downOf(timeline, takeover)
  const { launch, healthy, told } = span === null ? noSuccession : successionOf(timeline, span)
  if (launch === null || healthy === null) return null
  return Math.max(healthy.t, told?.t ?? 0) - launch.launchedAt
}

const noSuccession: Succession = { launch: null, healthy: null, told: null }

/** How a script ended, as the rest of a sentence. */
export function endText(end: ScriptEnd): string {
  switch (end.kind) {
    case 'exited':
      return `ended with exit status ${end.status}`
    case 'killed':
      return `was ended by ${end.signal}`
    case 'unseen':
      return 'ended the process that had launched it'
    case 'running':
      return 'did not end'
    default:
      return end satisfies never
  }
}

/**
 * What script, submission and start of a job (J in toolkit reference §7) may take before nothing more is to be expected: for a
 * minute Streams tries to start a job whose ports are taken, and processes take their time however fast the system's clock goes.
 */
export function launchAllowance({ timeScale }: Pick<Timeline, 'timeScale'>): number {
  return Math.max(60, launchRealSeconds * timeScale)
}

const launchRealSeconds = 5

function endOf(own: readonly TimelineEvent[], script: TimelineEvent): ScriptEnd {
  const pid = script.detail?.['pid']
  const ended = own.find(({ event, t, detail }) => event === 'script_ended' && t >= script.t && detail?.['pid'] === pid)
  if (ended !== undefined) {
    const { exitCode: status, signal } = ended.detail ?? {}
    return typeof status === 'number' ? { kind: 'exited', status } : { kind: 'killed', signal: textOf(signal) || '?' }
  }
  const before = own.findLast(({ event, t }) => event === 'pe_started' && t <= script.t)
  const launcher = textOf(before?.detail?.['jobId'])
  const isGone = own.some(
    ({ event, t, detail }) => event === 'pe_exited' && t >= script.t && textOf(detail?.['jobId']) === launcher,
  )
  return isGone ? { kind: 'unseen' } : { kind: 'running' }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
