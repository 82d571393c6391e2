import { builtinNames, isBuiltinName, type BuiltinName } from '../applications/builtins.ts'
import { TestbedError } from '../model/errors.ts'
import { isRecord } from './json-text.ts'

/** What stands in for a SAB: a manifest that names the built-in application. */
interface Manifest {
  readonly emulates: string
}

/**
 * The bytes to upload for `builtin:NAME`.
 * @throws TestbedError for anything else: this testbed runs no SABs
 */
export function builtinBundle(sab: string): Uint8Array {
  const name = sab.replace(/^builtin:/, '')
  if (name !== sab && isBuiltinName(name)) return Buffer.from(JSON.stringify({ emulates: sab } satisfies Manifest))
  throw new TestbedError(`Expected an application that this testbed can run (${known()}), got ${sab}. ${advice()}`)
}

/** The application that an uploaded bundle names, or undefined when it is none of ours. */
export function readBundle(bytes: Uint8Array): BuiltinName | undefined {
  try {
    const manifest: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const emulates = isRecord(manifest) ? manifest['emulates'] : undefined
    const name = typeof emulates === 'string' ? emulates.replace(/^builtin:/, '') : ''
    return isBuiltinName(name) ? name : undefined
  } catch {
    // A real SAB is a zip archive.
    return undefined
  }
}

/** What to do about a bundle that cannot be run. */
export function advice(): string {
  return 'It has no Streams runtime and so runs no bundles: use `sab: builtin:ledger`, the application that comes with it.'
}

function known(): string {
  return builtinNames.map((name) => `builtin:${name}`).join(', ')
}
