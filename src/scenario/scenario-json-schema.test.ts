import { globSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { scenarioJsonSchema } from './scenario-json-schema.ts'
import { plainValue } from './schema-problems.ts'
import { head, loadText } from './testing/load-text.ts'
import { rightChecks, rightFields, rightSteps, rightTraffic } from './testing/snippets.ts'
import { parseYamlTree } from './yaml-tree.ts'

const validatorOf = (extensions: readonly ExtensionDescriptor[] = []): ((text: string) => readonly unknown[]) => {
  const validate = new Ajv2020({
    strictSchema: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
  }).compile(scenarioJsonSchema(extensions))
  return (text) => {
    const { tree } = parseYamlTree({ file: 'a.yaml', text })
    return tree === null || validate(plainValue(tree)) ? [] : (validate.errors ?? [])
  }
}
const errorsOf = validatorOf()

test('the shipped file is what the language gives', () => {
  const shipped: unknown = JSON.parse(readFileSync('schemas/scenario.schema.json', 'utf8'))
  expect(shipped, 'write it anew by: node src/cli.ts schema > schemas/scenario.schema.json').toEqual(
    scenarioJsonSchema(),
  )
})

test('every property says what it is', () => {
  const silent: string[] = []
  const look = (place: string, node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'properties') look(`${place}/${key}`, value)
      else for (const [name, property] of Object.entries(value)) lookAt(`${place}/${name}`, property)
    }
  }
  const lookAt = (place: string, property: unknown): void => {
    const text = JSON.stringify(property)
    if (!text.includes('"description"') && !text.includes('#/$defs/scenario/properties/')) silent.push(place)
    look(place, property)
  }
  look('', scenarioJsonSchema())
  expect(silent).toEqual([])
})

test.each(globSync('scenarios/**/*.yaml'))('takes the shipped %s', (file) => {
  expect(errorsOf(readFileSync(file, 'utf8'))).toEqual([])
})

test('takes every file of the page about composition', () => {
  const page = readFileSync('docs/composition.md', 'utf8')
  const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(0)
  expect(blocks.map((block) => errorsOf(block))).toEqual(blocks.map(() => []))
})

const right = [
  ...rightSteps.map(
    (step) => `${head}pre_failover_data: { rate: 1/s }\nfault_scenario: [${stepsBefore(step)}${step}]\n`,
  ),
  ...rightChecks.map((check) => `${head}fault_scenario: []\npost_failover_validation_checks:\n  - ${check}\n`),
  ...rightTraffic.map((traffic) => `${head}pre_failover_data: ${traffic}\n`),
  ...rightFields.map((text) => `${head}${text}\n`),
].map((text) => text.replace('fault_scenario: []\n', ''))

/** Steps that others name. */
function stepsBefore(step: string): string {
  const named = ['cut', 'k'].filter((id) => step.includes(`${id}.fault`) || new RegExp(`: ${id}\\b`).test(step))
  return named
    .filter((id) => !step.includes(`id: ${id}`))
    .map((id) => `{ id: ${id}, kill: { target: dc2.job } }, `)
    .join('')
}

describe('takes what the loader takes:', () => {
  test.each(right)('%s', (text) => {
    const { problems } = loadText(text)
    const mode = problems.filter((problem) => !problem.includes('passive'))
    expect(mode).toEqual([])
    expect(errorsOf(text)).toEqual([])
  })
})

describe('takes what is gone before the loader reads:', () => {
  test.each([
    'extends: ../common.yaml\ntest_id: A-1',
    'extends: [a.yaml, b.yml]\ntest_id: A-1',
    `${head}use: [wan, { cut: { for: 5 s } }]\nmatrix: { fault_scenario.cut.for: [60 s, 10 min] }`,
    'defaults: { tags: [a], opts: { run_for: 5 s } }\nscenarios: [{ test_id: A-1, description: d }]',
    'presets: { wan: { parameters: { delay: 80 ms, jitter: }, fault_scenario: [{ netem: { delay: "${delay}" } }] } }',
    'macros: [{ match: "FAIL-*", add: { post_failover_validation_checks: [integrity] } }]\nscenarios: [{ test_id: A, description: d }]',
  ])('%s', (text) => {
    expect(errorsOf(text)).toEqual([])
  })
})

/** Wrong in a way that a JSON Schema can see. */
const wrong: readonly string[] = [
  'colour: red',
  'tags: []',
  'tags: [not]',
  'tags: smoke',
  'only: yes',
  'repeat: 0',
  'repeat: 1001',
  'fault_phases: 101',
  'mode: active',
  'timeout: 5',
  'timeout: 0.5',
  'timeout: 5 minutes',
  'emulate_as: ledger',
  'application: { ingest: a }',
  'streams_application_sab: { dc1: a }',
  'submission_params: { a: [1] }',
  'crossdc: { heartbeatInterval: 1 }',
  'crossdc: { heartbeatExchangeInterval: 0 }',
  'crossdc: { localDataCenterName: a }',
  'crossdc: { consecutiveHeartbeatMissesAllowed: 256 }',
  'crossdc: { dataSnapshotJdbcPassword: geheim }',
  'pre_failover_data: { rate: 20 }',
  'pre_failover_data: { rate: 1/s, keys: 4097 }',
  'pre_failover_data: { rate: 1/s, count: 1, for: 1 s }',
  'pre_failover_data: { rate: 1/s, generator: kafka }',
  'pre_failover_data: { rate: 1/s, generator: { file: { path: a }, replay: { path: a } } }',
  'pre_failover_data: { rate: 1/s, arrival: { ramp: { to: 5/s } } }',
  'pre_failover_data: { rate: 1/s, skew: zipf }',
  'pre_failover_data: []',
  'failover_trigger_method: magic',
  'expected_recovery_time_seconds: 5 s',
  'expected_recovery_time_seconds: {}',
  'expected_data_loss_percentage: 101',
  'opts: { time_scale: 0.5 }',
  'opts: { keep: sometimes }',
  'fault_scenario: []',
  'fault_scenario: [kill]',
  'fault_scenario: [{}]',
  'fault_scenario: [{ at: 5 s }]',
  'fault_scenario: [{ kill: { target: dc1.job }, mark: a }]',
  'fault_scenario: [{ kill: { target: dc3.job } }]',
  'fault_scenario: [{ kill: { target: dc1 } }]',
  'fault_scenario: [{ kill: { target: dc1.job }, at: 5 s, when: dc1.remote_up }]',
  'fault_scenario: [{ kill: { target: dc1.job }, for: 5 s, until: dc1.remote_up }]',
  'fault_scenario: [{ kill: { target: dc1.job }, for: 5 s, heal: none }]',
  'fault_scenario: [{ kill: { target: dc1.job }, after: 5 s }]',
  'fault_scenario: [{ kill: { target: dc1.job }, when: dc1.remote_gone }]',
  'fault_scenario: [{ crash: { target: dc1.job }, for: 5 s }]',
  'fault_scenario: [{ mark: a, for: 5 s }]',
  'fault_scenario: [{ parallel: [{ mark: a }], during: [{ mark: b }] }]',
  'fault_scenario: [{ netem: { between: [dc1, dc2] } }]',
  'fault_scenario: [{ netem: { between: [dc1, dc2], jitter: 1 ms } }]',
  'fault_scenario: [{ netem: { between: [dc1, dc2], rate: 10 mb } }]',
  'fault_scenario: [{ load: { rate: 1/s, factor: 2 } }]',
  'fault_scenario: [{ http: { get: "http://a/", post: "http://a/" } }]',
  'fault_scenario: [{ exec: { command: [] } }]',
  'fault_scenario: [{ wait: 5 }]',
  'fault_scenario: [{ random: { steps: [{ mark: a }] } }]',
  'fault_scenario: [{ clock_skew: { target: dc1, offset: 5 } }]',
  'post_failover_validation_checks: [duplicate]',
  'post_failover_validation_checks: [loss]',
  'post_failover_validation_checks: [{ loss: {} }]',
  'post_failover_validation_checks: [{ loss: { at_most: 150 } }]',
  'post_failover_validation_checks: [{ integrity: , prediction: }]',
  'post_failover_validation_checks: [{ integrity: { a: 1 } }]',
  'post_failover_validation_checks: [{ split_brain: sometimes }]',
  'post_failover_validation_checks: [{ takeover: { never: true, within: 5 s } }]',
  'post_failover_validation_checks: [{ status: { dc: dc1 } }]',
  'post_failover_validation_checks: [{ throughput: { at_least: 95 % } }]',
  'post_failover_validation_checks: [{ latency: { phase: after } }]',
  'post_failover_validation_checks: [{ integrity: , severity: fatal }]',
  'post_failover_validation_checks: [{ metric: { source: {}, name: a, at_most: 1 } }]',
]

describe('refuses what the loader refuses:', () => {
  test.each(wrong)('%s', (line) => {
    const text = `${head}${line}\n`
    expect(loadText(text).problems).not.toEqual([])
    expect(errorsOf(text)).not.toEqual([])
  })
})

test('registered kinds are words of the schema, with their arguments', () => {
  const extensions: readonly ExtensionDescriptor[] = [
    { kind: 'fault', name: 'pool_drain', description: 'Drains a pool.', schema: z.strictObject({ size: z.int() }) },
    {
      kind: 'generator',
      name: 'orders',
      description: 'Orders.',
      schema: z.strictObject({ flavour: z.string().optional() }),
    },
    { kind: 'probe', name: 'flow', description: 'The flow.', schema: z.strictObject({}) },
  ]
  const own = validatorOf(extensions)
  const text = (size: string): string =>
    `${head}pre_failover_data: { rate: 1/s, generator: orders }\nfault_scenario: [{ pool_drain: { size: ${size} }, for: 5 s }]\npost_failover_validation_checks: [{ steady_state: [flow] }]\n`
  expect(own(text('7'))).toEqual([])
  expect(own(text('all'))).not.toEqual([])
  expect(errorsOf(text('7'))).not.toEqual([])
})
