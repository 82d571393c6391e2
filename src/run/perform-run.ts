import type { CustomChecks } from '../checks/judge-check.ts'
import type { AskedCheck } from '../model/check.ts'
import type { JsonObject } from '../model/json.ts'
import type { Scenario } from '../model/scenario.ts'
import { planOf } from '../scenario/plan.ts'
import { waitForEnd } from './ending.ts'
import type { Session } from './session.ts'
import { StepRunner } from './steps/step-runner.ts'

export interface PerformRunOptions {
  readonly scenario: Scenario
  readonly session: Session
  /** Of what the scenario leaves to chance. */
  readonly seed: number
  readonly signal: AbortSignal
  /** Users' kinds of checks. */
  readonly checks: CustomChecks
  readonly judgeNow: (check: AskedCheck) => Promise<JsonObject>
  readonly custom: (name: string, args: JsonObject, signal: AbortSignal) => Promise<JsonObject>
}

/**
 * Carries out a scenario up to the verification, which is due also when this fails and is therefore the caller's.
 * @throws StepError, or the signal's reason
 */
export async function performRun(options: PerformRunOptions): Promise<void> {
  const { scenario, session, seed, signal } = options
  const { traffic, opts } = scenario
  const { steps } = planOf(scenario, { seed })
  await unlessAborted(session.start(), signal)
  for (const spec of traffic) for (const dc of spec.into) await session.send(dc, spec)
  const runner = new StepRunner({ ...options, steps, beforeFirstFault: preparation(scenario, session) })
  const performed = runner.run()
  try {
    if (opts.runForSeconds === undefined) {
      await performed
      await waitForEnd({ scenario, session, signal, custom: options.checks })
    } else {
      const over = session.clock.until(opts.runForSeconds, { signal })
      await Promise.race([over, performed.then(async () => await over)])
    }
  } catch (error) {
    // What went wrong first is what counts.
    await Promise.allSettled([runner.stop(), performed])
    throw error
  }
  await runner.stop()
  await Promise.allSettled([performed])
}

/** What is begun goes on; its owner ends it. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  let leave: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(reasonOf(signal))
    signal.addEventListener('abort', leave, { once: true })
  })
  try {
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** What a scenario wants to be done or known just before its first fault; undefined when there is nothing. */
function preparation({ traffic, checks }: Scenario, session: Session): (() => Promise<void>) | undefined {
  const endsAtFault = traffic.some(({ until }) => until === 'fault')
  const wantsState = checks.some((check) => check.kind === 'state' && check.equals === 'before_fault')
  const wantsProbes = checks.some(({ kind }) => kind === 'steady_state' || kind === 'probe')
  if (!endsAtFault && !wantsState && !wantsProbes) return undefined
  return async () => {
    if (endsAtFault) {
      await session.stopTraffic()
      await Promise.all([session.readOutputs('dc1'), session.readOutputs('dc2')])
    }
    if (wantsProbes) await session.monitor.probeAll('before')
    if (wantsState) await session.verifyState()
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
