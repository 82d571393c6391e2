// One function for each kind of extension. Each checks what a file in JavaScript may get wrong, keeps the types of name and arguments,
// and adds nothing at all to what runs: the value does something only once a run uses its name.

import type { z } from 'zod'
import type { CustomAnswer } from '../checks/custom-check.ts'
import type { Facts } from '../checks/facts.ts'
import type { GeneratorContext, ItemSource } from '../data/registered-generator.ts'
import type { FaultContext } from '../faults/context.ts'
import type { Effective } from '../faults/fault-kind.ts'
import type { RegisteredInjection } from '../faults/registered-fault.ts'
import { SettingsError } from '../model/errors.ts'
import type { ExtensionKind } from '../model/extension.ts'
import type { JsonObject, JsonValue } from '../model/json.ts'
import type { ActionContext } from '../run/run-extensions.ts'
import type { ProbeContext } from '../run/registered-probe.ts'
import type { SnapshotDecoder } from '../run/stored-snapshots.ts'
import { fields } from '../scenario/schema-fields.ts'
import { refuseTakenNames } from '../scenario/taken-names.ts'
import { shown } from '../support/plain-json.ts'
import { extensionMark } from './extension.ts'
import type { Extension } from './extension.ts'

/** What arguments may be after validation: they travel through JSON, so a date or a map would arrive as something else. */
export type PlainData =
  string | number | boolean | null | undefined | readonly PlainData[] | { readonly [key: string]: PlainData }

/** The arguments of a name: each a zod schema whose output is plain data. */
export type Parameters = Readonly<Record<string, z.ZodType<PlainData>>>

/** Arguments after validation, with defaults filled in. */
export type Arguments<Shape extends Parameters> = keyof Shape extends never ? None : z.output<z.ZodObject<Shape>>

/** No arguments. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- it is meant: a name of it is an error
type None = Record<never, never>

/** What every definition says of itself. */
interface Named<Name extends string> {
  /** As in YAML: snake_case, and no name of the language. */
  readonly name: Name
  /** A sentence, for editors and messages. */
  readonly description: string
}

/** A definition whose name takes arguments in YAML. */
interface WithParameters<Name extends string, Shape extends Parameters> extends Named<Name> {
  /**
   * The arguments, each a zod schema, such as `{ level: z.number(), ramp: duration }`. A message of a schema's own ends the sentence
   * "Expected `level` to be …". Unknown arguments are refused.
   * @default none
   */
  readonly parameters?: Shape
}

/** What `defineFault` takes. */
export interface FaultDefinition<Name extends string, Shape extends Parameters> extends WithParameters<Name, Shape> {
  /**
   * Real seconds that injecting, from its turn on, and undoing may take each; above 0.
   * @default 60
   */
  readonly timeoutRealSeconds?: number
  /** Why the fault cannot be injected now, as the end of "… cannot be injected: ", or null. @default it always can */
  unavailable?(args: Arguments<Shape>, context: FaultContext): Promise<string | null>
  /**
   * Registers by `injection.registerUndo` how to undo it, waits for its turn by `injection.begin()`, acts, and answers when it took
   * hold and what proved it. One that throws is undone at once, and the run is inconclusive.
   */
  inject(args: Arguments<Shape>, context: FaultContext, injection: RegisteredInjection): Promise<Effective>
}

/** What `defineAction` takes. */
export interface ActionDefinition<Name extends string, Shape extends Parameters> extends WithParameters<Name, Shape> {
  /** Does it; what it answers goes into the timeline. One that throws ends the run, which is inconclusive then. */
  perform(args: Arguments<Shape>, context: ActionContext): Promise<JsonObject | void>
}

/** What `defineCheck` takes. */
export interface CheckDefinition<Name extends string, Shape extends Parameters> extends WithParameters<Name, Shape> {
  /** Judges the timeline and what was derived of it, at once. It must be pure: `failover analyze` calls it again. */
  judge(args: Arguments<Shape>, facts: Facts): CustomAnswer
}

/** What `defineProbe` takes. */
export interface ProbeDefinition<Name extends string> extends Named<Name> {
  /** Asks the system under test. After 10 s of real time it could not tell. */
  read(context: ProbeContext): Promise<JsonValue>
}

/** What `defineGenerator` takes. */
export interface GeneratorDefinition<Name extends string, Shape extends Parameters> extends WithParameters<
  Name,
  Shape
> {
  /** Makes what one DC's traffic is made of; called once for each DC that it goes into. */
  create(args: Arguments<Shape>, context: GeneratorContext): ItemSource
}

/** What `defineSnapshotDecoder` takes. */
export interface SnapshotDecoderDefinition<Name extends string> extends Named<Name>, SnapshotDecoder {}

/** A kind of fault for `fault_scenario` and the fixture `faults`. @throws SettingsError for a definition that cannot be */
export function defineFault<const Name extends string, const Shape extends Parameters = None>(
  definition: FaultDefinition<Name, Shape>,
): Extension<'fault', Name, z.ZodObject<Shape>> {
  const { timeoutRealSeconds } = definition
  const made = extension('fault', definition, {
    ...(timeoutRealSeconds === undefined ? {} : { timeoutRealSeconds }),
    unavailable: async (args, context) =>
      (await definition.unavailable?.(argumentsOf(definition, args), context)) ?? null,
    inject: async (args, context, injection) =>
      await definition.inject(argumentsOf(definition, args), context, injection),
  })
  requireFunction(made, definition, 'inject')
  if (timeoutRealSeconds !== undefined && !(timeoutRealSeconds > 0 && Number.isFinite(timeoutRealSeconds))) {
    throw wrong(made, `\`timeoutRealSeconds\` to be a number above 0, got ${shown(timeoutRealSeconds)}`)
  }
  return made
}

/** A kind of step that is no fault. @throws SettingsError for a definition that cannot be */
export function defineAction<const Name extends string, const Shape extends Parameters = None>(
  definition: ActionDefinition<Name, Shape>,
): Extension<'action', Name, z.ZodObject<Shape>> {
  const made = extension('action', definition, {
    perform: async (args, context) => await definition.perform(argumentsOf(definition, args), context),
  })
  requireFunction(made, definition, 'perform')
  return made
}

/** A check for `post_failover_validation_checks`. @throws SettingsError for a definition that cannot be */
export function defineCheck<const Name extends string, const Shape extends Parameters = None>(
  definition: CheckDefinition<Name, Shape>,
): Extension<'check', Name, z.ZodObject<Shape>> {
  const made = extension('check', definition, {
    judge: (args, facts) => definition.judge(argumentsOf(definition, args), facts),
  })
  requireFunction(made, definition, 'judge')
  return made
}

/** Something to ask for the checks `probe` and `steady_state`. @throws SettingsError for a definition that cannot be */
export function defineProbe<const Name extends string>(
  definition: ProbeDefinition<Name>,
): Extension<'probe', Name, z.ZodObject> {
  const made = extension('probe', definition, { read: async (context) => await definition.read(context) })
  requireFunction(made, definition, 'read')
  return made
}

/** A generator for `pre_failover_data` and the fixture `data`. @throws SettingsError for a definition that cannot be */
export function defineGenerator<const Name extends string, const Shape extends Parameters = None>(
  definition: GeneratorDefinition<Name, Shape>,
): Extension<'generator', Name, z.ZodObject<Shape>> {
  const made = extension('generator', definition, {
    create: (args, context) => definition.create(argumentsOf(definition, args), context),
  })
  requireFunction(made, definition, 'create')
  return made
}

/** Reads an application's snapshots, for `application.snapshot_decoder`. @throws SettingsError for a definition that cannot be */
export function defineSnapshotDecoder<const Name extends string>(
  definition: SnapshotDecoderDefinition<Name>,
): Extension<'snapshot_decoder', Name, z.ZodObject> {
  const made = extension('snapshot_decoder', definition, { decode: (blob, about) => definition.decode(blob, about) })
  requireFunction(made, definition, 'decode')
  return made
}

function extension<Kind extends ExtensionKind, Name extends string, Shape extends Parameters>(
  kind: Kind,
  definition: WithParameters<Name, Shape>,
  behaviour: Extension<Kind>['behaviour'],
): Extension<Kind, Name, z.ZodObject<Shape>> {
  const { name, description } = definition
  const schema = fields(parametersOf(kind, definition), { expected: 'a map of arguments' })
  const made = { [extensionMark]: true as const, kind, name, description, schema, behaviour }
  refuseTakenNames([made])
  if (typeof description !== 'string' || description.trim() === '') {
    throw wrong(made, `\`description\` to be a sentence, got ${shown(description)}`)
  }
  return made
}

/** Types do not hold in a file of JavaScript, and a zod of another major version makes schemas that nobody here can read. */
function parametersOf<Shape extends Parameters>(
  kind: ExtensionKind,
  definition: { readonly name: string; readonly parameters?: Shape },
): Shape {
  // Without parameters the shape is the empty one that the type parameter's default says.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  const shape = definition.parameters ?? ({} as Shape)
  for (const [key, schema] of Object.entries<unknown>(shape)) {
    if (typeof schema === 'object' && schema !== null && '_zod' in schema) continue
    throw wrong(
      { kind, name: definition.name },
      `\`parameters.${key}\` to be a schema, made by the z of "vitest-failover/extend" or by zod 4, got ${shown(schema)}`,
    )
  }
  return shape
}

function requireFunction(made: Pick<Extension, 'kind' | 'name'>, definition: object, method: string): void {
  const value: unknown = Reflect.get(definition, method)
  if (typeof value !== 'function') throw wrong(made, `\`${method}\` to be a function, got ${shown(value)}`)
}

function wrong({ kind, name }: Pick<Extension, 'kind' | 'name'>, expected: string): SettingsError {
  return new SettingsError(`The ${kind.replace('_', ' ')} ${name}: Expected ${expected}.`)
}

/** The arguments were validated when the scenario was loaded; what came of that is plain data of this type. */
function argumentsOf<Shape extends Parameters>(
  _definition: { readonly parameters?: Shape },
  args: JsonObject,
): Arguments<Shape> {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return args as Arguments<Shape>
}
