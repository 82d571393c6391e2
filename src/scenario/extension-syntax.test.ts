import { expect, test } from 'vitest'
import { z } from 'zod'
import { SettingsError } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { scenarioJsonSchema } from './scenario-json-schema.ts'
import { scenarioSchemaFor } from './scenario-schema.ts'
import { head, loadText, scenarioOf } from './testing/load-text.ts'

const extensions: readonly ExtensionDescriptor[] = [
  {
    kind: 'fault',
    name: 'pool_drain',
    description: 'Drains a pool.',
    schema: z.strictObject({ size: z.int().min(1), how: z.enum(['fast', 'slow']).default('fast') }),
  },
  { kind: 'action', name: 'page', description: 'Pages.', schema: z.strictObject({ who: z.string().optional() }) },
  { kind: 'check', name: 'bank', description: 'The bank holds.', schema: z.strictObject({}) },
  { kind: 'generator', name: 'orders', description: 'Orders.', schema: z.strictObject({ n: z.int().default(3) }) },
  { kind: 'probe', name: 'flow', description: 'The flow.', schema: z.strictObject({}) },
]

test('registered kinds stand where built-in ones do, with what their schemas make of their arguments', () => {
  const scenario = scenarioOf(
    `${head}pre_failover_data: [{ rate: 1/s, generator: orders }, { rate: 1/s, generator: { orders: { n: 4 } } }]
fault_scenario:
  - pool_drain: { size: 7 }
    for: 5 s
    during:
      - page:
      - { page: { who: me }, at: 1 s }
post_failover_validation_checks:
  - bank
  - { bank: {}, severity: info }
  - steady_state: [flow]
  - probe: { name: flow, expect: { a: [1, x] } }
`,
    extensions,
  )
  expect(scenario.traffic).toMatchObject([
    { name: 'orders', generator: { kind: 'custom', name: 'orders', args: { n: 3 } } },
    { name: 'orders-2', generator: { kind: 'custom', name: 'orders', args: { n: 4 } } },
  ])
  expect(scenario.steps).toMatchObject([
    {
      id: 'pool_drain',
      fault: { kind: 'custom', name: 'pool_drain', args: { size: 7, how: 'fast' } },
      forSeconds: 5,
      during: [
        { id: 'page', action: { kind: 'custom', name: 'page', args: {} } },
        { id: 'page-2', at: 1, action: { kind: 'custom', name: 'page', args: { who: 'me' } } },
      ],
    },
  ])
  expect(scenario.checks).toEqual([
    { kind: 'custom', name: 'bank', args: {} },
    { kind: 'custom', name: 'bank', args: {}, severity: 'info' },
    { kind: 'steady_state', probes: ['flow'] },
    { kind: 'probe', name: 'flow', expect: { a: [1, 'x'] } },
  ])
})

test('what a registered schema refuses has its place', () => {
  const { problems } = loadText(
    `${head}fault_scenario:\n  - pool_drain: { size: 0, how: never, colour: red }\n  - pool_drian: { size: 1 }\n`,
    extensions,
  )
  expect(problems).toEqual([
    expect.stringMatching(/^a\.yaml:4:25: .*size/),
    expect.stringMatching(/^a\.yaml:4:33: .*how/),
    expect.stringMatching(/^a\.yaml:4:5: .*colour/),
    expect.stringMatching(/^a\.yaml:5:5: Unknown key `pool_drian`.* Did you mean "pool_drain"\?$/),
  ])
})

test('what zod’s own checks find is said in the language’s words, and a message of the schema’s own is kept', () => {
  const shape = {
    n: z.number(),
    whole: z.int(),
    least: z.number().min(1),
    above: z.number().gt(1),
    most: z.number().max(5),
    step: z.number().multipleOf(5),
    word: z.enum(['fast', 'slow']),
    literal: z.literal([1, true]),
    mail: z.email(),
    form: z.string().regex(/^a+$/),
    short: z.string().max(2),
    list: z.array(z.string()).min(2),
    map: z.record(z.string(), z.number()),
    inner: z.strictObject({ a: z.boolean() }),
    either: z.union([z.number(), z.boolean()]),
    own: z.number({ error: 'a level from 1 to 5' }),
    refined: z.string().refine((text) => text.endsWith('!'), 'a text that ends with !'),
    missing: z.string(),
  }
  const drain: ExtensionDescriptor = {
    kind: 'action',
    name: 'drain',
    description: 'd',
    schema: z.strictObject(shape),
  }
  const given = `n: x, whole: 1.5, least: 0, above: 1, most: 6, step: 7, word: fsat, literal: 2, mail: me, form: b, short: abc, list: [a], map: { k: v }, inner: { a: 1, b: 2 }, either: x, own: x, refined: x`
  const { problems } = loadText(`${head}fault_scenario:\n  - drain: { ${given} }\n`, [drain])
  const texts = problems.map((problem) => problem.replace(/^[^ ]* /, '').replace('fault_scenario[0].drain.', ''))
  expect(texts).toEqual([
    'Expected `n` to be a number, got "x".',
    'Expected `whole` to be a whole number, got 1.5 (number).',
    'Expected `least` to be a number of at least 1, got 0 (number).',
    'Expected `above` to be a number of more than 1, got 1 (number).',
    'Expected `most` to be a number of at most 5, got 6 (number).',
    'Expected `step` to be a multiple of 5, got 7 (number).',
    'Expected `word` to be fast or slow, got "fsat". Did you mean "fast"?',
    'Expected `literal` to be 1 or true, got 2 (number).',
    'Expected `mail` to be a text of the form email, got "me".',
    'Expected `form` to be a text that matches /^a+$/, got "b".',
    'Expected `short` to be a text of at most 2 characters, got "abc".',
    'Expected `list` to be a list of at least 2, got a list.',
    'Expected `map.k` to be a number, got "v".',
    'Expected `inner.a` to be true or false, got 1 (number).',
    'Expected `inner` to be a map without `b`, got a map.',
    'Expected `either` to be what its schema accepts, got "x".',
    'Expected `own` to be a level from 1 to 5, got "x".',
    'Expected `refined` to be a text that ends with !, got "x".',
    'Expected `missing` to be a text, got nothing.',
  ])
})

const decoder: ExtensionDescriptor = {
  kind: 'snapshot_decoder',
  name: 'sums',
  description: 'Sums.',
  schema: z.strictObject({}),
}

test('a decoder of snapshots stands alone with a built-in application, and beside the names of one’s own', () => {
  const own = scenarioOf(
    `${head}application: { ingest: In, output: Out, key: k, sequence: n, snapshot_decoder: sums }`,
    [decoder],
  )
  expect(own.application).toEqual({ ingest: 'In', output: 'Out', key: 'k', sequence: 'n', snapshotDecoder: 'sums' })
  const alone = scenarioOf(`${head}application: { snapshot_decoder: sums }`, [decoder])
  expect(alone.application).toEqual({
    ingest: 'LedgerIngest',
    output: 'LedgerOutput',
    key: 'key',
    sequence: 'seq',
    snapshotDecoder: 'sums',
  })
})

test.each([
  ['{ snapshot_decoder: sum }', ['No snapshot decoder `sum` is registered. Did you mean "sums"?']],
  [
    '{ snapshot_decoder: sums, ingest: In, key: k, sequence: n }',
    ['Expected `application.output` to be the name of an operator, got nothing.'],
  ],
  [
    '{}',
    ['ingest', 'output', 'key', 'sequence'].map((name) => {
      const noun = name === 'key' || name === 'sequence' ? 'an attribute' : 'an operator'
      return `Expected \`application.${name}\` to be the name of ${noun}, got nothing.`
    }),
  ],
])('an application of %s is refused', (text, expected) => {
  const { problems } = loadText(`${head}application: ${text}`, [decoder])
  expect(problems.map((problem) => problem.replace(/^[^ ]* /, ''))).toEqual(expected)
})

test('a name is unknown where it is not registered', () => {
  expect(loadText(`${head}fault_scenario: [{ pool_drain: { size: 1 } }]`).problems).toEqual([
    expect.stringContaining('Unknown key `pool_drain`'),
  ])
})

test('a schema that gives what JSON cannot hold is complained about', () => {
  const broken: ExtensionDescriptor = {
    kind: 'action',
    name: 'page',
    description: 'Pages.',
    schema: z.strictObject({}).transform(() => ({ n: 1n })),
  }
  expect(loadText(`${head}fault_scenario: [{ page: {} }]`, [broken]).problems).toEqual([
    expect.stringContaining('The schema of `page` must give an object that JSON can hold'),
  ])
})

test.each([
  ['a word of the language', { kind: 'fault', name: 'kill' }, 'is a word of the language'],
  ['a field of a step', { kind: 'action', name: 'until' }, 'is a word of the language'],
  ['a name of another form', { kind: 'check', name: 'Bank Check' }, 'snake_case'],
  ['a name that two have', { kind: 'fault', name: 'page' }, 'is registered twice'],
] as const)('refuses %s as a registered name', (_title, named, message) => {
  const schema = z.strictObject({})
  expect(() => scenarioSchemaFor([...extensions, { ...named, description: 'd', schema }])).toThrow(SettingsError)
  expect(() => scenarioSchemaFor([...extensions, { ...named, description: 'd', schema }])).toThrow(message)
})

test('the schema of one list of kinds is made once', () => {
  expect(scenarioSchemaFor(extensions)).toBe(scenarioSchemaFor(extensions))
  expect(scenarioSchemaFor()).toBe(scenarioSchemaFor([]))
})

test('editors get a kind’s own schema, whose ids may be those of the language, and which may contain itself', () => {
  const item = z.strictObject({
    name: z.string().describe('Its name.'),
    get items() {
      return z.array(item).optional()
    },
  })
  const level = z.number().min(1).meta({ id: 'duration', description: 'How much.' })
  const menu: ExtensionDescriptor = {
    kind: 'action',
    name: 'menu',
    description: 'A menu.',
    schema: z.strictObject({ level, item }),
  }
  const text = JSON.stringify(scenarioJsonSchema([menu]))
  expect(text).toContain('"level":{"type":"number","minimum":1,"description":"How much."}')
  expect(text).toContain('"description":"Its name."')
  expect(text).toContain('"menu":{"description":"A menu."')
  // The language's own stays what it is.
  expect(JSON.stringify(scenarioJsonSchema([menu]).$defs?.['duration'])).toBe(
    JSON.stringify(scenarioJsonSchema().$defs?.['duration']),
  )
})
