import type { AskedCheck, CheckSpec } from '../model/check.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { checkAvailability } from './availability.ts'
import { checkBacklogDrains } from './backlog-drains.ts'
import { checkCustom, type CustomCheck } from './custom-check.ts'
import { checkDuplicates } from './duplicates.ts'
import { checkErrorRate } from './error-rate.ts'
import { checkFailBack } from './fail-back.ts'
import type { Facts } from './facts.ts'
import { checkIntegrity } from './integrity.ts'
import { checkLatency } from './latency.ts'
import { checkLogSanity } from './log-sanity.ts'
import { checkLoss } from './loss-check.ts'
import { assessLoss } from './loss.ts'
import { checkMetric } from './metric-check.ts'
import { checkMutualDown } from './mutual-down.ts'
import { checkOrder } from './order.ts'
import { checkPrediction } from './prediction.ts'
import { checkProbe } from './probe-check.ts'
import { checkReplicationAge } from './replication-age.ts'
import { deriveRto } from './rto.ts'
import { scopeOf } from './scope.ts'
import { checkScript } from './script-check.ts'
import { checkSplitBrain } from './split-brain.ts'
import { checkState } from './state-check.ts'
import { checkStatus } from './status-check.ts'
import { checkSteadyState } from './steady-state.ts'
import { checkTakeover } from './takeover-check.ts'
import { deriveTakeovers } from './takeovers.ts'
import { checkThroughput } from './throughput.ts'
import { checkToolkitInvariants } from './toolkit-invariants.ts'

/** Checks that a user registered, by the name that they have in YAML. */
export type CustomChecks = ReadonlyMap<string, CustomCheck>

/** Judges one check, of the step that it names or of the whole run. */
export function judgeAsked(asked: AskedCheck, facts: Facts, custom: CustomChecks = new Map()): CheckResult {
  const { for: step, severity, ...spec } = asked
  const judge = (): CheckResult => {
    if (step === undefined) return runCheck(spec, facts, custom)
    const scope = scopeOf(facts.timeline, step)
    if (scope === undefined) {
      const message = `Step ${step} never began, so there was no time to judge.`
      return { check: nameOf(spec), verdict: 'inconclusive', message, evidence: { step } }
    }
    if (scope.to - scope.from <= facts.timeline.resolutionSeconds) {
      const message = `Step ${step} took no longer than the run can tell times apart, so there was no time to judge.`
      return { check: nameOf(spec), verdict: 'inconclusive', message, evidence: { step } }
    }
    return runCheck(spec, { ...facts, scope, loss: assessLoss(facts.timeline, scope) }, custom)
  }
  const [result] = guarded(nameOf(spec), () => [judge()])
  return {
    ...result,
    ...(step === undefined ? {} : { for: step }),
    ...(severity === undefined ? {} : { severity }),
  }
}

/** What all checks rest on, derived once. What came after the run's end, healing above all, is no part of what is judged. */
export function deriveFacts(whole: Timeline): Facts {
  const timeline = upToItsEnd(whole)
  const takeovers = deriveTakeovers(timeline)
  return { timeline, takeovers, rto: deriveRto(timeline, takeovers), loss: assessLoss(timeline) }
}

function upToItsEnd(timeline: Timeline): Timeline {
  const end = timeline.events.find(({ event }) => event === 'run_ended')
  return end === undefined ? timeline : { ...timeline, events: timeline.events.filter(({ t }) => t <= end.t) }
}

/** A check that throws could not tell: it must neither pass nor hide the others. */
export function guarded<Results extends readonly CheckResult[]>(
  check: string,
  judge: () => Results,
): Results | readonly [CheckResult] {
  try {
    return judge()
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const message = `Check ${check} broke off: ${error instanceof Error ? error.message : text}`
    return [{ check, verdict: 'inconclusive', message, evidence: { error: text } }]
  }
}

function nameOf(spec: CheckSpec): string {
  return spec.kind === 'custom' ? spec.name : spec.kind
}

function runCheck(spec: CheckSpec, facts: Facts, custom: CustomChecks): CheckResult {
  switch (spec.kind) {
    case 'takeover':
      return checkTakeover(spec, facts)
    case 'status':
      return checkStatus(spec, facts)
    case 'loss':
      return checkLoss(spec, facts)
    case 'duplicates':
      return checkDuplicates(spec, facts)
    case 'split_brain':
      return checkSplitBrain(spec, facts)
    case 'mutual_down':
      return checkMutualDown(spec, facts)
    case 'order':
      return checkOrder(spec, facts)
    case 'integrity':
      return checkIntegrity(facts)
    case 'state':
      return checkState(spec, facts)
    case 'replication_age':
      return checkReplicationAge(spec, facts)
    case 'availability':
      return checkAvailability(spec, facts)
    case 'throughput':
      return checkThroughput(spec, facts)
    case 'latency':
      return checkLatency(spec, facts)
    case 'error_rate':
      return checkErrorRate(spec, facts)
    case 'backlog_drains':
      return checkBacklogDrains(spec, facts)
    case 'fail_back':
      return checkFailBack(spec, facts)
    case 'script':
      return checkScript(spec, facts)
    case 'prediction':
      return checkPrediction(facts)
    case 'steady_state':
      return checkSteadyState(spec, facts)
    case 'log_sanity':
      return checkLogSanity(spec, facts)
    case 'metric':
      return checkMetric(spec, facts)
    case 'probe':
      return checkProbe(spec, facts)
    case 'toolkit_invariants':
      return checkToolkitInvariants(spec, facts)
    case 'custom':
      return checkCustom(spec, { facts, custom })
    default:
      return neverCheck(spec)
  }
}

function neverCheck(spec: never): never {
  throw new TypeError(`Expected a check of a known kind, got ${JSON.stringify(spec)}.`)
}
