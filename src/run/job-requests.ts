import { builtinFacts } from '../model/builtin-applications.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { ledgerParameters, passiveSampleParameters } from '../model/ledger.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import type { SubmitRequest } from '../model/streams-client.ts'
import type { ApplicationVariant, LeasedPair } from '../model/testbed.ts'
import { configurationFile, operatorParameters } from './job-settings.ts'
import type { JobDefinition } from './job-settings.ts'

/** What watches in the passive DC until it launches the application. */
const passiveSab = 'builtin:passive-sample'

/** A DC's part in a run. */
export interface JobPreparation {
  readonly pair: LeasedPair
  readonly definition: JobDefinition
  readonly dc: DatacenterName
  /** With the passwords, which get into the job's file only. */
  readonly settings: CrossDcSettings
  /** In the passive DC: of the job that its script submits. */
  readonly launched: CrossDcSettings | undefined
  /** What each DC's application is made of. */
  readonly sab: PerDatacenter<string>
  /** How often the DC's jobs were changed: a job that runs still reads its own file when Streams restarts a PE. @default 0 */
  readonly revision?: number
}

/** What can be submitted in a DC: everything is uploaded and installed. */
export interface JobRequests {
  /** The DC's job of the beginning. */
  readonly first: SubmitRequest
  /** In the passive DC the application itself, as the launch script submits it. */
  readonly launched?: SubmitRequest
}

/** Uploads the application and the toolkit's settings, so that submitting is all that is left to do. */
export async function prepareJobs(preparation: JobPreparation): Promise<JobRequests> {
  const { pair, definition, dc, settings, launched, sab, revision = 0 } = preparation
  const name = revision === 0 ? 'crossdc-config' : `crossdc-config-${revision}`
  if (launched === undefined) return { first: await application(preparation, { settings, name: `${name}.txt` }) }
  const [watch, configFileName, request] = await Promise.all([
    upload(preparation, { sab: passiveSab, settings }),
    pair.installFile({ dc, name: `${name}.txt`, content: configurationFile(settings) }),
    application(preparation, { settings: launched, name: `${name}-launched.txt` }),
  ])
  const { submissionParameters: parameters = {}, fusionTargetPeCount } = request
  const { command } = await pair.installLaunchScript({
    dc,
    sab: await pair.applicationBundle(sab[dc], variantOf(definition, launched)),
    parameters,
    ...(fusionTargetPeCount === undefined ? {} : { fusionTargetPeCount }),
    script: definition.launchScript ?? { kind: 'submit', delaySeconds: 0 },
  })
  const first = {
    bundleId: watch,
    submissionParameters: {
      [passiveSampleParameters.configFileName]: configFileName,
      [passiveSampleParameters.shellScriptName]: command,
      [passiveSampleParameters.channels]: activeChannels(definition, sab.dc1),
      [passiveSampleParameters.numberOfHttpSenderReceiverPairs]: String(settings.numberOfHttpSenderReceiverPairs),
    },
  }
  return { first, launched: request }
}

/** The scenario's own application, with its settings under a file name of their own. */
async function application(
  { pair, definition, dc, sab }: JobPreparation,
  file: { readonly settings: CrossDcSettings; readonly name: string },
): Promise<SubmitRequest> {
  const { settings, name } = file
  const { submissionParameters, opts = {} } = definition
  const [configFileName, bundleId] = await Promise.all([
    pair.installFile({ dc, name, content: configurationFile(settings) }),
    upload({ pair, definition, dc }, { sab: sab[dc], settings }),
  ])
  return {
    bundleId,
    submissionParameters: {
      ...submissionParameters[dc],
      [ledgerParameters.configFileName]: configFileName,
      [ledgerParameters.numberOfHttpSenderReceiverPairs]: String(settings.numberOfHttpSenderReceiverPairs),
    },
    ...(opts.pes === undefined ? {} : { fusionTargetPeCount: opts.pes }),
  }
}

async function upload(
  { pair, definition, dc }: Pick<JobPreparation, 'pair' | 'definition' | 'dc'>,
  of: { readonly sab: string; readonly settings: CrossDcSettings },
): Promise<string> {
  const bundle = await pair.applicationBundle(of.sab, variantOf(definition, of.settings))
  return await pair.datacenters[dc].streams.uploadBundle(bundle)
}

/** What the application is compiled with. */
function variantOf({ opts = {} }: JobDefinition, settings: CrossDcSettings): ApplicationVariant {
  const { toolkit } = opts
  const parameters = operatorParameters(settings)
  return {
    ...(toolkit === undefined ? {} : { toolkit }),
    ...(Object.keys(parameters).length === 0 ? {} : { operatorParameters: parameters }),
  }
}

/** Parts of the active DC's state: the passive sample has none of its own to go by. */
function activeChannels({ submissionParameters }: JobDefinition, sab: string): string {
  return submissionParameters.dc1[ledgerParameters.channels] ?? String(builtinFacts(sab)?.channels ?? 1)
}
