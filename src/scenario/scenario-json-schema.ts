import type { ExtensionDescriptor } from '../model/extension.ts'
import { editorSchemaOf } from './editor-schema.ts'
import type { JsonSchema } from './editor-schema.ts'
import { scenarioSchemaFor } from './scenario-schema.ts'

// The JSON Schema of a scenario file for editors: the scenario's own schema, and around it what is gone before that one reads:
// `use`, `matrix`, `extends`, `defaults`, `presets`, `macros`. schemas/scenario.schema.json is what this gives without registered
// kinds; a test keeps the two together. What needs two places of a file, such as whether a step exists, only `failover lint` knows.

const title = 'Scenario of vitest-failover'

/**
 * The JSON Schema, draft 2020-12, of a scenario file, with the registered kinds among its words.
 * @throws SettingsError for a registered name that the language has
 */
export function scenarioJsonSchema(extensions: readonly ExtensionDescriptor[] = []): JsonSchema {
  const { properties = {}, $defs = {} } = editorSchemaOf(scenarioSchemaFor(extensions))
  const ofScenario = refsTo('scenario', Object.keys(properties))
  const shared = without(ofScenario, ['test_id', 'only'])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    description: 'One scenario, or several with what they share, or only what other files share.',
    anyOf: [{ $ref: '#/$defs/single' }, { $ref: '#/$defs/several' }, { $ref: '#/$defs/library' }],
    $defs: {
      single: {
        type: 'object',
        description: 'A file with one scenario.',
        properties: { extends: extended, ...ofScenario, use, matrix },
        required: ['test_id'],
        anyOf: [{ required: ['description'] }, { required: ['use'] }, { required: ['extends'] }],
        additionalProperties: false,
      },
      several: {
        type: 'object',
        description: 'A file with a list of scenarios and what they share.',
        properties: {
          ...fileProperties,
          scenarios: {
            type: 'array',
            minItems: 1,
            items: { $ref: '#/$defs/scenario' },
            description: 'The scenarios.',
          },
        },
        required: ['scenarios'],
        additionalProperties: false,
      },
      library: {
        type: 'object',
        description: 'A file without scenarios, which others extend.',
        properties: fileProperties,
        anyOf: [{ required: ['defaults'] }, { required: ['presets'] }, { required: ['macros'] }],
        additionalProperties: false,
      },
      scenario: {
        type: 'object',
        description: 'One scenario.',
        properties: { ...properties, use, matrix },
        required: ['test_id'],
        additionalProperties: false,
      },
      shared: {
        type: 'object',
        description: 'Fields that scenarios share.',
        properties: { ...shared, use, matrix },
        additionalProperties: false,
      },
      preset: presetOf({ ...without(properties, ['test_id', 'only']), use, matrix }),
      ...$defs,
    },
  }
}

type Properties = NonNullable<JsonSchema['properties']>

function refsTo(definition: string, names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${definition}/properties/${name}` }]))
}

function without(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)))
}

/** A parameter may stand for any value of a preset, so only its fields' names can be said. */
function presetOf(properties: Properties): JsonSchema {
  const described = Object.entries(properties).map(([name, property]) => [
    name,
    typeof property === 'object' && property.description !== undefined ? { description: property.description } : {},
  ])
  return {
    type: 'object',
    description: 'Fields of a scenario, in which `${name}` stands for the value of a parameter.',
    properties: {
      parameters: {
        type: ['object', 'null'],
        description: 'Names and defaults; a parameter whose default is nothing must be given.',
        propertyNames: { pattern: '^[A-Za-z_]\\w*$' },
      },
      ...Object.fromEntries(described),
    },
    additionalProperties: false,
  }
}

const oneUse: JsonSchema = {
  anyOf: [
    { type: 'string', minLength: 1 },
    {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: { type: ['object', 'null'] },
    },
  ],
}
const use: JsonSchema = {
  description: 'Presets, in order: a name, or a name and its arguments such as { wan: { delay: 80 ms } }.',
  anyOf: [...(oneUse.anyOf ?? []), { type: 'array', minItems: 1, items: oneUse }],
}
const matrix: JsonSchema = {
  description:
    'Paths and lists of values: the scenario runs once for each combination. A path into a step goes by its id, such as fault_scenario.cut.for.',
  type: 'object',
  minProperties: 1,
  additionalProperties: { type: 'array', minItems: 1 },
}
const path: JsonSchema = { type: 'string', pattern: '\\.ya?ml$' }
const extended: JsonSchema = {
  description: 'The path of a file whose defaults, presets and macros hold here too, or a list of them.',
  anyOf: [path, { type: 'array', minItems: 1, items: path }],
}
const fileProperties: Properties = {
  extends: extended,
  defaults: { $ref: '#/$defs/shared', description: 'Fields of all scenarios; maps are merged, and a scenario wins.' },
  presets: {
    description: 'Named parts of scenarios, which `use` puts together.',
    type: 'object',
    propertyNames: { pattern: '^[A-Za-z][\\w-]*$' },
    additionalProperties: { $ref: '#/$defs/preset' },
  },
  macros: {
    description: 'What is added to the scenarios of some ids or tags.',
    type: 'array',
    items: {
      type: 'object',
      properties: {
        match: {
          description: 'A glob of ids or a tag, or a list of them; any of them.',
          anyOf: [
            { type: 'string', minLength: 1 },
            { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
          ],
        },
        add: { $ref: '#/$defs/shared', description: 'What is added.' },
      },
      required: ['match', 'add'],
      additionalProperties: false,
    },
  },
}
