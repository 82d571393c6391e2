import type { AskedCheck } from '../../model/check.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { referenceCrossDcSettings } from '../../model/crossdc-settings.ts'
import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { SourcePosition } from '../../model/errors.ts'
import type { PerDatacenter, Scenario } from '../../model/scenario.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { snapshotSchedule, steadiness } from '../../toolkit/oracle.ts'
import type { SnapshotSchedule } from '../../toolkit/oracle.ts'
import type { LoadedScenario } from '../loaded-scenario.ts'
import { settingsProblems } from './settings-problems.ts'
import type { SettingsProblem } from './settings-problems.ts'
import { placeSteps } from './placed-steps.ts'
import type { PlacedFault, PlacedStep } from './placed-steps.ts'
import { silencesOf } from './silence.ts'
import type { Silence } from './silence.ts'

/** A scenario, with what several rules ask of it. */
export interface LintSubject {
  readonly scenario: Scenario
  /** Those of the jobs as far as the file says. */
  readonly settings: PerDatacenter<CrossDcSettings>
  readonly behaviour: ToolkitBehaviour
  /** When each DC's job sends snapshots; null: never. */
  readonly schedules: PerDatacenter<SnapshotSchedule | null>
  /** What the oracle warns of. */
  readonly settingsProblems: readonly SettingsProblem[]
  /** All steps with those inside them, in the order of the file. */
  readonly steps: readonly PlacedStep[]
  readonly faults: readonly PlacedFault[]
  /** What keeps a DC from being heard by the other. */
  readonly silences: readonly Silence[]
  /** A step does what lint knows nothing of: a command, a request, a kind of the user's own. */
  readonly hasUnknownSteps: boolean
  /** A restart brings other settings, so that those of the beginning do not hold throughout. */
  readonly hasOtherSettings: boolean
  /** A DC may go down for the other without any fault, by the settings or the WAN alone. */
  readonly isUnsteady: boolean
  /** A spec file's body runs it, which may judge what it likes. */
  readonly hasOwnBody: boolean
  /** The checks of the end, and those that are steps. */
  readonly checks: readonly PlacedCheck[]
  /** Of a field, or of the scenario where it is not there. */
  readonly fieldAt: (name: string) => SourcePosition
  readonly stepAt: (id: string) => SourcePosition
}

export interface PlacedCheck {
  readonly check: AskedCheck
  readonly position: SourcePosition
}

/** Reckons once what rules ask. */
export function lintSubject(loaded: LoadedScenario): LintSubject {
  const { scenario, positions } = loaded
  const settings = { dc1: settingsOf(scenario, 'dc1'), dc2: settingsOf(scenario, 'dc2') }
  const behaviour = scenario.opts.toolkit ?? defaultBehaviour
  const steps = placeSteps(scenario.steps)
  const faults = steps.filter((placed): placed is PlacedFault => 'fault' in placed.step)
  const stepAt = (id: string): SourcePosition =>
    positions.steps.get(id) ?? steps.find(({ step }) => step.id === id)?.step.source ?? positions.testId
  return {
    scenario,
    settings,
    behaviour,
    schedules: { dc1: snapshotSchedule(settings.dc1, behaviour), dc2: snapshotSchedule(settings.dc2, behaviour) },
    settingsProblems: settingsProblems({ scenario, settings, behaviour }),
    steps,
    faults,
    silences: faults.flatMap((fault) => silencesOf(fault, { settings, behaviour })),
    hasUnknownSteps: steps.some(isUnknown),
    hasOtherSettings: faults.some(({ step }) => step.fault.kind === 'restart' && step.fault.crossdc !== undefined),
    isUnsteady: isUnsteady(scenario, { settings, behaviour }),
    hasOwnBody: loaded.spec !== undefined,
    checks: placedChecks(loaded, { steps, stepAt }),
    fieldAt: (name) => positions.fields.get(name) ?? positions.testId,
    stepAt,
  }
}

/** The settings of a scenario's job as far as the file says: in place of what the testbed decides stands something in order. */
export function settingsOf(scenario: Scenario, dc: DatacenterName): CrossDcSettings {
  const given = scenario.crossdc[dc]
  const isTable = given.dataSnapshotJdbcUrl !== undefined && given.dataSnapshotJdbcUrl !== ''
  return {
    ...referenceCrossDcSettings,
    localDataCenterName: dc,
    crossDCOperationMode: scenario.mode === 'active-passive' && dc === 'dc2' ? 0 : 1,
    dataSnapshotStorageDirectory: isTable ? '' : 'snapshots',
    ...given,
  }
}

function isUnknown({ step }: PlacedStep): boolean {
  if ('fault' in step) return step.fault.kind === 'custom'
  return 'action' in step && ['exec', 'http', 'custom'].includes(step.action.kind)
}

function isUnsteady(
  { opts }: Scenario,
  of: { readonly settings: PerDatacenter<CrossDcSettings>; readonly behaviour: ToolkitBehaviour },
): boolean {
  const { settings, behaviour } = of
  return datacenterNames.some((dc) => {
    const observer = settings[dc]
    const failed = settings[otherDatacenter(dc)]
    // A WAN as slow as this may hold answers up beyond the senders' time-outs.
    const isSlow =
      (opts.linkDelaySeconds ?? 0) * 4 >= Math.min(failed.httpConnectionTimeout, failed.heartbeatExchangeInterval)
    return isSlow || steadiness({ observer, failed, behaviour }) !== 'steady'
  })
}

function placedChecks(
  { scenario, positions }: LoadedScenario,
  of: { readonly steps: readonly PlacedStep[]; readonly stepAt: (id: string) => SourcePosition },
): readonly PlacedCheck[] {
  const ofSteps = of.steps.flatMap(({ step }) =>
    'action' in step && step.action.kind === 'check'
      ? [{ check: step.action.check, position: of.stepAt(step.id) }]
      : [],
  )
  const atTheEnd = scenario.checks.map((check, index) => ({
    check,
    position: positions.checks[index] ?? positions.testId,
  }))
  return [...atTheEnd, ...ofSteps]
}
