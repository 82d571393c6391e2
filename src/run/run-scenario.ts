import { evaluateTimeline } from '../checks/evaluate.ts'
import { FailoverError, WaitTimeoutError } from '../model/errors.ts'
import type { RunReport } from '../model/run-report.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { followPlan, StepError } from './follow-plan.ts'
import { buildReport } from './report.ts'
import type { Session } from './session.ts'

export interface RunScenarioOptions {
  readonly scenario: Scenario
  readonly session: Session
  /** Ends the run early; what was injected is healed all the same. */
  readonly signal?: AbortSignal
  /** Called before faults are healed at the end, and again after that: a report that waits for teardown may never be written. */
  readonly onReport?: (report: RunReport, timeline: Timeline) => Promise<void>
}

/**
 * Runs a scenario on a session's pair: jobs, traffic, faults, the end, the survivors' state; then judges the timeline.
 * @returns the report; a fault that could not be injected or a testbed that failed makes it inconclusive.
 * @throws what is not a FailoverError; the session's disposal heals then.
 */
export async function runScenario(options: RunScenarioOptions): Promise<RunReport> {
  const { scenario, session, signal, onReport } = options
  const trouble: CheckResult[] = []
  const deadline = createDeadline(scenario, session)
  const signals = [deadline.signal, session.pair.lost]
  const ends = AbortSignal.any(signal === undefined ? signals : [signal, ...signals])
  try {
    await perform(scenario, session, ends)
  } catch (error) {
    trouble.push(inconclusiveRun(error, ends))
  } finally {
    deadline.clear()
  }
  trouble.push(...(await capture('state', async () => await gatherEvidence(session))))
  session.recorder.note('run_ended')
  const draft = await judge({ scenario, session, extra: trouble })
  await onReport?.(draft.report, draft.timeline)

  const restored = await heal(scenario, session)
  const final = await judge({ scenario, session, extra: [...trouble, ...restored] })
  await onReport?.(final.report, final.timeline)
  return final.report
}

async function perform(scenario: Scenario, session: Session, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  session.recorder.note('run_started', { detail: { testId: scenario.testId } })
  await followPlan({ scenario, session, signal })
}

async function gatherEvidence(session: Session): Promise<void> {
  await session.stopTraffic()
  const verified = await session.verifyState()
  session.recorder.note('state_verified', { detail: { datacenters: verified } })
}

async function judge(options: {
  scenario: Scenario
  session: Session
  extra: readonly CheckResult[]
}): Promise<{ report: RunReport; timeline: Timeline }> {
  const { scenario, session, extra } = options
  const timeline = await session.timeline()
  const evaluation = evaluateTimeline({ timeline, checks: scenario.checks, objectives: scenario.objectives })
  const report = buildReport({
    identity: scenario,
    timeline,
    findings: evaluation,
    checks: [...extra, ...evaluation.checks],
    unasked: { verdict: evaluation.verdict, reason: evaluation.reason },
  })
  return { timeline, report }
}

/** Puts everything back; whether that worked is a check like any other. */
async function heal(scenario: Scenario, session: Session): Promise<readonly CheckResult[]> {
  const left = scenario.steps.filter((step) => step.heal === 'none').map(({ id }) => id)
  for (const id of left) session.faults.abandon(id)
  const undone = session.recorder.events().flatMap(({ event, fault }) => {
    return event === 'fault_effective' && fault !== undefined && !left.includes(fault) ? [fault] : []
  })
  const failures = await capture('restored', async () => await session.faults.healAll())
  // Told in the report; the session's end need not fail for the same reason again.
  for (const id of session.faults.active) session.faults.abandon(id)
  // With the testbed everything that it held is gone; what cannot be proved is not called a failure of the system.
  const verdict = session.pair.lost.aborted ? 'inconclusive' : 'fail'
  if (failures.length > 0) return failures.map((failure) => ({ ...failure, verdict }))
  if (undone.length === 0) return []
  const message = `Undone and proved gone: ${undone.join(', ')}.`
  return [{ check: 'restored', verdict: 'pass', message, evidence: { undone, leftToTeardown: left } }]
}

/** What went wrong as a check's result. @throws what is no FailoverError and no abort. */
async function capture(check: string, act: () => Promise<void>): Promise<readonly CheckResult[]> {
  try {
    await act()
    return []
  } catch (error) {
    return [{ ...inconclusiveRun(error), check }]
  }
}

function inconclusiveRun(error: unknown, ends?: AbortSignal): CheckResult {
  const step = error instanceof StepError ? error.step : null
  const cause = error instanceof StepError ? error.cause : error
  // Once the run is to end, whatever broke off did so because of that.
  const known = cause instanceof FailoverError || cause instanceof AggregateError || ends?.aborted === true
  if (!known) throw cause
  const messages =
    cause instanceof AggregateError ? [cause.message, ...cause.errors.map(messageOf)] : [messageOf(cause)]
  return { check: 'run', verdict: 'inconclusive', message: messages.join(' '), evidence: { step, errors: messages } }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Gives the run up when the scenario's own timeout (system time) has passed. */
function createDeadline(scenario: Scenario, session: Session): { signal: AbortSignal; clear: () => void } {
  const expired = new AbortController()
  const cleared = new AbortController()
  const { timeoutSeconds } = scenario.opts
  if (timeoutSeconds !== undefined) {
    const error = new WaitTimeoutError({
      waitedFor: `scenario ${scenario.testId} to end`,
      timeoutSeconds,
      clock: 'system',
    })
    session.clock.sleep(timeoutSeconds, { signal: cleared.signal }).then(
      () => expired.abort(error),
      () => undefined,
    )
  }
  return { signal: expired.signal, clear: () => cleared.abort() }
}
