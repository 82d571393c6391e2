import { builtinApplications, isBuiltinName, type BuiltinName } from '../model/builtin-applications.ts'
import { ledgerParameters, passiveSampleParameters } from '../model/ledger.ts'
import type {
  Application,
  ApplicationDescription,
  ApplicationParameter,
  ApplicationSurroundings,
} from './application.ts'
import { createCrSample } from './cr-sample.ts'
import { createLedger } from './ledger.ts'
import { createPassiveSample } from './passive-sample.ts'
import { createSample } from './sample.ts'
import { SubmissionValues } from './submission-values.ts'

export { isBuiltinName, type BuiltinName }

/** All built-in applications, for messages. */
export const builtinNames: readonly BuiltinName[] = Object.keys(builtinApplications).filter(isBuiltinName)

/** What is known of a built-in application before it runs. */
export function describeBuiltin(name: BuiltinName): ApplicationDescription {
  const { hasLedgerEndpoints } = builtinApplications[name]
  return { ...builtins[name].description, hasLedgerEndpoints }
}

/**
 * A built-in application with empty state.
 * @throws SubmissionValueError when a submission-time value is missing or wrong
 */
export function createBuiltin(name: BuiltinName, surroundings: ApplicationSurroundings): Application {
  const { description, create } = builtins[name]
  const values = new SubmissionValues(surroundings.parameters, description.parameters)
  for (const parameter of description.parameters) values.text(parameter.name)
  values.count(pairs.name)
  return create(surroundings, values)
}

interface Builtin {
  readonly description: Omit<ApplicationDescription, 'hasLedgerEndpoints'>
  readonly create: (surroundings: ApplicationSurroundings, values: SubmissionValues) => Application
}

const pairs: ApplicationParameter = {
  name: ledgerParameters.numberOfHttpSenderReceiverPairs,
  isRequired: false,
  default: '1',
}
const requiredFile: ApplicationParameter = { name: ledgerParameters.configFileName, isRequired: true }
const channels: ApplicationParameter = {
  name: ledgerParameters.channels,
  isRequired: false,
  default: String(builtinApplications.ledger.channels),
}
const optionalFile: ApplicationParameter = { name: ledgerParameters.configFileName, isRequired: false, default: '' }

const sampleDescription = {
  parameters: [optionalFile, pairs],
  hasSpecialMessagePort: true,
  isStandalone: false,
}
const namespaceOfSamples = 'com.teracloud.streams.crossdc.failover'

const builtins: Readonly<Record<BuiltinName, Builtin>> = {
  ledger: {
    description: {
      applicationName: 'failover.ledger::Ledger',
      parameters: [requiredFile, channels, pairs],
      hasSpecialMessagePort: false,
      isStandalone: false,
    },
    create: ({ datacenter }, values) => createLedger({ datacenter, channels: values.count(ledgerParameters.channels) }),
  },
  sample: {
    description: {
      ...sampleDescription,
      applicationName: `${namespaceOfSamples}.sample::CrossDataCenterFailoverSample`,
    },
    create: (surroundings) => createSample(surroundings),
  },
  'cr-sample': {
    description: {
      ...sampleDescription,
      applicationName: `${namespaceOfSamples}.cr.sample::CrossDataCenterFailoverCRSample`,
    },
    create: (surroundings) => createCrSample(surroundings),
  },
  'passive-sample': {
    description: {
      applicationName: `${namespaceOfSamples}.passive.sample::CrossDataCenterFailoverPassiveSample`,
      parameters: [
        requiredFile,
        { name: passiveSampleParameters.shellScriptName, isRequired: true },
        { name: 'timerTickPeriod', isRequired: false, default: '60.0' },
        channels,
        pairs,
      ],
      hasSpecialMessagePort: false,
      isStandalone: true,
    },
    create: (surroundings, values) => {
      const shellScriptName = values.text(passiveSampleParameters.shellScriptName)
      const timerTickPeriod = values.seconds('timerTickPeriod')
      const remoteChannels = values.count(passiveSampleParameters.channels)
      return createPassiveSample({ surroundings, shellScriptName, timerTickPeriod, remoteChannels })
    },
  },
}
