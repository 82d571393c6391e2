// A scenario as a run of it elsewhere went: processes take their time to start there, and so do faults to take hold. What follows
// from that is no difference between the testbeds, so the simulated run begins its job and its faults at the measured times.

import type { Scenario } from '../../model/scenario.ts'
import type { FaultStep, Step } from '../../model/step.ts'
import type { EventName, Timeline, TimelineEvent } from '../../model/timeline.ts'

/** What was taken from the other run, in words. */
export interface Alignment {
  readonly scenario: Scenario
  readonly notes: readonly string[]
}

/** The scenario with the start of dc2's job, and the times of its faults, as measured. */
export function alignedTo(scenario: Scenario, measured: Timeline): Alignment {
  const notes: string[] = []
  const started = measured.events.find(({ event, dc }) => event === 'job_started' && dc === 'dc2')
  const offset = started === undefined ? scenario.opts.startOffsetSeconds : Math.max(0, started.t)
  notes.push(`dc2's job starts at ${offset.toFixed(2)} s`)
  const steps = scenario.steps.map((step) => alignedStep(step, measured, notes))
  const opts = { linkDelaySeconds: 0, ...scenario.opts, startOffsetSeconds: offset }
  return { scenario: { ...scenario, ...alignedLaunch(scenario, measured, notes), steps, opts }, notes }
}

/** Simulated, the run has its word for a launched job ready as soon as the script has ended the passive one, which takes so long. */
const endingSeconds = 1

/** The ready-made script, the job that it submits, and the run's word to that job take their time. */
function alignedLaunch(
  { launchScript }: Scenario,
  { events }: Timeline,
  notes: string[],
): Pick<Scenario, 'launchScript'> {
  if (launchScript !== undefined && launchScript.kind !== 'submit') return { launchScript }
  const launched = events.find(({ event }) => event === 'script_launched')
  const told = events.find(({ event, t }) => event === 'special_message' && t > (launched?.t ?? Infinity))
  if (launched === undefined || told === undefined) return launchScript === undefined ? {} : { launchScript }
  const took = told.t - launched.t
  notes.push(`the launched job is told to take over ${took.toFixed(2)} s after the launch`)
  return { launchScript: { kind: 'submit', delaySeconds: Math.max(0, took - endingSeconds) } }
}

/** A step that waits for another or for an event keeps doing so, and ends as measured. Those in groups are left as they are. */
function alignedStep(step: Step, measured: Timeline, notes: string[]): Step {
  if (!('fault' in step)) return step
  // One that comes and goes by itself keeps its own rhythm.
  const effective = measured.events.find(({ event, fault }) => event === 'fault_effective' && fault === step.id)
  if (effective === undefined) return step
  const begun = step.at === undefined ? step : { ...step, at: Math.max(0, effective.t) }
  if (step.at !== undefined) notes.push(`${step.id} takes effect at ${effective.t.toFixed(2)} s`)
  const until = step.forSeconds === undefined ? undefined : backAt(measured, step)
  if (until === undefined) return begun
  notes.push(`${step.id} is over at ${until.toFixed(2)} s`)
  return { ...begun, forSeconds: Math.max(0, until - effective.t) }
}

/** When the heal had its effect: where it started a job, with the start of that. */
function backAt(measured: Timeline, step: FaultStep): number | undefined {
  const requested = of(measured, step, 'fault_heal_requested')
  const healed = of(measured, step, 'fault_healed')
  if (requested === undefined || healed === undefined) return undefined
  const restarted = measured.events.find(
    ({ event, dc, t }) =>
      (event === 'job_started' || event === 'pe_started') && dc === healed.dc && t >= requested.t && t <= healed.t,
  )
  return restarted?.t ?? healed.t
}

function of(measured: Timeline, { id }: FaultStep, wanted: EventName): TimelineEvent | undefined {
  const all = measured.events.filter(({ event, fault }) => event === wanted && fault === id)
  return all.length === 1 ? all[0] : undefined
}
