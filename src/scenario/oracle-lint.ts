import type { DatacenterName } from '../model/datacenter.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import type { InputProblem } from '../model/errors.ts'
import { ledgerParameters } from '../model/ledger.ts'
import type { Scenario, Step } from '../model/scenario.ts'
import { formatSeconds } from '../model/units.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { blipTolerated, detectionWindow, orderlyDetectionWindow } from '../toolkit/oracle.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { settingsOf, settingsProblems } from './oracle-lint-settings.ts'
import type { SettingsRule } from './oracle-lint-settings.ts'

/** The lint rules by their stable ids. */
export type LintRule =
  /** The file is wrong: it cannot be loaded. */
  | 'invalid'
  /** The RTO objective ends before the toolkit can have noticed the fault. */
  | 'objective-before-detection'
  /** The RTO objective ends inside the detection window: whether it is met depends on the phase. */
  | 'objective-within-detection'
  /** A takeover is expected of a fault that is over before the toolkit can have noticed it. */
  | 'fault-never-noticed'
  /** A takeover is expected of a fault that is over inside the detection window. */
  | 'fault-maybe-unnoticed'
  /** A takeover is expected, and the settings never let the toolkit declare the other side down. */
  | 'never-down'
  /** The state is split into other parts in one DC than in the other. */
  | 'channels-differ'
  /** A setting in `crossdc` does not do what one would think. */
  | SettingsRule

/** Something that lint found. */
export interface LintFinding extends InputProblem {
  readonly rule: LintRule
  readonly severity: 'error' | 'warning'
}

/** What the toolkit's own settings say against a scenario. */
export function oracleFindings(loaded: LoadedScenario): readonly LintFinding[] {
  return [...takeoverFindings(loaded), ...settingsFindings(loaded), ...channelsFindings(loaded)]
}

function settingsFindings(loaded: LoadedScenario): readonly LintFinding[] {
  const position = loaded.positions.fields.get('crossdc') ?? loaded.positions.testId
  return settingsProblems(loaded.scenario).map((problem) => ({ ...problem, severity: 'warning', position }))
}

/** Replays of channels that the survivor has not are ignored (toolkit reference §2, §7 situation 57). */
function channelsFindings({ scenario, positions }: LoadedScenario): readonly LintFinding[] {
  const channelsOf = (dc: DatacenterName): string => scenario.submissionParameters[dc][ledgerParameters.channels] ?? '1'
  if (channelsOf('dc1') === channelsOf('dc2')) return []
  return [
    {
      rule: 'channels-differ',
      severity: 'warning',
      message: `dc1 has ${channelsOf('dc1')} channels and dc2 ${channelsOf('dc2')}: what a channel that the survivor lacks had is lost at a takeover.`,
      position: positions.fields.get('submission_params') ?? positions.testId,
      advice: 'Give both the same number.',
    },
  ]
}

/** What they say against one that expects a takeover. */
function takeoverFindings(loaded: LoadedScenario): readonly LintFinding[] {
  const { scenario } = loaded
  const expectsTakeover = scenario.checks.some((check) => check.kind === 'takeover' && !check.never)
  if (!expectsTakeover) return []
  return scenario.steps.flatMap((step) => {
    const window = windowOf(scenario, step)
    return window === null
      ? [neverDown(loaded, step)]
      : [...tooShort(loaded, { step, window }), ...tooEarly(loaded, window)]
  })
}

interface Window {
  readonly minSeconds: number
  readonly maxSeconds: number
}

function windowOf(scenario: Scenario, step: Step): Window | null {
  const failed = failedBy(step)
  const observer = settingsOf(scenario, otherDatacenter(failed))
  const behaviour = behaviourOf(scenario)
  if (step.fault.kind === 'orderly_shutdown') return orderlyDetectionWindow(observer, behaviour)
  return detectionWindow({ observer, failed: settingsOf(scenario, failed), behaviour })
}

function behaviourOf({ opts }: Scenario): ToolkitBehaviour {
  return opts.toolkit ?? defaultBehaviour
}

/** The DC that its peer stops hearing of. */
function failedBy({ fault }: Step): DatacenterName {
  return fault.kind === 'partition' ? fault.from : fault.target.dc
}

function neverDown(loaded: LoadedScenario, step: Step): LintFinding {
  return {
    rule: 'never-down',
    severity: 'error',
    message: `A takeover is expected after \`${step.id}\`, but with these settings no DC is ever declared down.`,
    position: loaded.positions.fields.get('crossdc') ?? loaded.positions.testId,
    advice: 'Set consecutiveHeartbeatMissesAllowed below 255 and heartbeatExchangeInterval to some seconds.',
  }
}

function tooShort(
  loaded: LoadedScenario,
  of: { readonly step: Step; readonly window: Window },
): readonly LintFinding[] {
  const { step, window } = of
  const held = step.forSeconds
  if (held === undefined || held >= window.maxSeconds || loaded.scenario.steps.length > 1) return []
  const failed = failedBy(step)
  const observer = settingsOf(loaded.scenario, otherDatacenter(failed))
  const behaviour = behaviourOf(loaded.scenario)
  const isNever = held < blipTolerated({ observer, failed: settingsOf(loaded.scenario, failed), behaviour })
  const span = `${formatSeconds(window.minSeconds)} to ${formatSeconds(window.maxSeconds)}`
  return [
    {
      rule: isNever ? 'fault-never-noticed' : 'fault-maybe-unnoticed',
      severity: isNever ? 'error' : 'warning',
      message:
        `A takeover is expected, but \`${step.id}\` is held for only ${formatSeconds(held)} ` +
        `and the toolkit notices it after ${span}.`,
      position: loaded.positions.steps.get(step.id) ?? loaded.positions.testId,
      advice: `Hold it for more than ${formatSeconds(window.maxSeconds)}.`,
    },
  ]
}

function tooEarly(loaded: LoadedScenario, window: Window): readonly LintFinding[] {
  const { rto } = loaded.scenario.objectives
  const limits = [rto?.total, rto?.detection].filter((limit) => limit !== undefined)
  if (limits.length === 0) return []
  const limit = Math.min(...limits)
  if (limit >= window.maxSeconds) return []
  const isNever = limit <= window.minSeconds
  const span = `${formatSeconds(window.minSeconds)} to ${formatSeconds(window.maxSeconds)}`
  return [
    {
      rule: isNever ? 'objective-before-detection' : 'objective-within-detection',
      severity: isNever ? 'error' : 'warning',
      message: `The recovery time objective is ${formatSeconds(limit)}, but the toolkit alone needs ${span} to notice the fault.`,
      position: loaded.positions.fields.get('expected_recovery_time_seconds') ?? loaded.positions.testId,
      advice: 'Allow more time, or lower heartbeatExchangeInterval or consecutiveHeartbeatMissesAllowed in `crossdc`.',
    },
  ]
}
