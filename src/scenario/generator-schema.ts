import { z } from 'zod'
import type { ExtensionDescriptor } from '../model/extension.ts'
import type { GeneratorSpec } from '../model/scenario.ts'
import { adviceFor } from '../support/suggest.ts'
import { alsoAccepts } from './editor-schema.ts'
import { extensionArguments, registered } from './extension-syntax.ts'
import { exactlyOne, expectedHere, fields, given, number, refuse, text, word } from './schema-fields.ts'

// What makes the tuples: `generator: sequence`, or one key that names it and holds its arguments.

const filePath = text('the path of a file').describe('The file, meant from this one.')
const keyField = text('the name of a field')
  .optional()
  .describe("The field that holds a record's key. Default: keys in turn.")

const file = fields(
  {
    path: filePath,
    format: word(['csv', 'ndjson', 'lines'])
      .optional()
      .describe('What the records are. Default: by the ending, and lines where it says nothing.'),
    key: keyField,
  },
  { expected: 'a map such as { path: orders.csv, key: account }' },
).transform(({ path, format, key }): GeneratorSpec => ({
  kind: 'file',
  path,
  format: format ?? (path.endsWith('.csv') ? 'csv' : isNdjson(path) ? 'ndjson' : 'lines'),
  ...given({ key }),
}))

const isNdjson = (path: string): boolean => /\.(ndjson|jsonl)$/.test(path)

const replay = fields(
  {
    path: filePath,
    format: word(['csv', 'ndjson', 'run'])
      .optional()
      .describe('Records with times, or a recorded run. Default: by the ending, and run where it says nothing.'),
    time: text('the name of a field')
      .prefault('time')
      .describe('The field that holds the time: seconds, or ISO 8601. Default: time.'),
    key: keyField,
    speed: number({ min: 0.001, max: 1_000_000, what: 'a factor' })
      .prefault(1)
      .describe('How much faster than recorded. Default: 1.'),
  },
  { expected: 'a map such as { path: orders.csv, time: at, speed: 2 }' },
).transform(({ path, format, time, key, speed }): GeneratorSpec => ({
  kind: 'replay',
  path,
  format: format ?? (path.endsWith('.csv') ? 'csv' : isNdjson(path) ? 'ndjson' : 'run'),
  time,
  speed,
  ...given({ key }),
}))

const plainWords: readonly string[] = ['sequence', 'random']

/** `generator`, with the registered ones. */
export function generatorSchema(extensions: readonly ExtensionDescriptor[]): z.ZodType<GeneratorSpec> {
  const own = registered(extensions, 'generator')
  const nothing = z.null({ error: () => 'nothing: this generator has no arguments' }).optional()
  const kinds: Record<string, z.ZodOptional<z.ZodType<GeneratorSpec>>> = {
    file: file.optional().describe('The records of a file, over and over, each with a number of its own.'),
    replay: replay
      .optional()
      .describe('The records of a file at the times that they carry, or those of a recorded run.'),
  }
  for (const extension of own) {
    kinds[extension.name] = extensionArguments(extension)
      .transform((use): GeneratorSpec => ({ kind: 'custom', ...use }))
      .optional()
      .describe(extension.description)
  }
  const names = [...plainWords, ...Object.keys(kinds)]
  const expected = `${plainWords.join(', ')} or a map such as { file: { path: orders.csv } }`
  const words = [...plainWords, ...own.filter(({ schema }) => schema.safeParse({}).success).map(({ name }) => name)]
  const onlyOne = exactlyOne(names, {
    complain: (got) => ({ message: `Expected \`generator\` to name one generator, got ${got}.` }),
  })
  const map = fields(
    {
      sequence: nothing.describe('Numbered, checksummed tuples, key by key.'),
      random: nothing.describe('As `sequence`, with random payloads.'),
      ...kinds,
    },
    { expected, rules: [onlyOne] },
  )
  const written = z.preprocess((input, ctx) => {
    if (typeof input !== 'string') return input
    if (names.includes(input)) return { [input]: null }
    const advice = adviceFor(input, names)
    return refuse(ctx, { kind: 'said', message: `There is no generator \`${input.slice(0, 80)}\`.`, advice })
  }, map)
  return alsoAccepts(written, { enum: words }).transform((raw, ctx): GeneratorSpec => {
    const found = Object.values(raw).find(isGenerator)
    if (found !== undefined) return found
    if (raw.random === null) return { kind: 'random' }
    return raw.sequence === null ? { kind: 'sequence' } : expectedHere(ctx, expected)
  })
}

function isGenerator(value: unknown): value is GeneratorSpec {
  return typeof value === 'object' && value !== null && 'kind' in value
}
