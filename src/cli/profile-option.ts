import { readFile } from 'node:fs/promises'
import { SettingsError } from '../model/errors.ts'
import { quirkIds, toolkitProfiles } from '../model/toolkit-behaviour.ts'
import type { QuirkId, Quirks, ToolkitProfile } from '../model/toolkit-behaviour.ts'
import { readProfile } from '../peer/conformance/profile.ts'
import { nearestWord } from '../support/suggest.ts'

/**
 * The quirks that `--profile` and `--quirk` say: a profile by its name or as `failover peer --conformance --out` wrote it, some of
 * them switched.
 * @throws SettingsError unless the profile is known or can be read, and each switch is such as `Q4=off`
 */
export async function quirksFrom(options: {
  readonly profile: string
  readonly quirk: readonly string[]
}): Promise<Quirks> {
  const { profile, quirk } = options
  const switched = quirk.map(switchOf)
  const quirks = isProfile(profile) ? toolkitProfiles[profile] : await profileFile(profile)
  return { ...quirks, ...Object.fromEntries(switched) }
}

function isProfile(text: string): text is ToolkitProfile {
  return Object.hasOwn(toolkitProfiles, text)
}

function switchOf(text: string): readonly [QuirkId, boolean] {
  const [name, state, ...more] = text.split('=')
  const id = quirkIds.find((each) => each === name)
  if (id === undefined || more.length > 0 || (state !== 'on' && state !== 'off'))
    throw new SettingsError(`Expected --quirk to be Q1 to Q9 with on or off, such as Q4=off, got "${text}".`)
  return [id, state === 'on']
}

async function profileFile(path: string): Promise<Quirks> {
  const names = Object.keys(toolkitProfiles)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const near = nearestWord(path, names)
    const advice = near === undefined ? '' : ` Did you mean "${near}"?`
    const message = `Expected --profile to be one of ${names.join(', ')} or a profile file, got "${path}", which cannot be read.${advice}`
    throw new SettingsError(message, { cause })
  })
  const quirks = readProfile(text)
  if (quirks !== null) return quirks
  throw new SettingsError(
    `Expected ${path} to be a profile as \`failover peer --conformance --out FILE\` writes it (schemaVersion 1), got something else.`,
  )
}
