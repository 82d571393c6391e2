import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { datacenterNames, otherDatacenter } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { Scenario } from '../model/scenario.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { detectionWindow, snapshotSchedule } from '../toolkit/oracle.ts'
import { settingsOf } from './lint/subject.ts'

/** What a forecast rests on, from the scenario and the time scale alone. Durations in system seconds. */
export interface ForecastSetting {
  readonly scenario: Scenario
  readonly settings: Readonly<Record<DatacenterName, CrossDcSettings>>
  readonly behaviour: ToolkitBehaviour
  /** When each job starts. */
  readonly startSeconds: Readonly<Record<DatacenterName, number>>
  readonly timeScale: number
  /** What a job may take from its start to its health. */
  readonly startupSeconds: number
  /** What a fault may take from its request to its proof, and an event until it is seen. */
  readonly actingSeconds: number
  /** What replaying and putting out may take. */
  readonly takeoverSeconds: number
  /** What a passive side's script and its job may take; 0 where nobody is passive. */
  readonly launchSeconds: number
  /** After which an event that did not come will not come: the run then gives up waiting for it. */
  readonly patienceSeconds: number
  /** Both detections one after the other, and time to settle: how long the run waits for takeovers after its last fault. */
  readonly settlingSeconds: number
}

// Real seconds that an embedded pair takes on a machine that is not overloaded; at a time scale of 1 they hardly count.
const startupRealSeconds = 0.5
const actingRealSeconds = 0.05
const takeoverRealSeconds = 0.25
const launchRealSeconds = 5
/** As long as the run waits for a takeover's replay and first output beyond detection. */
const outputSeconds = 60

/** The ground of a forecast. */
export function forecastSetting(scenario: Scenario, timeScale: number): ForecastSetting {
  const settings = { dc1: settingsOf(scenario, 'dc1'), dc2: settingsOf(scenario, 'dc2') }
  const behaviour = scenario.opts.toolkit ?? defaultBehaviour
  const { launchScript, mode } = scenario
  const delay = launchScript?.kind === 'submit' ? launchScript.delaySeconds : 0
  const launchSeconds = mode === 'active-active' ? 0 : delay + Math.max(60, launchRealSeconds * timeScale)
  const detection = datacenterNames.reduce((sum, dc) => {
    const window = detectionWindow({ observer: settings[dc], failed: settings[otherDatacenter(dc)], behaviour })
    return sum + (window?.maxSeconds ?? 0)
  }, 0)
  const settlingSeconds = detection + launchSeconds + outputSeconds
  const period = Math.max(...datacenterNames.map((dc) => snapshotSchedule(settings[dc], behaviour)?.periodSeconds ?? 0))
  const delays = Math.max(...datacenterNames.map((dc) => settings[dc].crossDCInitDelay))
  return {
    scenario,
    settings,
    behaviour,
    startSeconds: { dc1: 0, dc2: scenario.opts.startOffsetSeconds },
    timeScale,
    startupSeconds: startupRealSeconds * timeScale,
    actingSeconds: actingRealSeconds * timeScale,
    takeoverSeconds: Math.max(5, takeoverRealSeconds * timeScale),
    launchSeconds,
    patienceSeconds: settlingSeconds + 2 * period + delays,
    settlingSeconds,
  }
}
