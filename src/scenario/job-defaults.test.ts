import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { parseJobDefaults } from './job-defaults.ts'

test('without settings there are the defaults', () => {
  const nothing = { dc1: {}, dc2: {} }
  expect(parseJobDefaults({})).toEqual({
    mode: 'active-active',
    sab: 'builtin:ledger',
    crossdc: nothing,
    submissionParameters: nothing,
    opts: {},
  })
})

test('settings hold for both datacenters, or for one', () => {
  const { crossdc } = parseJobDefaults({ crossdc: { heartbeatExchangeInterval: '10 s', dc2: { crossDCInitDelay: 5 } } })
  expect(crossdc).toEqual({
    dc1: { heartbeatExchangeInterval: 10 },
    dc2: { heartbeatExchangeInterval: 10, crossDCInitDelay: 5 },
  })
})

test.for<[unknown, RegExp]>([
  [{ crosdc: {} }, /crosdc.*Did you mean "crossdc"\?/],
  [
    { crossdc: { heartbeatExchangeIntervall: 10 } },
    /heartbeatExchangeIntervall.*Did you mean "heartbeatExchangeInterval"\?/,
  ],
  [
    { crossdc: { heartbeatExchangeInterval: 'soon' } },
    /Expected `crossdc\.heartbeatExchangeInterval` to be seconds .*, got "soon"/,
  ],
  [{ mode: 'active-passive' }, /not yet supported/],
  [{ opts: { timeScale: 0 } }, /Expected `opts\.timeScale` to be .*, got 0/],
  [7, /expected|Expected/],
])('refuses %j', ([input, message]) => {
  expect(() => parseJobDefaults(input)).toThrow(SettingsError)
  expect(() => parseJobDefaults(input)).toThrow(message)
})
