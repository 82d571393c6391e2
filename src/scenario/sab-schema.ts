import { z } from 'zod'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { ledgerOperators } from '../model/ledger.ts'
import type { ApplicationFace, PerDatacenter } from '../model/scenario.ts'
import { accepts, alsoAccepts } from './editor-schema.ts'
import type { JsonSchema } from './editor-schema.ts'
import { registeredName } from './extension-syntax.ts'
import { fields, given, text, textLike } from './schema-fields.ts'

// `streams_application_sab`, `emulate_as`, `application`: what runs in the datacenters, and how traffic gets in and out.

const expected = 'builtin:ledger or the path of a SAB'

/** A SAB by its path, or a built-in application. */
export const sabText: z.ZodString = text(expected)

/** `streams_application_sab` */
export const sabSchema: z.ZodType<PerDatacenter<string>> = alsoAccepts(
  z.preprocess(
    (input) => (typeof input === 'string' && input !== '' ? { dc1: input, dc2: input } : input),
    fields(
      { dc1: sabText.describe("dc1's."), dc2: sabText.describe("dc2's.") },
      { expected: `${expected}, or a map of one each for dc1 and dc2` },
    ),
  ),
  { type: 'string', minLength: 1, examples: ['builtin:ledger', 'output/MyApplication.sab'] },
)

/** `emulate_as` */
export const emulateAsSchema: z.ZodString = textLike(
  /^builtin:[a-z-]+$/,
  'a built-in application such as builtin:ledger',
)

const named = (what: string): z.ZodOptional<z.ZodString> => text(`the name of ${what}`).optional()

/** What an application of one's own must name, and what the ledger calls it. */
const ledgerFace = {
  ingest: ledgerOperators.ingest,
  output: ledgerOperators.output,
  key: 'key',
  sequence: 'seq',
} as const satisfies Partial<ApplicationFace>

const nouns: Readonly<Record<keyof typeof ledgerFace, string>> = {
  ingest: 'an operator',
  output: 'an operator',
  key: 'an attribute',
  sequence: 'an attribute',
}

/** `application`, with the registered decoders of snapshots. */
export function applicationSchema(extensions: readonly ExtensionDescriptor[]): z.ZodType<ApplicationFace> {
  const schema = fields(
    {
      ingest: named(nouns.ingest).describe('The operator whose inject endpoint takes the traffic.'),
      output: named(nouns.output).describe('The operator whose endpoint gives the output.'),
      key: named(nouns.key).describe("The attribute that holds a tuple's key."),
      sequence: named(nouns.sequence).describe("The attribute that holds a tuple's number within its key."),
      checksum: named('an attribute').describe("The attribute that holds a tuple's checksum."),
      composite: named('a composite').describe(
        "The name under which the application invokes the toolkit's composite CrossDCFailover.",
      ),
      snapshot_decoder: registeredName(extensions, 'snapshot_decoder')
        .optional()
        .describe('Name of a registered decoder, which reads the stored snapshots at the end.'),
    },
    { expected: 'a map such as { ingest: Orders, output: Results, key: account, sequence: number }' },
  )
  return accepts(schema, (json) => ({ ...json, additionalProperties: false, anyOf: wholeOrDecoder })).transform(
    ({ snapshot_decoder: snapshotDecoder, ...face }, ctx): ApplicationFace => {
      // With a decoder alone it is one of the built-in applications that is meant.
      const isBuiltin = snapshotDecoder !== undefined && Object.values(face).every((name) => name === undefined)
      if (isBuiltin) return { ...ledgerFace, snapshotDecoder }
      const { ingest, output, key, sequence, checksum, composite } = face
      if (ingest !== undefined && output !== undefined && key !== undefined && sequence !== undefined) {
        return { ingest, output, key, sequence, ...given({ checksum, composite, snapshotDecoder }) }
      }
      for (const name of faceNames.filter((one) => face[one] === undefined)) {
        ctx.addIssue({ code: 'custom', message: `the name of ${nouns[name]}`, path: [name] })
      }
      return z.NEVER
    },
  )
}

const faceNames = ['ingest', 'output', 'key', 'sequence'] as const

/** The same for editors. */
const wholeOrDecoder: JsonSchema[] = [
  { required: [...faceNames] },
  { required: ['snapshot_decoder'], not: { anyOf: faceNames.map((name) => ({ required: [name] })) } },
]
