import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { isRecord } from '../../support/plain-json.ts'
import type { Command, CommandWork } from './command.ts'
import { text } from './rest-connection.ts'
import { StreamtoolError } from './streamtool-error.ts'

/** Far above what a manifest has, far below a real SAB, which is not worth sending. */
const bundleBytesMax = 64 * 1024

/** Where the names of `-C` stand in a job configuration overlay (streams-rest-api reference §7). */
const configurationPlaces: Readonly<Record<string, readonly ['jobConfig' | 'deploymentConfig', string]>> = {
  tracing: ['jobConfig', 'tracing'],
  'data-directory': ['jobConfig', 'dataDirectory'],
  preloadApplicationBundles: ['jobConfig', 'preloadApplicationBundles'],
  fusionScheme: ['deploymentConfig', 'fusionScheme'],
  fusionTargetPeCount: ['deploymentConfig', 'fusionTargetPeCount'],
  placementScheme: ['deploymentConfig', 'placementScheme'],
}

type Overlay = Readonly<Record<string, unknown>>

/** `streamtool submitjob`. */
export const submitJob: Command = {
  operands: 'SAB',
  help: 'Submits a job. SAB is a file; on the emulator it is a manifest such as {"emulates":"builtin:ledger"}.',
  options: {
    parameters: { names: ['-P', '--P'], argument: 'NAME=VALUE', isRepeatable: true, help: 'a submission-time value' },
    configuration: {
      names: ['-C', '--config'],
      argument: 'NAME=VALUE',
      isRepeatable: true,
      help: `a setting of the job: ${Object.keys(configurationPlaces).join(', ')}`,
    },
    file: {
      names: ['-g', '--jobConfig'],
      argument: 'FILE',
      help: 'a job configuration overlay as JSON; what it says goes before -P, -C and --jobname',
    },
    jobName: { names: ['--jobname'], argument: 'NAME', help: "the job's name" },
    outFile: { names: ['--outfile'], argument: 'FILE', help: "a file that gets the job's id" },
  },
  run: submit,
}

async function submit({ line, connection, instance, out }: CommandWork): Promise<number> {
  const [sab, ...more] = line.operands
  if (sab === undefined || more.length > 0) {
    throw new StreamtoolError(`Expected one SAB behind submitjob, got ${line.operands.length}.`)
  }
  const file = line.one('file')
  const overlay = merged(
    {
      jobName: line.one('jobName'),
      parameters: assignments('-P', line.all('parameters')),
      configuration: assignments('-C', line.all('configuration')),
    },
    file === undefined ? {} : readOverlay(file),
  )
  const bundle = readBundleFile(sab)
  const { bundleId } = await explained(
    sab,
    connection.postBundle(`${text(instance, 'self')}/applicationbundles`, bundle),
  )
  const body = { application: bundleId, jobConfigurationOverlay: { jobConfigOverlays: [overlay] } }
  const id = text(await explained(sab, connection.postJson(text(instance, 'jobs'), body)), 'id')
  const outFile = line.one('outFile')
  if (outFile !== undefined) writeIds(outFile, id)
  // Scripts find the id by this line, so it is the product's.
  out(`CDISC0020I Submitted job IDs: ${id}`)
  return 0
}

async function explained<T>(sab: string, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    if (!(error instanceof StreamtoolError)) throw error
    throw new StreamtoolError(`${sab} was not submitted: ${error.message}`, { cause: error })
  }
}

/** `NAME=VALUE` words; a value may hold `=` and commas. */
function assignments(option: string, words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new StreamtoolError(`Expected NAME=VALUE behind ${option}, got ${JSON.stringify(word)}.`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

/** The overlay of the command line and the one of a file, whose values go before (streams-rest-api reference §7). */
function merged(
  given: {
    readonly jobName: string | undefined
    readonly parameters: ReadonlyMap<string, string>
    readonly configuration: ReadonlyMap<string, string>
  },
  file: Overlay,
): Overlay {
  const sections = { jobConfig: {} as Record<string, unknown>, deploymentConfig: {} as Record<string, unknown> }
  for (const [name, value] of given.configuration) {
    const place = Object.hasOwn(configurationPlaces, name) ? configurationPlaces[name] : undefined
    if (place === undefined) {
      const known = Object.keys(configurationPlaces).join(', ')
      throw new StreamtoolError(`Expected a name among ${known} behind -C, got ${name}.`)
    }
    const [section, key] = place
    sections[section][key] = /^\d+$/.test(value) ? Number(value) : value
  }
  const fromFile = sectionOf(file, 'jobConfig')
  const parameters = new Map([...given.parameters, ...listed(fromFile['submissionParameters'])])
  return {
    ...file,
    jobConfig: {
      ...sections.jobConfig,
      ...(given.jobName !== undefined && { jobName: given.jobName }),
      ...fromFile,
      submissionParameters: [...parameters].map(([name, value]) => ({ name, value })),
    },
    deploymentConfig: { ...sections.deploymentConfig, ...sectionOf(file, 'deploymentConfig') },
  }
}

function sectionOf(overlay: Overlay, name: string): Overlay {
  const value = overlay[name]
  return isRecord(value) ? value : {}
}

function listed(parameters: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(parameters)) return []
  return parameters.filter(isRecord).map((parameter) => [text(parameter, 'name'), text(parameter, 'value')])
}

/** The first overlay of a document, the only one that counts. */
function readOverlay(path: string): Overlay {
  let document: unknown
  try {
    document = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new StreamtoolError(`Expected a job configuration overlay in ${path}: ${messageOf(cause)}.`, { cause })
  }
  const overlays = isRecord(document) ? document['jobConfigOverlays'] : undefined
  const first: unknown = Array.isArray(overlays) ? overlays[0] : undefined
  if (isRecord(first)) return first
  throw new StreamtoolError(`Expected \`jobConfigOverlays\` in ${path} to be a list with an object in it.`)
}

function readBundleFile(path: string): Uint8Array {
  try {
    const { size } = statSync(path)
    if (size <= bundleBytesMax) return readFileSync(path)
  } catch (cause) {
    throw new StreamtoolError(`The SAB ${path} cannot be read: ${messageOf(cause)}.`, { cause })
  }
  throw new StreamtoolError(
    `${path} was not submitted: the emulator has no Streams runtime and so runs no bundles. Give it a file with ` +
      '{"emulates":"builtin:ledger"} in it, the application that comes with it.',
  )
}

function writeIds(path: string, id: string): void {
  try {
    writeFileSync(path, `${id}\n`)
  } catch (cause) {
    throw new StreamtoolError(
      `Job ${id} was submitted, but its id could not be written to ${path}: ${messageOf(cause)}.`,
      {
        cause,
      },
    )
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
