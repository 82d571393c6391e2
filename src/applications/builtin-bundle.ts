import { builtinNames, isBuiltinName, type BuiltinName } from './builtins.ts'
import { SettingsError, TestbedError } from '../model/errors.ts'
import type { ApplicationVariant } from '../model/testbed.ts'
import { defaultBehaviour, quirkIds, type Quirks, type ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { checkOperatorParameters } from '../toolkit/settings.ts'
import { isRecord } from '../support/plain-json.ts'

/** What stands in for a SAB: it names the built-in application, and says what an SPL application would have compiled in. */
interface Manifest extends ApplicationVariant {
  readonly emulates: string
}

/** An uploaded bundle, understood. */
export interface Bundle extends Required<ApplicationVariant> {
  readonly application: BuiltinName
}

/** A bundle, or what is wrong with it and what to do. */
export type ReadBundle =
  { readonly ok: true; readonly bundle: Bundle } | { readonly ok: false; readonly problem: string }

/**
 * The bytes to upload for `builtin:NAME`.
 * @throws TestbedError for anything else: this testbed runs no SABs
 */
export function builtinBundle(sab: string, variant: ApplicationVariant = {}): Uint8Array {
  const name = nameIn(sab)
  if (name === undefined)
    throw new TestbedError(`Expected an application that this testbed can run, got ${sab}. ${advice()}`)
  return Buffer.from(JSON.stringify({ emulates: sab, ...variant } satisfies Manifest))
}

/** The application that an uploaded bundle names. A real SAB, which is a zip archive, is none. */
export function readBundle(bytes: Uint8Array): ReadBundle {
  const manifest = parse(bytes)
  if (manifest === undefined) return refuse(`The bundle is not one that this testbed can run. ${advice()}`)
  const { emulates, toolkit, operatorParameters } = manifest
  const application = typeof emulates === 'string' ? nameIn(emulates) : undefined
  if (application === undefined) {
    return refuse(`Expected \`emulates\` of the bundle to be one of ${known()}, got ${shown(emulates)}. ${advice()}`)
  }
  const problem = toolkitProblem(toolkit) ?? parametersProblem(operatorParameters)
  if (problem !== undefined) return refuse(problem)
  // Both were looked at member by member just now.
  /* eslint-disable typescript/no-unsafe-type-assertion */
  return {
    ok: true,
    bundle: {
      application,
      toolkit: (toolkit as ToolkitBehaviour | undefined) ?? defaultBehaviour,
      operatorParameters: (operatorParameters as Bundle['operatorParameters'] | undefined) ?? {},
    },
  }
  /* eslint-enable typescript/no-unsafe-type-assertion */
}

/** What to do about a bundle that cannot be run. */
function advice(): string {
  return `It has no Streams runtime and so runs no bundles: use \`sab: builtin:ledger\`, or another of the applications that come with it: ${known()}.`
}

function known(): string {
  return builtinNames.map((name) => `builtin:${name}`).join(', ')
}

function nameIn(sab: string): BuiltinName | undefined {
  const name = sab.replace(/^builtin:/, '')
  return name !== sab && isBuiltinName(name) ? name : undefined
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const manifest: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isRecord(manifest) && 'emulates' in manifest ? manifest : undefined
  } catch {
    return undefined
  }
}

function toolkitProblem(toolkit: unknown): string | undefined {
  if (toolkit === undefined) return undefined
  const wanted = '`toolkit` of the bundle to be {"quirks": {"Q1": true, …}, "isFused": false}'
  if (!isRecord(toolkit) || typeof toolkit['isFused'] !== 'boolean' || !isRecord(toolkit['quirks'])) {
    return `Expected ${wanted}, got ${shown(toolkit)}.`
  }
  const { quirks } = toolkit
  const missing = quirkIds.filter((id) => typeof quirks[id] !== 'boolean')
  const unknown = Object.keys(quirks).filter((id) => !(id in ({ ...defaultBehaviour.quirks } satisfies Quirks)))
  if (missing.length === 0 && unknown.length === 0) return undefined
  return `Expected ${wanted} with each of ${quirkIds.join(', ')} true or false, got ${shown(quirks)}.`
}

function parametersProblem(parameters: unknown): string | undefined {
  if (parameters === undefined) return undefined
  if (!isRecord(parameters) || Array.isArray(parameters)) {
    return `Expected \`operatorParameters\` of the bundle to be an object of texts, got ${shown(parameters)}.`
  }
  const texts = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  const odd = Object.entries(parameters).find(([, value]) => typeof value !== 'string')
  if (odd !== undefined) {
    return `Expected \`operatorParameters.${odd[0]}\` of the bundle to be a text, got ${shown(odd[1])}.`
  }
  try {
    checkOperatorParameters(Object.fromEntries(texts))
    return undefined
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
}

function refuse(problem: string): ReadBundle {
  return { ok: false, problem }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
