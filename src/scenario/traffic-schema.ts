import { z } from 'zod'
import type { ExtensionDescriptor } from '../model/extension.ts'
import type { ArrivalSpec, GeneratorSpec, KeySkew, TrafficSpec } from '../model/scenario.ts'
import { datacenters } from './datacenter-schema.ts'
import { generatorSchema } from './generator-schema.ts'
import {
  expectedHere,
  fields,
  given,
  listOf,
  notBoth,
  number,
  refuse,
  textLike,
  wholeNumber,
  word,
} from './schema-fields.ts'
import { duration, part, size, someRate, someTime } from './schema-quantities.ts'

// `pre_failover_data`: one kind of traffic, or a list that mixes several.

const sizeExpected = 'a size such as "256 B", or a map such as { min: 64 B, max: 4 KiB }'
const sizeRange = fields(
  { min: size.describe('The smallest.'), max: size.describe('The largest.') },
  { expected: sizeExpected },
)
const sizes: z.ZodType<Pick<TrafficSpec, 'sizeBytes' | 'sizeBytesMax'>> = z
  .union([size, sizeRange], { error: () => sizeExpected })
  .transform((raw, ctx) => {
    if (typeof raw === 'number') return { sizeBytes: raw }
    if (raw.min > raw.max) {
      return refuse(ctx, {
        kind: 'said',
        message: `Expected \`min\` to be at most \`max\`, got ${raw.min} B and ${raw.max} B.`,
      })
    }
    return { sizeBytes: raw.min, ...(raw.min === raw.max ? {} : { sizeBytesMax: raw.max }) }
  })

const skewExpected = 'uniform, or a map such as { zipf: 1.1 }'
const skew: z.ZodType<KeySkew> = z
  .union(
    [
      word(['uniform']),
      fields(
        {
          zipf: number({ min: 0, max: 10, what: 'an exponent' }).describe(
            'The exponent: 0 is even, 1 halves the second key.',
          ),
        },
        { expected: skewExpected },
      ),
    ],
    { error: () => skewExpected },
  )
  .transform((raw) => (typeof raw === 'string' ? { kind: raw } : { kind: 'zipf', exponent: raw.zipf }))

const arrivalExpected =
  'constant, poisson, { ramp: { to: 200/s, over: 5 min } } or { burst: { to: 500/s, every: 60 s, for: 5 s } }'
const ramp = fields(
  {
    to: someRate.describe('The rate at the end of the ramp, and from then on.'),
    over: someTime.describe('How long the ramp takes.'),
  },
  { expected: 'a map such as { to: 200/s, over: 5 min }' },
)
const burst = fields(
  {
    to: someRate.describe('The rate of a burst.'),
    every: someTime.describe('From the beginning of one burst to that of the next.'),
    for: someTime.describe('How long a burst lasts.'),
  },
  { expected: 'a map such as { to: 500/s, every: 60 s, for: 5 s }' },
)
const shaped = fields(
  {
    ramp: ramp.optional().describe('From `rate` to another rate, evenly.'),
    burst: burst.optional().describe('`rate`, and another one every so often.'),
  },
  {
    expected: arrivalExpected,
    rules: [
      notBoth('ramp', 'burst', { message: 'Expected `ramp` or `burst`, got both.', advice: 'Remove one of the two.' }),
    ],
  },
)
const arrival: z.ZodType<ArrivalSpec> = z
  .union([word(['constant', 'poisson']), shaped], { error: () => arrivalExpected })
  .transform((raw, ctx): ArrivalSpec => {
    if (typeof raw === 'string') return { kind: raw }
    if (raw.ramp !== undefined) return { kind: 'ramp', toRate: raw.ramp.to, overSeconds: raw.ramp.over }
    if (raw.burst === undefined) return expectedHere(ctx, arrivalExpected)
    const { to, every, for: lasting } = raw.burst
    if (lasting < every) return { kind: 'burst', peakRate: to, everySeconds: every, forSeconds: lasting }
    const message = `Expected a burst to end before the next one, got one of ${lasting} s every ${every} s.`
    return refuse(ctx, { kind: 'said', message, advice: 'Let `for` be shorter than `every`.' })
  })

const redirectExpected = 'none, or a map such as { to: survivor, after: 5 s }'
const redirect: z.ZodType<TrafficSpec['redirect'] | 'none'> = z
  .union(
    [
      word(['none']),
      fields(
        {
          to: word(['survivor']).prefault('survivor').describe('Where it goes on. Default: survivor.'),
          after: duration.prefault('0 s').describe('So long after the effect of the fault. Default: at once.'),
        },
        { expected: redirectExpected },
      ),
    ],
    { error: () => redirectExpected },
  )
  .transform((raw) => (raw === 'none' ? raw : { to: raw.to, afterSeconds: raw.after }))

const keysMax = 4096

function trafficFields(extensions: readonly ExtensionDescriptor[]) {
  return {
    name: textLike(/^[A-Za-z][\w-]{0,63}$/, 'a word such as orders')
      .optional()
      .describe("What names it in reports, where several mix. Default: the generator's name."),
    generator: generatorSchema(extensions).prefault('sequence').describe('What makes the tuples. Default: sequence.'),
    rate: someRate
      .optional()
      .describe(
        'Tuples per second of system time, into each DC. Of a mix with shares: of all together, in its first item.',
      ),
    arrival: arrival.optional().describe('How the rate is spread over time. Default: constant.'),
    keys: wholeNumber({ min: 1, max: keysMax }).prefault(16).describe('How many keys. Default: 16.'),
    skew: skew.optional().describe('Which keys come how often. Default: uniform.'),
    size: sizes.prefault('64 B').describe('Bytes of payload. Default: 64 B.'),
    into: datacenters.prefault('dc1').describe('Into which DCs. Default: dc1.'),
    count: wholeNumber({ min: 1 }).optional().describe('Stop after so many tuples into each DC.'),
    for: someTime.optional().describe('Stop after so long.'),
    until: word(['fault', 'end'])
      .prefault('end')
      .describe('`fault`: stop, and let what is under way finish, just before the first fault. Default: end.'),
    redirect: redirect
      .optional()
      .describe('After a fault on its DC the traffic goes on into the survivor. Default: none.'),
    warmup: duration.optional().describe('How much of the beginning figures leave out. Default: 0 s.'),
    share: part.optional().describe('Of a mix: its share of the whole rate. The shares add up to 100 %.'),
  }
}

type RawTraffic = z.output<z.ZodObject<ReturnType<typeof trafficFields>>>

const trafficExpected = 'a map such as { rate: 100/s, keys: 16 }, or a list of them'

/** `pre_failover_data`, with the registered generators. */
export function trafficSchema(extensions: readonly ExtensionDescriptor[]): z.ZodType<readonly TrafficSpec[]> {
  const one = fields(trafficFields(extensions), {
    expected: trafficExpected,
    rules: [
      notBoth('count', 'for', { message: 'Expected `count` or `for`, got both.', advice: 'Remove one of the two.' }),
    ],
  }).meta({ id: 'traffic' })
  return z
    .union([one, listOf(one, trafficExpected)], { error: () => trafficExpected })
    .transform((raw, ctx): readonly TrafficSpec[] => {
      const list: readonly RawTraffic[] = Array.isArray(raw) ? raw : [raw]
      const rates = ratesOf(list, ctx, Array.isArray(raw))
      return named(list.map((item, index) => specOf(item, rates[index] ?? 0)))
    })
}

/**
 * Each item's own rate. With shares, each item has one, they add up to 100 %, and the first item has the rate of all together, which
 * the others may repeat.
 */
function ratesOf(list: readonly RawTraffic[], ctx: z.core.$RefinementCtx, isList: boolean): readonly number[] {
  const shares = list.map((item) => item.share)
  const withShare = shares.filter((percent) => percent !== undefined)
  const at = (index: number): readonly PropertyKey[] => (isList ? [index] : [])
  const complain = (path: readonly PropertyKey[], message: string, advice?: string): void => {
    const detail = { kind: 'said', message, ...(advice === undefined ? {} : { advice }) }
    ctx.addIssue({ code: 'custom', path: [...path], params: { detail } })
  }
  if (withShare.length === 0) {
    for (const [index, { rate, generator }] of list.entries()) {
      if (rate === undefined && generator.kind !== 'replay') {
        ctx.addIssue({ code: 'custom', path: [...at(index), 'rate'], message: 'a rate such as "100/s"' })
      }
    }
    return list.map(({ rate = 0 }) => rate)
  }
  const total = list[0]?.rate
  const sum = withShare.reduce((one, other) => one + other, 0)
  if (!isList) complain(['share'], 'A `share` is that of one item of a list, and there is no list.', 'Remove `share`.')
  for (const [index, { share: percent, rate, generator }] of list.entries()) {
    if (percent === undefined) {
      complain(at(index), 'Expected every item of the list to have a `share`, since others have one, got none.')
    } else if (percent === 0) {
      complain([...at(index), 'share'], 'Expected a share above 0 %.', 'Remove the item.')
    } else if (rate !== undefined && rate !== total && index > 0) {
      const message = `Expected \`rate\` to be that of all items together, as in the first item, got ${rate}/s and ${total ?? 0}/s.`
      complain([...at(index), 'rate'], message, 'Write the whole rate in the first item, and none in the others.')
    } else if (generator.kind === 'replay') {
      complain(at(index), 'A replay comes at the times of its records, so it has no share of a rate.')
    }
  }
  if (total === undefined) {
    complain(at(0), 'Expected the first item to have the `rate` of all items together, got none.', 'Add `rate`.')
  }
  // Shares of thirds are written 33.3 %, 33.3 % and 33.4 %.
  if (isList && withShare.length === list.length && Math.abs(sum - 100) > 0.000_1) {
    complain([], `Expected the shares to add up to 100 %, got ${Number(sum.toFixed(4))} %.`)
  }
  return shares.map((percent = 0) => ((total ?? 0) * percent) / 100)
}

function specOf(raw: RawTraffic, rate: number): TrafficSpec {
  const { redirect: going } = raw
  return {
    generator: raw.generator,
    rate,
    keys: raw.keys,
    ...raw.size,
    into: raw.into,
    until: raw.until,
    ...given({
      name: raw.name,
      arrival: raw.arrival,
      skew: raw.skew,
      count: raw.count,
      forSeconds: raw.for,
      redirect: going === 'none' ? undefined : going,
      warmupSeconds: raw.warmup,
    }),
  }
}

/** Of several each has a name of its own. */
function named(specs: readonly TrafficSpec[]): readonly TrafficSpec[] {
  if (specs.length === 1) return specs
  const taken = new Set(specs.map(({ name }) => name))
  return specs.map((spec) => {
    if (spec.name !== undefined) return spec
    const base = nameOf(spec.generator)
    let name = base
    for (let n = 2; taken.has(name); n += 1) name = `${base}-${n}`
    taken.add(name)
    return { ...spec, name }
  })
}

function nameOf(generator: GeneratorSpec): string {
  return generator.kind === 'custom' ? generator.name : generator.kind
}
