import { z } from 'zod'
import type { DatacenterRef, FaultSpec, LinkTarget, PortSelection } from '../model/fault.ts'
import { datacenterRef } from './datacenter-schema.ts'
import { accepts } from './editor-schema.ts'
import { atLeastOne, expectedHere, fields, given, onlyWith, refuse, wholeNumber, word } from './schema-fields.ts'
import { bitRate, duration, part, someTime } from './schema-quantities.ts'

// Faults of the link between the datacenters.

type LinkFault = FaultSpec<DatacenterRef>

const portsExpected = 'heartbeat, snapshot, all or a list of port numbers such as [25091]'
const ports: z.ZodType<PortSelection> = accepts(
  z.unknown().transform((input, ctx): PortSelection => {
    if (input === 'heartbeat' || input === 'snapshot' || input === 'all') return input
    const list = Array.isArray(input) ? input.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536) : []
    if (Array.isArray(input) && list.length > 0 && list.length === input.length) return list
    return expectedHere(ctx, portsExpected)
  }),
  {
    anyOf: [
      { enum: ['heartbeat', 'snapshot', 'all'] },
      { type: 'array', minItems: 1, items: { type: 'integer', minimum: 1, maximum: 65_535 } },
    ],
  },
)

const bothExpected = 'a list of both DCs: [dc1, dc2]'
const linkFields = {
  between: z
    .array(datacenterRef, { error: () => bothExpected })
    .optional()
    .describe('Both directions of the line between these two.'),
  from: datacenterRef.optional().describe('One direction: where it begins. With `to`.'),
  to: datacenterRef.optional().describe('One direction: where it ends. With `from`.'),
  ports: ports
    .prefault('all')
    .describe('Which cross-DC ports: heartbeat, snapshot, all, or a list of numbers. Default: all.'),
}
const how = word(['drop', 'reject', 'hang'])
  .prefault('drop')
  .describe('`drop`: lost on the way; `reject`: refused; `hang`: accepted and never answered. Default: drop.')

interface RawLink {
  readonly between?: readonly DatacenterRef[] | undefined
  readonly from?: DatacenterRef | undefined
  readonly to?: DatacenterRef | undefined
  readonly ports: PortSelection
}

/** The line that a fault acts on. */
function lineOf(
  raw: RawLink,
  ctx: z.core.$RefinementCtx,
  kind: string,
): LinkTarget<DatacenterRef> & { readonly ports: PortSelection } {
  const { between, from, to, ports: acted } = raw
  const [first, second] = between ?? [from, to]
  const isMixed = between !== undefined && (from !== undefined || to !== undefined || between.length !== 2)
  if (first === undefined || second === undefined || first === second || isMixed) {
    const message = `Expected \`${kind}\` to name two different DCs, as { between: [dc1, dc2] } or as { from: dc1, to: dc2 }.`
    return refuse(ctx, { kind: 'said', message })
  }
  if (isRole(first) !== isRole(second)) {
    const message = `Expected \`${kind}\` to name both DCs or both roles, got ${first} and ${second}, which may be the same.`
    return refuse(ctx, { kind: 'said', message, advice: 'Write [dc1, dc2] or [survivor, failed].' })
  }
  return { from: first, to: second, direction: between === undefined ? 'one-way' : 'both', ports: acted }
}

const isRole = (dc: DatacenterRef): boolean => dc === 'survivor' || dc === 'failed'

const example = '{ between: [dc1, dc2]'

/** `partition` */
export const partitionSchema: z.ZodType<LinkFault> = fields(
  { ...linkFields, how },
  { expected: `a map such as ${example} } or { from: dc1, to: dc2 }` },
).transform((raw, ctx): LinkFault => ({ kind: 'partition', ...lineOf(raw, ctx, 'partition'), how: raw.how }))

const netemProperties = ['delay', 'jitter', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate'] as const

/** `netem` */
export const netemSchema: z.ZodType<LinkFault> = fields(
  {
    ...linkFields,
    delay: duration.optional().describe('What every packet takes longer, one-way.'),
    jitter: duration.optional().describe('By how much the delay varies to either side. Only with `delay`.'),
    loss: part.optional().describe('Share of packets that are lost.'),
    duplicate: part.optional().describe('Share of packets that come twice.'),
    corrupt: part.optional().describe('Share of packets that come with a flipped bit.'),
    reorder: part.optional().describe('Share of packets that overtake others. Only with `delay`.'),
    rate: bitRate.optional().describe('What the line carries at most.'),
  },
  {
    expected: `a map such as ${example}, delay: 80 ms }`,
    rules: [
      atLeastOne('netem', netemProperties),
      onlyWith('jitter', 'delay', { message: '`jitter` varies a `delay`, and there is none.', advice: 'Add `delay`.' }),
      onlyWith('reorder', 'delay', { message: '`reorder` needs a `delay` to overtake.', advice: 'Add `delay`.' }),
    ],
  },
).transform((raw, ctx): LinkFault => ({
  kind: 'netem',
  ...lineOf(raw, ctx, 'netem'),
  ...given({
    delaySeconds: raw.delay,
    jitterSeconds: raw.jitter,
    lossPercent: raw.loss,
    duplicatePercent: raw.duplicate,
    corruptPercent: raw.corrupt,
    reorderPercent: raw.reorder,
    rateBitsPerSecond: raw.rate,
  }),
}))

/** `bandwidth` */
export const bandwidthSchema: z.ZodType<LinkFault> = fields(
  { ...linkFields, rate: bitRate.describe('What the line carries at most.') },
  { expected: `a map such as ${example}, rate: 10 mbit }` },
).transform((raw, ctx): LinkFault => ({
  kind: 'bandwidth',
  ...lineOf(raw, ctx, 'bandwidth'),
  rateBitsPerSecond: raw.rate,
}))

const flapTimesMax = 1000

/** `flap` */
export const flapSchema: z.ZodType<LinkFault> = fields(
  {
    ...linkFields,
    how,
    down: someTime.describe('How long the line is cut each time.'),
    up: someTime.describe('How long it works in between.'),
    times: wholeNumber({ min: 1, max: flapTimesMax }).describe('How often it is cut.'),
  },
  { expected: `a map such as ${example}, down: 119 s, up: 31 s, times: 10 }` },
).transform((raw, ctx): LinkFault => ({
  kind: 'flap',
  ...lineOf(raw, ctx, 'flap'),
  how: raw.how,
  downSeconds: raw.down,
  upSeconds: raw.up,
  times: raw.times,
}))

/** `connection_reset` */
export const connectionResetSchema: z.ZodType<LinkFault> = fields(linkFields, {
  expected: `a map such as ${example} }`,
}).transform((raw, ctx): LinkFault => ({ kind: 'connection_reset', ...lineOf(raw, ctx, 'connection_reset') }))
