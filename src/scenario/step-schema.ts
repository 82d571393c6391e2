import { z } from 'zod'
import type { AskedCheck } from '../model/check.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import type { Action, GroupStep, RandomBudget, Trigger } from '../model/step.ts'
import { actionSyntax } from './action-schema.ts'
import { accepts } from './editor-schema.ts'
import { occurrence, stepId, triggerEvent, triggerSchema } from './event-schema.ts'
import { extensionArguments, registered } from './extension-syntax.ts'
import { faultSyntax } from './fault-schema.ts'
import type { ParsedFault } from './fault-schema.ts'
import { fields, given, listOf, refuse, wholeNumber } from './schema-fields.ts'
import { duration, someTime } from './schema-quantities.ts'
import { stepRules } from './step-keys.ts'

/** A step as the file says it; its id may be missing, and its fault may stand for several. */
export interface ParsedStep {
  readonly id?: string
  /** System seconds from t = 0, or from the effect of the fault around it. */
  readonly at?: number
  readonly when?: Trigger
  readonly does: ParsedKind
}

/** What a step does. */
export type ParsedKind =
  | {
      readonly does: 'fault'
      readonly fault: ParsedFault
      readonly forSeconds?: number
      readonly until?: Trigger
      readonly heal: 'end' | 'none'
      readonly during?: readonly ParsedStep[]
    }
  | { readonly does: 'action'; readonly action: Action }
  | {
      readonly does: 'group'
      readonly group: GroupStep['group']
      readonly steps: readonly ParsedStep[]
      readonly budget?: RandomBudget
      /** Where the steps stand below the step. */
      readonly path: readonly string[]
    }

const stepExpected = 'a map such as { kill: { target: dc1.job }, at: 400 s }'
const stepsExpected = `a list of steps, each ${stepExpected}`

/** `fault_scenario`, with the registered faults and actions. */
export function stepsSchemaFor(
  extensions: readonly ExtensionDescriptor[],
  check: z.ZodType<AskedCheck>,
): z.ZodType<readonly ParsedStep[]> {
  const steps: z.ZodType<readonly ParsedStep[]> = listOf(
    z.lazy(() => step),
    stepsExpected,
  ).meta({ id: 'steps' })
  const step: z.ZodType<ParsedStep> = stepSchema({ extensions, check, steps })
  return steps
}

/** How a kind reads its arguments, and what editors say of it. */
interface KindSyntax {
  readonly name: string
  readonly does: ParsedKind['does']
  readonly schema: z.ZodType<ParsedKind>
  readonly description: string
}

function stepSchema(parts: {
  readonly extensions: readonly ExtensionDescriptor[]
  readonly check: z.ZodType<AskedCheck>
  readonly steps: z.ZodType<readonly ParsedStep[]>
}): z.ZodType<ParsedStep> {
  const kinds = [...faultKindsOf(parts.extensions), ...actionKindsOf(parts), ...groupKinds(parts.steps)]
  const kindFields: Record<string, z.ZodOptional<z.ZodType<ParsedKind>>> = Object.fromEntries(
    kinds.map(({ name, schema, description }) => [name, schema.optional().describe(description)]),
  )
  const frame = fields(
    { ...kindFields, ...frameFields(parts.steps) },
    { expected: stepExpected, rules: stepRules(new Map(kinds.map(({ name, does }) => [name, does]))) },
  )
  return frame
    .transform((raw, ctx): ParsedStep => {
      const { id, at, when, after, occurrence: nth, since } = raw
      const trigger =
        when === undefined ? undefined : { event: when, ...given({ afterSeconds: after, occurrence: nth, since }) }
      return { ...given({ id, at, when: trigger }), does: kindOf(raw, ctx) }
    })
    .meta({ id: 'step', description: 'One entry of `fault_scenario`.' })
}

function frameFields(steps: z.ZodType<readonly ParsedStep[]>) {
  return {
    id: stepId.optional().describe('What other steps and checks call it. Default: the name of its kind.'),
    at: duration
      .optional()
      .describe('When it begins, from t = 0; inside `during` from the effect of the fault around it.'),
    when: triggerEvent
      .optional()
      .describe('The event that begins it. Without `at` and `when` it follows the step before.'),
    after: duration.optional().describe('With `when`: so long after the event. Default: at once.'),
    occurrence: occurrence
      .optional()
      .describe('With `when`: which one of several, counted from 1. Default: the first.'),
    since: stepId.optional().describe('With `when`: only events after the beginning of this step count.'),
    for: someTime.optional().describe('How long the fault is held. Default: until the end of the run.'),
    until: triggerSchema.optional().describe('The event that ends the fault.'),
    heal: accepts(stepId, { type: 'string' })
      .optional()
      .describe('Beside a fault `none`: it is left to the end. Alone the id of a step: its fault is healed now.'),
    during: steps.optional().describe('Steps inside this fault: it is not healed before they are done.'),
  }
}

/** Everything that is none of the fields around a kind. */
interface RawFrame {
  readonly for?: number | undefined
  readonly until?: Trigger | undefined
  readonly heal?: string | undefined
  readonly during?: readonly ParsedStep[] | undefined
  readonly [key: string]: unknown
}

function kindOf(raw: RawFrame, ctx: z.core.$RefinementCtx): ParsedKind {
  const { for: forSeconds, until, heal, during } = raw
  const kind = Object.values(raw).find(isParsedKind)
  if (kind === undefined) {
    if (heal !== undefined && heal !== 'none') return { does: 'action', action: { kind: 'heal', step: heal } }
    const message = 'Expected `heal` to name the step whose fault is healed now, or `none` beside a fault.'
    return refuse(ctx, { kind: 'said', message })
  }
  if (kind.does !== 'fault') return kind
  if (heal !== undefined && heal !== 'none') {
    const message = `Beside a fault \`heal\` can only be none, got "${heal}".`
    return refuse(ctx, { kind: 'said', message, advice: `Heal \`${heal}\` by a step of its own.` })
  }
  if (during !== undefined && (kind.fault.choice === 'all' || kind.fault.choice === 'one' || kind.fault.isOnePe)) {
    const message = 'A fault whose target is `all` or `one` cannot have steps inside it: it stands for several.'
    return refuse(ctx, { kind: 'said', message, advice: 'Write a step for each.' })
  }
  return { ...kind, ...given({ forSeconds, until, during }), heal: heal ?? 'end' }
}

function isParsedKind(value: unknown): value is ParsedKind {
  return typeof value === 'object' && value !== null && 'does' in value
}

function faultKindsOf(extensions: readonly ExtensionDescriptor[]): readonly KindSyntax[] {
  const builtIn = faultSyntax.map(({ kind, schema, description }) => ({ name: kind, schema, description }))
  const own = registered(extensions, 'fault').map((extension) => ({
    name: extension.name,
    description: extension.description,
    schema: extensionArguments(extension).transform((use): ParsedFault => ({
      kind: 'custom',
      choice: null,
      isOnePe: false,
      of: () => ({ kind: 'custom', ...use }),
    })),
  }))
  return [...builtIn, ...own].map(({ name, schema, description }) => ({
    name,
    does: 'fault',
    description,
    schema: schema.transform((fault): ParsedKind => ({ does: 'fault', fault, heal: 'end' })),
  }))
}

function actionKindsOf(parts: {
  readonly extensions: readonly ExtensionDescriptor[]
  readonly check: z.ZodType<AskedCheck>
}): readonly KindSyntax[] {
  const builtIn = Object.entries(actionSyntax(parts.check)).map(([name, one]) => ({ name, ...one }))
  const own = registered(parts.extensions, 'action').map((extension) => ({
    name: extension.name,
    description: extension.description,
    schema: extensionArguments(extension).transform((use): Action => ({ kind: 'custom', ...use })),
  }))
  return [...builtIn, ...own].map(({ name, schema, description }) => ({
    name,
    does: 'action',
    description,
    schema: schema.transform((action): ParsedKind => ({ does: 'action', action })),
  }))
}

const groupWords = {
  parallel: 'Steps all at once; the first error ends the others.',
  sequence: 'Steps one after the other, each healed before the next.',
  background: 'Steps beside everything that follows; ended with the run.',
} as const

const drawsMax = 1000

function groupKinds(steps: z.ZodType<readonly ParsedStep[]>): readonly KindSyntax[] {
  const plain = (['parallel', 'sequence', 'background'] as const).map((group) => ({
    name: group,
    does: 'group' as const,
    description: groupWords[group],
    schema: steps.transform((inner): ParsedKind => ({ does: 'group', group, steps: inner, path: [group] })),
  }))
  const gapExpected = 'a duration such as "30 s", or a map such as { min: 10 s, max: 60 s }'
  const gapRange = fields(
    { min: duration.describe('The shortest.'), max: duration.describe('The longest.') },
    { expected: gapExpected },
  )
  const random = fields(
    {
      steps: steps.describe('What is drawn from.'),
      count: wholeNumber({ min: 1, max: drawsMax }).describe('How many are drawn; one may come several times.'),
      within: someTime.optional().describe('From the beginning of the first to the end of the last at most.'),
      gap: z
        .union([duration, gapRange], { error: () => gapExpected })
        .optional()
        .describe("Quiet time between one's end and the next one's beginning. Default: none."),
      seed: wholeNumber({ min: 0, max: 0xff_ff_ff_ff }).optional().describe("A seed of its own. Default: the run's."),
    },
    { expected: 'a map such as { steps: [ … ], count: 5, within: 30 min }' },
  ).transform(({ steps: inner, count, within, gap = 0, seed }, ctx): ParsedKind => {
    const gapSeconds = typeof gap === 'number' ? { min: gap, max: gap } : { min: gap.min, max: gap.max }
    if (gapSeconds.min > gapSeconds.max) {
      const message = `Expected \`min\` to be at most \`max\`, got ${gapSeconds.min} s and ${gapSeconds.max} s.`
      return refuse(ctx, { kind: 'said', message })
    }
    const budget: RandomBudget = { count, gapSeconds, ...given({ seconds: within, seed }) }
    return { does: 'group', group: 'random', steps: inner, budget, path: ['random', 'steps'] }
  })
  const description = "Steps drawn by the run's seed, within a budget."
  return [...plain, { name: 'random', does: 'group', description, schema: random }]
}
