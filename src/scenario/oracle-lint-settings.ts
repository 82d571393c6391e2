import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import type { Scenario } from '../model/scenario.ts'
import { settingsWarnings } from '../toolkit/oracle.ts'
import type { SettingsWarning } from '../toolkit/oracle.ts'

/** Always a slip: nothing that a failover test could be about. */
const slips = [
  'machine-list-blanks',
  'machine-list-empty',
  'machine-list-localhost',
  'heartbeat-off',
  'heartbeat-without-pause',
  'interval-fractional',
  'snapshot-interval-crashes',
  'snapshot-interval-no-multiple',
  'jdbc-incomplete',
  'jdbc-without-key-column',
  'passive-without-retain',
] as const
/** A healthy remote is declared down: a scenario may be about that, unless a fault of its own is to be seen. */
const falseAlarms = ['misses-zero', 'interval-unequal', 'sender-over-budget', 'send-to-all-over-interval'] as const

/** The rules about settings, by the ids of the oracle's warnings. */
export type SettingsRule = (typeof slips)[number] | (typeof falseAlarms)[number]

/** A setting of `crossdc` that does not do what one would think. */
export interface SettingsProblem {
  readonly rule: SettingsRule
  readonly message: string
  readonly advice: string
}

/** What the oracle warns of in the settings that the scenario itself gives; the testbed's own and the reference's are not judged. */
export function settingsProblems(scenario: Scenario): readonly SettingsProblem[] {
  const settings = { dc1: settingsOf(scenario, 'dc1'), dc2: settingsOf(scenario, 'dc2') }
  const behaviour = scenario.opts.toolkit ?? defaultBehaviour
  return settingsWarnings({ settings, behaviour }).flatMap((warning) => {
    const rule = ruleOf(warning, scenario)
    if (rule === undefined) return []
    const where = warning.datacenters.length === 1 ? `In ${warning.datacenters.join()}: ` : ''
    return [{ rule, message: `${where}${warning.message}`, advice: warning.advice }]
  })
}

function ruleOf({ id, keys }: SettingsWarning, { crossdc, steps }: Scenario): SettingsRule | undefined {
  const isGiven = keys.some((key) => Object.hasOwn(crossdc.dc1, key) || Object.hasOwn(crossdc.dc2, key))
  if (!isGiven) return undefined
  return slips.find((rule) => rule === id) ?? (steps.length === 0 ? undefined : falseAlarms.find((rule) => rule === id))
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
