import { z } from 'zod'
import type { Objectives, RtoObjective } from '../model/check.ts'
import { timeScaleLimits } from '../model/clock.ts'
import type { ScenarioOptions } from '../model/scenario.ts'
import type { PhaseName } from '../model/takeover.ts'
import { atLeastOne, fields, given, number, trueOrFalse, word } from './schema-fields.ts'
import { duration, someTime } from './schema-quantities.ts'
import { peCountSchema, toolkitBehaviourSchema } from './toolkit-behaviour-schema.ts'

// `opts`, and what a scenario promises.

/** `opts` */
export const optionsSchema: z.ZodType<ScenarioOptions> = fields(
  {
    time_scale: number({ ...timeScaleLimits, what: 'a number of system seconds per real second' })
      .optional()
      .describe("System seconds per real second. Default: the testbed's."),
    run_for: someTime
      .optional()
      .describe('From t = 0 to the end of the run. Default: until every expected thing was seen.'),
    start_offset: fields(
      { dc2: duration.describe("By how much dc2's job starts later.") },
      { expected: 'a map such as { dc2: 7 s }' },
    )
      .optional()
      .describe("By how much a DC's job starts after the other's. Default: at once."),
    link_delay: duration
      .optional()
      .describe("One-way delay of the line between the DCs. Default: the testbed's: 20 ms simulated, else none."),
    monitor_interval: someTime.optional().describe('Between two looks at metrics and probes. Default: 10 s.'),
    keep: word(['never', 'on_failure', 'always'])
      .optional()
      .describe('When something of the testbed is kept after the run. Default: on_failure.'),
    best_effort: trueOrFalse
      .optional()
      .describe(
        'Skip what the testbed cannot do, with the reason in the report, and do not refuse the run. Default: false.',
      ),
    lease: someTime.optional().describe("How long a fault outlives its holder on real hosts. Default: the testbed's."),
    toolkit: toolkitBehaviourSchema
      .optional()
      .describe('Which toolkit the jobs run: the published code, or one with quirks the other way.'),
    pes: peCountSchema
      .optional()
      .describe("PEs that each job's operators are fused into, 1 to 8. Default: the testbed's."),
  },
  { expected: 'a map such as { run_for: 900 s }' },
).transform((raw) => ({
  startOffsetSeconds: raw.start_offset?.dc2 ?? 0,
  ...given({
    linkDelaySeconds: raw.link_delay,
    timeScale: raw.time_scale,
    runForSeconds: raw.run_for,
    monitorIntervalSeconds: raw.monitor_interval,
    keep: raw.keep,
    bestEffort: raw.best_effort,
    leaseSeconds: raw.lease,
    toolkit: raw.toolkit,
    pes: raw.pes,
  }),
}))

/** A number of seconds of an objective, whose unit stands in the field's name. */
export const objectiveSeconds: z.ZodNumber = number({ min: 0, what: 'a number of seconds' })

const phases: Readonly<Record<'total' | PhaseName, string>> = {
  total: 'From the effect of the fault to the end of the last phase.',
  injection: 'From the request of the fault to its effect.',
  last_output: "From there to the failed DC's last output.",
  detection: 'From there until the other DC declares it down.',
  decision: 'From there to the beginning of the takeover.',
  takeover: 'From there until its state is replayed.',
  first_output: "From there to the first output for the failed DC's keys.",
  drain: 'From there until the inputs caught up.',
}

const objectiveExpected = 'a number of seconds, or a map such as { total: 152, detection: 150 }'

/** `expected_recovery_time_seconds` */
export const recoveryTimeSchema: z.ZodType<NonNullable<Objectives['rto']>> = z
  .union(
    [
      objectiveSeconds,
      fields(
        Object.fromEntries(
          Object.entries(phases).map(([name, says]) => [name, objectiveSeconds.optional().describe(says)]),
        ),
        {
          expected: objectiveExpected,
          rules: [atLeastOne('expected_recovery_time_seconds', Object.keys(phases))],
        },
      ),
    ],
    { error: () => objectiveExpected },
  )
  .transform((raw): RtoObjective => (typeof raw === 'number' ? { total: raw } : given(raw)))
