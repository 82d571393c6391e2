import type { z } from 'zod'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { checkSchemasFor } from './check-schema.ts'
import { crossdcSchema, submissionParametersSchema } from './datacenter-settings-schema.ts'
import { accepts } from './editor-schema.ts'
import { launchScriptSchema } from './launch-script-schema.ts'
import { objectiveSeconds, optionsSchema, recoveryTimeSchema } from './options-schema.ts'
import { applicationSchema, emulateAsSchema, sabSchema } from './sab-schema.ts'
import { fields, listOf, number, sentence, text, textLike, trueOrFalse, wholeNumber, word } from './schema-fields.ts'
import { someTime } from './schema-quantities.ts'
import { stepsSchemaFor } from './step-schema.ts'
import { refuseTakenNames } from './taken-names.ts'
import { trafficSchema } from './traffic-schema.ts'

const idExpected = 'an id such as FAIL-01: letters, digits, - _ and .'
/** A matrix adds `[name=value]` to the id before the scenario is read. */
const idForm = /^[A-Za-z0-9][\w.-]*(\[[^[\]]*\])*$/
const tagExpected = 'a tag of letters, digits, - _ . and /, such as smoke'
const tagsMax = 100
const repeatsMax = 1000
const phasesMax = 100

/** What a `test_id` and a tag may look like, as they are written. */
const writtenId = accepts(textLike(idForm, idExpected), {
  type: 'string',
  pattern: '^[A-Za-z0-9][\\w.-]*$',
  examples: ['FAIL-01'],
})
const tag = accepts(textLike(/^(?!(and|or|not)$)[\w./-]+$/i, tagExpected), {
  type: 'string',
  pattern: '^(?!([Aa][Nn][Dd]|[Oo][Rr]|[Nn][Oo][Tt])$)[\\w./-]+$',
})

/** The fields of a scenario and what each is, with the registered kinds. */
function scenarioShape(extensions: readonly ExtensionDescriptor[]) {
  const { check, checks } = checkSchemasFor(extensions)
  return {
    test_id: writtenId.describe('Unique in the whole selection. `PART-01` also gives the tag `part`.'),
    description: sentence('a sentence').describe('A sentence, shown in reports.'),
    tags: listOf(tag, 'a list of tags such as [smoke, nightly]')
      .max(tagsMax, { error: () => `a list of at most ${tagsMax} tags` })
      .default([])
      .describe('Tags, for `--tags-filter`.'),
    skip: sentence('the reason, as a sentence').optional().describe('Why it is not to run.'),
    only: trueOrFalse.prefault(false).describe('Run this one alone. Default: false.'),
    known_issue: sentence('the reason, as a sentence')
      .optional()
      .describe('Why it is expected to fail; passing is then the failure.'),
    mode: word(['active-active', 'active-passive'])
      .prefault('active-active')
      .describe('Both DCs work, or dc2 only watches dc1. Default: active-active.'),
    streams_application_sab: sabSchema
      .prefault('builtin:ledger')
      .describe(
        'What runs: the path of a SAB, or a built-in application; one for both DCs, or one each. Default: builtin:ledger.',
      ),
    emulate_as: emulateAsSchema
      .optional()
      .describe('The built-in application that stands in for the SAB where there is no Streams.'),
    application: applicationSchema(extensions)
      .optional()
      .describe("How traffic gets into and out of a SAB of your own. Default: the ledger's endpoints."),
    submission_params: submissionParametersSchema
      .default({ dc1: {}, dc2: {} })
      .describe('Submission-time values, by name; under `dc1` and `dc2` those of one DC.'),
    crossdc: crossdcSchema
      .default({ dc1: {}, dc2: {} })
      .describe("The toolkit's settings, by their documented names and units; under `dc1` and `dc2` those of one DC."),
    launch_script: launchScriptSchema
      .optional()
      .describe('In active-passive: what dc2 runs when dc1 is down. Default: the ready-made script, at once.'),
    pre_failover_data: trafficSchema(extensions).optional().describe('The traffic. Default: none.'),
    fault_scenario: stepsSchemaFor(extensions, check).default([]).describe('What happens, step by step.'),
    failover_trigger_method: word(['automatic', 'orderly_shutdown', 'script', 'manual'])
      .optional()
      .describe(
        'What provokes the failover: the toolkit notices, an orderly shutdown, the launch script, or the operator. Default: by the steps.',
      ),
    post_failover_validation_checks: checks.default([]).describe('What is to hold.'),
    expected_recovery_time_seconds: recoveryTimeSchema
      .optional()
      .describe('The recovery time objective, as a whole or by phases; system seconds.'),
    expected_data_loss_percentage: number({ min: 0, max: 100, what: 'a number of percent' })
      .optional()
      .describe('The recovery point objective as a share of the traffic; percent.'),
    expected_data_loss_seconds: objectiveSeconds
      .optional()
      .describe('The recovery point objective as the age of the oldest lost tuple; system seconds.'),
    repeat: wholeNumber({ min: 1, max: repeatsMax }).optional().describe('Run it so often. Default: once.'),
    fault_phases: wholeNumber({ min: 1, max: phasesMax })
      .optional()
      .describe('Run it at so many places of the heartbeat cycle. Default: one.'),
    spec: text('the path of a spec file')
      .optional()
      .describe('A file whose body runs in place of the built-in one, meant from this file.'),
    timeout: someTime.optional().describe('When the run is given up; system time. Default: what the settings allow.'),
    opts: optionsSchema.prefault({}).describe('How it is run.'),
  }
}

/** The schema of a scenario, after composition: without `use`, `matrix`, `extends`, `presets` and `defaults`. */
export type ScenarioSchema = z.ZodObject<ReturnType<typeof scenarioShape>, z.core.$catchall<z.ZodUnknown>>

/** A scenario's fields after the schema. */
export type ScenarioFields = z.output<ScenarioSchema>

/**
 * One scenario's fields, checked each for itself and turned into seconds, bytes and tuples a second. Registered kinds are words of
 * the language beside its own.
 * @throws SettingsError for a registered name that is taken
 */
export function scenarioSchemaFor(extensions: readonly ExtensionDescriptor[] = []): ScenarioSchema {
  const known = extensions.length === 0 ? plain : byExtensions.get(extensions)
  if (known !== undefined) return known
  refuseTakenNames(extensions)
  const schema = fields(scenarioShape(extensions), {
    expected: 'a map of fields',
    suggested: ['use', 'matrix', 'extends'],
  })
  if (extensions.length === 0) plain = schema
  else byExtensions.set(extensions, schema)
  return schema
}

let plain: ScenarioSchema | undefined
const byExtensions = new WeakMap<readonly ExtensionDescriptor[], ScenarioSchema>()

/** The names of all fields that a scenario may have after composition. */
export function scenarioFieldNames(): readonly string[] {
  return Object.keys(scenarioSchemaFor().shape)
}
