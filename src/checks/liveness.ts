import type { DatacenterName } from '../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { deadlyFaultKinds, kindOf } from './fault-events.ts'

/** A time during which a DC's job ran without a restart: system seconds from t = 0. */
export interface Life {
  readonly from: number
  /** The run's end when the job still ran then. */
  readonly to: number
}

const startingEvents: readonly EventName[] = ['job_started', 'job_healthy', 'pe_started']

/** When the run ended: its `run_ended` event, or else the last thing that it saw. */
export function runEnd(timeline: Timeline): number {
  const ended = timeline.events.findLast(({ event }) => event === 'run_ended')
  if (ended !== undefined) return ended.t
  const times = [...timeline.events, ...timeline.outputs, ...timeline.states].map(({ t }) => t)
  return times.reduce((latest, t) => Math.max(latest, t), 0)
}

/**
 * The lives of a DC's job, oldest first. A job with several PEs lives until the last of them has ended. None at all: the
 * timeline does not say whether the job ever ran.
 */
export function livesOf(timeline: Timeline, dc: DatacenterName): readonly Life[] {
  const lives: Life[] = []
  const running = new Set<string>()
  let from: number | undefined
  const end = (to: number): void => {
    // What healing starts after the run's end is no life of the run.
    if (from !== undefined && from <= to) lives.push({ from, to })
    from = undefined
    running.clear()
  }
  for (const event of timeline.events.filter((candidate) => candidate.dc === dc).toSorted((a, b) => a.t - b.t)) {
    if (startingEvents.includes(event.event)) from ??= event.t
    if (event.event === 'pe_started') running.add(peOf(event))
    if (event.event === 'pe_exited') {
      running.delete(peOf(event))
      if (running.size === 0) end(event.t)
    }
    if (isWholeJobsEnd(event)) end(event.t)
  }
  end(runEnd(timeline))
  return lives
}

/** The life that the DC's job was in at a time, both ends included. */
export function lifeAt(timeline: Timeline, dc: DatacenterName, t: number): Life | undefined {
  return livesOf(timeline, dc).find(({ from, to }) => from <= t && t <= to)
}

/** Whether the DC's job still ran when the run ended. */
export function livesAtEnd(timeline: Timeline, dc: DatacenterName): boolean {
  return lifeAt(timeline, dc, runEnd(timeline)) !== undefined
}

function isWholeJobsEnd(event: TimelineEvent): boolean {
  if (event.event === 'job_cancelled') return true
  return event.event === 'fault_effective' && deadlyFaultKinds.includes(kindOf(event))
}

function peOf({ detail }: TimelineEvent): string {
  const id = detail?.['peId']
  return typeof id === 'string' || typeof id === 'number' ? String(id) : ''
}
