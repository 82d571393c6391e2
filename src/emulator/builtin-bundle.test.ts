import { expect, test } from 'vitest'
import { TestbedError } from '../model/errors.ts'
import { builtinBundle, readBundle } from './builtin-bundle.ts'

test('the bytes for a built-in application are read back as its name', () => {
  const bytes = builtinBundle('builtin:ledger')
  expect(readBundle(bytes)).toBe('ledger')
  expect(bytes.length).toBeLessThan(100)
})

test.each(['builtin:abacus', 'ledger', 'build/App.sab', ''])('refuses %j and says what to do', (sab) => {
  expect(() => builtinBundle(sab)).toThrow(TestbedError)
  expect(() => builtinBundle(sab)).toThrow('use `sab: builtin:ledger`')
})

test.each(['', 'PK\u0003\u0004', 'null', '{}', '{"emulates":7}', '{"emulates":"builtin:abacus"}'])(
  'finds no application in %j',
  (text) => {
    expect(readBundle(Buffer.from(text))).toBeUndefined()
  },
)
