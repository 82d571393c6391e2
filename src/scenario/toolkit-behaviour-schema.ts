import { z } from 'zod'
import { quirkIds, toolkitProfiles } from '../model/toolkit-behaviour.ts'
import type { QuirkId, ToolkitBehaviour, ToolkitProfile } from '../model/toolkit-behaviour.ts'
import { accepts, alsoAccepts } from './editor-schema.ts'
import { expectedHere, fields, wholeNumber, word } from './schema-fields.ts'

// `opts.toolkit` and `opts.pes`: which toolkit the jobs run, and in how many PEs.

/** `opts.toolkit` as it is written: a profile, or a profile with single quirks the other way. */
export type ToolkitBehaviourInput =
  | ToolkitProfile
  | {
      /** @default 'ibm-1.0.1' */
      readonly profile?: ToolkitProfile
      /** Quirks that are not as in the profile. */
      readonly quirks?: Partial<Readonly<Record<QuirkId, boolean | 'on' | 'off'>>>
      /** One thread for all operators of a PE, so that a slow snapshot POST holds up the ticks. @default false */
      readonly fused?: boolean
    }

const expected = 'ibm-1.0.1, documented, or a map such as { profile: ibm-1.0.1, quirks: { Q4: off }, fused: true }'
const published: ToolkitProfile = 'ibm-1.0.1'
const profile = word(['ibm-1.0.1', 'documented'])

// In YAML 1.2 `on` and `off` are texts.
const onOrOff: z.ZodType<boolean> = accepts(
  z.unknown().transform((input, ctx) => {
    if (input === true || input === 'on') return true
    if (input === false || input === 'off') return false
    return expectedHere(ctx, 'on or off')
  }),
  { enum: ['on', 'off', true, false] },
)
const quirks = fields(
  Object.fromEntries(
    quirkIds.map((id) => [
      id,
      onOrOff.optional().describe(`Quirk ${id} of the toolkit: on as published, off as documented.`),
    ]),
  ),
  {
    expected: 'a map of quirks such as { Q4: off }',
  },
)
const behaviour = fields(
  {
    profile: profile.optional().describe('All quirks on, or all off. Default: ibm-1.0.1.'),
    quirks: quirks.optional().describe('Quirks that are not as in the profile.'),
    fused: onOrOff
      .optional()
      .describe('One thread for all operators of a PE, so that a slow snapshot holds up the heartbeats. Default: off.'),
  },
  { expected },
)

/** `opts.toolkit` */
export const toolkitBehaviourSchema: z.ZodType<ToolkitBehaviour> = alsoAccepts(
  z.preprocess((input) => (typeof input === 'string' ? { profile: input } : input), behaviour),
  { enum: Object.keys(toolkitProfiles) },
).transform(({ profile: base = published, quirks: changed = {}, fused = false }) => ({
  quirks: { ...toolkitProfiles[base], ...changed },
  isFused: fused,
}))

/** `opts.pes`: the number of PEs that a job's operators are fused into. */
export const peCountSchema: z.ZodNumber = wholeNumber({ min: 1, max: 8 })
