import { z } from 'zod'
import { checkKinds, toolkitInvariants } from '../model/check.ts'
import type { AskedCheck, CheckSpec, Polarity } from '../model/check.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { datacenter } from './datacenter-schema.ts'
import { alsoAccepts } from './editor-schema.ts'
import { stepId } from './event-schema.ts'
import { extensionArguments, registered } from './extension-syntax.ts'
import { figureSchema, latencySchema, lossSchema, metricSchema } from './figure-check-schema.ts'
import { probeCheckSchema, steadyStateSchema } from './probe-check-schema.ts'
import {
  atLeastOne,
  exactlyOne,
  expectedHere,
  fields,
  given,
  listOf,
  notBoth,
  onlyWith,
  refuse,
  text,
  wholeNumber,
  word,
  yes,
} from './schema-fields.ts'
import { duration } from './schema-quantities.ts'

const polarityExpected = 'never, expected or a map such as { at_most: 30 s }'
const polarity: z.ZodType<Polarity> = alsoAccepts(
  z.preprocess(
    (input) => (input === null || input === 'never' || input === 'expected' ? { is: input ?? 'never' } : input),
    fields(
      {
        is: word(['never', 'expected']).optional().describe('Must not happen, or must happen.'),
        at_most: duration.optional().describe('May last so long altogether.'),
      },
      { expected: polarityExpected },
    ),
  ),
  { enum: ['never', 'expected', null] },
).transform((raw, ctx): Polarity => {
  if (raw.is !== undefined && raw.at_most === undefined) return { is: raw.is }
  if (raw.is === undefined && raw.at_most !== undefined) return { is: 'at_most', seconds: raw.at_most }
  return expectedHere(ctx, polarityExpected)
})

const takeover: z.ZodType<CheckSpec> = alsoAccepts(
  z.preprocess(
    (input) => (input === null ? {} : input === 'never' ? { never: true } : input),
    fields(
      {
        by: datacenter.optional().describe('Which DC takes over. Default: either.'),
        of: datacenter.optional().describe("Whose work it takes over. Default: either's."),
        within: duration.optional().describe('At most so long after the effect of the fault.'),
        never: yes.optional().describe('No such takeover comes.'),
      },
      {
        expected: 'never, or a map such as { by: dc2, of: dc1, within: 152 s }',
        rules: [notBoth('never', 'within', { message: 'A takeover that never comes cannot come `within` a time.' })],
      },
    ),
  ),
  { enum: ['never', null] },
).transform(({ by, of, within, never }, ctx): CheckSpec => {
  if (by !== undefined && by === of) {
    return refuse(ctx, { kind: 'said', message: `Expected a takeover by one DC of the other, got ${by} for both.` })
  }
  if (never === true) return { kind: 'takeover', never, ...given({ by, of }) }
  return { kind: 'takeover', never: false, ...given({ by, of, within }) }
})

const atMostChanges = fields(
  { at_most: wholeNumber({ min: 0, max: 1_000_000 }).describe('At most so often.') },
  { expected: 'a map such as { at_most: 1 }' },
)

const status: z.ZodType<CheckSpec> = fields(
  {
    dc: datacenter.describe('Which DC reports.'),
    remote: word(['up', 'down']).optional().describe('What it reports of the other one.'),
    within: duration
      .optional()
      .describe('At most so long after the effect of the last fault, or after the start without one.'),
    changes: atMostChanges.optional().describe('How often it may change its mind after the first UP.'),
  },
  {
    expected: 'a map such as { dc: dc2, remote: down, within: 150 s }',
    rules: [
      atLeastOne('status', ['remote', 'changes']),
      onlyWith('within', 'remote', {
        message: '`within` says when `remote` is reported, and there is no `remote`.',
        advice: 'Add `remote`, or remove `within`.',
      }),
    ],
  },
).transform(({ dc, remote, within, changes }): CheckSpec => ({
  kind: 'status',
  dc,
  ...given({ remote, within, changesAtMost: changes?.at_most }),
}))

const order: z.ZodType<CheckSpec> = orNothing(
  fields(
    {
      per: word(['key', 'stream'])
        .prefault('key')
        .describe('Within each key, or over all keys of a stream. Default: key.'),
    },
    { expected: 'a map such as { per: key }' },
  ),
  {},
).transform(({ per }): CheckSpec => ({ kind: 'order', per }))

const state: z.ZodType<CheckSpec> = fields(
  {
    dc: datacenter.describe('Whose state at the end.'),
    equals: word(['before_fault', 'snapshot', 'reference']).describe(
      'What it was before the fault, what the replayed snapshot held, or what was sent.',
    ),
  },
  { expected: 'a map such as { dc: dc2, equals: reference }' },
).transform(({ dc, equals }): CheckSpec => ({ kind: 'state', dc, equals }))

const replicationAge: z.ZodType<CheckSpec> = fields(
  {
    dc: datacenter.describe('Whose state the replica is of.'),
    at_most: duration.describe('The oldest that the replica may ever be.'),
  },
  { expected: 'a map such as { dc: dc1, at_most: 240 s }' },
).transform(({ dc, at_most: atMost }): CheckSpec => ({ kind: 'replication_age', dc, atMost }))

const backlogDrains: z.ZodType<CheckSpec> = fields(
  { within: duration.describe('At most so long after the takeover.') },
  { expected: 'a map such as { within: 60 s }' },
).transform(({ within }): CheckSpec => ({ kind: 'backlog_drains', within }))

const failBack: z.ZodType<CheckSpec> = orNothing(
  fields(
    { within: duration.optional().describe('At most so long after the last healing.') },
    { expected: 'a map such as { within: 400 s }' },
  ),
  {},
).transform(({ within }): CheckSpec => ({ kind: 'fail_back', ...given({ within }) }))

const exitStatus = wholeNumber({ min: 0, max: 255, what: 'an exit status' })
const script: z.ZodType<CheckSpec> = orNothing(
  fields(
    {
      launched: wholeNumber({ min: 0, max: 1_000_000 }).optional().describe('How often the script was launched.'),
      exit: exitStatus.optional().describe('The status that every launch ended with.'),
    },
    {
      expected: 'a map such as { launched: 1, exit: 0 }',
      rules: [atLeastOne('script', ['launched', 'exit'])],
    },
  ),
  { launched: 1 },
).transform(({ launched, exit }, ctx): CheckSpec => {
  if (launched === 0 && exit !== undefined) {
    return refuse(ctx, { kind: 'said', message: 'A script that is never launched has no `exit`.' })
  }
  return { kind: 'script', ...given({ launched, exit }) }
})

const pattern = text('a regular expression').superRefine((source, ctx) => {
  try {
    // oxlint-disable-next-line no-new -- only to see whether it can be read
    new RegExp(source)
  } catch {
    expectedHere(ctx, 'a regular expression')
  }
})
const logSanity: z.ZodType<CheckSpec> = orNothing(
  fields(
    {
      allow: listOf(pattern, 'a list of regular expressions such as ["Connection refused"]')
        .optional()
        .describe('Lines that are expected, as regular expressions.'),
    },
    { expected: 'a map such as { allow: ["Connection refused"] }' },
  ),
  {},
).transform(({ allow = [] }): CheckSpec => ({ kind: 'log_sanity', allow }))

const invariantExpected = 'a list of invariants such as [status_alternates, silence_window]'
const invariants: z.ZodType<CheckSpec> = orNothing(
  fields(
    {
      only: listOf(word(toolkitInvariants), invariantExpected)
        .optional()
        .describe('The invariants that are judged. Default: all that the run can show.'),
    },
    { expected: 'a map such as { only: [status_alternates, silence_window] }' },
  ),
  {},
).transform(({ only }, ctx): CheckSpec => {
  if (only?.length === 0) return expectedHere(ctx, invariantExpected)
  return { kind: 'toolkit_invariants', ...given({ only }) }
})

/** A check whose arguments may be left out altogether. */
function orNothing<Output>(schema: z.ZodType<Output>, standard: object): z.ZodType<Output> {
  return alsoAccepts(
    z.preprocess((input) => input ?? standard, schema),
    { type: 'null' },
  )
}

function bare(kind: 'integrity' | 'prediction'): z.ZodType<CheckSpec> {
  return z.null({ error: () => 'nothing: this check has no arguments' }).transform((): CheckSpec => ({ kind }))
}

function polar(kind: 'duplicates' | 'split_brain' | 'mutual_down'): z.ZodType<CheckSpec> {
  return polarity.transform((said): CheckSpec => ({ kind, polarity: said }))
}

/** A check in the language: what it takes, and what editors say of it. */
interface CheckSyntax {
  readonly schema: z.ZodType<CheckSpec>
  readonly description: string
  /** It may stand as a bare name. */
  readonly isBare?: true
}

type Kind = (typeof checkKinds)[number]

function checkSyntax(extensions: readonly ExtensionDescriptor[]): Readonly<Record<Kind, CheckSyntax>> {
  return {
    takeover: { schema: takeover, description: 'A takeover was seen, in time; or none was.', isBare: true },
    status: { schema: status, description: 'A DC reported the other one up or down.' },
    loss: { schema: lossSchema, description: 'What was lost, at its upper bound, lies within the limits.' },
    duplicates: {
      schema: polar('duplicates'),
      description: 'No tuple was applied twice, or owned twice.',
      isBare: true,
    },
    split_brain: {
      schema: polar('split_brain'),
      description: 'Both DCs never served the same keys at once; or they did; or not for longer than that.',
      isBare: true,
    },
    mutual_down: {
      schema: polar('mutual_down'),
      description: 'The DCs never took each other for dead at once; or they did; or not for longer than that.',
      isBare: true,
    },
    order: { schema: order, description: 'No tuple overtook another one.', isBare: true },
    integrity: { schema: bare('integrity'), description: 'Every checksum holds.', isBare: true },
    state: { schema: state, description: "A DC's state reports agree with what they should be." },
    replication_age: { schema: replicationAge, description: 'The replica was never older than that.' },
    availability: {
      schema: figureSchema('availability'),
      description: 'The share of tuples that were accepted when they were due.',
    },
    throughput: { schema: figureSchema('throughput'), description: 'Accepted tuples a second.' },
    latency: { schema: latencySchema, description: 'From when a tuple was due to when it was accepted.' },
    error_rate: {
      schema: figureSchema('error_rate'),
      description: 'The share of tuples that were refused, or whose answer was lost.',
    },
    backlog_drains: { schema: backlogDrains, description: 'After the takeover the inputs caught up.' },
    fail_back: {
      schema: failBack,
      description: 'After the healing state is replicated both ways again, and the roles are as before.',
      isBare: true,
    },
    script: { schema: script, description: 'The launch script ran so often and ended so.', isBare: true },
    prediction: {
      schema: bare('prediction'),
      description: "Recovery time and loss lie in the window that the toolkit's settings predict.",
      isBare: true,
    },
    steady_state: {
      schema: steadyStateSchema(extensions),
      description: 'Probes say the same before and after the fault.',
    },
    log_sanity: { schema: logSanity, description: 'Nothing unexpected was logged.', isBare: true },
    metric: { schema: metricSchema, description: "A metric's value lies within the limits." },
    probe: { schema: probeCheckSchema(extensions), description: 'A registered probe says so.' },
    toolkit_invariants: {
      schema: invariants,
      description: 'The toolkit kept to what it always keeps to, whatever befell it.',
      isBare: true,
    },
  }
}

/** The checks that may be asked for, with the names of kinds that users registered. */
export interface CheckSchemas {
  /** One check, as `check:` and an item of the list hold it. */
  readonly check: z.ZodType<AskedCheck>
  /** `post_failover_validation_checks` */
  readonly checks: z.ZodType<readonly AskedCheck[]>
}

const checkExpected = 'a check such as "integrity" or { loss: { at_most: 150 s } }'

/** The schemas of checks, with the registered kinds among `extensions`. */
export function checkSchemasFor(extensions: readonly ExtensionDescriptor[]): CheckSchemas {
  const syntax = checkSyntax(extensions)
  const own = registered(extensions, 'check')
  const kinds: Record<string, z.ZodOptional<z.ZodType<CheckSpec>>> = Object.fromEntries([
    ...checkKinds.map((kind) => [kind, syntax[kind].schema.optional().describe(syntax[kind].description)] as const),
    ...own.map(
      (extension) =>
        [
          extension.name,
          extensionArguments(extension)
            .transform((use): CheckSpec => ({ kind: 'custom', ...use }))
            .optional()
            .describe(extension.description),
        ] as const,
    ),
  ])
  const names = Object.keys(kinds)
  const scope = {
    for: stepId.optional().describe('Id of a step: only the time from its beginning to its end is judged.'),
    severity: word(['info', 'warning', 'critical'])
      .optional()
      .describe('Below critical a failure is reported and does not fail the run. Default: critical.'),
  }
  const onlyOne = exactlyOne(names, {
    beside: Object.keys(scope),
    complain: (got) => ({ message: `Expected one check in each item of the list, got ${got}.` }),
  })
  const item = fields({ ...kinds, ...scope }, { expected: checkExpected, rules: [onlyOne] })
  const bareNames = [
    ...checkKinds.filter((kind) => syntax[kind].isBare === true),
    ...own.filter(({ schema }) => schema.safeParse({}).success).map(({ name }) => name),
  ]
  const check = alsoAccepts(
    z.preprocess((input) => (typeof input === 'string' ? { [input]: null } : input), item),
    { enum: bareNames },
  )
    .transform(({ for: step, severity, ...asked }, ctx): AskedCheck => {
      const spec = Object.values(asked).find(isSpec)
      return spec === undefined ? expectedHere(ctx, checkExpected) : { ...spec, ...given({ for: step, severity }) }
    })
    .meta({ id: 'check' })
  return { check, checks: listOf(check, `a list of checks, each ${checkExpected}`) }
}

function isSpec(value: unknown): value is CheckSpec {
  return typeof value === 'object' && value !== null && 'kind' in value
}
