// One function for each kind of extension. Each checks the name, keeps the types of name and arguments, and adds nothing at all to
// what runs: the value does something only once a run uses its name.

import { z } from 'zod'
import type { CustomAnswer } from '../checks/custom-check.ts'
import type { Facts } from '../checks/facts.ts'
import type { FaultContext } from '../faults/context.ts'
import type { Effective, Injection } from '../faults/fault-kind.ts'
import { checkKinds } from '../model/check.ts'
import { SettingsError } from '../model/errors.ts'
import type { ExtensionKind } from '../model/extension.ts'
import { faultKinds } from '../model/fault.ts'
import type { JsonObject, JsonValue } from '../model/json.ts'
import { actionKinds } from '../model/step.ts'
import type { RegisteredGenerator } from '../data/registered-generator.ts'
import type { ActionContext } from '../run/run-extensions.ts'
import type { ProbeContext } from '../run/registered-probe.ts'
import type { SnapshotDecoder } from '../run/stored-snapshots.ts'
import { extensionMark } from './extension.ts'
import type { Extension } from './extension.ts'

/** What every definition says of itself. */
interface Named<Name extends string> {
  /** As in YAML: snake_case, and no name of the language. */
  readonly name: Name
  /** A sentence, for editors and messages. */
  readonly description: string
}

/** A definition whose name takes arguments in YAML. */
interface WithParameters<Name extends string, Shape extends z.ZodRawShape> extends Named<Name> {
  /** The arguments, each a zod schema, such as `{ level: z.number(), ramp: duration }`. What they give must be plain data. @default none */
  readonly parameters?: Shape
}

/** Arguments after validation. */
type Arguments<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>

export interface FaultDefinition<Name extends string, Shape extends z.ZodRawShape> extends WithParameters<Name, Shape> {
  /** Why the fault cannot be injected now, or null. @default it always can */
  unavailable?(args: Arguments<Shape>, context: FaultContext): Promise<string | null>
  /**
   * Registers by `injection.registerUndo` how to undo it, waits for its turn by `injection.begin()`, acts, and answers when it took
   * hold and what proved it.
   */
  inject(args: Arguments<Shape>, context: FaultContext, injection: Injection): Promise<Effective>
}

export interface ActionDefinition<Name extends string, Shape extends z.ZodRawShape> extends WithParameters<
  Name,
  Shape
> {
  /** Does it; what it answers goes into the timeline. One that throws ends the run, which is inconclusive then. */
  perform(args: Arguments<Shape>, context: ActionContext): Promise<JsonObject | void>
}

export interface CheckDefinition<Name extends string, Shape extends z.ZodRawShape> extends WithParameters<Name, Shape> {
  /** Judges the timeline and what was derived of it. It must be pure: `failover analyze` calls it again. */
  judge(args: Arguments<Shape>, facts: Facts): CustomAnswer
}

export interface ProbeDefinition<Name extends string> extends Named<Name> {
  /** Asks the system under test. */
  read(context: ProbeContext): Promise<JsonValue>
}

export interface GeneratorDefinition<Name extends string, Shape extends z.ZodRawShape> extends WithParameters<
  Name,
  Shape
> {
  /** Makes what one DC's traffic is made of. */
  create(args: Arguments<Shape>, ...rest: GeneratorRest): ReturnType<RegisteredGenerator['create']>
}

type GeneratorRest = Parameters<RegisteredGenerator['create']> extends [unknown, ...infer Rest] ? Rest : never

export interface SnapshotDecoderDefinition<Name extends string> extends Named<Name>, SnapshotDecoder {}

/** A kind of fault for `fault_scenario` and the fixture `faults`. @throws SettingsError for a name that cannot be had */
export function defineFault<const Name extends string, const Shape extends z.ZodRawShape = Record<never, never>>(
  definition: FaultDefinition<Name, Shape>,
): Extension<'fault', Name, z.ZodObject<Shape>> {
  const { unavailable } = definition
  return extension('fault', definition, {
    ...(unavailable === undefined
      ? {}
      : { unavailable: async (args, context) => await unavailable(argumentsOf(definition, args), context) }),
    inject: async (args, context, injection) =>
      await definition.inject(argumentsOf(definition, args), context, injection),
  })
}

/** A kind of step that is no fault. @throws SettingsError for a name that cannot be had */
export function defineAction<const Name extends string, const Shape extends z.ZodRawShape = Record<never, never>>(
  definition: ActionDefinition<Name, Shape>,
): Extension<'action', Name, z.ZodObject<Shape>> {
  return extension('action', definition, {
    perform: async (args, context) => await definition.perform(argumentsOf(definition, args), context),
  })
}

/** A check for `post_failover_validation_checks`. @throws SettingsError for a name that cannot be had */
export function defineCheck<const Name extends string, const Shape extends z.ZodRawShape = Record<never, never>>(
  definition: CheckDefinition<Name, Shape>,
): Extension<'check', Name, z.ZodObject<Shape>> {
  return extension('check', definition, {
    judge: (args, facts) => definition.judge(argumentsOf(definition, args), facts),
  })
}

/** Something to ask for the checks `probe` and `steady_state`. @throws SettingsError for a name that cannot be had */
export function defineProbe<const Name extends string>(
  definition: ProbeDefinition<Name>,
): Extension<'probe', Name, z.ZodObject> {
  return extension('probe', definition, { read: async (context) => await definition.read(context) })
}

/** A generator for `pre_failover_data` and the fixture `data`. @throws SettingsError for a name that cannot be had */
export function defineGenerator<const Name extends string, const Shape extends z.ZodRawShape = Record<never, never>>(
  definition: GeneratorDefinition<Name, Shape>,
): Extension<'generator', Name, z.ZodObject<Shape>> {
  return extension('generator', definition, {
    create: (args, ...rest) => definition.create(argumentsOf(definition, args), ...rest),
  })
}

/** Reads an application's snapshots, for `application.snapshot_decoder`. @throws SettingsError for a name that cannot be had */
export function defineSnapshotDecoder<const Name extends string>(
  definition: SnapshotDecoderDefinition<Name>,
): Extension<'snapshot_decoder', Name, z.ZodObject> {
  return extension('snapshot_decoder', definition, { decode: (blob, about) => definition.decode(blob, about) })
}

function extension<Kind extends ExtensionKind, Name extends string, Shape extends z.ZodRawShape>(
  kind: Kind,
  definition: WithParameters<Name, Shape>,
  behaviour: Extension<Kind>['behaviour'],
): Extension<Kind, Name, z.ZodObject<Shape>> {
  const { name, description } = definition
  refuseName(kind, name)
  return { [extensionMark]: true, kind, name, description, schema: schemaOf(definition), behaviour }
}

function schemaOf<Shape extends z.ZodRawShape>(definition: { readonly parameters?: Shape }): z.ZodObject<Shape> {
  // Without parameters the shape is the empty one that the type parameter's default says.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return z.object(definition.parameters ?? ({} as Shape))
}

/** The arguments were validated when the scenario was loaded; what came of that is plain data of this type. */
function argumentsOf<Shape extends z.ZodRawShape>(
  _definition: { readonly parameters?: Shape },
  args: JsonObject,
): Arguments<Shape> {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return args as Arguments<Shape>
}

const namePattern = /^[a-z][a-z0-9_]*$/

/** What stands beside a kind in a step, a check or a generator is no name for one. */
const takenNames: Readonly<Record<ExtensionKind, readonly string[]>> = {
  fault: [
    ...faultKinds,
    ...actionKinds,
    'id',
    'at',
    'when',
    'for',
    'until',
    'during',
    'parallel',
    'sequence',
    'background',
    'random',
  ],
  action: [
    ...faultKinds,
    ...actionKinds,
    'id',
    'at',
    'when',
    'for',
    'until',
    'during',
    'parallel',
    'sequence',
    'background',
    'random',
  ],
  check: [...checkKinds, 'for', 'severity', 'restored', 'run'],
  probe: [],
  generator: ['sequence', 'random', 'file', 'replay'],
  snapshot_decoder: [],
}

function refuseName(kind: ExtensionKind, name: string): void {
  if (!namePattern.test(name)) {
    throw new SettingsError(
      `Expected the name of ${article(kind)} to be a word of small letters, digits and _, such as slow_leak, got ${JSON.stringify(name)}.`,
    )
  }
  if (takenNames[kind].includes(name)) {
    throw new SettingsError(
      `The ${kind.replace('_', ' ')} cannot be named ${name}: the language has that word already. Choose another.`,
    )
  }
}

function article(kind: ExtensionKind): string {
  return `${kind === 'action' ? 'an' : 'a'} ${kind.replace('_', ' ')}`
}
