import { ledgerParameters, passiveSampleParameters } from './ledger.ts'

/** An application that needs no SAB: `builtin:NAME`. */
export type BuiltinName = 'ledger' | 'sample' | 'cr-sample' | 'passive-sample'

/** What a run has to know of a built-in application before it runs. */
export interface BuiltinFacts {
  /** Whether it has the ledger's Data Exchange endpoints, so that it takes traffic and tells its state. */
  readonly hasLedgerEndpoints: boolean
  /** Parts of its state where no submission-time value says. */
  readonly channels: number
  /** Names of the submission-time values that it takes; a job with another one is refused. */
  readonly submissionValues: readonly string[]
}

const common = [ledgerParameters.configFileName, ledgerParameters.numberOfHttpSenderReceiverPairs]

/** All built-in applications. */
export const builtinApplications: Readonly<Record<BuiltinName, BuiltinFacts>> = {
  ledger: { hasLedgerEndpoints: true, channels: 1, submissionValues: [...common, ledgerParameters.channels] },
  sample: { hasLedgerEndpoints: false, channels: 5, submissionValues: common },
  'cr-sample': { hasLedgerEndpoints: false, channels: 5, submissionValues: common },
  'passive-sample': {
    hasLedgerEndpoints: false,
    channels: 1,
    submissionValues: [...Object.values(passiveSampleParameters), 'timerTickPeriod'],
  },
}

/** Whether there is such an application. */
export function isBuiltinName(name: string): name is BuiltinName {
  return Object.hasOwn(builtinApplications, name)
}

/** What is known of `builtin:NAME`; undefined for a SAB, of which nothing is known before it runs. */
export function builtinFacts(sab: string): BuiltinFacts | undefined {
  const name = sab.replace(/^builtin:/, '')
  return name !== sab && isBuiltinName(name) ? builtinApplications[name] : undefined
}
