import { otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { SourcePosition } from '../../model/errors.ts'
import type { PredictedWindow } from '../../model/takeover.ts'
import { formatSeconds } from '../../model/units.ts'
import { lossBound, signalTicks } from '../../toolkit/oracle.ts'
import type { LossBound } from '../../toolkit/oracle.ts'
import type { Found, LintRule } from './finding.ts'
import { windowOf } from './silence.ts'
import type { Silence } from './silence.ts'
import type { LintSubject } from './subject.ts'
import { causesOf, span } from './takeover-rules.ts'

// Whether the settings allow what the objectives ask (toolkit reference §7, general formulas).

/** The rules about objectives of recovery time and loss. */
export const objectiveRules: readonly LintRule[] = [
  {
    id: 'objective-before-detection',
    severity: 'error',
    isExcused: true,
    find: (subject) => tooEarly(subject, true),
  },
  {
    id: 'objective-within-detection',
    severity: 'warning',
    isExcused: true,
    find: (subject) => tooEarly(subject, false),
  },
  { id: 'phase-limit-above-total', severity: 'warning', find: phaseAboveTotal },
  { id: 'loss-below-period', severity: 'warning', isExcused: true, find: lossBelowPeriod },
]

/** A limit in system seconds from a fault's effect to a takeover, or to DOWN. */
interface TimeLimit {
  readonly what: string
  readonly seconds: number
  readonly position: SourcePosition
  readonly of: { readonly by?: DatacenterName; readonly of?: DatacenterName }
  /** It ends with DOWN, before a passive side has launched anything. */
  readonly isDetection: boolean
}

function timeLimits({ scenario, checks, fieldAt }: LintSubject): readonly TimeLimit[] {
  const { rto } = scenario.objectives
  const position = fieldAt('expected_recovery_time_seconds')
  const objective = (seconds: number | undefined, isDetection: boolean): readonly TimeLimit[] =>
    seconds === undefined ? [] : [{ what: 'The recovery time objective', seconds, position, of: {}, isDetection }]
  const ofChecks = checks.flatMap((placed): readonly TimeLimit[] => {
    const { check } = placed
    if (check.kind === 'takeover' && !check.never && check.within !== undefined) {
      return [{ what: '`within`', seconds: check.within, position: placed.position, of: check, isDetection: false }]
    }
    if (check.kind === 'status' && check.remote === 'down' && check.within !== undefined) {
      const of = { of: otherDatacenter(check.dc) }
      return [{ what: '`within`', seconds: check.within, position: placed.position, of, isDetection: true }]
    }
    return []
  })
  return [tightest([...objective(rto?.total, false), ...objective(rto?.detection, true)]), ...ofChecks].filter(
    (limit) => limit !== undefined,
  )
}

/** Two limits of one objective make one finding. */
function tightest(limits: readonly TimeLimit[]): TimeLimit | undefined {
  return limits.toSorted((a, b) => a.seconds - b.seconds)[0]
}

function tooEarly(subject: LintSubject, isNever: boolean): readonly Found[] {
  if (subject.hasOtherSettings || subject.hasUnknownSteps || subject.isUnsteady) return []
  return timeLimits(subject).flatMap((limit) => {
    const causes = causesOf(subject, limit.of)
    const windows = causes.flatMap((cause) => windowWithLaunch(subject, { cause, limit }) ?? [])
    if (windows.length === 0) return []
    const minSeconds = Math.min(...windows.map((window) => window.minSeconds))
    const maxSeconds = Math.max(...windows.map((window) => window.maxSeconds))
    // After an earlier silence the next one may be noticed sooner, for some misses are counted already.
    const isOne = causes.every(({ fault }) => fault.index === causes[0]?.fault.index)
    const isBefore = isOne && limit.seconds <= minSeconds
    if (limit.seconds >= maxSeconds || isBefore !== isNever) return []
    const launch = launchSeconds(subject, { limit, dc: 'dc1' })
    const who = launch === 0 ? 'the toolkit alone needs' : `the launch script's delay and the toolkit need`
    return [
      {
        message: `${limit.what} is ${formatSeconds(limit.seconds)}, but ${who} ${span({ minSeconds, maxSeconds })} to notice the fault.`,
        position: limit.position,
        advice:
          'Allow more time, or lower heartbeatExchangeInterval or consecutiveHeartbeatMissesAllowed in `crossdc`.',
      },
    ]
  })
}

function windowWithLaunch(
  subject: LintSubject,
  of: { readonly cause: Silence; readonly limit: TimeLimit },
): PredictedWindow | null {
  const window = windowOf(of.cause, subject)
  const launch = launchSeconds(subject, { limit: of.limit, dc: of.cause.dc })
  return window === null ? null : { minSeconds: window.minSeconds + launch, maxSeconds: window.maxSeconds + launch }
}

/** A passive side takes over no earlier than its script has submitted a job. */
function launchSeconds(
  { scenario }: LintSubject,
  of: { readonly limit: TimeLimit; readonly dc: DatacenterName },
): number {
  const { launchScript, mode } = scenario
  const isLaunched = mode === 'active-passive' && of.dc === 'dc1' && !of.limit.isDetection
  return isLaunched && launchScript?.kind === 'submit' ? launchScript.delaySeconds : 0
}

function phaseAboveTotal({ scenario, fieldAt }: LintSubject): readonly Found[] {
  const { total, ...phases } = scenario.objectives.rto ?? {}
  if (total === undefined) return []
  return Object.entries(phases).flatMap(([phase, seconds]) =>
    seconds <= total
      ? []
      : [
          {
            message: `The limit of ${formatSeconds(seconds)} for \`${phase}\` is above that of ${formatSeconds(total)} for the whole: it can never be what fails.`,
            position: fieldAt('expected_recovery_time_seconds'),
            advice: `Give \`${phase}\` less than the total, or leave it out.`,
          },
        ],
  )
}

interface LossAsked {
  /** At the rate of the traffic. */
  readonly seconds: number
  readonly said: string
  readonly position: SourcePosition
}

/** RPO_limit ≥ E + L (toolkit reference §7, general formulas); before the first snapshot everything since the start is lost. */
function lossBelowPeriod(subject: LintSubject): readonly Found[] {
  const crash = onlyCrash(subject)
  if (crash === undefined) return []
  const { settings, behaviour } = subject
  const survivor = settings[otherDatacenter(crash.dc)]
  // The job that a passive side launches keeps what it finds, unless `crossdc` says otherwise: a rule of its own speaks of that.
  const kept = survivor.crossDCOperationMode === 0 ? { ...survivor, retainOlderDataSnapshotsAtStartup: true } : survivor
  const bound = lossBound('crash', { failed: settings[crash.dc], survivor: kept, behaviour })
  const worst = bound.maxSeconds === null ? bound : (expectedLoss(subject, crash) ?? bound)
  const { maxSeconds, reason } = worst
  const lost = maxSeconds === null ? `the whole state: ${reason}` : `up to ${formatSeconds(maxSeconds)}: ${reason}`
  return lossesAsked(subject, crash)
    .filter(({ seconds }) => maxSeconds === null || seconds < maxSeconds)
    .map(({ said, position }) => ({
      message: `At most ${said} may be lost, but \`${crash.fault.step.id}\` may cost ${lost}.`,
      position,
      advice: 'Allow for a whole snapshot period, or lower dataSnapshotExchangeInterval in `crossdc`.',
    }))
}

/** The death of a DC that gets traffic; undefined where what it costs hangs on other steps too. */
function onlyCrash(subject: LintSubject): Silence | undefined {
  const { silences, steps, hasUnknownSteps, hasOtherSettings } = subject
  const isSettled = steps.some(
    ({ step }) => 'action' in step && (step.action.kind === 'quiesce' || step.action.kind === 'load'),
  )
  const crashes = silences.filter(({ isSure, by, dc }) => isSure && by === 'process' && isFed(subject, dc))
  const [crash] = crashes
  if (hasUnknownSteps || hasOtherSettings || isSettled || crashes.length > 1) return undefined
  const isAnnounced = silences.some(({ by, dc }) => by === 'planned' && dc === crash?.dc)
  return isAnnounced ? undefined : crash
}

function isFed({ scenario }: LintSubject, dc: DatacenterName): boolean {
  return scenario.traffic.some(({ into }) => into.includes(dc))
}

/**
 * What a crash at a given time costs at the most, with an interval for ticks that drift; undefined where the time is not given. Never
 * more than a period, once there was a snapshot.
 */
function expectedLoss(
  { scenario, settings, behaviour, schedules }: LintSubject,
  crash: Silence,
): LossBound | undefined {
  const { startSeconds: at } = crash.fault
  const schedule = schedules[crash.dc]
  if (at === undefined || schedule === null) return undefined
  const startSeconds = crash.dc === 'dc2' ? scenario.opts.startOffsetSeconds : 0
  const count = Math.min(10_000, Math.ceil(at / Math.max(schedule.periodSeconds, 0.1)) + 1)
  const signals = signalTicks({ settings: settings[crash.dc], count, behaviour }).map(
    ({ seconds }) => startSeconds + seconds,
  )
  const last = signals.filter((seconds) => seconds <= at).at(-1)
  if (last === undefined) return { maxSeconds: at, reason: 'everything since its start' }
  const maxSeconds = at - last + settings[crash.dc].heartbeatExchangeInterval
  return { maxSeconds: Math.min(schedule.periodSeconds, maxSeconds), reason: 'since its last snapshot' }
}

function lossesAsked({ scenario, checks, fieldAt }: LintSubject, crash: Silence): readonly LossAsked[] {
  const { lossSeconds, lossPercent } = scenario.objectives
  const asked: LossAsked[] = []
  const add = (unit: 'seconds' | 'percent' | 'tuples', value: number, position: SourcePosition): void => {
    const seconds = inSeconds({ unit, value }, { scenario, crash })
    const said = unit === 'seconds' ? formatSeconds(value) : unit === 'percent' ? `${value} %` : `${value} tuples`
    if (seconds !== undefined) asked.push({ seconds, said, position })
  }
  if (lossSeconds !== undefined) add('seconds', lossSeconds, fieldAt('expected_data_loss_seconds'))
  if (lossPercent !== undefined) add('percent', lossPercent, fieldAt('expected_data_loss_percentage'))
  for (const { check, position } of checks) {
    if (check.kind === 'loss' && check.atMost !== undefined && check.for === undefined) {
      add(check.atMost.unit, check.atMost.value, position)
    }
  }
  return asked
}

/** How long traffic into the DC takes to be that much; undefined where that is not plain. */
function inSeconds(
  limit: { readonly unit: 'seconds' | 'percent' | 'tuples'; readonly value: number },
  of: { readonly scenario: LintSubject['scenario']; readonly crash: Silence },
): number | undefined {
  if (limit.unit === 'seconds') return limit.value
  const { traffic } = of.scenario
  // Only traffic that runs evenly into the DC up to the fault can be reckoned with.
  const isEven = traffic.every(
    (spec) =>
      (spec.arrival ?? { kind: 'constant' }).kind === 'constant' &&
      spec.forSeconds === undefined &&
      spec.count === undefined &&
      spec.into.length === 1 &&
      spec.into[0] === of.crash.dc &&
      spec.generator.kind !== 'replay',
  )
  const rate = traffic.reduce((sum, spec) => sum + spec.rate, 0)
  if (!isEven || rate <= 0) return undefined
  if (limit.unit === 'tuples') return limit.value / rate
  const at = of.crash.fault.startSeconds
  return at === undefined ? undefined : (limit.value / 100) * at
}
