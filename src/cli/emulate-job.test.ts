import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { profileOf } from '../peer/conformance/profile.ts'
import { jobPlan } from './emulate-job.ts'

test('plans the ledger with the reference file’s values and the published code where nothing is said', async () => {
  const { sab, settings, toolkit, parameters, pes, tracing } = await jobPlan({})
  expect({ sab, toolkit, parameters, pes, tracing }).toEqual({
    sab: 'builtin:ledger',
    toolkit: { quirks: toolkitProfiles['ibm-1.0.1'], isFused: false },
    parameters: {},
    pes: undefined,
    tracing: undefined,
  })
  expect(settings.settings).toMatchObject({ heartbeatExchangeInterval: 30, dataSnapshotExchangeInterval: 180 })
})

test('switches single quirks over a profile', async () => {
  const { toolkit } = await jobPlan({ profile: 'documented', quirk: ['Q4=on', 'Q6=on', 'Q6=off'], fused: true })
  expect(toolkit).toEqual({ quirks: { ...toolkitProfiles.documented, Q4: true }, isFused: true })
})

test('takes a profile that was found out of a job, and switches over it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'profile-'))
  try {
    const path = join(directory, 'profile.json')
    const found = { probe: 'i', basis: 'wire', sawEnough: true, text: '' } as const
    const profile = profileOf([
      { ...found, quirk: 'Q1', has: false },
      { ...found, quirk: 'Q4', has: false },
    ])
    writeFileSync(path, JSON.stringify(profile))
    const { toolkit } = await jobPlan({ profile: path, quirk: ['Q4=on', 'Q3=off'] })
    expect(toolkit.quirks).toEqual({ ...toolkitProfiles['ibm-1.0.1'], Q1: false, Q3: false })
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('keeps everything behind the first = of a submission-time value and a setting', async () => {
  const { parameters, settings } = await jobPlan({
    param: ['a=b=c', 'd='],
    crossdc: ['dataSnapshotJdbcUrl=jdbc:x?y=z'],
  })
  expect(parameters).toEqual({ a: 'b=c', d: '' })
  expect(settings.settings.dataSnapshotJdbcUrl).toBe('jdbc:x?y=z')
})
