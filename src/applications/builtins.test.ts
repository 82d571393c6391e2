import { describe, expect, test } from 'vitest'
import { builtinNames, createBuiltin, isBuiltinName } from './builtins.ts'

describe('createBuiltin', () => {
  test.each(builtinNames)('creates %s with the channels asked for', (name) => {
    expect(createBuiltin(name, { datacenter: 'dc1', channels: 3 }).channels).toBe(3)
  })
})

describe('isBuiltinName', () => {
  test('knows the ledger and nothing that is not there', () => {
    expect(isBuiltinName('ledger')).toBe(true)
    expect(isBuiltinName('ledgr')).toBe(false)
    expect(isBuiltinName('toString')).toBe(false)
  })
})
