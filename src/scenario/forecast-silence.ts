import { datacenterNames, otherDatacenter } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { DatacenterRef, FaultSpec, FlapFault, PartitionFault } from '../model/fault.ts'
import type { PredictedWindow } from '../model/takeover.ts'
import { detectionWindow, oneWayLoss, orderlyDetectionWindow } from '../toolkit/oracle.ts'
import type { ForecastSetting } from './forecast-setting.ts'
import type { Span } from './forecast-time.ts'
import { struckBy } from './plan-roles.ts'

/** A DC no longer hears of the other, because of a fault. */
export interface Silence {
  readonly observer: DatacenterName
  /** When the fault takes effect. */
  readonly from: Span
  /** When it is gone; null: not before the run's end. */
  readonly until: Span | null
  /** From the effect to the observer's DOWN; null: it never declares it. */
  readonly detection: PredictedWindow | null
  /** The fault is held until this observer has noticed, so it cannot be too short. */
  readonly isHeldUntilDown: boolean
}

/** What a fault's effect and end are. */
export interface FaultTimes {
  readonly fault: FaultSpec<DatacenterRef>
  readonly effective: Span
  readonly healed: Span | null
  /** The DC whose verdict ends it, where the step says so. */
  readonly heldFor?: DatacenterName
}

/** Who stops hearing of whom by a fault, as far as the file says. */
export function silencesOf(times: FaultTimes, setting: ForecastSetting): readonly Silence[] {
  return unheard(times, setting).map((silence) => ({ ...silence, isHeldUntilDown: silence.observer === times.heldFor }))
}

type Unheard = Omit<Silence, 'isHeldUntilDown'>

function unheard(times: FaultTimes, setting: ForecastSetting): readonly Unheard[] {
  const { fault, effective, healed } = times
  const between = { from: effective, until: healed }
  if (fault.kind === 'partition' || fault.kind === 'flap') {
    if (!blocksHeartbeats(fault, setting)) return []
    const heard = fault.kind === 'flap' ? { from: effective, until: lastFlap(fault, effective) } : between
    return linkSilences(fault, heard, setting)
  }
  const dc = mutedBy(fault, times)
  if (dc === undefined) return []
  const observer = otherDatacenter(dc)
  const isOrderly = fault.kind === 'orderly_shutdown' || fault.kind === 'special_message'
  // Without quirk Q3 the notice itself counts as DOWN; with it, the last heartbeat is as old as after a crash.
  const isNoticed = isOrderly && !setting.behaviour.quirks.Q3
  const detection = isNoticed
    ? orderlyDetectionWindow(setting.settings[observer], setting.behaviour)
    : windowFor(observer, setting)
  return [{ observer, ...between, detection }]
}

/** Without those that begin while the same observer hears nothing anyway: it does not notice a second time. */
export function distinctSilences(silences: readonly Silence[]): readonly Silence[] {
  const distinct: Silence[] = []
  for (const silence of silences) {
    const isHeld = distinct.some(
      ({ observer, from, until }) =>
        observer === silence.observer &&
        from.min <= silence.from.min &&
        (until === null || until.max > silence.from.min),
    )
    if (!isHeld) distinct.push(silence)
  }
  return distinct
}

/** Whether the observer declares the other down: `sure`, `never`, or only the run will tell. */
export function downOf({ detection, from, until, isHeldUntilDown }: Silence): 'sure' | 'never' | 'open' {
  if (detection === null) return 'never'
  if (!from.isKnown) return 'open'
  if (until === null || isHeldUntilDown) return 'sure'
  if (!until.isKnown) return 'open'
  if (until.min - from.max >= detection.maxSeconds) return 'sure'
  return until.max - from.min < detection.minSeconds ? 'never' : 'open'
}

/** When the observer declares it. */
export function downSpan({ detection, from }: Silence, setting: ForecastSetting): Span | null {
  if (detection === null) return null
  return {
    min: from.min + detection.minSeconds,
    max: from.max + detection.maxSeconds + setting.actingSeconds,
    isKnown: from.isKnown,
  }
}

/** The DC that sends nothing while the fault lasts; one that comes back by itself is back before anybody notices. */
function mutedBy(fault: FaultSpec<DatacenterRef>, { healed }: FaultTimes): DatacenterName | undefined {
  switch (fault.kind) {
    case 'crash':
    case 'disk_full':
    case 'disk_readonly':
    case 'disk_slow':
    case 'disk_error':
    case 'database_lost':
      return undefined
    case 'restart':
      return healed === null ? undefined : struckBy(fault)
    default:
      return struckBy(fault)
  }
}

function linkSilences(
  fault: PartitionFault<DatacenterRef> | FlapFault<DatacenterRef>,
  heard: Pick<Silence, 'from' | 'until'>,
  setting: ForecastSetting,
): readonly Unheard[] {
  if (fault.direction === 'both') {
    return datacenterNames.map((observer) => ({ observer, ...heard, detection: windowFor(observer, setting) }))
  }
  const { from: muted, to: deaf } = fault
  if (muted === 'survivor' || muted === 'failed' || deaf === 'survivor' || deaf === 'failed') return []
  const { settings, behaviour } = setting
  // The side that still hears loses the other once that one has declared it down and fallen silent (toolkit reference §4.6).
  const loss = oneWayLoss({ deaf: settings[deaf], muted: settings[muted], behaviour })
  const second: readonly Unheard[] = loss.muted === null ? [] : [{ observer: muted, ...heard, detection: loss.muted }]
  return [{ observer: deaf, ...heard, detection: loss.deaf }, ...second]
}

function windowFor(observer: DatacenterName, { settings, behaviour }: ForecastSetting): PredictedWindow | null {
  return detectionWindow({ observer: settings[observer], failed: settings[otherDatacenter(observer)], behaviour })
}

/** Between two flaps heartbeats come again, so only one that outlasts detection by itself is sure to be noticed. */
function lastFlap({ downSeconds }: FlapFault<DatacenterRef>, effective: Span): Span {
  return { min: effective.min + downSeconds, max: effective.max + downSeconds, isKnown: effective.isKnown }
}

function blocksHeartbeats(
  { ports }: Pick<PartitionFault<DatacenterRef>, 'ports'>,
  { settings }: ForecastSetting,
): boolean {
  if (ports === 'all' || ports === 'heartbeat') return true
  return ports !== 'snapshot' && ports.includes(settings.dc1.crossDCHttpPort)
}
