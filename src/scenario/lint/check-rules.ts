import type { AskedCheck, CheckKind, FigureLimits, LossLimit } from '../../model/check.ts'
import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import { formatSeconds } from '../../model/units.ts'
import { missesUntilDown, snapshotStoreKind } from '../../toolkit/oracle.ts'
import type { Found, LintRule } from './finding.ts'
import type { LintSubject, PlacedCheck } from './subject.ts'

// Gates that say nothing: checks that hold whatever happens, that cannot hold, or that have nothing to look at.

/** The rules about checks for themselves. */
export const checkRules: readonly LintRule[] = [
  { id: 'check-cannot-fail', severity: 'warning', find: (subject) => eachCheck(subject, cannotFail) },
  { id: 'check-cannot-pass', severity: 'error', isExcused: true, find: (subject) => eachCheck(subject, cannotPass) },
  { id: 'checks-contradict', severity: 'error', isExcused: true, find: contradictions },
  { id: 'check-without-traffic', severity: 'warning', find: withoutTraffic },
  { id: 'replication-age-below-period', severity: 'error', isExcused: true, find: ageBelowPeriod },
  { id: 'nothing-judged', severity: 'warning', find: nothingJudged },
]

interface Reason {
  readonly message: string
  readonly advice: string
}

type Judge = (check: AskedCheck, subject: LintSubject) => Reason | null

function eachCheck(subject: LintSubject, judge: Judge): readonly Found[] {
  return subject.checks.flatMap(({ check, position }) => {
    const reason = judge(check, subject)
    return reason === null ? [] : [{ ...reason, position }]
  })
}

/** Why a check holds whatever happens. */
function cannotFail(check: AskedCheck, subject: LintSubject): Reason | null {
  const text = whyHolds(check, subject)
  if (text === null) return null
  return {
    message: `The check \`${check.kind}\` cannot fail: ${text}`,
    advice: 'Give it a limit that the run can miss, or remove it.',
  }
}

function whyHolds(check: AskedCheck, subject: LintSubject): string | null {
  const { scenario } = subject
  const end = scenario.opts.runForSeconds
  switch (check.kind) {
    case 'loss':
      return whyLossHolds(check)
    case 'availability':
      return whyPercentHolds(check)
    case 'error_rate':
      return whyPercentHolds(check)
    case 'throughput':
    case 'latency':
      return isZero(check.atLeast) && check.atMost === undefined ? 'every figure is at least 0.' : null
    case 'takeover':
      return check.never ? whyNoTakeover(subject) : null
    case 'duplicates':
    case 'split_brain':
    case 'mutual_down': {
      const { polarity } = check
      if (polarity.is !== 'at_most' || end === undefined || polarity.seconds < end) return null
      return `it may last ${formatSeconds(polarity.seconds)}, and the run ends at ${formatSeconds(end)}.`
    }
    case 'status':
      return whyChangesHold(check.changesAtMost, { isAlone: check.remote === undefined, subject })
    case 'replication_age':
      if (end === undefined || check.atMost < end) return null
      return `a replica is never older than the run, which ends at ${formatSeconds(end)}.`
    default:
      return null
  }
}

function whyLossHolds(check: AskedCheck & { readonly kind: 'loss' }): string | null {
  const { atMost, atLeast } = check
  const isMostOpen = atMost === undefined || (atMost.unit === 'percent' && atMost.value >= 100)
  const isLeastOpen = atLeast === undefined || atLeast.value <= 0
  if (!isMostOpen || !isLeastOpen) return null
  return atMost === undefined ? 'every loss is at least 0.' : 'no more than 100 % can be lost.'
}

/** Of figures that lie between 0 % and 100 %. */
function whyPercentHolds(check: FigureLimits): string | null {
  const { atMost, atLeast } = check
  const isMostOpen = atMost === undefined || (atMost.of === 'absolute' && atMost.value >= 100)
  const isLeastOpen = atLeast === undefined || isZero(atLeast)
  return isMostOpen && isLeastOpen ? 'every share lies between 0 % and 100 %.' : null
}

function isZero(limit: FigureLimits['atLeast']): boolean {
  return limit !== undefined && (limit.of === 'absolute' ? limit.value : limit.percent) <= 0
}

function whyNoTakeover(subject: LintSubject): string | null {
  const { settings, behaviour, scenario } = subject
  if (subject.hasOtherSettings || subject.hasUnknownSteps) return null
  if (datacenterNames.every((dc) => missesUntilDown(settings[dc], behaviour) === null)) {
    return 'with these settings no DC ever declares the other down.'
  }
  const isCalm = scenario.steps.length === 0 && scenario.opts.runForSeconds === undefined
  return isCalm && !subject.isUnsteady ? 'there is no step, and nothing to wait for, that could provoke one.' : null
}

/** After DOWN the next UP takes a heartbeat at least, so a change of mind takes an interval (toolkit reference §4.3). */
function whyChangesHold(
  changesAtMost: number | undefined,
  of: { readonly isAlone: boolean; readonly subject: LintSubject },
): string | null {
  const { isAlone, subject } = of
  const end = subject.scenario.opts.runForSeconds
  if (!isAlone || changesAtMost === undefined || end === undefined) return null
  const intervals = datacenterNames.map((dc) => subject.settings[dc].heartbeatExchangeInterval)
  const possible = Math.ceil(end / Math.max(1, Math.min(...intervals))) * 2
  if (changesAtMost < possible) return null
  return `in ${formatSeconds(end)} no DC can change its mind more than ${possible} times.`
}

/** Why a check cannot hold. */
function cannotPass(check: AskedCheck, subject: LintSubject): Reason | null {
  const text = whyFails(check, subject)
  if (text === null) return null
  return { message: `The check \`${check.kind}\` cannot pass: ${text}`, advice: 'Correct the limit.' }
}

function whyFails(check: AskedCheck, subject: LintSubject): string | null {
  switch (check.kind) {
    case 'loss':
      return whyLossFails(check.atMost, check.atLeast)
    case 'availability':
    case 'error_rate':
      if (check.atLeast?.of === 'absolute' && check.atLeast.value > 100) return 'no share is above 100 %.'
      return whyLimitsCross(check)
    case 'throughput':
      return whyThroughputFails(check, subject) ?? whyLimitsCross(check)
    case 'latency':
      return whyLimitsCross(check)
    case 'metric':
      return check.atMost !== undefined && check.atLeast !== undefined && check.atLeast > check.atMost
        ? `nothing is at least ${check.atLeast} and at most ${check.atMost}.`
        : null
    case 'replication_age': {
      const isSent = subject.schedules[check.dc] !== null || subject.hasOtherSettings
      const isKept = snapshotStoreKind(subject.settings[otherDatacenter(check.dc)], subject.behaviour) !== 'none'
      return isSent && isKept ? null : `${check.dc}'s snapshots are off, or nobody keeps them, so there is no replica.`
    }
    default:
      return null
  }
}

function whyLossFails(atMost: LossLimit | undefined, atLeast: LossLimit | undefined): string | null {
  if (atLeast?.unit === 'percent' && atLeast.value > 100) return 'no more than 100 % can be lost.'
  if (atMost === undefined || atLeast === undefined || atMost.unit !== atLeast.unit) return null
  return atLeast.value > atMost.value
    ? `no loss is at least ${atLeast.value} and at most ${atMost.value} ${atMost.unit}.`
    : null
}

function whyLimitsCross({ atMost, atLeast }: FigureLimits): string | null {
  if (atMost === undefined || atLeast === undefined || atMost.of !== atLeast.of) return null
  const most = atMost.of === 'absolute' ? atMost.value : atMost.percent
  const least = atLeast.of === 'absolute' ? atLeast.value : atLeast.percent
  return least > most ? `nothing is at least ${least} and at most ${most}.` : null
}

/** Load is open: no more is accepted than is offered. */
function whyThroughputFails(check: FigureLimits, { scenario, steps }: LintSubject): string | null {
  const { atLeast } = check
  const isSteady =
    scenario.traffic.length > 0 &&
    scenario.traffic.every(
      ({ arrival, generator }) => (arrival ?? { kind: 'constant' }).kind === 'constant' && generator.kind !== 'replay',
    )
  const isChanged = steps.some(({ step }) => 'action' in step && step.action.kind === 'load')
  if (atLeast === undefined || !isSteady || isChanged) return null
  if (atLeast.of === 'baseline') return null
  const offered = scenario.traffic.reduce((sum, { rate, into }) => sum + rate * into.length, 0)
  return atLeast.value > offered ? `only ${offered} tuples a second are sent, of ${atLeast.value} asked.` : null
}

function contradictions({ checks }: LintSubject): readonly Found[] {
  return checks.flatMap(({ check, position }, index) => {
    const other = checks.slice(0, index).find((before) => isOpposite(before.check, check))
    if (other === undefined) return []
    return [
      {
        message: `The check \`${check.kind}\` asks the opposite of the one in line ${other.position.line}: one of the two fails.`,
        position,
        advice: 'Keep one of them, or scope them with `for`.',
      },
    ]
  })
}

function isOpposite(a: AskedCheck, b: AskedCheck): boolean {
  if (a.for !== b.for) return false
  if (a.kind === 'takeover' && b.kind === 'takeover') {
    const [never, expected] = a.never ? [a, b] : [b, a]
    const covers = (part: 'by' | 'of'): boolean => never[part] === undefined || never[part] === expected[part]
    return never.never && !expected.never && covers('by') && covers('of')
  }
  if (!('polarity' in a) || !('polarity' in b) || a.kind !== b.kind) return false
  const kinds = [a.polarity.is, b.polarity.is]
  return kinds.includes('never') && kinds.includes('expected')
}

/** Checks that look at what became of tuples. */
const ofTraffic: readonly CheckKind[] = [
  'loss',
  'duplicates',
  'order',
  'integrity',
  'state',
  'availability',
  'throughput',
  'latency',
  'error_rate',
  'backlog_drains',
]

function withoutTraffic({ scenario, checks, hasUnknownSteps, fieldAt }: LintSubject): readonly Found[] {
  if (scenario.traffic.length > 0 || hasUnknownSteps) return []
  const advice = 'Add `pre_failover_data`, or remove it.'
  const blind = checks.filter(({ check }) => ofTraffic.includes(check.kind))
  const objectives = [
    ...(scenario.objectives.lossSeconds === undefined ? [] : ['expected_data_loss_seconds']),
    ...(scenario.objectives.lossPercent === undefined ? [] : ['expected_data_loss_percentage']),
  ]
  return [
    ...blind.map(({ check, position }) => ({
      message: `The check \`${check.kind}\` looks at traffic, and the scenario sends none: it has nothing to judge.`,
      position,
      advice,
    })),
    ...objectives.map((name) => ({
      message: `\`${name}\` is about traffic, and the scenario sends none: there is nothing to lose.`,
      position: fieldAt(name),
      advice,
    })),
  ]
}

/** Just before the next snapshot comes, the replica is a whole period old (toolkit reference §5.1). */
function ageBelowPeriod(subject: LintSubject): readonly Found[] {
  if (subject.hasOtherSettings) return []
  return subject.checks.flatMap(({ check, position }: PlacedCheck) => {
    const schedule = check.kind === 'replication_age' ? subject.schedules[check.dc] : null
    if (check.kind !== 'replication_age' || schedule === null || check.for !== undefined) return []
    if (check.atMost >= schedule.periodSeconds) return []
    return [
      {
        message: `The replica of ${check.dc} may be ${formatSeconds(check.atMost)} old, but it is ${formatSeconds(schedule.periodSeconds)} old each time before the next snapshot comes.`,
        position,
        advice: `Allow more than ${formatSeconds(schedule.periodSeconds)}, or lower dataSnapshotExchangeInterval.`,
      },
    ]
  })
}

function nothingJudged({ scenario, checks, hasOwnBody, fieldAt }: LintSubject): readonly Found[] {
  const { rto, lossPercent, lossSeconds } = scenario.objectives
  const hasObjective = rto !== undefined || lossPercent !== undefined || lossSeconds !== undefined
  if (hasOwnBody || hasObjective || checks.some(({ check }) => (check.severity ?? 'critical') === 'critical')) return []
  const what = checks.length === 0 ? 'no check and no objective' : 'no critical check and no objective'
  return [
    {
      message: `The scenario has ${what}: it passes whatever the toolkit does.`,
      position: checks.length === 0 ? fieldAt('test_id') : fieldAt('post_failover_validation_checks'),
      advice: 'Add what is to hold, such as `takeover` or `expected_recovery_time_seconds`.',
    },
  ]
}
