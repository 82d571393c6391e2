import { checkKinds } from '../model/check.ts'
import { SettingsError } from '../model/errors.ts'
import type { ExtensionDescriptor, ExtensionKind } from '../model/extension.ts'
import { faultKinds } from '../model/fault.ts'
import { actionKinds } from '../model/step.ts'

// Names that a user's own kind cannot have, since a scenario could not tell them from the language's.

const stepWords: readonly string[] = [
  ...faultKinds,
  ...actionKinds,
  'parallel',
  'sequence',
  'background',
  'random',
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
const generatorWords: readonly string[] = ['sequence', 'random', 'file', 'replay']

const languageWords: Readonly<Record<ExtensionKind, readonly string[]>> = {
  fault: stepWords,
  action: stepWords,
  // The last two are results that every run has.
  check: [...checkKinds, 'for', 'severity', 'restored', 'run'],
  generator: generatorWords,
  probe: [],
  snapshot_decoder: [],
}

const nameForm = /^[a-z][a-z0-9_]{0,63}$/

/**
 * Refuses names of registered kinds that the language or another one has.
 * @throws SettingsError
 */
export function refuseTakenNames(extensions: readonly ExtensionDescriptor[]): void {
  const seen = new Set<string>()
  for (const { kind, name } of extensions) {
    const noun = kind.replace('_', ' ')
    if (!nameForm.test(name)) {
      throw new SettingsError(
        `Expected the name of a registered ${noun} to be in snake_case, such as pool_drain, got "${name.slice(0, 80)}".`,
      )
    }
    if (languageWords[kind].includes(name)) {
      throw new SettingsError(
        `The name \`${name}\` of a registered ${noun} is a word of the language: give it another.`,
      )
    }
    // Faults and actions stand in the same place.
    const place = `${kind === 'action' ? 'fault' : kind} ${name}`
    if (seen.has(place)) throw new SettingsError(`The name \`${name}\` is registered twice: give one of them another.`)
    seen.add(place)
  }
}
