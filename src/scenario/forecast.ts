import type { AskedCheck } from '../model/check.ts'
import { datacenterNames, otherDatacenter } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { Scenario } from '../model/scenario.ts'
import { firstUp, nextSignal } from './forecast-events.ts'
import { forecastSetting } from './forecast-setting.ts'
import type { ForecastSetting } from './forecast-setting.ts'
import { distinctSilences, downOf, downSpan } from './forecast-silence.ts'
import type { Silence } from './forecast-silence.ts'
import { scheduleSteps } from './forecast-steps.ts'
import type { StepSchedule } from './forecast-steps.ts'
import { atSecond, later, latest, rounded } from './forecast-time.ts'
import type { ForecastWindow, Span } from './forecast-time.ts'

export type { ForecastWindow } from './forecast-time.ts'

/** How long a run takes. */
export interface Forecast {
  /** From t = 0 to the verification. */
  readonly systemSeconds: ForecastWindow
  /** The same and what comes before and after it, on the test's clock. */
  readonly realSeconds: ForecastWindow
  /** System seconds per real second that the forecast is for. */
  readonly timeScale: number
}

/** Something that the toolkit's settings let one expect. */
export interface ExpectedEvent {
  readonly event: 'connected' | 'protected' | 'takeover'
  /** Who sees it; of `protected` the one whose state has a replica. */
  readonly dc: DatacenterName
  readonly span: Span
  /** Whether it comes for sure, as far as the settings say. */
  readonly isSure: boolean
}

/** A forecast with all that it is made of. */
export interface ForecastParts {
  readonly setting: ForecastSetting
  readonly schedule: StepSchedule
  /** When both jobs are healthy and traffic begins. */
  readonly ready: Span
  readonly expected: readonly ExpectedEvent[]
  /** When the run is verified. */
  readonly end: Span
  readonly forecast: Forecast
}

/** Real seconds of a run outside its system time: the pair's coming up, and undoing, verifying and writing down. */
const aroundRealSeconds: ForecastWindow = { min: 0.3, max: 4 }

/** When a run's steps come, what follows of them, and how long it all takes. */
export function forecastOf(scenario: Scenario, options: { readonly timeScale: number }): ForecastParts {
  const setting = forecastSetting(scenario, options.timeScale)
  const started = Math.max(setting.startSeconds.dc1, setting.startSeconds.dc2)
  const ready = later(atSecond(started), { min: 0, max: setting.startupSeconds })
  const schedule = scheduleSteps(scenario.steps, ready, setting)
  const expected = [...startEvents(setting, schedule), ...takeovers(schedule.silences, setting)]
  const end = endOf({ scenario, setting, schedule, expected, ready })
  const { timeScale } = options
  return {
    setting,
    schedule,
    ready,
    expected: expected.filter(({ span }) => span.min <= end.max),
    end,
    forecast: {
      systemSeconds: { min: rounded(end.min), max: rounded(end.max) },
      realSeconds: {
        min: rounded(end.min / timeScale + aroundRealSeconds.min),
        max: rounded(end.max / timeScale + aroundRealSeconds.max),
      },
      timeScale,
    },
  }
}

function startEvents(setting: ForecastSetting, { silences }: StepSchedule): readonly ExpectedEvent[] {
  return datacenterNames.flatMap((dc): readonly ExpectedEvent[] => {
    const up = firstUp(dc, setting)
    const signal = nextSignal(dc, { occurrence: 1, since: atSecond(0) }, { setting, silences, steps: new Map() })
    return [
      ...(up === null ? [] : [{ event: 'connected', dc, span: up, isSure: true } as const]),
      ...(signal === null ? [] : [{ event: 'protected', dc, span: signal, isSure: true } as const]),
    ]
  })
}

function takeovers(silences: readonly Silence[], setting: ForecastSetting): readonly ExpectedEvent[] {
  return distinctSilences(silences).flatMap((silence): readonly ExpectedEvent[] => {
    const down = downSpan(silence, setting)
    const coming = downOf(silence)
    if (down === null || coming === 'never') return []
    return [{ event: 'takeover', dc: silence.observer, span: down, isSure: coming === 'sure' }]
  })
}

/** By the rules of the run: what `run_for` says, or once the expected takeovers have settled, at most as long as they may take. */
function endOf(of: Omit<ForecastParts, 'end' | 'forecast'> & { readonly scenario: Scenario }): Span {
  const { scenario, setting, schedule, expected, ready } = of
  const { runForSeconds, timeoutSeconds = Infinity } = scenario.opts
  const limited = (span: Span): Span => ({
    ...span,
    min: Math.min(span.min, timeoutSeconds),
    max: Math.min(span.max, timeoutSeconds),
  })
  if (runForSeconds !== undefined) {
    return limited({ min: Math.max(runForSeconds, ready.min), max: Math.max(runForSeconds, ready.max), isKnown: true })
  }
  const done = latest([schedule.done, ready], ready)
  const faults = schedule.steps.filter(({ step, isInBackground }) => 'fault' in step && !isInBackground)
  const lastFault = latest(
    faults.map(({ effective }) => effective),
    atSecond(0),
  )
  const deadline = latest(
    [done, later(lastFault, { min: setting.settlingSeconds, max: setting.settlingSeconds })],
    done,
  )
  const observers = observersAsked(scenario.checks)
  const settled = observers.map((dc) => firstTakeover(dc, expected))
  if (observers.length === 0 || settled.includes(undefined)) return limited(deadline)
  const known = settled.flatMap((span) => span ?? [])
  const after = { min: 0, max: setting.takeoverSeconds + setting.launchSeconds }
  return limited(latest([done, ...known.map((span) => later(span, after))], done))
}

function firstTakeover(dc: DatacenterName, expected: readonly ExpectedEvent[]): Span | undefined {
  return expected.find((one) => one.event === 'takeover' && one.isSure && one.dc === dc)?.span
}

function observersAsked(checks: readonly AskedCheck[]): readonly DatacenterName[] {
  const observers = checks.flatMap((check): readonly DatacenterName[] => {
    if (check.kind !== 'takeover' || check.never) return []
    if (check.by !== undefined) return [check.by]
    return check.of === undefined ? [] : [otherDatacenter(check.of)]
  })
  return [...new Set(observers)]
}
