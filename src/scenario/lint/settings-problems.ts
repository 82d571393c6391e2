import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { PerDatacenter, Scenario } from '../../model/scenario.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { settingsWarnings } from '../../toolkit/oracle.ts'
import type { SettingsWarning } from '../../toolkit/oracle.ts'

/** Always a slip: nothing that a failover test could be about. What the language refuses outright is not among them. */
const slips = [
  'machine-list-localhost',
  'heartbeat-off',
  'interval-fractional',
  'snapshot-interval-no-multiple',
  'jdbc-incomplete',
  'jdbc-without-key-column',
  'passive-without-retain',
] as const
/** A healthy remote is declared down: a scenario may be about that, unless a fault of its own is to be seen. */
const falseAlarms = ['misses-zero', 'interval-unequal', 'sender-over-budget', 'send-to-all-over-interval'] as const

/** The rules about settings, by the ids of the oracle's warnings. */
export const settingsRuleIds = [...slips, ...falseAlarms] as const
type SettingsRuleId = (typeof settingsRuleIds)[number]

/** A setting of `crossdc` that does not do what one would think. */
export interface SettingsProblem {
  readonly rule: SettingsRuleId
  readonly message: string
  readonly advice: string
}

/** What the oracle warns of in the settings that the scenario itself gives; the testbed's own and the reference's are not judged. */
export function settingsProblems(of: {
  readonly scenario: Scenario
  readonly settings: PerDatacenter<CrossDcSettings>
  readonly behaviour: ToolkitBehaviour
}): readonly SettingsProblem[] {
  const { scenario, settings, behaviour } = of
  const { dc1, dc2 } = scenario.crossdc
  if (Object.keys(dc1).length === 0 && Object.keys(dc2).length === 0) return []
  return settingsWarnings({ settings, behaviour }).flatMap((warning) => {
    const rule = ruleOf(warning, scenario)
    if (rule === undefined) return []
    const where = warning.datacenters.length === 1 ? `In ${warning.datacenters.join()}: ` : ''
    return [{ rule, message: `${where}${warning.message}`, advice: warning.advice }]
  })
}

function ruleOf({ id, keys }: SettingsWarning, { crossdc, steps }: Scenario): SettingsRuleId | undefined {
  // What is missing is not given; the setting that asks for it is.
  const causes = id === 'jdbc-without-key-column' ? (['dataSnapshotJdbcUrl'] as const) : keys
  const isGiven = causes.some((key) => Object.hasOwn(crossdc.dc1, key) || Object.hasOwn(crossdc.dc2, key))
  if (!isGiven) return undefined
  return slips.find((rule) => rule === id) ?? (steps.length === 0 ? undefined : falseAlarms.find((rule) => rule === id))
}
