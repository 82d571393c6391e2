import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonValue } from '../model/json.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { isDeadly } from './fault-events.ts'
import { perTimeline } from './per-timeline.ts'

/** A time during which a DC's job ran without a restart: system seconds from t = 0. */
export interface Life {
  readonly from: number
  /** The run's end when the job still ran then. */
  readonly to: number
}

const startingEvents: readonly EventName[] = ['job_started', 'job_healthy', 'pe_started']

/** When the run ended: its `run_ended` event, or else the last thing that it saw. */
export const runEnd: (timeline: Timeline) => number = perTimeline((timeline) => {
  const ended = timeline.events.findLast(({ event }) => event === 'run_ended')
  if (ended !== undefined) return ended.t
  const times = [...timeline.events, ...timeline.outputs, ...timeline.states].map(({ t }) => t)
  return times.reduce((latest, t) => Math.max(latest, t), 0)
})

/**
 * The lives of a DC's jobs, in order of their beginnings. A job with several PEs lives until the last of them has ended. While a
 * passive side hands over to the job that it launched there are two at once. None at all: the timeline does not say whether a job
 * ever ran.
 */
export function livesOf(timeline: Timeline, dc: DatacenterName): readonly Life[] {
  return jobLives(timeline, dc).map(({ from, to }) => ({ from, to }))
}

/** The lives in which the DC serves keys: those of a passive side only once it has launched the application. */
export function servingLivesOf(timeline: Timeline, dc: DatacenterName): readonly Life[] {
  if (!isPassiveSide(timeline, dc)) return livesOf(timeline, dc)
  const adopted = new Set(
    timeline.events.filter((event) => event.event === 'job_adopted' && event.dc === dc).map((event) => jobOf(event)),
  )
  return jobLives(timeline, dc)
    .filter(({ jobId }) => adopted.has(jobId))
    .map(({ from, to }) => ({ from, to }))
}

/** Whether the DC only watches the other until that one is down. */
export function isPassiveSide({ mode, settings }: Pick<Timeline, 'mode' | 'settings'>, dc: DatacenterName): boolean {
  return mode === 'active-passive' && settings[dc].crossDCOperationMode === 0
}

/** The newest life that the DC's jobs were in at a time, both ends included. */
export function lifeAt(timeline: Timeline, dc: DatacenterName, t: number): Life | undefined {
  return lifeAmong(livesOf(timeline, dc), t)
}

/** The newest of some lives that lasted at a time, both ends included. */
export function lifeAmong(lives: readonly Life[], t: number): Life | undefined {
  return lives.findLast(({ from, to }) => from <= t && t <= to)
}

/** Whether the DC's job still ran when the run ended. */
export function livesAtEnd(timeline: Timeline, dc: DatacenterName): boolean {
  return lifeAt(timeline, dc, runEnd(timeline)) !== undefined
}

interface JobLife extends Life {
  /** Empty where the timeline names no job. */
  readonly jobId: string
}

const livesPerTimeline = perTimeline((timeline) => ({
  dc1: deriveLives(timeline, 'dc1'),
  dc2: deriveLives(timeline, 'dc2'),
}))

function jobLives(timeline: Timeline, dc: DatacenterName): readonly JobLife[] {
  return livesPerTimeline(timeline)[dc]
}

function deriveLives(timeline: Timeline, dc: DatacenterName): readonly JobLife[] {
  const lives: JobLife[] = []
  const open = new Map<string, { readonly from: number; readonly pes: Set<string> }>()
  const end = (jobId: string, to: number): void => {
    const life = open.get(jobId)
    // What healing starts after the run's end is no life of the run.
    if (life !== undefined && life.from <= to) lives.push({ jobId, from: life.from, to })
    open.delete(jobId)
  }
  const own = timeline.events.filter((event) => event.dc === dc && concernsLives(event))
  for (const event of own.toSorted((a, b) => a.t - b.t)) {
    const jobIds = jobsOf(event, [...open.keys()])
    if (startingEvents.includes(event.event)) {
      const [jobId = jobOf(event)] = jobIds
      const life = open.get(jobId) ?? { from: event.t, pes: new Set() }
      open.set(jobId, life)
      if (event.event === 'pe_started') life.pes.add(peOf(event))
    }
    for (const jobId of jobIds) {
      if (isWholeJobsEnd(event) || (event.event === 'pe_exited' && isLastPe(event, open.get(jobId)?.pes))) {
        end(jobId, event.t)
      }
    }
  }
  for (const jobId of open.keys()) end(jobId, runEnd(timeline))
  return lives.toSorted((a, b) => a.from - b.from)
}

/** Most events of a long run are heartbeats. */
function concernsLives({ event }: TimelineEvent): boolean {
  if (startingEvents.includes(event)) return true
  return event === 'pe_exited' || event === 'job_cancelled' || event === 'fault_effective'
}

/** The open lives that an event is about: its own job's, or all where the event or the life names none. */
function jobsOf(event: TimelineEvent, open: readonly string[]): readonly string[] {
  const jobId = jobOf(event)
  if (jobId === '') return open
  return open.includes(jobId) ? [jobId] : open.filter((other) => other === '')
}

function isLastPe(event: TimelineEvent, pes: Set<string> | undefined): boolean {
  pes?.delete(peOf(event))
  return pes === undefined || pes.size === 0
}

function isWholeJobsEnd(event: TimelineEvent): boolean {
  if (event.event === 'job_cancelled') return true
  return event.event === 'fault_effective' && isDeadly(event)
}

function jobOf({ detail }: TimelineEvent): string {
  return textOf(detail?.['jobId'])
}

function peOf({ detail }: TimelineEvent): string {
  return textOf(detail?.['peId'])
}

function textOf(id: JsonValue | undefined): string {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : ''
}
