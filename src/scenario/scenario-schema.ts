import { z } from 'zod'
import { timeScaleLimits } from '../model/clock.ts'
import type { Objectives } from '../model/check.ts'
import { checksSchema } from './check-schema.ts'
import { crossdcSchema, submissionParametersSchema } from './datacenter-settings-schema.ts'
import { launchScriptSchema } from './launch-script-schema.ts'
import {
  duration,
  fields,
  listOf,
  number,
  refuse,
  text,
  wholeNumber,
  word,
  rate,
  refuseNotYet,
  size,
} from './schema-fields.ts'
import { stepsSchema } from './step-schema.ts'
import { peCountSchema, toolkitBehaviourSchema } from './toolkit-behaviour-schema.ts'

const idExpected = 'an id such as FAIL-01: letters, digits, - _ and .'
const tagExpected = 'a tag of letters, digits, - _ . and /, such as smoke'
const sabExpected = 'builtin:ledger or the path of a SAB'

const into: z.ZodType<readonly ('dc1' | 'dc2')[]> = word(['dc1', 'dc2', 'both']).transform((dc) =>
  dc === 'both' ? (['dc1', 'dc2'] as const) : [dc],
)

const traffic = z
  .unknown()
  .transform((input, ctx) =>
    Array.isArray(input) ? refuseNotYet(ctx, 'A list that mixes several kinds of traffic') : input,
  )
  .pipe(
    fields(
      {
        generator: word(['sequence']).default('sequence'),
        rate,
        keys: wholeNumber({ min: 1, max: 4096 }).default(16),
        size: size.default(64),
        into: into.default(['dc1']),
        count: wholeNumber({ min: 1 }).optional(),
        for: duration.optional(),
        until: word(['fault']).optional(),
      },
      { expected: 'a map such as { rate: 100/s, keys: 16 }', later: ['redirect', 'warmup', 'share'] },
    ),
  )
  .transform((raw, ctx) => {
    if (raw.count !== undefined && raw.for !== undefined) {
      return refuse(ctx, {
        kind: 'said',
        message: 'Expected `count` or `for`, got both.',
        advice: 'Remove one of the two.',
      })
    }
    if (raw.rate === 0)
      return refuse(ctx, {
        kind: 'said',
        message: 'Expected a rate above 0.',
        advice: 'For no traffic leave out `pre_failover_data`.',
      })
    return raw
  })

const seconds = number({ min: 0, what: 'a number of seconds' })
const recoveryTime: z.ZodType<Objectives['rto']> = z
  .preprocess(
    (input) => (typeof input === 'number' ? { total: input } : input),
    fields(
      { total: seconds.optional(), detection: seconds.optional(), takeover: seconds.optional() },
      { expected: 'a number of seconds, or a map such as { total: 152, detection: 150 }' },
    ),
  )
  .transform(({ total, detection, takeover }) => ({
    ...(total === undefined ? {} : { total }),
    ...(detection === undefined ? {} : { detection }),
    ...(takeover === undefined ? {} : { takeover }),
  }))

const opts = fields(
  {
    time_scale: number({ ...timeScaleLimits, what: 'a number of system seconds per real second' }).optional(),
    run_for: duration.optional(),
    start_offset: fields({ dc2: duration }, { expected: 'a map such as { dc2: 7 s }' }).optional(),
    link_delay: duration.optional(),
    toolkit: toolkitBehaviourSchema.optional(),
    pes: peCountSchema.optional(),
  },
  { expected: 'a map such as { run_for: 900 s }', later: ['monitor_interval', 'keep', 'best_effort', 'lease'] },
)

const sab = z
  .unknown()
  .transform((input, ctx) =>
    typeof input === 'object' && input !== null && !Array.isArray(input)
      ? refuseNotYet(ctx, 'A SAB for each DC')
      : input,
  )
  .pipe(text(sabExpected))

/** One scenario's fields, checked each for itself and turned into seconds, bytes and tuples a second. */
export const scenarioSchema = fields(
  {
    test_id: z.string({ error: () => idExpected }).regex(/^[A-Za-z0-9][\w.-]*$/, { error: () => idExpected }),
    description: text('a sentence'),
    tags: listOf(
      z.string({ error: () => tagExpected }).regex(/^(?!(and|or|not)$)[\w./-]+$/i, { error: () => tagExpected }),
      'a list of tags such as [smoke, nightly]',
    ).default([]),
    skip: text('the reason, as a sentence').optional(),
    only: z.boolean({ error: () => 'true or false' }).default(false),
    mode: word(['active-active', 'active-passive']).default('active-active'),
    streams_application_sab: sab.default('builtin:ledger'),
    submission_params: submissionParametersSchema.default({ dc1: {}, dc2: {} }),
    crossdc: crossdcSchema.default({ dc1: {}, dc2: {} }),
    launch_script: launchScriptSchema.optional(),
    pre_failover_data: traffic.optional(),
    fault_scenario: stepsSchema.default([]),
    failover_trigger_method: word(['automatic', 'orderly_shutdown', 'script'], ['manual']).optional(),
    post_failover_validation_checks: checksSchema.default([]),
    expected_recovery_time_seconds: recoveryTime.optional(),
    expected_data_loss_percentage: number({ min: 0, max: 100, what: 'a number of percent' }).optional(),
    expected_data_loss_seconds: seconds.optional(),
    timeout: duration.optional(),
    opts: opts.default({}),
  },
  {
    expected: 'a map of fields',
    later: [
      'known_issue',
      'use',
      'matrix',
      'application',
      'repeat',
      'fault_phases',
      'spec',
      'emulate_as',
      'extends',
      'presets',
    ],
  },
)

/** A scenario's fields after `scenarioSchema`. */
export type ScenarioFields = z.output<typeof scenarioSchema>
