import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import type { OfToolkit } from './detection.ts'
import { peerWarningRules } from './warning-rules-peer.ts'
import { ownWarningRules } from './warning-rules.ts'

/** The warnings by their stable ids. */
export type WarningId =
  | 'heartbeat-off'
  | 'heartbeat-without-pause'
  | 'misses-zero'
  | 'misses-never-passed'
  | 'interval-unequal'
  | 'interval-fractional'
  | 'snapshots-off'
  | 'snapshot-interval-crashes'
  | 'snapshot-interval-no-multiple'
  | 'snapshot-period-differs'
  | 'snapshot-store-missing'
  | 'jdbc-incomplete'
  | 'jdbc-without-key-column'
  | 'jdbc-and-directory'
  | 'machine-list-blanks'
  | 'machine-list-empty'
  | 'machine-list-localhost'
  | 'sender-over-budget'
  | 'send-to-all-over-interval'
  | 'timeout-endless'
  | 'names-equal'
  | 'name-with-slash'
  | 'ports-differ'
  | 'pairs-differ'
  | 'mode-unknown'
  | 'retain-left-on'
  | 'send-back-left-on'
  | 'passive-without-retain'
  | 'value-out-of-range'

/** Something in the settings that does not do what one would think. */
export interface SettingsWarning {
  readonly id: WarningId
  /** `note`: worth knowing, and nothing to put right. */
  readonly severity: 'warning' | 'note'
  readonly datacenters: readonly DatacenterName[]
  /** The settings that it comes from. */
  readonly keys: readonly (keyof CrossDcSettings)[]
  /** A sentence. */
  readonly message: string
  /** What to do about it, a sentence. */
  readonly advice: string
}

/** Of one DC: its settings, those of the other, and the toolkit that runs. */
export interface WarningSubject {
  readonly own: CrossDcSettings
  readonly peer: CrossDcSettings
  readonly behaviour: ToolkitBehaviour
}

/** A warning without where it was found. */
export type WarningText = Omit<SettingsWarning, 'id' | 'datacenters'>

/** Gives the warning when the settings deserve it. */
export type WarningRule = readonly [WarningId, (subject: WarningSubject) => WarningText | null]

/** Everything in the pair's settings that does not do what one would think; what holds for both DCs alike is said once. */
export function settingsWarnings(
  options: { readonly settings: Readonly<Record<DatacenterName, CrossDcSettings>> } & OfToolkit,
): readonly SettingsWarning[] {
  const { settings, behaviour = defaultBehaviour } = options
  return [...ownWarningRules, ...peerWarningRules].flatMap(([id, rule]) => {
    const found = datacenterNames.flatMap((dc): readonly SettingsWarning[] => {
      const warning = rule({ own: settings[dc], peer: settings[otherDatacenter(dc)], behaviour })
      return warning === null ? [] : [{ id, datacenters: [dc], ...warning }]
    })
    const [first, second] = found
    if (first === undefined || second?.message !== first.message) return found
    return [{ ...first, datacenters: datacenterNames }]
  })
}
