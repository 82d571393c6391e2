import type { FaultPlace } from '../../model/coverage.ts'
import { datacenterNames } from '../../model/datacenter.ts'
import type { Scenario } from '../../model/scenario.ts'
import { innerSteps } from '../../model/step.ts'
import type { Step } from '../../model/step.ts'
import { forecastOf } from '../forecast.ts'
import type { ForecastParts } from '../forecast.ts'
import { drawSteps } from '../plan-draw.ts'
import { resolveRoles } from '../plan-roles.ts'
import { lifePhases } from './begin-phase.ts'
import { lifeOf } from './life.ts'
import { storesFor, strikeOf } from './strike.ts'

/** What a scenario tries. */
export interface ScenarioCoverage {
  readonly testId: string
  readonly places: readonly FaultPlace[]
  /** Faults that no cell is for. */
  readonly outside: readonly OutsideFault[]
  /** Databases that keep snapshots, by the word of their JDBC URL, such as `sqlite`. */
  readonly databases: readonly string[]
}

/** A fault that no cell is for, and why. */
export interface OutsideFault {
  readonly step: string
  readonly reason: string
}

/** The map is of the scenario, not of a machine: at this scale what a testbed takes to act is nothing. */
const instant = 1e-6

/** Where the faults of a scenario fall, and its changes of load: a pure function of the scenario and the seed of its chance. */
export function scenarioCoverage(scenario: Scenario, options: { readonly seed: number }): ScenarioCoverage {
  const steps = resolveRoles(drawSteps(scenario.steps, options.seed))
  const parts = forecastOf({ ...scenario, steps }, { timeScale: instant })
  const lives = { early: lifeOf(parts, 0), middle: lifeOf(parts, 0.5), late: lifeOf(parts, 1) }
  const places: FaultPlace[] = []
  const outside: OutsideFault[] = []
  const following = followers(steps)
  for (const [index, scheduled] of parts.schedule.steps.entries()) {
    const { step } = scheduled
    const strike = strikeOf(step, scenario)
    if (strike === null) continue
    if ('reason' in strike) {
      outside.push({ step: step.id, reason: strike.reason })
      continue
    }
    const { fault, directions, isKnown } = strike
    const phases = lifePhases(scheduled, lives, { index, follows: following.has(step.id) })
    for (const direction of directions) {
      const stores = storesFor({ fault, direction }, parts.setting)
      if (stores.length === 0) outside.push({ step: step.id, reason: 'the snapshots at stake are kept nowhere' })
      for (const store of stores) {
        for (const phase of phases) {
          const cell = { mode: scenario.mode, fault, direction, phase, store }
          places.push({ step: step.id, cell, isSure: isKnown && phases.length === 1 })
        }
      }
    }
  }
  return { testId: scenario.testId, places, outside, databases: databasesOf(parts) }
}

/** Steps that come after another one's effect: they have no time of their own, and stand behind it or inside it. */
function followers(steps: readonly Step[], place: 'list' | 'parallel' | 'inside' = 'list'): ReadonlySet<string> {
  const own = steps.filter(({ at, when }, index) => {
    const isBehind = place === 'inside' || (place === 'list' && index > 0)
    return isBehind && at === undefined && when === undefined
  })
  const inner = steps.flatMap((step) => {
    const isParallel = 'group' in step && step.group === 'parallel'
    return [...followers(innerSteps(step), 'fault' in step ? 'inside' : isParallel ? 'parallel' : 'list')]
  })
  return new Set([...own.map(({ id }) => id), ...inner])
}

function databasesOf({ setting }: ForecastParts): readonly string[] {
  const urls = datacenterNames.map((dc) => setting.settings[dc].dataSnapshotJdbcUrl)
  return [...new Set(urls.flatMap((url) => /^jdbc:([^:]+):/.exec(url)?.[1] ?? []))]
}
