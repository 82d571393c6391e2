import { z } from 'zod'
import type { CheckSpec, FigureLimit, LossLimit, MetricSource } from '../model/check.ts'
import { parseDuration, parseRate, parseShare, quantityForms } from '../model/units.ts'
import type { ParsedQuantity, QuantityForm } from '../model/units.ts'
import { datacenter } from './datacenter-schema.ts'
import { accepts } from './editor-schema.ts'
import {
  atLeastOne,
  exactlyOne,
  expectedHere,
  fields,
  given,
  number,
  refuse,
  text,
  textLike,
  word,
} from './schema-fields.ts'

// Checks of figures: loss, availability, throughput, latency, errors, and metrics of others.

const lossExpected = 'a loss such as "0.5 %", "150 s" or "10 tuples"'
const lossLimit: z.ZodType<LossLimit> = accepts(
  z
    .unknown()
    .transform((input, ctx): LossLimit => {
      const percent = parseShare(input)
      if (percent.ok) return { unit: 'percent', value: percent.value }
      const seconds = parseDuration(input)
      if (seconds.ok) return { unit: 'seconds', value: seconds.value }
      const tuples = typeof input === 'string' ? /^(\d{1,15}) ?tuples?$/.exec(input)?.[1] : undefined
      return tuples === undefined ? expectedHere(ctx, lossExpected) : { unit: 'tuples', value: Number(tuples) }
    })
    .meta({ id: 'loss_limit' }),
  {
    type: 'string',
    anyOf: [
      { pattern: quantityForms.share.pattern },
      { pattern: quantityForms.duration.pattern },
      { pattern: '^\\d{1,15} ?tuples?$' },
    ],
    examples: ['0.5 %', '150 s', '10 tuples'],
  },
)

/** `loss` */
export const lossSchema: z.ZodType<CheckSpec> = fields(
  {
    at_most: lossLimit
      .optional()
      .describe('At most so much: a share, the time from the oldest lost tuple to the fault, or a number.'),
    at_least: lossLimit.optional().describe('At least so much, for scenarios that show a loss.'),
  },
  { expected: 'a map such as { at_most: 150 s }', rules: [atLeastOne('loss', ['at_most', 'at_least'])] },
).transform(({ at_most: atMost, at_least: atLeast }): CheckSpec => ({ kind: 'loss', ...given({ atMost, atLeast }) }))

const baselineForm = /^\s{0,9}(\d{1,9}(?:\.\d{1,9})?)\s{0,9}%\s{1,9}of\s{1,9}baseline\s{0,9}$/

/** A limit in the figure's own unit, or as a share of what the figure was before the fault. */
function figureLimit(options: {
  readonly parse: (input: unknown) => ParsedQuantity
  readonly form: QuantityForm
  readonly what: string
}): z.ZodType<FigureLimit> {
  const { parse, form, what } = options
  const examples = [...form.examples.slice(0, 1), '95 % of baseline']
  const schema = z.unknown().transform((input, ctx): FigureLimit => {
    const percent = typeof input === 'string' ? baselineForm.exec(input)?.[1] : undefined
    if (percent !== undefined) return { of: 'baseline', percent: Number(percent) }
    const parsed = parse(input)
    if (parsed.ok) return { of: 'absolute', value: parsed.value }
    return expectedHere(ctx, `${what} such as "${examples.join('" or "')}"`)
  })
  const patterns = [{ pattern: form.pattern }, { pattern: baselineForm.source }]
  return accepts(schema, { type: 'string', anyOf: patterns, examples })
}

const shareLimit = figureLimit({ parse: parseShare, form: quantityForms.share, what: 'a share' })
const rateLimit = figureLimit({ parse: parseRate, form: quantityForms.rate, what: 'a rate' })
const timeLimit = figureLimit({ parse: parseDuration, form: quantityForms.duration, what: 'a duration' })

const phase = word(['whole', 'before_fault', 'outage', 'after'])
  .prefault('whole')
  .describe('Of which time: the whole run, before the fault (the baseline), the outage, or after it. Default: whole.')

type FigureKind = 'availability' | 'throughput' | 'error_rate'

/** `availability`, `throughput`, `error_rate` */
export function figureSchema(kind: FigureKind): z.ZodType<CheckSpec> {
  const limit = kind === 'throughput' ? rateLimit : shareLimit
  return fields(figureFields(limit), figureOptions(kind, kind === 'throughput' ? '100/s' : '99 %')).transform(
    (raw, ctx): CheckSpec => ({ kind, ...figureLimits(raw, ctx) }),
  )
}

/** `latency` */
export const latencySchema: z.ZodType<CheckSpec> = fields(
  {
    ...figureFields(timeLimit),
    percentile: number({ min: 0, max: 100, what: 'a percentile' })
      .prefault(99)
      .describe('Which percentile; 100 is the longest. Default: 99.'),
  },
  figureOptions('latency', '2 s'),
).transform((raw, ctx): CheckSpec => ({ kind: 'latency', percentile: raw.percentile, ...figureLimits(raw, ctx) }))

function figureFields(limit: z.ZodType<FigureLimit>) {
  return {
    at_least: limit.optional().describe('At least so much, or such a share of what it was before the fault.'),
    at_most: limit.optional().describe('At most so much, or such a share of what it was before the fault.'),
    phase,
  }
}

function figureOptions(kind: string, example: string): Parameters<typeof fields>[1] {
  return { expected: `a map such as { at_least: ${example} }`, rules: [atLeastOne(kind, ['at_least', 'at_most'])] }
}

type RawLimits = z.output<z.ZodObject<ReturnType<typeof figureFields>>>

function figureLimits(raw: RawLimits, ctx: z.core.$RefinementCtx) {
  const { at_least: atLeast, at_most: atMost, phase: asked } = raw
  if (asked === 'before_fault' && (atLeast?.of === 'baseline' || atMost?.of === 'baseline')) {
    const message = 'The time before the fault is the baseline itself, so it cannot be compared with it.'
    return refuse(ctx, { kind: 'said', message, advice: 'Ask for another `phase`, or for a figure of its own unit.' })
  }
  return { phase: asked, ...given({ atLeast, atMost }) }
}

/** The address of something that answers HTTP; a password has no place in a file (decisions 22). */
export const httpUrl: z.ZodString = textLike(
  /^https?:\/\/[^\s/@]+(\/\S*)?$/,
  'a URL such as http://127.0.0.1:9090/metrics, without user and password',
)

const sources = {
  rest: fields(
    {
      dc: datacenter.describe('Whose job.'),
      operator: text('the name of an operator').optional().describe("An operator's metric. Default: the job's own."),
    },
    { expected: 'a map such as { dc: dc1 }' },
  )
    .optional()
    .describe('A metric of a job or of an operator, by the management API.'),
  prometheus: fields(
    {
      url: httpUrl.describe('A text page, or with `query` the server.'),
      query: text('a query').optional().describe('A query in place of a sample of the page.'),
    },
    { expected: 'a map such as { url: http://127.0.0.1:9090/metrics }' },
  )
    .optional()
    .describe('A sample of a page in the Prometheus text format, or of a query.'),
  jmx: fields(
    { url: httpUrl.describe('The Jolokia endpoint.'), mbean: text('the name of an MBean').describe('The MBean.') },
    { expected: 'a map such as { url: http://127.0.0.1:8778/jolokia, mbean: "java.lang:type=Memory" }' },
  )
    .optional()
    .describe('An attribute of an MBean, through Jolokia.'),
}

const sourceExpected = 'one of { rest: { dc: dc1 } }, { prometheus: { url: … } } and { jmx: { url: …, mbean: … } }'
const source: z.ZodType<MetricSource> = fields(sources, {
  expected: sourceExpected,
  rules: [
    exactlyOne(Object.keys(sources), {
      complain: (got) => ({ message: `Expected \`source\` to be ${sourceExpected}, got ${got}.` }),
    }),
  ],
}).transform(({ rest, prometheus, jmx }, ctx): MetricSource => {
  if (rest !== undefined) return { kind: 'rest', dc: rest.dc, ...given({ operator: rest.operator }) }
  if (prometheus !== undefined) {
    return { kind: 'prometheus', url: prometheus.url, ...given({ query: prometheus.query }) }
  }
  return jmx === undefined ? expectedHere(ctx, sourceExpected) : { kind: 'jmx', url: jmx.url, mbean: jmx.mbean }
})

const finite = number({ min: -Number.MAX_VALUE, max: Number.MAX_VALUE, what: 'a number' })

/** `metric` */
export const metricSchema: z.ZodType<CheckSpec> = fields(
  {
    source: source.describe('Where it is read.'),
    name: text('the name of a metric').describe('Its name there.'),
    at_most: finite.optional().describe('At most so much.'),
    at_least: finite.optional().describe('At least so much.'),
  },
  {
    expected: 'a map such as { source: { rest: { dc: dc1 } }, name: nTuplesProcessed, at_least: 1 }',
    rules: [atLeastOne('metric', ['at_most', 'at_least'])],
  },
).transform(({ source: from, name, at_most: atMost, at_least: atLeast }): CheckSpec => ({
  kind: 'metric',
  source: from,
  name,
  ...given({ atMost, atLeast }),
}))
