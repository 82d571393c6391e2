import { otherDatacenter } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { Trigger, TriggerEvent } from '../model/step.ts'
import { firstUpSeconds, signalTicks, snapshotSchedule } from '../toolkit/oracle.ts'
import { distinctSilences, downOf, downSpan } from './forecast-silence.ts'
import type { Silence } from './forecast-silence.ts'
import type { ForecastSetting } from './forecast-setting.ts'
import { atSecond, later } from './forecast-time.ts'
import type { Span } from './forecast-time.ts'

/** What is known so far of a run that is being forecast. */
export interface KnownTimes {
  readonly setting: ForecastSetting
  readonly silences: readonly Silence[]
  /** By step id: when it began, and when its fault was healed, null with the run's end. */
  readonly steps: ReadonlyMap<string, { readonly began: Span; readonly effective: Span; readonly healed: Span | null }>
}

/**
 * When what a trigger waits for comes: from its event's window, or, where the settings do not tell it, any time until the run
 * gives up.
 */
export function triggerSpan(trigger: Trigger, known: KnownTimes, begins: Span): Span {
  const since = trigger.since === undefined ? atSecond(0) : (known.steps.get(trigger.since)?.began ?? begins)
  const { event, occurrence = 1, afterSeconds = 0 } = trigger
  const found = eventSpan(event, { occurrence, since }, known)
  const span = found ?? {
    min: Math.max(begins.min, since.min),
    max: begins.max + known.setting.patienceSeconds,
    isKnown: false,
  }
  // What came before the waiting began is not waited for.
  const from = { min: Math.max(span.min, begins.min), max: Math.max(span.max, begins.max), isKnown: span.isKnown }
  return later(from, { min: afterSeconds, max: afterSeconds })
}

interface Which {
  readonly occurrence: number
  readonly since: Span
}

/** Null: the settings do not tell. */
function eventSpan(event: TriggerEvent, which: Which, known: KnownTimes): Span | null {
  if (event.of === 'step') {
    const times = known.steps.get(event.step)
    if (times === undefined || which.occurrence > 1) return null
    return event.event === 'fault_effective' ? times.effective : times.healed
  }
  const { dc } = event
  if (dc === 'survivor' || dc === 'failed') return null
  switch (event.event) {
    case 'remote_up':
      return which.occurrence === 1 && which.since.max === 0 ? firstUp(dc, known.setting) : null
    case 'remote_down':
    case 'takeover_started':
    case 'script_launched':
      return nextDown(dc, which, known)
    case 'takeover_done':
    case 'first_output':
      return afterTakeover(dc, which, known)
    case 'snapshot_signal':
    case 'protected':
      return nextSignal(dc, which, known)
    case 'snapshot_stored':
      return nextSignal(otherDatacenter(dc), which, known)
    default:
      return null
  }
}

/** When the observer first sees the other up. */
export function firstUp(observer: DatacenterName, setting: ForecastSetting): Span | null {
  const other = otherDatacenter(observer)
  const seconds = firstUpSeconds({
    observerStartSeconds: setting.startSeconds[observer],
    remote: setting.settings[other],
    remoteStartSeconds: setting.startSeconds[other],
  })
  return seconds === null || !Number.isFinite(seconds)
    ? null
    : later(atSecond(seconds), { min: 0, max: setting.actingSeconds })
}

/** The DOWN of an observer after the so-maniest silence; null where it is not sure to come. */
function nextDown(
  observer: DatacenterName,
  { occurrence, since }: Which,
  { silences, setting }: KnownTimes,
): Span | null {
  const coming = distinctSilences(silences).filter(
    (silence) => silence.observer === observer && (downSpan(silence, setting)?.max ?? 0) >= since.min,
  )
  const silence = coming.filter((one) => downOf(one) !== 'never')[occurrence - 1]
  return silence === undefined || downOf(silence) !== 'sure' ? null : downSpan(silence, setting)
}

function afterTakeover(observer: DatacenterName, which: Which, known: KnownTimes): Span | null {
  const down = nextDown(observer, which, known)
  const { settings, takeoverSeconds, launchSeconds } = known.setting
  const launch = settings[observer].crossDCOperationMode === 0 ? launchSeconds : 0
  return down === null ? null : later(down, { min: 0, max: takeoverSeconds + launch })
}

/**
 * A snapshot signal of a DC: the so-maniest from a time on (toolkit reference §5.1). Null once it may have declared the other
 * down, for then it signals nothing.
 */
export function nextSignal(dc: DatacenterName, { occurrence, since }: Which, known: KnownTimes): Span | null {
  const { setting, silences } = known
  const { startSeconds, behaviour, actingSeconds } = setting
  const settings = setting.settings[dc]
  const up = firstUp(dc, setting)
  const schedule = snapshotSchedule(settings, behaviour)
  if (up === null || schedule === null) return null
  const interval = settings.heartbeatExchangeInterval
  const ticksBefore = (up.min - startSeconds[dc] - settings.crossDCInitDelay) / Math.max(interval, 0.001)
  const upFromTick = Math.max(1, Math.ceil(ticksBefore) + 1)
  const first = signalTicks({ settings, count: 1, upFromTick, behaviour })[0]?.seconds
  if (first === undefined) return null
  const nth = (from: number): number => {
    const start = startSeconds[dc] + first
    const passed = schedule.periodSeconds <= 0 ? 0 : Math.max(0, Math.ceil((from - start) / schedule.periodSeconds))
    return start + (passed + occurrence - 1) * schedule.periodSeconds
  }
  const span = { min: nth(since.min), max: nth(since.max) + actingSeconds, isKnown: since.isKnown }
  const isCut = silences.some((silence) => silence.from.min < span.max)
  return isCut || !Number.isFinite(span.max) ? null : span
}
