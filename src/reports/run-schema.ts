// The shape of run.json (decisions 17). schemas/run.schema.json is what `runJsonSchema` gives, for tools that know no zod; a test
// keeps the two together. Versions of the schema only ever add.

import { z } from 'zod'
import { coverageDirections, coverageStores, faultClasses, lifePhases } from '../model/coverage.ts'
import type { RunFile } from '../model/run-report.ts'

const verdict = z.enum(['pass', 'fail', 'inconclusive'])
const datacenter = z.enum(['dc1', 'dc2'])
const seconds = z.number().describe('System seconds')
const moment = z.number().describe('System seconds from t = 0, the start of the job of dc1')
const jsonObject = z.record(z.string(), z.json())

const phase = z.strictObject({
  name: z.enum(['injection', 'last_output', 'detection', 'decision', 'takeover', 'first_output', 'drain']),
  startSeconds: moment,
  endSeconds: moment,
  uncertaintySeconds: seconds,
})

const basis = z.enum(['first_output', 'takeover_done', 'detection', 'job_healthy'])

const takeover = z.strictObject({
  observer: datacenter,
  of: datacenter,
  fault: z.exactOptional(z.string()).describe('Id of the step that provoked it'),
  phases: z.array(phase),
  partsReplayed: z.int(),
  totalSeconds: seconds.nullable().describe('From the effect of the fault to the end of the last phase'),
  uncertaintySeconds: seconds,
  basis,
})

const rto = z.strictObject({
  totalSeconds: seconds.nullable().describe('Null when no takeover was seen to its end'),
  uncertaintySeconds: seconds,
  basis: basis.nullable(),
  phases: z.array(phase),
  prediction: z.strictObject({ minSeconds: seconds, maxSeconds: seconds }).nullable(),
})

const loss = z.strictObject({
  lostTuples: z.int().nullable().describe('Null when the state of a serving datacenter was not seen'),
  lostTuplesUpperBound: z.int().nullable(),
  seconds: seconds.nullable(),
  secondsUpperBound: seconds.nullable(),
  percent: z.number().nullable(),
  percentUpperBound: z.number().nullable(),
  acceptedTuples: z.int(),
  unknownTuples: z.int(),
  intervals: z.array(
    z.strictObject({
      into: datacenter,
      key: z.string(),
      from: z.int(),
      to: z.int(),
      acceptedFromSeconds: moment,
      acceptedToSeconds: moment,
      reason: z
        .exactOptional(z.enum(['never_accepted', 'not_replicated', 'not_taken_over', 'stranded', 'late', 'unknown']))
        .describe('How they were lost'),
    }),
  ),
})

const check = z.strictObject({
  check: z.string(),
  verdict,
  message: z.string(),
  evidence: jsonObject,
  for: z.exactOptional(z.string()).describe('Id of the step whose time alone was judged'),
  severity: z
    .exactOptional(z.enum(['info', 'warning', 'critical']))
    .describe('The verdict hangs on critical checks only, which they are unless they say otherwise'),
})

const cell = {
  mode: z.enum(['active-active', 'active-passive']),
  fault: z.enum(faultClasses).describe('What a fault strikes'),
  direction: z.enum(coverageDirections).describe('Of a link the direction, of everything else the datacenter'),
  phase: z.enum(lifePhases).describe('Where in the life of the pair a fault begins'),
  store: z.enum(coverageStores).describe('How the snapshots at stake are kept'),
}

const place = z.strictObject({
  step: z.string().describe('Id of the step'),
  cell: z.strictObject(cell),
  isSure: z.boolean().describe('False when the fault may fall into another cell'),
})

const coverage = z.strictObject({
  cells: z.array(
    z.strictObject({
      ...cell,
      tests: z.array(z.string()).describe('Ids of the tests that fall into it'),
      perhaps: z.array(z.string()).describe('Ids of those that may'),
    }),
  ),
  possible: z.int().describe('How many cells make sense'),
  covered: z.int().describe('How many of them a test falls into'),
  perhaps: z.int().describe('How many more a test may fall into'),
})

const overPlaces = z.strictObject({
  minimum: z.number(),
  median: z.number(),
  maximum: z.number(),
  worst: z.string().describe('Id of the test at whose place it was greatest'),
})

const phaseSpread = z.strictObject({
  testId: z.string().describe('Of the scenario, without the places of its fault'),
  runs: z.int(),
  rto: overPlaces.nullable().describe('System seconds'),
  lostTuples: overPlaces.nullable(),
  lostSeconds: overPlaces.nullable().describe('System seconds'),
})

const scenario = z.strictObject({
  testId: z.string(),
  title: z.string(),
  file: z.string().nullable(),
  line: z.int().nullable(),
  tags: z.array(z.string()),
  verdict,
  reason: z.string(),
  mode: z.string(),
  timeScale: z.number(),
  resolutionSeconds: seconds,
  seed: z.number(),
  takeovers: z.array(takeover),
  rto,
  loss,
  checks: z.array(check),
  notes: z.array(z.string()),
  attempts: z
    .exactOptional(z.array(z.strictObject({ verdict, reason: z.string() })))
    .describe('Runs before this one, which were inconclusive and were tried again'),
  figures: jsonObject,
  timeline: z.string().nullable().describe('Path relative to the folder of run.json'),
  coverage: z.exactOptional(z.array(place)).describe('Where its faults fall, by the plan'),
})

/** What a run.json of schemaVersion 1 holds. */
export const runFileSchema: z.ZodType<RunFile> = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  environment: z.strictObject({
    commit: z.string().nullable(),
    branch: z.string().nullable(),
    ci: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    versions: z.record(z.string(), z.string()),
  }),
  testbed: z.string(),
  timeScale: z.number(),
  resolutionSeconds: seconds.nullable(),
  seed: z.number(),
  verdict,
  scenarios: z.array(scenario),
  coverage: z.exactOptional(coverage).describe('What the scenarios try together'),
  phases: z
    .exactOptional(z.array(phaseSpread))
    .describe('Scenarios with fault_phases: how their figures vary over the places of the fault'),
})

/** The same as JSON Schema, draft 2020-12. */
export function runJsonSchema(): object {
  return { title: 'run.json of vitest-failover', ...z.toJSONSchema(runFileSchema) }
}
