import type { LifePhase } from '../../model/coverage.ts'
import type { Trigger } from '../../model/step.ts'
import type { ScheduledStep } from '../forecast-steps.ts'
import { rounded } from '../forecast-time.ts'
import type { Span } from '../forecast-time.ts'
import type { Beginner, Life } from './life.ts'

/** The same run with every window at its beginning, in its middle and at its end. */
export interface Lives {
  readonly early: Life
  readonly middle: Life
  readonly late: Life
}

/** Wider is what a trigger waits for; what the file says itself has at most what a testbed takes to act. */
const exactSeconds = 1
/** So long after an event, in system seconds, it says nothing of the phase any more. */
const momentSeconds = 2

/** The phases in which a step may begin: one where the settings tell it, the likeliest first. */
export function lifePhases({ step, began }: ScheduledStep, lives: Lives, of: Beginner): readonly LifePhase[] {
  if (!began.isKnown) {
    const told = step.when === undefined ? null : phaseOfEvent(step.when)
    if (told !== null) return [told]
    return distinct(phasesOn(began, lives, of))
  }
  const middle = rounded(began.min + (began.max - began.min) * 0.5)
  const likely = lives.middle.phaseAt(middle, of)
  // A trigger's window moves with the event that it waits for, so that only the middles belong together.
  if (began.max - began.min > exactSeconds) return [likely]
  return distinct([likely, lives.early.phaseAt(middle, of), lives.late.phaseAt(middle, of)])
}

/** Some of the phases on a stretch of time of which nothing is known but its ends. */
function phasesOn({ min, max }: Span, { middle }: Lives, of: Beginner): readonly LifePhase[] {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => middle.phaseAt(rounded(min + (max - min) * share), of))
}

function distinct(phases: readonly LifePhase[]): readonly LifePhase[] {
  return [...new Set(phases)]
}

/** What the event itself says of the phase, whenever it comes; null when it says nothing. */
function phaseOfEvent({ event, since, occurrence = 1, afterSeconds = 0 }: Trigger): LifePhase | null {
  if (event.of === 'step' || afterSeconds > momentSeconds) return null
  switch (event.event) {
    case 'remote_down':
    case 'takeover_started':
    case 'script_launched':
      return 'takeover'
    case 'takeover_done':
    case 'first_output':
      return 'down'
    case 'snapshot_returned':
      return 'returning'
    case 'remote_up':
      return since === undefined && occurrence === 1 ? null : 'returning'
    default:
      return null
  }
}
