import { evaluateTimeline, judgeCheck } from '../checks/evaluate.ts'
import { outcomeOf } from '../checks/outcome.ts'
import type { AskedCheck } from '../model/check.ts'
import type { FaultPlace } from '../model/coverage.ts'
import type { JsonObject } from '../model/json.ts'
import type { RunReport } from '../model/run-report.ts'
import type { Scenario } from '../model/scenario.ts'
import { faultSteps } from '../model/step.ts'
import type { DecodedSnapshot, Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { scenarioCoverage } from '../scenario/coverage/fault-places.ts'
import { createDeadline } from './deadline.ts'
import { performRun } from './perform-run.ts'
import { buildReport } from './report.ts'
import { noRunExtensions, performRegistered } from './run-extensions.ts'
import type { RunExtensions } from './run-extensions.ts'
import type { Session } from './session.ts'
import { decodeStoredSnapshots } from './stored-snapshots.ts'
import { capture, inconclusiveRun } from './trouble.ts'

export interface RunScenarioOptions {
  readonly scenario: Scenario
  readonly session: Session
  /** Ends the run early; what was injected is healed all the same. */
  readonly signal?: AbortSignal
  /** Called before faults are healed at the end, and again after that: a report that waits for teardown may never be written. */
  readonly onReport?: (report: RunReport, timeline: Timeline) => Promise<void>
  /** Has `onReport` called only after that, where nothing is written down before. @default both times */
  readonly onlyFinal?: boolean
  /** Users' kinds. @default none */
  readonly extensions?: RunExtensions
}

/** One run as its parts share it. */
interface Run {
  readonly scenario: Scenario
  readonly session: Session
  readonly extensions: RunExtensions
  /** Where its faults fall, by the plan. */
  readonly coverage: readonly FaultPlace[]
  /** What went wrong with the run itself, and whether everything was put back. */
  readonly results: CheckResult[]
  /** Of `check` steps; they are the scenario's own as those of the end are. */
  readonly inline: CheckResult[]
  /** What lay in the stores at the end, where the scenario has a decoder for it. */
  snapshots: readonly DecodedSnapshot[] | undefined
}

/**
 * Runs a scenario on a session's pair: jobs, traffic, faults, the end, the survivors' state; then judges the timeline.
 * @returns the report; a fault that could not be injected or a testbed that failed makes it inconclusive.
 * @throws what is not a FailoverError; the session's disposal heals then.
 */
export async function runScenario(options: RunScenarioOptions): Promise<RunReport> {
  const { scenario, session, signal, onReport, onlyFinal = false, extensions = noRunExtensions } = options
  const coverage = scenarioCoverage(scenario, { seed: session.seed }).places
  const run: Run = { coverage, scenario, session, extensions, results: [], inline: [], snapshots: undefined }
  const deadline = createDeadline(scenario, session)
  const signals = [deadline.signal, session.pair.lost]
  const ends = AbortSignal.any(signal === undefined ? signals : [signal, ...signals])
  try {
    await perform(run, ends)
  } catch (error) {
    run.results.push(inconclusiveRun(error, ends))
  } finally {
    deadline.clear()
  }
  run.results.push(...(await capture('state', async () => await gatherEvidence(run))))
  session.recorder.note('run_ended')
  if (!onlyFinal) {
    const draft = await judge(run)
    await onReport?.(draft.report, draft.timeline)
  }

  run.results.push(...(await heal(run)))
  const final = await judge(run)
  await onReport?.(final.report, final.timeline)
  return final.report
}

async function perform(run: Run, signal: AbortSignal): Promise<void> {
  const { scenario, session, extensions } = run
  signal.throwIfAborted()
  session.recorder.note('run_started', { detail: { testId: scenario.testId } })
  await performRun({
    scenario,
    session,
    signal,
    seed: session.seed,
    checks: extensions.checks,
    judgeNow: async (check) => await judgeNow(run, check),
    custom: async (name, args, end) => await performRegistered({ name, args }, { extensions, session, signal: end }),
  })
}

/** Kinds that rest on what the jobs say they hold. */
const stateKinds: readonly AskedCheck['kind'][] = [
  'loss',
  'duplicates',
  'integrity',
  'state',
  'split_brain',
  'toolkit_invariants',
]

/** Judges what was seen so far; its result stands in the report beside those of the end. */
async function judgeNow({ session, extensions, inline }: Run, check: AskedCheck): Promise<JsonObject> {
  if (stateKinds.includes(check.kind)) await session.verifyState()
  const result = judgeCheck(check, await session.timeline(), extensions.checks)
  inline.push(result)
  return { check: result.check, verdict: result.verdict, message: result.message }
}

async function gatherEvidence(run: Run): Promise<void> {
  const { session, extensions } = run
  await session.stopTraffic()
  const verified = await session.verifyState()
  session.recorder.note('state_verified', { detail: { datacenters: verified } })
  await Promise.all([session.monitor.sampleAll(), session.monitor.probeAll('after')])
  if (extensions.decoder === undefined) return
  const { datacenters } = session.pair
  run.snapshots = await decodeStoredSnapshots(extensions.decoder, { datacenters, now: () => session.clock.now() })
}

async function judge(run: Run): Promise<{ report: RunReport; timeline: Timeline }> {
  const { coverage, scenario, session, extensions, results, inline, snapshots } = run
  const { checks, objectives, knownIssue } = scenario
  const seen = await session.timeline()
  const timeline = snapshots === undefined ? seen : { ...seen, snapshots }
  const evaluation = evaluateTimeline({
    timeline,
    checks,
    objectives,
    custom: extensions.checks,
    ...(knownIssue === undefined ? {} : { knownIssue }),
  })
  const own = [...inline, ...evaluation.checks]
  const outcome = inline.length === 0 ? evaluation : outcomeOf(own, knownIssue === undefined ? {} : { knownIssue })
  // A pass shows no reason, and that it failed as known is what a reader should know.
  const notes = knownIssue === undefined ? evaluation.notes : [...evaluation.notes, outcome.reason]
  const { verdict, reason } = outcome
  const judgement = { checks: own, verdict, reason }
  const report = buildReport({ identity: scenario, timeline, findings: { ...evaluation, notes }, results, judgement })
  return { timeline, report: { ...report, coverage } }
}

/** System seconds between the verification and the healing: what is healed is no part of what was verified. */
const momentSeconds = 0.001

/** Puts everything back; whether that worked is a check like any other. */
async function heal({ scenario, session }: Run): Promise<readonly CheckResult[]> {
  const left = faultSteps(scenario.steps).flatMap((step) => (step.heal === 'none' ? [step.id] : []))
  for (const id of left) session.faults.abandon(id)
  // What happens at one moment has no order on a timeline, and in virtual time nothing else would come between.
  await capture('restored', async () => await session.clock.sleep(momentSeconds))
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
  const message = `Undone and proved gone: ${[...new Set(undone)].join(', ')}.`
  return [
    { check: 'restored', verdict: 'pass', message, evidence: { undone: [...new Set(undone)], leftToTeardown: left } },
  ]
}
