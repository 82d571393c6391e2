import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { profileOf } from '../peer/conformance/profile.ts'
import { quirksFrom } from './profile-option.ts'

test('switches quirks over a profile by name, the last switch of one winning', async () => {
  const quirks = await quirksFrom({ profile: 'documented', quirk: ['Q4=on', 'Q6=on', 'Q6=off'] })
  expect(quirks).toEqual({ ...toolkitProfiles.documented, Q4: true })
})

test('switches quirks over a profile that was found out of a job, and leaves its others', async () => {
  const path = join(temporaryDirectory(), 'profile.json')
  const found = { probe: 'i', basis: 'wire', sawEnough: true, text: '', has: false } as const
  writeFileSync(
    path,
    JSON.stringify(
      profileOf([
        { ...found, quirk: 'Q1' },
        { ...found, quirk: 'Q4' },
      ]),
    ),
  )
  const quirks = await quirksFrom({ profile: path, quirk: ['Q4=on', 'Q3=off'] })
  expect(quirks).toEqual({ ...toolkitProfiles['ibm-1.0.1'], Q1: false, Q3: false })
})

test('refuses a file that is no profile', async () => {
  const path = join(temporaryDirectory(), 'other.json')
  writeFileSync(path, '{"schemaVersion":1}')
  const run = quirksFrom({ profile: path, quirk: [] })
  await expect(run).rejects.toThrow(SettingsError)
  await expect(run).rejects.toThrow(`Expected ${path} to be a profile as`)
})

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'profile-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}
