import assert from 'node:assert/strict'
import { z } from 'zod'
import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultKind, FaultSpec, JobTarget, PartitionFault, PortSelection } from '../model/fault.ts'
import { duration, fields, listOf, oneOf, refuse, refuseNotYet, word } from './schema-fields.ts'

/** A step as the file says it; its id may be missing. */
export interface ParsedStep {
  readonly id: string | undefined
  readonly fault: FaultSpec
  /** System seconds from t = 0. */
  readonly at: number | undefined
  readonly forSeconds: number | undefined
  readonly heal: 'end' | 'none'
}

const namesOfDatacenters = new Map<unknown, DatacenterName>([
  ['dc1', 'dc1'],
  ['primary', 'dc1'],
  ['dc2', 'dc2'],
  ['secondary', 'dc2'],
])
const laterTarget = /^(survivor|failed|all|one)\b|\.(pe|host|management|operator)\b/

/** A DC by its name or its role. */
export const datacenter: z.ZodType<DatacenterName> = z.unknown().transform((input, ctx) => {
  const name = namesOfDatacenters.get(input)
  if (name !== undefined) return name
  ctx.addIssue({ code: 'custom', message: oneOf(['dc1', 'primary', 'dc2', 'secondary']), continue: false })
  return z.NEVER
})

/** `{ target: dc1.job }`; the DC's name alone is taken for its job where nothing else can be meant. */
function jobArguments(options: { readonly bareName: boolean }): z.ZodType<JobTarget> {
  const example = options.bareName ? 'dc1' : 'dc1.job'
  const target = z.unknown().transform((input, ctx): DatacenterName => {
    const [name, part, ...rest] = typeof input === 'string' ? input.split('.') : []
    const dc = rest.length === 0 ? namesOfDatacenters.get(name) : undefined
    if (dc !== undefined && (part === 'job' || (part === undefined && options.bareName))) return dc
    if (typeof input === 'string' && laterTarget.test(input)) return refuseNotYet(ctx, `The target \`${input}\``)
    if (dc !== undefined && part === undefined) {
      const message = `Expected a target inside ${name}, got "${name}".`
      return refuse(ctx, { kind: 'said', message, advice: `Did you mean "${name}.job"?` })
    }
    ctx.addIssue({ code: 'custom', message: 'a target such as "dc1.job" or "secondary.job"', continue: false })
    return z.NEVER
  })
  return fields({ target }, { expected: `a map such as { target: ${example} }` }).transform((job) => ({
    dc: job.target,
  }))
}

const portNumber = 'heartbeat, snapshot, all or a list of port numbers such as [25091]'
const ports: z.ZodType<PortSelection> = z.unknown().transform((input, ctx) => {
  if (input === 'heartbeat' || input === 'snapshot' || input === 'all') return input
  const list = Array.isArray(input) ? input.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536) : []
  if (Array.isArray(input) && list.length > 0 && list.length === input.length) return list
  ctx.addIssue({ code: 'custom', message: portNumber, continue: false })
  return z.NEVER
})

const partitionExpected = 'a map such as { between: [dc1, dc2] } or { from: dc1, to: dc2 }'
const partitionArguments: z.ZodType<PartitionFault> = fields(
  {
    between: z.array(datacenter, { error: () => 'a list of both DCs: [dc1, dc2]' }).optional(),
    from: datacenter.optional(),
    to: datacenter.optional(),
    ports: ports.default('all'),
    how: word(['drop', 'reject', 'hang']).default('drop'),
  },
  { expected: partitionExpected },
).transform((raw, ctx) => {
  const { between, from, to, ports: acted, how } = raw
  const direction = between === undefined ? 'one-way' : 'both'
  const [first, second] = between ?? [from, to]
  const isMixed = between !== undefined && (from !== undefined || to !== undefined || between.length !== 2)
  if (first === undefined || second === undefined || first === second || isMixed) {
    const message =
      'Expected `partition` to name two different DCs, as { between: [dc1, dc2] } or as { from: dc1, to: dc2 }.'
    return refuse(ctx, { kind: 'said', message })
  }
  return { kind: 'partition', from: first, to: second, direction, ports: acted, how }
})

const faultArguments = {
  partition: partitionArguments.optional(),
  kill: jobArguments({ bareName: false }).optional(),
  cancel_job: jobArguments({ bareName: true }).optional(),
  orderly_shutdown: jobArguments({ bareName: true }).optional(),
}

const faultKinds: readonly FaultKind[] = ['partition', 'kill', 'cancel_job', 'orderly_shutdown']

/** The step keys of the language that this version cannot do yet. */
const laterStepKeys = `
  when after occurrence since until during parallel sequence background random netem bandwidth flap
  connection_reset dns interface_down crash pause restart operator_restart special_message datacenter_outage
  host_hang power_loss disk_full disk_readonly disk_slow disk_error clock_skew cpu_stress memory_stress
  descriptor_pressure load quiesce mark wait check exec http
`
  .trim()
  .split(/\s+/)

const stepExpected = 'a map such as { kill: { target: dc1.job }, at: 400 s }'
const idExpected = 'a word of letters, digits, - and _ that begins with a letter'

const heal: z.ZodType<'none'> = z.unknown().transform((input, ctx) => {
  if (input === 'none') return input
  if (typeof input === 'string') return refuseNotYet(ctx, 'Healing another step by `heal`')
  ctx.addIssue({ code: 'custom', message: 'none', continue: false })
  return z.NEVER
})

const step: z.ZodType<ParsedStep> = fields(
  {
    id: z
      .string({ error: () => idExpected })
      .regex(/^[A-Za-z][\w-]*$/, { error: () => idExpected })
      .optional(),
    at: duration.optional(),
    for: duration.optional(),
    heal: heal.optional(),
    ...faultArguments,
  },
  { expected: stepExpected, later: laterStepKeys },
).transform((raw, ctx) => {
  const named = faultKinds.filter((kind) => raw[kind] !== undefined)
  if (named.length !== 1) {
    const got = named.length === 0 ? 'none' : named.join(' and ')
    return refuse(ctx, {
      kind: 'said',
      message: `Expected a step to name one fault, got ${got}.`,
      advice: `Write ${stepExpected}.`,
    })
  }
  if (raw.heal !== undefined && raw.for !== undefined) {
    const message = 'A step with `for` is healed after that time, so it cannot have `heal: none`.'
    return refuse(ctx, { kind: 'said', message, advice: 'Remove one of the two.' })
  }
  return {
    id: raw.id,
    at: raw.at,
    forSeconds: raw.for,
    heal: raw.heal ?? 'end',
    fault: faultOf(raw),
  }
})

interface RawFaults {
  readonly partition?: PartitionFault | undefined
  readonly kill?: JobTarget | undefined
  readonly cancel_job?: JobTarget | undefined
  readonly orderly_shutdown?: JobTarget | undefined
}

function faultOf(raw: RawFaults): FaultSpec {
  const { partition, kill, cancel_job: cancel, orderly_shutdown: shutdown } = raw
  if (partition !== undefined) return partition
  if (kill !== undefined) return { kind: 'kill', target: kill }
  if (cancel !== undefined) return { kind: 'cancel_job', target: cancel }
  assert(shutdown !== undefined, 'a step names one fault')
  return { kind: 'orderly_shutdown', target: shutdown }
}

/** `fault_scenario` */
export const stepsSchema: z.ZodType<readonly ParsedStep[]> = listOf(step, `a list of steps, each ${stepExpected}`)
