import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import { parseJobDefaults } from './job-defaults.ts'

test('without settings there are the defaults', () => {
  const nothing = { dc1: {}, dc2: {} }
  expect(parseJobDefaults({})).toEqual({
    mode: 'active-active',
    sab: { dc1: 'builtin:ledger', dc2: 'builtin:ledger' },
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

test('the toolkit and the number of PEs are written as in a scenario file', () => {
  const { opts } = parseJobDefaults({ opts: { toolkit: { quirks: { Q4: false } }, pes: 2, timeScale: 30 } })
  expect(opts).toEqual({
    toolkit: { quirks: { ...defaultBehaviour.quirks, Q4: false }, isFused: false },
    pes: 2,
    timeScale: 30,
  })
})

test('the mode and the launch script are written as in a scenario file', () => {
  expect(parseJobDefaults({ mode: 'active-passive' })).not.toHaveProperty('launchScript')
  expect(parseJobDefaults({ mode: 'active-passive', launchScript: { delay: '10 s' } })).toMatchObject({
    mode: 'active-passive',
    launchScript: { kind: 'submit', delaySeconds: 10 },
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
  [{ mode: 'passive' }, /Expected `mode` to be active-active or active-passive, got "passive"/],
  [{ mode: 'active-passive', launchScript: { exit: 256 } }, /Expected `launchScript\.exit` to be an exit status/],
  [{ launchScript: { exit: 1 } }, /`launchScript` needs a passive side, and `mode` is active-active/],
  [{ opts: { timeScale: 0 } }, /Expected `opts\.timeScale` to be .*, got 0/],
  [{ crossdc: { dataSnapshotJdbcPassword: 'x' } }, /must name an environment variable/],
  [{ opts: { pes: 9 } }, /Expected `opts\.pes` to be .* from 1 to 8, got 9/],
  [{ opts: { toolkit: 'ibm' } }, /Expected `opts\.toolkit\.profile` to be ibm-1\.0\.1 or documented, got "ibm"/],
  [7, /expected|Expected/],
])('refuses %j', ([input, message]) => {
  expect(() => parseJobDefaults(input)).toThrow(SettingsError)
  expect(() => parseJobDefaults(input)).toThrow(message)
})
