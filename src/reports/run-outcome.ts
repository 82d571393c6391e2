import { z } from 'zod'

/** Environment variable that names the file into which a run's outcome is to be written. */
export const outcomeVariable = 'FAILOVER_OUTCOME_FILE'

/** How a run came out, for the program that started it. */
export interface RunOutcome {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  /** The run's results folder, absolute. */
  readonly results: string
}

const schema: z.ZodType<RunOutcome> = z.strictObject({
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  results: z.string(),
})

/** The outcome that a file's text holds. @throws Error when it is none */
export function parseOutcome(text: string): RunOutcome {
  return schema.parse(JSON.parse(text))
}
