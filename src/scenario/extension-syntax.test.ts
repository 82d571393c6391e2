import { expect, test } from 'vitest'
import { z } from 'zod'
import { SettingsError } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
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
