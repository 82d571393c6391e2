import { z } from 'zod'
import type { CheckSpec, LossLimit, Polarity } from '../model/check.ts'
import { parseDuration, parseShare } from '../model/units.ts'
import { duration, fields, listOf, refuse, wholeNumber, word } from './schema-fields.ts'
import { datacenter } from './step-schema.ts'

const polarityExpected = 'never, expected or a map such as { at_most: 30 s }'
const polarity: z.ZodType<Polarity> = z
  .preprocess(
    (input) => (input === null || input === 'never' || input === 'expected' ? { is: input ?? 'never' } : input),
    fields(
      { is: word(['never', 'expected']).optional(), at_most: duration.optional() },
      { expected: polarityExpected },
    ),
  )
  .transform((raw, ctx): Polarity => {
    if (raw.is !== undefined && raw.at_most === undefined) return { is: raw.is }
    if (raw.is === undefined && raw.at_most !== undefined) return { is: 'at_most', seconds: raw.at_most }
    ctx.addIssue({ code: 'custom', message: polarityExpected, continue: false })
    return z.NEVER
  })

const lossExpected = 'a loss such as "0.5 %", "150 s" or "10 tuples"'
const lossLimit: z.ZodType<LossLimit> = z.unknown().transform((input, ctx) => {
  const percent = parseShare(input)
  if (percent.ok) return { unit: 'percent' as const, value: percent.value }
  const seconds = parseDuration(input)
  if (seconds.ok) return { unit: 'seconds' as const, value: seconds.value }
  const tuples = typeof input === 'string' ? /^\s*(\d+)\s*tuples?\s*$/.exec(input)?.[1] : undefined
  if (tuples !== undefined) return { unit: 'tuples' as const, value: Number(tuples) }
  ctx.addIssue({ code: 'custom', message: lossExpected, continue: false })
  return z.NEVER
})

const takeoverExpected = 'never, or a map such as { by: dc2, of: dc1, within: 152 s }'
const takeover = z
  .preprocess(
    (input) => (input === null ? {} : input === 'never' ? { never: true } : input),
    fields(
      {
        by: datacenter.optional(),
        of: datacenter.optional(),
        within: duration.optional(),
        never: z.literal(true, { error: () => 'true' }).optional(),
      },
      { expected: takeoverExpected },
    ),
  )
  .transform((raw, ctx): CheckSpec => {
    const { by, of, within } = raw
    if (by !== undefined && by === of) {
      return refuse(ctx, { kind: 'said', message: `Expected a takeover by one DC of the other, got ${by} for both.` })
    }
    const sides = { ...(by === undefined ? {} : { by }), ...(of === undefined ? {} : { of }) }
    if (raw.never === true && within !== undefined) {
      return refuse(ctx, { kind: 'said', message: 'A takeover that never comes cannot come `within` a time.' })
    }
    if (raw.never === true) return { kind: 'takeover', never: true, ...sides }
    return { kind: 'takeover', never: false, ...sides, ...(within === undefined ? {} : { within }) }
  })

const loss = fields(
  { at_most: lossLimit.optional(), at_least: lossLimit.optional() },
  { expected: 'a map such as { at_most: 150 s }' },
).transform((raw, ctx): CheckSpec => {
  const { at_most: atMost, at_least: atLeast } = raw
  if (atMost === undefined && atLeast === undefined) {
    return refuse(ctx, { kind: 'said', message: 'Expected `loss` to have `at_most` or `at_least`, got neither.' })
  }
  return { kind: 'loss', ...(atMost === undefined ? {} : { atMost }), ...(atLeast === undefined ? {} : { atLeast }) }
})

const order = z
  .preprocess(
    (input) => input ?? {},
    fields({ per: word(['key'], ['stream']).default('key') }, { expected: 'a map such as { per: key }' }),
  )
  .transform(({ per }): CheckSpec => ({ kind: 'order', per }))

const exitStatus = wholeNumber({ min: 0, max: 255, what: 'an exit status' })
const script = z
  .preprocess(
    (input) => input ?? { launched: 1 },
    fields(
      { launched: wholeNumber({ min: 0 }).optional(), exit: exitStatus.optional() },
      { expected: 'a map such as { launched: 1, exit: 0 }' },
    ),
  )
  .transform(({ launched, exit }, ctx): CheckSpec => {
    if (launched === undefined && exit === undefined) {
      return refuse(ctx, { kind: 'said', message: 'Expected `script` to have `launched` or `exit`, got neither.' })
    }
    if (launched === 0 && exit !== undefined) {
      return refuse(ctx, { kind: 'said', message: 'A script that is never launched has no `exit`.' })
    }
    return {
      kind: 'script',
      ...(launched === undefined ? {} : { launched }),
      ...(exit === undefined ? {} : { exit }),
    }
  })

function bare(kind: 'integrity' | 'prediction'): z.ZodType<CheckSpec> {
  return z.null({ error: () => 'nothing: this check has no arguments' }).transform((): CheckSpec => ({ kind }))
}

function polar(kind: 'duplicates' | 'split_brain' | 'mutual_down'): z.ZodType<CheckSpec> {
  return polarity.transform((said): CheckSpec => ({ kind, polarity: said }))
}

const kinds = {
  takeover: takeover.optional(),
  loss: loss.optional(),
  duplicates: polar('duplicates').optional(),
  order: order.optional(),
  integrity: bare('integrity').optional(),
  split_brain: polar('split_brain').optional(),
  mutual_down: polar('mutual_down').optional(),
  prediction: bare('prediction').optional(),
  script: script.optional(),
}

/** The check keys of the language that this version cannot do yet. */
const laterCheckKeys = `
  for severity status state replication_age availability throughput latency error_rate backlog_drains
  fail_back steady_state log_sanity metric probe
`
  .trim()
  .split(/\s+/)

const checkExpected = 'a check such as "integrity" or { loss: { at_most: 150 s } }'
const check: z.ZodType<CheckSpec> = z
  .preprocess(
    (input) => (typeof input === 'string' ? { [input]: null } : input),
    fields(kinds, { expected: checkExpected, later: laterCheckKeys }),
  )
  .transform((raw, ctx): CheckSpec => {
    const { split_brain: splitBrain, mutual_down: mutualDown } = raw
    const named = [
      raw.takeover,
      raw.loss,
      raw.duplicates,
      raw.order,
      raw.integrity,
      splitBrain,
      mutualDown,
      raw.prediction,
      raw.script,
    ]
    const [only, ...others] = named.filter((spec) => spec !== undefined)
    if (only !== undefined && others.length === 0) return only
    const got = only === undefined ? 'none' : [only, ...others].map(({ kind }) => kind).join(' and ')
    return refuse(ctx, { kind: 'said', message: `Expected one check in each item of the list, got ${got}.` })
  })

/** `post_failover_validation_checks` */
export const checksSchema: z.ZodType<readonly CheckSpec[]> = listOf(check, `a list of checks, each ${checkExpected}`)
