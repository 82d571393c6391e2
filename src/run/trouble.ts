import { FailoverError } from '../model/errors.ts'
import type { CheckResult } from '../model/verdict.ts'
import { StepError } from './steps/step-error.ts'

/**
 * What broke a run off, as a check's result: the run could not tell.
 * @throws what is no FailoverError, unless the run was to end anyway
 */
export function inconclusiveRun(error: unknown, ends?: AbortSignal): CheckResult {
  const step = error instanceof StepError ? error.step : null
  const cause = error instanceof StepError ? error.cause : error
  // Once the run is to end, whatever broke off did so because of that; and a step's own complaint about itself is known.
  const isOwn = error instanceof StepError && cause instanceof Error && cause.constructor === Error
  const known = isOwn || cause instanceof FailoverError || cause instanceof AggregateError || ends?.aborted === true
  if (!known) throw cause
  const messages =
    cause instanceof AggregateError ? [cause.message, ...cause.errors.map(messageOf)] : [messageOf(cause)]
  return { check: 'run', verdict: 'inconclusive', message: messages.join(' '), evidence: { step, errors: messages } }
}

/** What went wrong in `act` as a check's result. @throws what is no FailoverError and no abort. */
export async function capture(check: string, act: () => Promise<void>): Promise<readonly CheckResult[]> {
  try {
    await act()
    return []
  } catch (error) {
    return [{ ...inconclusiveRun(error), check }]
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
