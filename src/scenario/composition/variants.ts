import type { InputProblem } from '../../model/errors.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import type { Scenario } from '../../model/scenario.ts'
import { faultSteps } from '../../model/step.ts'
import type { Step } from '../../model/step.ts'
import { rounded } from '../forecast-time.ts'
import type { LoadedScenario } from '../loaded-scenario.ts'
import { settingsOf } from '../lint/subject.ts'
import { struckBy } from '../plan-roles.ts'

/** Scenarios that one file may come to, runs and phases counted. */
export const scenariosMax = 10_000

/** The runs and phases of a scenario, each a scenario of its own with an id of its own: phases outside, runs inside. */
export function runVariants(loaded: LoadedScenario): {
  readonly variants: readonly LoadedScenario[]
  readonly problems: readonly InputProblem[]
} {
  const { repeat = 1, faultPhases = 1, ...one } = loaded
  const { positions } = loaded
  if (repeat * faultPhases > scenariosMax) {
    const message = `Expected \`repeat\` times \`fault_phases\` to be at most ${scenariosMax}, got ${repeat * faultPhases}.`
    return { variants: [], problems: [{ message, position: positions.fields.get('repeat') ?? positions.testId }] }
  }
  const problems = faultPhases > 1 ? phaseProblems(loaded) : []
  const phases = Array.from({ length: faultPhases }, (_, index) => phaseOf(one, { index, of: faultPhases }))
  const variants = phases.flatMap((phase) =>
    Array.from({ length: repeat }, (_, index) => runOf(phase, { index, of: repeat })),
  )
  return { variants, problems }
}

interface Nth {
  readonly index: number
  readonly of: number
}

function runOf(loaded: LoadedScenario, { index, of }: Nth): LoadedScenario {
  return of === 1 ? loaded : withId(loaded, `[run=${index + 1}]`, loaded.scenario)
}

/** The faults come later by a part of the heartbeat cycle, and so does the end. */
function phaseOf(loaded: LoadedScenario, { index, of }: Nth): LoadedScenario {
  if (of === 1) return loaded
  const { scenario } = loaded
  const by = (index * phaseCycleSeconds(scenario)) / of
  return withId(loaded, `[phase=${index + 1}/${of}]`, movedBy(scenario, by))
}

/** The scenario with every step that has a time, and its end, so many seconds later. */
export function movedBy(scenario: Scenario, seconds: number): Scenario {
  const { runForSeconds } = scenario.opts
  return {
    ...scenario,
    steps: scenario.steps.map((step): Step =>
      step.at === undefined ? step : { ...step, at: rounded(step.at + seconds) },
    ),
    opts: {
      ...scenario.opts,
      ...(runForSeconds === undefined ? {} : { runForSeconds: rounded(runForSeconds + seconds) }),
    },
  }
}

/** The heartbeat interval of the DC that the first fault silences; of dc1 where that is both of them, or nobody in particular. */
function phaseCycleSeconds(scenario: Scenario): number {
  const dc = faultSteps(scenario.steps)
    .map(({ fault }) => struckBy(fault))
    .find((struck) => struck !== undefined)
  return settingsOf(scenario, dc ?? otherDatacenter('dc2')).heartbeatExchangeInterval
}

function phaseProblems({ scenario, positions }: LoadedScenario): readonly InputProblem[] {
  const position = positions.fields.get('fault_phases') ?? positions.testId
  // That there is a fault at all is a rule of the fields themselves.
  if (faultSteps(scenario.steps).length === 0 || scenario.steps.some(({ at }) => at !== undefined)) return []
  const message = 'Expected a fault whose time `fault_phases` can move: a step of `fault_scenario` with `at`.'
  return [{ message, position, advice: 'Give the fault an `at`, or write `repeat`.' }]
}

function withId(loaded: LoadedScenario, suffix: string, scenario: Scenario): LoadedScenario {
  return { ...loaded, scenario: { ...scenario, testId: `${scenario.testId}${suffix}` } }
}
