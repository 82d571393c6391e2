import { expect, test } from 'vitest'
import { builtinNames } from './builtins.ts'
import { TestbedError } from '../model/errors.ts'
import { defaultBehaviour, toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { builtinBundle, readBundle } from './builtin-bundle.ts'

test.each(builtinNames)('the bytes for builtin:%s are read back as its name, with the published toolkit', (name) => {
  const bytes = builtinBundle(`builtin:${name}`)
  const bundle = { application: name, toolkit: defaultBehaviour, operatorParameters: {} }
  expect(readBundle(bytes)).toEqual({ ok: true, bundle })
  expect(bytes.length).toBeLessThan(100)
})

test('carries what an SPL application would have compiled in', () => {
  const toolkit = { quirks: toolkitProfiles.documented, isFused: true }
  const operatorParameters = { heartbeatExchangeInterval: '5.0' }
  const bundle = { application: 'ledger', toolkit, operatorParameters }
  expect(readBundle(builtinBundle('builtin:ledger', { toolkit, operatorParameters }))).toEqual({ ok: true, bundle })
})

test.each(['builtin:abacus', 'ledger', 'build/App.sab', ''])('refuses %j and says what to do', (sab) => {
  expect(() => builtinBundle(sab)).toThrow(TestbedError)
  expect(() => builtinBundle(sab)).toThrow('use `sab: builtin:ledger`')
  expect(() => builtinBundle(sab)).toThrow('builtin:passive-sample')
})

const quirks = toolkitProfiles.documented
const manifest = (members: object): string => JSON.stringify({ emulates: 'builtin:ledger', ...members })

test.each([
  ['', 'use `sab: builtin:ledger`'],
  ['PK\u0003\u0004', 'use `sab: builtin:ledger`'],
  ['null', 'not one that this testbed can run'],
  ['{}', 'not one that this testbed can run'],
  ['{"emulates":7}', 'Expected `emulates` of the bundle to be one of builtin:ledger'],
  ['{"emulates":"builtin:abacus"}', 'got "builtin:abacus"'],
  [manifest({ toolkit: 7 }), 'Expected `toolkit`'],
  [manifest({ toolkit: { quirks } }), 'Expected `toolkit`'],
  [manifest({ toolkit: { quirks: { ...quirks, Q9: 1 }, isFused: false } }), 'each of Q1, Q2'],
  [manifest({ toolkit: { quirks: { ...quirks, Q10: true }, isFused: false } }), 'each of Q1, Q2'],
  [manifest({ operatorParameters: [] }), 'to be an object of texts'],
  [
    manifest({ operatorParameters: { heartbeatExchangeInterval: 5 } }),
    '`operatorParameters.heartbeatExchangeInterval`',
  ],
  [manifest({ operatorParameters: { heartbeatExchangeIntervall: '5' } }), 'did you mean `heartbeatExchangeInterval`'],
])('refuses %s', (text, problem) => {
  expect(readBundle(Buffer.from(text))).toEqual({ ok: false, problem: expect.stringContaining(problem) })
})
