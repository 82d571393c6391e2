import { embeddedCapabilities } from '../../model/testbed-capabilities.ts'
import type { FigureLimits } from '../../model/check.ts'
import type { TrafficSpec } from '../../model/scenario.ts'
import { formatSeconds } from '../../model/units.ts'
import type { Found, LintRule } from './finding.ts'
import type { LintSubject } from './subject.ts'

/** The rules about traffic, and about the figures that are taken of it. */
export const trafficRules: readonly LintRule[] = [
  { id: 'redirect-without-effect', severity: 'warning', find: redirectWithoutEffect },
  { id: 'traffic-into-dead', severity: 'warning', find: intoDead },
  { id: 'warmup-too-long', severity: 'error', find: warmupTooLong },
  { id: 'traffic-ends-early', severity: 'warning', find: trafficEndsEarly },
  { id: 'traffic-over-capacity', severity: 'warning', find: overCapacity },
  { id: 'baseline-missing', severity: 'error', isExcused: true, find: baselineMissing },
  { id: 'phase-without-traffic', severity: 'warning', find: phaseWithoutTraffic },
]

const field = 'pre_failover_data'

function eachTraffic(
  { scenario, fieldAt }: LintSubject,
  judge: (spec: TrafficSpec) => { readonly message: string; readonly advice: string } | null,
): readonly Found[] {
  return scenario.traffic.flatMap((spec) => {
    const found = judge(spec)
    return found === null ? [] : [{ ...found, position: fieldAt(field) }]
  })
}

function redirectWithoutEffect(subject: LintSubject): readonly Found[] {
  if (subject.hasUnknownSteps || subject.isUnsteady) return []
  return eachTraffic(subject, ({ redirect, until, into }) => {
    if (redirect === undefined) return null
    if (until === 'fault') {
      const message = 'Traffic that stops before the fault (`until: fault`) is never redirected.'
      return { message, advice: 'Remove `until` or `redirect`.' }
    }
    if (subject.silences.some(({ dc }) => into.includes(dc))) return null
    const message = `Traffic into ${into.join(' and ')} is to go to the survivor, but no step makes ${into.join(' or ')} fail.`
    return { message, advice: 'Remove `redirect`, or correct the fault’s target.' }
  })
}

/** Traffic begins once both jobs are healthy (decisions 1), which a job that is held down from the start never is. */
function intoDead(subject: LintSubject): readonly Found[] {
  const dead = subject.silences.find(
    ({ by, isSure, fault, heldSeconds }) =>
      by === 'process' && isSure && fault.startSeconds === 0 && heldSeconds === Number.POSITIVE_INFINITY,
  )
  if (dead === undefined || subject.hasUnknownSteps) return []
  return eachTraffic(subject, ({ into }) =>
    into.includes(dead.dc)
      ? {
          message: `Traffic into ${dead.dc} begins once both jobs are healthy, and \`${dead.fault.step.id}\` holds ${dead.dc}'s job down from the start.`,
          advice: 'Let the fault come later, or send into the other DC.',
        }
      : null,
  )
}

/** When the first fault begins, where the file says when all of them do. */
function firstFaultSeconds({ faults }: LintSubject): number | undefined {
  const starts = faults.map(({ startSeconds }) => startSeconds)
  return starts.length === 0 || starts.includes(undefined)
    ? undefined
    : Math.min(...starts.filter((start) => start !== undefined))
}

function warmupTooLong(subject: LintSubject): readonly Found[] {
  const fault = firstFaultSeconds(subject)
  return eachTraffic(subject, ({ warmupSeconds = 0, forSeconds, count, rate }) => {
    if (warmupSeconds <= 0) return null
    const advice = 'Make `warmup` shorter.'
    const said = `A warm-up of ${formatSeconds(warmupSeconds)}`
    const lasts = forSeconds ?? (count === undefined ? undefined : count / rate)
    if (lasts !== undefined && warmupSeconds >= lasts) {
      return { message: `${said} leaves nothing of traffic that lasts ${formatSeconds(lasts)}.`, advice }
    }
    if (fault === undefined || warmupSeconds < fault) return null
    return {
      message: `${said} is not over at the first fault at ${formatSeconds(fault)}: there is no baseline.`,
      advice,
    }
  })
}

/** Traffic that ended a whole snapshot period before the crash is in the replica: nothing of it can be lost. */
function trafficEndsEarly(subject: LintSubject): readonly Found[] {
  const { scenario, checks, schedules, silences } = subject
  const isAsked =
    scenario.objectives.lossSeconds !== undefined ||
    scenario.objectives.lossPercent !== undefined ||
    checks.some(({ check }) => check.kind === 'loss' && check.atMost !== undefined)
  const fault = firstFaultSeconds(subject)
  if (!isAsked || fault === undefined || silences.length === 0 || subject.hasUnknownSteps) return []
  const periods = Object.values(schedules).map((schedule) => schedule?.periodSeconds ?? Infinity)
  const lasting = scenario.traffic.map(
    ({ forSeconds, count, rate }) => forSeconds ?? (count === undefined ? Infinity : count / rate),
  )
  // The job's initial delay stands for its time to health, which is not known before the run.
  const delays = Math.max(...Object.values(subject.settings).map(({ crossDCInitDelay }) => crossDCInitDelay))
  const ends = Math.max(...lasting) + delays + scenario.opts.startOffsetSeconds
  if (lasting.length === 0 || ends + Math.max(...periods) >= fault) return []
  return [
    {
      message: `Traffic ends at about ${formatSeconds(ends)}, more than a snapshot period before the fault at ${formatSeconds(fault)}: nothing of it can be lost.`,
      position: subject.fieldAt(field),
      advice: 'Leave `for` and `count` out, so that traffic goes on until the fault.',
    },
  ]
}
/** Where a scenario names no other. */
const embeddedTimeScale = 60

function overCapacity({ scenario, fieldAt }: LintSubject): readonly Found[] {
  const scale = scenario.opts.timeScale ?? embeddedTimeScale
  const rate = scenario.traffic.reduce((sum, spec) => sum + peakOf(spec) * spec.into.length, 0)
  if (rate * scale <= embeddedCapabilities.maxTuplesPerRealSecond) return []
  return [
    {
      message: `${rate} tuples a second at a time scale of ${scale} are ${rate * scale} a second of real time; the embedded testbed carries ${embeddedCapabilities.maxTuplesPerRealSecond}.`,
      position: fieldAt(field),
      advice: `Lower the rate, or set \`opts.time_scale\` to at most ${Math.max(1, Math.floor(embeddedCapabilities.maxTuplesPerRealSecond / rate))}.`,
    },
  ]
}

function peakOf({ rate, arrival }: TrafficSpec): number {
  if (arrival?.kind === 'burst') return Math.max(rate, arrival.peakRate)
  return arrival?.kind === 'ramp' ? Math.max(rate, arrival.toRate) : rate
}

/** A limit relative to what was before the fault needs a before, and a fault. */
function baselineMissing(subject: LintSubject): readonly Found[] {
  const { scenario, faults, checks } = subject
  if (scenario.traffic.length === 0 || faults.length > 0 || subject.hasUnknownSteps) return []
  return checks.flatMap(({ check, position }) => {
    const limits = figureLimits(check)
    const isRelative = limits !== null && (limits.atMost?.of === 'baseline' || limits.atLeast?.of === 'baseline')
    if (!isRelative) return []
    const message = `The check \`${check.kind}\` compares with the time before the fault, and there is no fault.`
    return [{ message, position, advice: 'Give an absolute limit, or add the fault.' }]
  })
}

function phaseWithoutTraffic(subject: LintSubject): readonly Found[] {
  const { scenario, faults, checks } = subject
  const isStopped = scenario.traffic.length > 0 && scenario.traffic.every(({ until }) => until === 'fault')
  return checks.flatMap(({ check, position }) => {
    const phase = figureLimits(check)?.phase
    if (phase === undefined || phase === 'whole' || scenario.traffic.length === 0) return []
    const why =
      faults.length === 0 && !subject.hasUnknownSteps
        ? 'there is no fault, so there is no such phase'
        : isStopped && phase !== 'before_fault'
          ? 'all traffic stops before the fault'
          : null
    if (why === null) return []
    const message = `The check \`${check.kind}\` looks at the phase \`${phase}\`, but ${why}.`
    return [{ message, position, advice: 'Choose another `phase`, or let traffic go on.' }]
  })
}

function figureLimits(check: LintSubject['checks'][number]['check']): FigureLimits | null {
  switch (check.kind) {
    case 'availability':
    case 'throughput':
    case 'latency':
    case 'error_rate':
      return check
    default:
      return null
  }
}
