import { describeBuiltin } from '../builtins.ts'
import type { BuiltinName } from '../builtins.ts'
import { ledgerParameters } from '../../model/ledger.ts'
import { resolveSettings, type ResolvedSettings } from '../../toolkit/settings.ts'

/** Of a submitted job, what its settings depend on. */
export interface SettingsRun {
  readonly application: BuiltinName
  /** Submission-time values. */
  readonly parameters: Readonly<Record<string, string>>
  /** The toolkit's operator parameters that the application was compiled with. */
  readonly operatorParameters: Readonly<Record<string, string>>
  readonly isStandalone: boolean
}

/**
 * The settings that a job runs with, read anew when one of its PEs starts (toolkit reference §1.1).
 * @throws SettingsCastError when a value cannot be cast: the PE fails at its start
 */
export function readJobSettings(
  run: SettingsRun,
  /** Properties of the instance's object `CrossDCFailover`; null where there is none. */
  properties: Readonly<Record<string, string>> | null,
  /** A file's text; null where there is none, which is no error to the toolkit: every key takes its default (§1.2). */
  readFile: (path: string) => string | null,
): ResolvedSettings {
  const { application, parameters, operatorParameters, isStandalone } = run
  const { applicationName } = describeBuiltin(application)
  const pairs = parameters[ledgerParameters.numberOfHttpSenderReceiverPairs]
  const path = parameters[ledgerParameters.configFileName] ?? ''
  return resolveSettings({
    file: path === '' ? null : readFile(path),
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

/** @throws Error unless it is a whole number from 1 up */
function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  const name = ledgerParameters.numberOfHttpSenderReceiverPairs
  throw new Error(
    `Expected the submission-time value \`${name}\` to be a whole number from 1 up, got ${JSON.stringify(text)}.`,
  )
}
