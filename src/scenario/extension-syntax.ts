import { z } from 'zod'
import type { ExtensionDescriptor, ExtensionKind } from '../model/extension.ts'
import type { JsonObject } from '../model/json.ts'
import { asJson, isJsonObject } from '../support/plain-json.ts'
import { nearestWord } from '../support/suggest.ts'
import { accepts, alsoAccepts } from './editor-schema.ts'
import { refuse, text } from './schema-fields.ts'

// Names that users add to the language. A registered kind stands where a built-in one would, with a map of arguments that its own
// schema judges.

/** What a registered kind says in a scenario. */
export interface ExtensionUse {
  readonly name: string
  readonly args: JsonObject
}

/** The registered names of a kind. */
export function registered(
  extensions: readonly ExtensionDescriptor[],
  kind: ExtensionKind,
): readonly ExtensionDescriptor[] {
  return extensions.filter((extension) => extension.kind === kind)
}

/** A name of a registered kind that takes no arguments. */
export function registeredName(
  extensions: readonly ExtensionDescriptor[],
  kind: 'probe' | 'snapshot_decoder',
): z.ZodType<string> {
  const names = registered(extensions, kind).map(({ name }) => name)
  const noun = kind.replace('_', ' ')
  const schema = text(`the name of a ${noun}`).superRefine((name, ctx) => {
    if (names.includes(name)) return
    const near = nearestWord(name, names)
    const define = kind === 'probe' ? 'defineProbe' : 'defineSnapshotDecoder'
    const known = names.length === 0 ? `None is: register it with ${define}.` : `Known here: ${names.join(', ')}.`
    const advice = near === undefined ? known : `Did you mean "${near}"?`
    refuse(ctx, { kind: 'said', message: `No ${noun} \`${name.slice(0, 80)}\` is registered.`, advice })
  })
  return names.length === 0 ? schema : accepts(schema, { enum: names })
}

/** The arguments of a registered kind; nothing is taken for none. */
export function extensionArguments(extension: ExtensionDescriptor): z.ZodType<ExtensionUse> {
  const { name, schema } = extension
  return alsoAccepts(
    z.preprocess((input) => input ?? {}, schema),
    { type: 'null' },
  ).transform((output, ctx): ExtensionUse => {
    const args = asJson(output)
    if (isJsonObject(args)) return { name, args }
    const message = `The schema of \`${name}\` must give an object that JSON can hold, and it gave something else.`
    return refuse(ctx, { kind: 'said', message, advice: 'Mend the schema where the kind is registered.' })
  })
}
