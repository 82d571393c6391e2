import { z } from 'zod'
import type { DatacenterName } from '../model/datacenter.ts'
import type { DatacenterRef } from '../model/fault.ts'
import { adviceFor } from '../support/suggest.ts'
import { accepts } from './editor-schema.ts'
import { oneOf } from './schema-fields.ts'

// How a scenario names a datacenter.

const names = { dc1: 'dc1', primary: 'dc1', dc2: 'dc2', secondary: 'dc2' } as const
const refs = { ...names, survivor: 'survivor', failed: 'failed' } as const

/** The words for a DC, roles included. */
export const datacenterRefWords: readonly string[] = Object.keys(refs)

/** The DC that a word names; undefined where it names none. */
export function datacenterRefOf(input: unknown): DatacenterRef | undefined {
  return refOf.get(input)
}

const nameOf: ReadonlyMap<unknown, DatacenterName> = new Map(Object.entries(names))
const refOf: ReadonlyMap<unknown, DatacenterRef> = new Map(Object.entries(refs))

/** A DC by its name or its place. */
export const datacenter: z.ZodType<DatacenterName> = named(nameOf, 'datacenter')

/** A DC by its name, its place or its role in the failover. */
export const datacenterRef: z.ZodType<DatacenterRef> = named(refOf, 'datacenter_or_role')

/** One DC or both. */
export const datacenters: z.ZodType<readonly DatacenterName[]> = named(
  new Map<unknown, readonly DatacenterName[]>([
    ...Object.entries(names).map(([word, name]) => [word, [name]] as const),
    ['both', ['dc1', 'dc2']],
  ]),
  'datacenters',
)

function named<Found>(words: ReadonlyMap<unknown, Found>, id: string): z.ZodType<Found> {
  const all = [...words.keys()].map(String)
  const schema = z.unknown().transform((input, ctx) => {
    const found = words.get(input)
    if (found !== undefined) return found
    const advice = typeof input === 'string' ? adviceFor(input, all) : ''
    ctx.addIssue({ code: 'custom', message: oneOf(all), ...(advice.startsWith('Did') ? { params: { advice } } : {}) })
    return z.NEVER
  })
  return accepts(schema.meta({ id }), { enum: all })
}
