import { expect, test } from 'vitest'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import { formatProfile, isConclusive, profileOf, readProfile, type ProbeEvidence } from './profile.ts'

function evidence(quirk: ProbeEvidence['quirk'], has: boolean | null, sawEnough = true): ProbeEvidence {
  return { probe: 'i', quirk, has, basis: 'wire', sawEnough, text: `About ${quirk}.` }
}

test.each([
  [[true, true, null], 'ibm-1.0.1'],
  [[false, false, null], 'documented'],
  [[true, false, null], 'other'],
  [[null, null, null], null],
])('takes quirks %j for the toolkit %s', (has, toolkit) => {
  const [q1 = null, q2 = null, q3 = null] = has
  expect(profileOf([evidence('Q1', q1), evidence('Q2', q2), evidence('Q3', q3)]).toolkit).toBe(toolkit)
})

test('is conclusive unless a probe saw nothing', () => {
  expect(isConclusive(profileOf([evidence('Q1', null), evidence('Q2', true)]))).toBe(true)
  expect(isConclusive(profileOf([evidence('Q1', null, false), evidence('Q2', true)]))).toBe(false)
})

test('is read back as quirks, those not observed as in the published code', () => {
  const text = JSON.stringify(profileOf([evidence('Q1', false), evidence('Q4', null)]))
  expect(readProfile(text)).toEqual({ ...toolkitProfiles['ibm-1.0.1'], Q1: false })
})

test.each(['', '{}', '[]', '{"schemaVersion":2,"quirks":{}}', '{"schemaVersion":1,"quirks":{"Q1":"yes"}}'])(
  'does not take %j for a profile',
  (text) => {
    expect(readProfile(text)).toBeNull()
  },
)

test('shows a line a quirk, and what was seen', () => {
  const text = formatProfile(profileOf([evidence('Q1', true), evidence('Q2', false), evidence('Q3', null)]))
  expect(text).toContain('  Q1  yes  About Q1. (wire)\n')
  expect(text).toContain('  Q2  no   About Q2. (wire)\n')
  expect(text).toContain('  Q3  ?    About Q3. (wire)\n')
  expect(text).toContain('  Q5  ?    Not observable from outside.\n')
  expect(text).toMatch(/Toolkit: other\n$/)
})
