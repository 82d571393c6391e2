import type { DatacenterName } from '../../model/datacenter.ts'
import { momentaryFaultKinds } from '../../model/fault.ts'
import type { FaultKind } from '../../model/fault.ts'
import { faultClassOf } from '../../model/coverage.ts'
import type { ForecastParts } from '../forecast.ts'
import { distinctSilences } from '../forecast-silence.ts'
import type { Silence } from '../forecast-silence.ts'
import type { ScheduledStep } from '../forecast-steps.ts'
import type { Span } from '../forecast-time.ts'
import { struckBy } from '../plan-roles.ts'

/** A silence, and whose job starts anew when its fault is over; null: the job lived all the time. */
export interface SilentFault {
  readonly silence: Silence
  readonly restarted: DatacenterName | null
  /** Place of its step in the schedule. */
  readonly cause: number
}

/** The faults of a run by what they do to the pair's life. */
export interface FaultEffects {
  /** Those that keep heartbeats away, in their order. */
  readonly silent: readonly SilentFault[]
  /** When a job came back at once, before anybody could miss it. */
  readonly restarts: readonly {
    readonly dc: DatacenterName | null
    readonly from: Span
    readonly cause: number
  }[]
  /** From and until when faults act that keep nobody's heartbeats away; null: to the run's end. */
  readonly impairments: readonly { readonly from: Span; readonly until: Span | null; readonly cause: number }[]
}

/** After these the process goes on as it was: it neither forgets its contact nor begins anew. */
const survivingKinds: readonly FaultKind[] = ['pause', 'host_hang', 'interface_down', 'special_message', 'partition', 'flap']

/** What the faults of a forecast do. */
export function silentFaults({ schedule }: ForecastParts): FaultEffects {
  const { steps, silences } = schedule
  const silent = distinctSilences(silences.toSorted((a, b) => a.from.min - b.from.min)).map((silence) => {
    const cause = steps.findIndex((step) => isOf(silence, step))
    return { silence, restarted: restartedBy(steps[cause]), cause }
  })
  const others = steps.filter(
    (fault) => 'fault' in fault.step && !silences.some((silence) => isOf(silence, fault)),
  )
  return {
    silent,
    restarts: others.filter(isQuickRestart).map((step) => ({
      dc: restartedBy(step),
      from: step.effective,
      cause: steps.indexOf(step),
    })),
    impairments: others
      .filter(({ step }) => 'fault' in step && !momentaryFaultKinds.includes(step.fault.kind))
      .map((step) => ({ from: step.effective, until: step.healed, cause: steps.indexOf(step) })),
  }
}

/** The schedule gives a fault's silences the very span of its effect. */
function isOf(silence: Silence, { effective }: ScheduledStep): boolean {
  return silence.from === effective
}

function restartedBy(fault: ScheduledStep | undefined): DatacenterName | null {
  if (fault === undefined || !('fault' in fault.step)) return null
  const { fault: spec } = fault.step
  return survivingKinds.includes(spec.kind) ? null : (struckBy(spec) ?? null)
}

function isQuickRestart({ step }: ScheduledStep): boolean {
  if (!('fault' in step)) return false
  const { fault } = step
  return (fault.kind === 'crash' || fault.kind === 'restart') && faultClassOf(fault) === 'job'
}
