import { momentaryKinds } from './fault-schema.ts'
import type { JsonSchema } from './editor-schema.ts'
import type { Complaint, KeyRule } from './schema-fields.ts'
import { notBoth, onlyWith } from './schema-fields.ts'

// Which keys of a step go together.

/** What a step's kind makes it. */
type Does = 'fault' | 'action' | 'group'

const frameKeys: readonly string[] = [
  'id',
  'at',
  'when',
  'after',
  'occurrence',
  'since',
  'for',
  'until',
  'heal',
  'during',
]
const heldKeys = ['for', 'until', 'heal', 'during'] as const

/** What can be wrong between the keys of a step, by what each kind makes of it. */
export function stepRules(kinds: ReadonlyMap<string, Does>): readonly KeyRule[] {
  return [
    { find: (keys) => oneKind(keys, kinds), json: oneKindJson([...kinds.keys()]) },
    notBoth('at', 'when', {
      message: 'Expected a step to begin `at` a time or `when` something happens, got both.',
      advice: 'Remove one of the two; `after` says how long after the event.',
    }),
    onlyWith('after', 'when', {
      message: '`after` says how long after the event of `when`, and there is no `when`.',
      advice: 'Name the event, or write `at`.',
    }),
    onlyWith('occurrence', 'when', {
      message: '`occurrence` says which event of `when` it is, and there is no `when`.',
      advice: 'Name the event, or remove `occurrence`.',
    }),
    onlyWith('since', 'when', {
      message: '`since` says from which step on events of `when` count, and there is no `when`.',
      advice: 'Name the event, or remove `since`.',
    }),
    notBoth('for', 'until', {
      message: 'Expected a fault to last `for` a time or `until` something happens, got both.',
      advice: 'Remove one of the two.',
    }),
    { find: (keys) => heldWithoutFault(keys, kinds), json: { not: { anyOf: heldJson(kinds) } } },
    { find: heldThoughMomentary, json: { not: { anyOf: unheldJson(momentaryKinds) } } },
    notBoth('for', 'heal', {
      message: 'A step with `for` is healed after that time, so it cannot have `heal: none`.',
      advice: 'Remove one of the two.',
    }),
    notBoth('until', 'heal', {
      message: 'A step with `until` is healed at that event, so it cannot have `heal: none`.',
      advice: 'Remove one of the two.',
    }),
    notBoth('flap', 'for', {
      message: 'A flap ends by itself after so many `times`, so it cannot have `for`.',
      advice: 'Remove `for`, or end it sooner by `until`.',
    }),
  ]
}

/** `heal: STEP` is a step of its own. */
function oneKindJson(names: readonly string[]): JsonSchema {
  const named = names.map((name) => ({ required: [name] }))
  return { oneOf: [...named, { required: ['heal'], not: { anyOf: named } }] }
}

function heldJson(kinds: ReadonlyMap<string, Does>): JsonSchema[] {
  return unheldJson([...kinds].filter(([, does]) => does !== 'fault').map(([name]) => name))
}

function unheldJson(names: readonly string[]): JsonSchema[] {
  const held = heldKeys.map((key) => ({ required: [key] }))
  return [{ allOf: [{ anyOf: names.map((name) => ({ required: [name] })) }, { anyOf: held }] }]
}

function oneKind(keys: ReadonlySet<string>, kinds: ReadonlyMap<string, Does>): Complaint | undefined {
  const named = [...kinds.keys()].filter((kind) => keys.has(kind))
  if (named.length === 1) return undefined
  // `heal: STEP` is a step of its own, and a misspelt kind is complained about already.
  const isMisspelt = [...keys].some((key) => !kinds.has(key) && !frameKeys.includes(key))
  if (named.length === 0 && (keys.has('heal') || isMisspelt)) return undefined
  const got = named.length === 0 ? 'none' : named.join(' and ')
  const advice =
    named.length === 0 ? 'Write a map such as { kill: { target: dc1.job }, at: 400 s }.' : 'Make a step of each.'
  return { message: `Expected a step to name one fault or action, got ${got}.`, advice }
}

function heldWithoutFault(keys: ReadonlySet<string>, kinds: ReadonlyMap<string, Does>): Complaint | undefined {
  const held = heldKeys.find((key) => keys.has(key))
  const named = [...kinds].find(([kind]) => keys.has(kind))
  // Without any known kind the step names none, or misspells it, which is complaint enough.
  const isNameless = named === undefined && (held === 'heal' || !keys.has('heal'))
  if (held === undefined || isNameless || named?.[1] === 'fault') return undefined
  const what = named === undefined ? '`heal`' : `\`${named[0]}\``
  return {
    message: `\`${held}\` belongs to a fault, which is held, and ${what} is none.`,
    advice: `Remove \`${held}\`${held === 'for' ? ', or wait for that time by a step `wait`' : ''}.`,
  }
}

function heldThoughMomentary(keys: ReadonlySet<string>): Complaint | undefined {
  const held = heldKeys.find((key) => keys.has(key))
  const kind = momentaryKinds.find((one) => keys.has(one))
  if (held === undefined || kind === undefined) return undefined
  return {
    message: `\`${kind}\` acts once and holds nothing, so it cannot have \`${held}\`.`,
    advice: kind === 'crash' ? `Remove \`${held}\`, or write \`kill\`, which is held.` : `Remove \`${held}\`.`,
  }
}
