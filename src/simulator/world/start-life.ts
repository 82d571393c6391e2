import type { JobRun } from '../../applications/hosting/job-run.ts'
import { readJobSettings } from '../../applications/hosting/job-settings.ts'
import type { JsonObject } from '../../model/json.ts'
import { Life } from './life.ts'
import type { PeSurroundings } from './pe-surroundings.ts'

/** Why a PE did not start. */
export interface PeFailure extends JsonObject {
  /** `port`: another PE has a receiver's. `operator`: an operator failed to initialise. */
  readonly cause: 'port' | 'operator'
  readonly message: string
}

interface StartOptions {
  readonly run: JobRun
  readonly index: number
  readonly launchCount: number
  readonly around: PeSurroundings
  readonly crash: (error: unknown) => void
}

/** Reads the job's settings and makes the PE's operators, which have not begun; or what kept them from it. */
export function startLife({ run, index, launchCount, around, crash }: StartOptions): Life | PeFailure {
  const { dc, seed, agenda, trace, applicationConfiguration, readFile, ofLife } = around
  const part = run.pes[index]?.part
  if (part === undefined) throw new RangeError(`Expected a PE of job ${run.jobId}, got number ${index}.`)
  try {
    const { settings, notes } = readJobSettings(run, applicationConfiguration(run.isStandalone), readFile)
    for (const { kind, text } of notes) {
      if (kind === 'no_application_configuration') trace({ level: 'error', aspect: 'Runtime', text })
    }
    return new Life({ dc, seed, agenda, run, index, part, settings, launchCount, around: ofLife(crash) })
  } catch (error) {
    return { cause: 'operator', message: error instanceof Error ? error.message : String(error) }
  }
}
