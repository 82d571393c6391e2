import { readFileSync } from 'node:fs'
import { describeBuiltin } from '../../applications/builtins.ts'
import { ledgerParameters } from '../../model/ledger.ts'
import { resolveSettings, type ResolvedSettings } from '../../toolkit/settings.ts'
import type { JobRun } from '../pair-protocol.ts'

type SettingsRun = Pick<JobRun, 'application' | 'parameters' | 'operatorParameters' | 'isStandalone'>

/**
 * The settings that a job runs with, read anew when one of its PEs starts (toolkit reference §1.1).
 * @throws SettingsCastError when a value cannot be cast: the PE fails at its start
 */
export function readJobSettings(
  run: SettingsRun,
  /** Properties of the instance's object `CrossDCFailover`; null where there is none. */
  properties: Readonly<Record<string, string>> | null,
): ResolvedSettings {
  const { application, parameters, operatorParameters, isStandalone } = run
  const { applicationName } = describeBuiltin(application)
  const pairs = parameters[ledgerParameters.numberOfHttpSenderReceiverPairs]
  return resolveSettings({
    file: readIfThere(parameters[ledgerParameters.configFileName] ?? ''),
    operatorParameters,
    applicationConfiguration: properties && { properties, applicationName },
    isStandalone,
    ...(pairs !== undefined && { numberOfHttpSenderReceiverPairs: wholeNumber(pairs) }),
  })
}

/** Sender/receiver pairs of a job, which its operators are dealt out to PEs by; what cannot be cast fails its PEs. */
export function pairsOf(run: SettingsRun): number {
  const name = ledgerParameters.numberOfHttpSenderReceiverPairs
  const pairs = Number(run.operatorParameters[name] ?? run.parameters[name] ?? 1)
  return Number.isSafeInteger(pairs) && pairs >= 1 && pairs <= pairsMax ? pairs : 1
}

/** As many as applications take (src/applications/submission-values.ts). */
const pairsMax = 1000

/** A file that is not there is no error to the toolkit: every key takes its default (toolkit reference §1.2). */
function readIfThere(path: string): string | null {
  try {
    return path === '' ? null : readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'errno' in error) return null
    throw error
  }
}

/** @throws Error unless it is a whole number from 1 up */
function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  const name = ledgerParameters.numberOfHttpSenderReceiverPairs
  throw new Error(
    `Expected the submission-time value \`${name}\` to be a whole number from 1 up, got ${JSON.stringify(text)}.`,
  )
}
