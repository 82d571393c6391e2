import { z } from 'zod'
import type { Trigger, TriggerEvent } from '../model/step.ts'
import { datacenterTriggers } from '../model/step.ts'
import { nearestWord } from '../support/suggest.ts'
import { datacenterRefOf, datacenterRefWords } from './datacenter-schema.ts'
import { accepts, alsoAccepts } from './editor-schema.ts'
import { expectedHere, fields, given, refuse, textLike, wholeNumber } from './schema-fields.ts'
import { duration } from './schema-quantities.ts'

// Events that begin or end a step: `dc2.remote_down`, `cut.fault_effective`. Whether there is such a step is looked at once all
// steps are known (step-rules.ts).

const stepEvents = ['fault_effective', 'fault_healed'] as const
const idForm = '[A-Za-z][\\w-]*'
const eventExpected = 'an event such as dc2.remote_down, survivor.takeover_started or STEP.fault_effective'

/** The id of a step. */
export const stepId: z.ZodString = textLike(
  new RegExp(`^${idForm}$`),
  'a word of letters, digits, - and _ that begins with a letter',
)

/** An event's text. */
export const triggerEvent: z.ZodType<TriggerEvent> = accepts(
  z
    .unknown()
    .transform((input, ctx): TriggerEvent => {
      const dot = typeof input === 'string' && input.length <= 200 ? input.indexOf('.') : -1
      if (typeof input !== 'string' || dot < 1) return expectedHere(ctx, eventExpected)
      const [subject, name] = [input.slice(0, dot), input.slice(dot + 1)]
      const dc = datacenterRefOf(subject)
      const ofDatacenter = datacenterTriggers.find((known) => known === name)
      if (dc !== undefined && ofDatacenter !== undefined) return { of: 'datacenter', dc, event: ofDatacenter }
      const ofStep = stepEvents.find((known) => known === name)
      if (dc === undefined && ofStep !== undefined && new RegExp(`^${idForm}$`).test(subject)) {
        return { of: 'step', step: subject, event: ofStep }
      }
      return refuse(ctx, { kind: 'said', ...unknownEvent({ input, subject, name, isDatacenter: dc !== undefined }) })
    })
    .meta({ id: 'event' }),
  {
    anyOf: [
      { enum: datacenterRefWords.flatMap((dc) => datacenterTriggers.map((event) => `${dc}.${event}`)) },
      { type: 'string', pattern: `^(?!(${datacenterRefWords.join('|')})\\.)${idForm}\\.(${stepEvents.join('|')})$` },
    ],
  },
)

function unknownEvent(event: {
  readonly input: string
  readonly subject: string
  readonly name: string
  readonly isDatacenter: boolean
}): { readonly message: string; readonly advice: string } {
  const { input, subject, name, isDatacenter } = event
  const message = `There is no event \`${input}\`.`
  const known: readonly string[] = isDatacenter ? datacenterTriggers : stepEvents
  const near = nearestWord(name, known)
  if (near !== undefined) return { message, advice: `Did you mean "${subject}.${near}"?` }
  const dc = nearestWord(subject, datacenterRefWords)
  const ofDatacenter = nearestWord(name, datacenterTriggers)
  if (!isDatacenter && ofDatacenter !== undefined) {
    return {
      message,
      advice:
        dc === undefined
          ? `\`${ofDatacenter}\` happens to a DC: write dc1.${ofDatacenter}.`
          : `Did you mean "${dc}.${ofDatacenter}"?`,
    }
  }
  const whose = isDatacenter ? `The events of a DC are ${datacenterTriggers.join(', ')}.` : ''
  return { message, advice: whose === '' ? `The events of a step are ${stepEvents.join(' and ')}.` : whose }
}

/** Which one of several events of the same name. */
export const occurrence: z.ZodNumber = wholeNumber({ min: 1, max: 10_000 })

/** `until`: an event, or a map of it with what the map adds. */
export const triggerSchema: z.ZodType<Trigger> = alsoAccepts(
  z
    .preprocess(
      (input) => (typeof input === 'string' ? { event: input } : input),
      fields(
        {
          event: triggerEvent.describe('The event.'),
          after: duration.optional().describe('So long after the event. Default: at once.'),
          occurrence: occurrence.optional().describe('Which one of several, counted from 1. Default: the first.'),
          since: stepId.optional().describe('Only events after the beginning of this step count.'),
        },
        { expected: 'an event such as dc2.remote_down, or a map such as { event: dc2.remote_up, after: 5 s }' },
      ),
    )
    .transform(({ event, after, occurrence: nth, since }): Trigger => ({
      event,
      ...given({ afterSeconds: after, occurrence: nth, since }),
    })),
  { $ref: '#/$defs/event' },
)
