import type { z } from 'zod'
import { faultKinds, momentaryFaultKinds } from '../model/fault.ts'
import type { DatacenterRef, FaultKind, FaultSpec } from '../model/fault.ts'
import { settingsSchema } from './datacenter-settings-schema.ts'
import {
  bandwidthSchema,
  connectionResetSchema,
  flapSchema,
  netemSchema,
  partitionSchema,
} from './link-fault-schema.ts'
import { sabText } from './sab-schema.ts'
import { fields, given, refuse, text, textLike, wholeNumber, word } from './schema-fields.ts'
import { offset, size, someTime } from './schema-quantities.ts'
import { hostTarget, jobTarget, operatorTarget, processTarget, targetOf } from './target-schema.ts'
import type { DatacenterChoice, ParsedTarget, Place } from './target-schema.ts'

// Every fault kind's arguments. A fault with `all` or `one` in its target is several, or one of several: `of` makes each.

/** A fault as a step says it, where its target may stand for several. */
export interface ParsedFault {
  readonly kind: FaultKind
  /** Null where the fault has no target: `of` ignores the place then. */
  readonly choice: DatacenterChoice | null
  /** One PE of the job, that the run's seed draws. */
  readonly isOnePe: boolean
  readonly of: (place: Place) => FaultSpec<DatacenterRef>
}

/** A kind of fault in the language: what it takes, and what editors say of it. */
interface FaultSyntax {
  readonly schema: z.ZodType<ParsedFault>
  readonly description: string
}

type Kind = (typeof faultKinds)[number]

const processKind = (kind: 'kill' | 'crash' | 'pause', description: string): FaultSyntax => ({
  description,
  schema: targeted({
    kind,
    args: fields(
      { target: targetOf('process').describe('What it happens to: a job, PEs, or the management process.') },
      { expected: 'a map such as { target: dc1.job }' },
    ),
    spec: (args, place) => ({ kind, target: processTarget(args.target, place) }),
  }),
})

type JobKind = 'cancel_job' | 'orderly_shutdown'

const jobKind = (kind: JobKind, description: string): FaultSyntax => ({
  description,
  schema: targeted({
    kind,
    args: fields({ target: targetOf('job').describe('The DC whose job it is.') }, { expected: targetExample }),
    spec: (args, place) => ({ kind, target: jobTarget(args.target, place) }),
  }),
})

type StoreKind = 'datacenter_outage' | 'disk_full' | 'disk_readonly' | 'disk_error' | 'database_lost'

const storeKind = (kind: StoreKind, description: string): FaultSyntax => ({
  description,
  schema: targeted({
    kind,
    args: fields({ target: targetOf('datacenter').describe('The DC.') }, { expected: targetExample }),
    spec: (args, place) => ({ kind, target: jobTarget(args.target, place) }),
  }),
})

const hostKind = (kind: 'host_hang' | 'power_loss', description: string): FaultSyntax => ({
  description,
  schema: targeted({
    kind,
    args: fields({ target: hosts }, { expected: targetExample }),
    spec: (args, place) => ({ kind, target: hostTarget(args.target, place) }),
  }),
})

const targetExample = 'a map such as { target: dc1 }'
const hosts = targetOf('host').describe('The hosts of a DC, or one of them by its place in the list.')

const syntax: Readonly<Record<Kind, FaultSyntax>> = {
  partition: {
    description: 'The line between the datacenters is cut, both ways or one way, on all cross-DC ports or on some.',
    schema: untargeted('partition', partitionSchema),
  },
  netem: {
    description: 'The line gets slower or worse: delay, jitter, loss, duplicates, damage, order, rate.',
    schema: untargeted('netem', netemSchema),
  },
  bandwidth: { description: 'The line carries less.', schema: untargeted('bandwidth', bandwidthSchema) },
  flap: { description: 'The line is cut and mended in turns, so many times.', schema: untargeted('flap', flapSchema) },
  connection_reset: {
    description: 'Connections that are open end; new ones are let through.',
    schema: untargeted('connection_reset', connectionResetSchema),
  },
  dns: {
    description: "The other DC's machine names no longer resolve, or resolve to a wrong address.",
    schema: targeted({
      kind: 'dns',
      args: fields(
        {
          target: hosts,
          how: word(['blackhole', 'wrong_answer'])
            .prefault('blackhole')
            .describe('No answer, or a wrong one. Default: blackhole.'),
        },
        { expected: targetExample },
      ),
      spec: ({ target, how }, place) => ({ kind: 'dns', target: hostTarget(target, place), how }),
    }),
  },
  interface_down: {
    description: 'A network interface goes down.',
    schema: targeted({
      kind: 'interface_down',
      args: fields(
        {
          target: hosts,
          interface: textLike(/^[\w.:@-]{1,15}$/, 'the name of an interface such as eth1')
            .optional()
            .describe('Its name. Default: the one of the cross-DC traffic.'),
        },
        { expected: targetExample },
      ),
      spec: ({ target, interface: name }, place) => ({
        kind: 'interface_down',
        target: hostTarget(target, place),
        ...given({ interface: name }),
      }),
    }),
  },
  kill: processKind('kill', 'Processes are killed and held down until the fault is healed.'),
  crash: processKind('crash', 'Processes are killed once; Streams may start them again.'),
  pause: processKind('pause', 'Processes stop and stay there, and go on when the fault is healed.'),
  restart: {
    description:
      'Down and up again, at once or after `for`; a whole job may come up with other settings or another SAB.',
    schema: restartSchema(),
  },
  operator_restart: {
    description: 'One operator starts anew inside its PE.',
    schema: targeted({
      kind: 'operator_restart',
      args: fields(
        { target: targetOf('operator').describe("An operator of a DC's job, by name.") },
        { expected: 'a map such as { target: dc1.operator[LedgerIngest] }' },
      ),
      spec: ({ target }, place) => ({ kind: 'operator_restart', target: operatorTarget(target, place) }),
    }),
  },
  cancel_job: jobKind('cancel_job', 'The job is cancelled; healing submits it again.'),
  orderly_shutdown: jobKind(
    'orderly_shutdown',
    "The job is told to finish its work, by the toolkit's own word for it.",
  ),
  special_message: {
    description: "A word to the SpecialMessage port of the DC's job, as an operator sends it.",
    schema: targeted({
      kind: 'special_message',
      args: fields(
        {
          target: targetOf('job').describe('The DC whose job gets it.'),
          message: text('a message such as OrderlyShutdown').describe(
            'The word itself, such as OrderlyShutdown or SendMeDataFromSnapshotFiles.',
          ),
        },
        { expected: 'a map such as { target: dc1, message: OrderlyShutdown }' },
      ),
      spec: ({ target, message }, place) => ({ kind: 'special_message', target: jobTarget(target, place), message }),
    }),
  },
  datacenter_outage: storeKind('datacenter_outage', 'Everything in the DC stops at once, and its lines are cut.'),
  host_hang: hostKind('host_hang', 'A host stays there and answers nothing.'),
  power_loss: hostKind('power_loss', 'A host is gone at once; what was not on its disk is lost.'),
  disk_full: storeKind('disk_full', "The DC's snapshot store takes nothing more."),
  disk_readonly: storeKind('disk_readonly', "The DC's snapshot store can be read and not written."),
  disk_slow: {
    description: "Every access to the DC's snapshot store takes longer.",
    schema: targeted({
      kind: 'disk_slow',
      args: fields(
        { target: targetOf('datacenter').describe('The DC.'), delay: someTime.describe('By how much.') },
        { expected: 'a map such as { target: dc2, delay: 2 s }' },
      ),
      spec: ({ target, delay }, place) => ({
        kind: 'disk_slow',
        target: jobTarget(target, place),
        delaySeconds: delay,
      }),
    }),
  },
  disk_error: storeKind('disk_error', "Every access to the DC's snapshot store fails."),
  database_lost: storeKind('database_lost', "The database that holds the DC's snapshots is gone."),
  clock_skew: {
    description: "A host's clock is put forward or back.",
    schema: targeted({
      kind: 'clock_skew',
      args: fields(
        { target: hosts, offset: offset.describe('By how much; negative: back.') },
        { expected: 'a map such as { target: dc1, offset: -5 s }' },
      ),
      spec: (args, place) => ({
        kind: 'clock_skew',
        target: hostTarget(args.target, place),
        offsetSeconds: args.offset,
      }),
    }),
  },
  cpu_stress: {
    description: "Busy processes take a host's processors.",
    schema: targeted({
      kind: 'cpu_stress',
      args: fields(
        { target: hosts, workers: wholeNumber({ min: 1, max: 1024 }).describe('How many processes.') },
        { expected: 'a map such as { target: dc1, workers: 4 }' },
      ),
      spec: ({ target, workers }, place) => ({ kind: 'cpu_stress', target: hostTarget(target, place), workers }),
    }),
  },
  memory_stress: {
    description: "A process takes a host's memory.",
    schema: targeted({
      kind: 'memory_stress',
      args: fields(
        { target: hosts, size: size.describe('How much.') },
        { expected: 'a map such as { target: dc1, size: 2 GiB }' },
      ),
      spec: (args, place) => ({
        kind: 'memory_stress',
        target: hostTarget(args.target, place),
        sizeBytes: args.size,
      }),
    }),
  },
  descriptor_pressure: {
    description: "A process takes a host's file descriptors.",
    schema: targeted({
      kind: 'descriptor_pressure',
      args: fields(
        { target: hosts, count: wholeNumber({ min: 1, max: 10_000_000 }).describe('How many.') },
        { expected: 'a map such as { target: dc1, count: 1000 }' },
      ),
      spec: ({ target, count }, place) => ({ kind: 'descriptor_pressure', target: hostTarget(target, place), count }),
    }),
  },
}

/** Every fault kind of the language with what it takes, in the order of the page. */
export const faultSyntax: readonly (FaultSyntax & { readonly kind: Kind })[] = faultKinds.map((kind) => ({
  kind,
  ...syntax[kind],
}))

/** Kinds that act once, so that nothing is held. */
export const momentaryKinds: readonly string[] = momentaryFaultKinds

/** A fault without a target of the kind `dc1.job`. */
function untargeted(kind: Kind, schema: z.ZodType<FaultSpec<DatacenterRef>>): z.ZodType<ParsedFault> {
  return schema.transform((spec) => ({ kind, choice: null, isOnePe: false, of: () => spec }))
}

function targeted<Args extends { readonly target: ParsedTarget }>(options: {
  readonly kind: Kind
  readonly args: z.ZodType<Args>
  readonly spec: (args: Args, place: Place) => FaultSpec<DatacenterRef>
}): z.ZodType<ParsedFault> {
  const { kind, args, spec } = options
  return args.transform((parsed) => ({
    kind,
    choice: parsed.target.choice,
    isOnePe: parsed.target.part.kind === 'pe_one',
    of: (place) => spec(parsed, place),
  }))
}

function restartSchema(): z.ZodType<ParsedFault> {
  const args = fields(
    {
      target: targetOf('process').describe('What it happens to: a job, PEs, or the management process.'),
      crossdc: settingsSchema
        .optional()
        .describe("Toolkit settings over the scenario's, from now on. Of a whole job only."),
      streams_application_sab: sabText.optional().describe("The SAB in place of the scenario's. Of a whole job only."),
    },
    { expected: 'a map such as { target: dc1.job }' },
  ).superRefine(({ target, crossdc, streams_application_sab: sab }, ctx) => {
    if (target.part.kind === 'job' || (crossdc === undefined && sab === undefined)) return
    const message = 'Only a whole job can come up with other settings or another SAB.'
    refuse(ctx, { kind: 'said', message, advice: 'Let the target be dc1.job, or remove what is changed.' })
  })
  return targeted({
    kind: 'restart',
    args,
    spec: ({ target, crossdc, streams_application_sab: sab }, place) => ({
      kind: 'restart',
      target: processTarget(target, place),
      ...given({ crossdc, sab }),
    }),
  })
}
