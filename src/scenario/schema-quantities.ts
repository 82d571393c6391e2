import { z } from 'zod'
import {
  parseBitRate,
  parseDuration,
  parseOffset,
  parseRate,
  parseShare,
  parseSize,
  quantityForms,
} from '../model/units.ts'
import type { ParsedQuantity, QuantityForm } from '../model/units.ts'
import { accepts } from './editor-schema.ts'
import { expectedHere } from './schema-fields.ts'

// Text with a unit, as numbers in the model's units.

/** System seconds. */
export const duration: z.ZodType<number> = quantity('duration', parseDuration, quantityForms.duration)
/** System seconds above 0. */
export const someTime: z.ZodType<number> = above('a duration above 0 s', duration)
/** Seconds that may be negative. */
export const offset: z.ZodType<number> = quantity('offset', parseOffset, quantityForms.offset)
/** Tuples a second. */
export const rate: z.ZodType<number> = quantity('rate', parseRate, quantityForms.rate)
/** Tuples a second, at least some. */
export const someRate: z.ZodType<number> = above('a rate above 0/s', rate)
/** Bytes. */
export const size: z.ZodType<number> = quantity('size', parseSize, quantityForms.size)
/** Percent. */
export const share: z.ZodType<number> = quantity('share', parseShare, quantityForms.share)
/** Percent of something that cannot be more than all of it. */
export const part: z.ZodType<number> = share.superRefine((percent, ctx) => {
  if (percent > 100) expectedHere(ctx, 'a share from "0 %" to "100 %"')
})
/** Bits a second. */
export const bitRate: z.ZodType<number> = above(
  'a bit rate above 0',
  quantity('bit_rate', parseBitRate, quantityForms.bitRate),
)

function quantity(id: string, parse: (input: unknown) => ParsedQuantity, form: QuantityForm): z.ZodType<number> {
  const schema = z.unknown().transform((input, ctx) => {
    const parsed = parse(input)
    return parsed.ok ? parsed.value : expectedHere(ctx, parsed.expected)
  })
  return accepts(schema.meta({ id }), { type: 'string', pattern: form.pattern, examples: [...form.examples] })
}

function above(expected: string, schema: z.ZodType<number>): z.ZodType<number> {
  return schema.superRefine((value, ctx) => {
    if (value <= 0) expectedHere(ctx, expected)
  })
}
