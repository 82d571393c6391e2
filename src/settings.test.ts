import { expect, test } from 'vitest'
import { SettingsError } from './model/errors.ts'
import { resolveSettings } from './settings.ts'
import type { FailoverOptions } from './settings.ts'

test('fills in every default', () => {
  const { seed, ...settings } = resolveSettings()
  expect(settings).toEqual({
    testbed: 'embedded',
    scenarios: ['scenarios/**/*.{yaml,yml}'],
    timeScale: 60,
    results: 'failover-results',
    tags: [],
    extensions: [],
    macros: [],
    retryInconclusive: 0,
    keep: 'on_failure',
  })
  expect(seed).toSatisfy((value: number) => Number.isInteger(value) && value >= 0 && value <= 4_294_967_295)
})

test('takes options as they are given', () => {
  expect(
    resolveSettings({
      testbed: 'embedded',
      scenarios: ['a.yaml', 'b/*.yaml'],
      timeScale: 1.5,
      results: 'out',
      tags: ['smoke', { name: 'nightly', description: 'slow' }],
      seed: 0,
      extensions: './mine.ts',
      macros: [{ match: 'FAIL-*', add: { tags: ['nightly'] } }],
      retryInconclusive: 2,
      keep: 'on_failure',
    }),
  ).toEqual({
    testbed: 'embedded',
    scenarios: ['a.yaml', 'b/*.yaml'],
    timeScale: 1.5,
    results: 'out',
    tags: [{ name: 'smoke' }, { name: 'nightly', description: 'slow' }],
    seed: 0,
    extensions: ['./mine.ts'],
    macros: [{ match: 'FAIL-*', add: { tags: ['nightly'] } }],
    retryInconclusive: 2,
    keep: 'on_failure',
  })
})

test('draws a new seed each time', () => {
  expect(new Set(Array.from({ length: 5 }, () => resolveSettings().seed)).size).toBeGreaterThan(1)
})

test('lets the environment override, and takes an empty variable for none', () => {
  expect(resolveSettings({ seed: 1 }, { FAILOVER_SEED: '42', FAILOVER_TESTBED: 'embedded' })).toMatchObject({
    seed: 42,
  })
  expect(resolveSettings({ seed: 1 }, { FAILOVER_SEED: '', FAILOVER_TOPOLOGY: '' })).toMatchObject({ seed: 1 })
  expect(resolveSettings({}, { FAILOVER_RETRY_INCONCLUSIVE: '3' })).toMatchObject({ retryInconclusive: 3 })
})

const wrong = (options: object): FailoverOptions => options

test.each([
  ['an unknown option', { timescale: 5 }, {}, 'failover(): Unknown option `timescale`. Did you mean "timeScale"?'],
  [
    'an option far from all',
    { colour: 1 },
    {},
    'failover(): Unknown option `colour`. Known here: testbed, scenarios, timeScale, results, tags, seed, extensions, macros, retryInconclusive, keep.',
  ],
  ['a topology', { topology: 'a.yaml' }, {}, 'failover(): The option `topology` is not yet supported. Leave it out.'],
  [
    'macros without a pattern',
    { macros: [{ add: {} }] },
    {},
    'failover(): Expected `macros` to be a list such as [{ match: "FAIL-*", add: { tags: ["nightly"] } }], got [{"add":{}}].',
  ],
  [
    'extensions that are values',
    { extensions: [{}] },
    {},
    'failover(): Expected `extensions` to be the path of a file, or a list of paths, such as "./failover.extensions.ts", got [{}].',
  ],
  [
    'too many retries by the environment',
    {},
    { FAILOVER_RETRY_INCONCLUSIVE: '11' },
    'failover(): Expected FAILOVER_RETRY_INCONCLUSIVE to be a whole number from 0 to 10, got "11".',
  ],
  ['a lease', { lease: '5 s' }, {}, 'failover(): The option `lease` is not yet supported. Leave it out.'],
  [
    'what to keep in a word of its own',
    { keep: 'sometimes' },
    {},
    'failover(): Expected `keep` to be "never", "on_failure" or "always", got "sometimes" (string).',
  ],
  [
    'a testbed of later',
    { testbed: 'hosts' },
    {},
    'failover(): The testbed "hosts" is not yet supported. Use "embedded" or "simulated".',
  ],
  [
    'an unknown testbed',
    { testbed: 'moon' },
    {},
    'failover(): Expected `testbed` to be "embedded" or "simulated", got "moon" (string).',
  ],
  [
    'a testbed of later by variable',
    {},
    { FAILOVER_TESTBED: 'lab' },
    'failover(): The testbed "lab" is not yet supported. Use "embedded" or "simulated".',
  ],
  [
    'a topology by variable',
    {},
    { FAILOVER_TOPOLOGY: 'a.yaml' },
    'failover(): The option `topology` is not yet supported. Leave it out.',
  ],
  [
    'a scale of 0',
    { timeScale: 0 },
    {},
    'failover(): Expected `timeScale` to be a number of system seconds per real second from 1 to 1000, got 0 (number).',
  ],
  [
    'a scale as text',
    { timeScale: '60' },
    {},
    'failover(): Expected `timeScale` to be a number of system seconds per real second from 1 to 1000, got "60" (string).',
  ],
  [
    'a negative seed',
    { seed: -1 },
    {},
    'failover(): Expected `seed` to be a whole number from 0 to 4294967295, got -1 (number).',
  ],
  [
    'a seed past its limit',
    { seed: 4_294_967_296 },
    {},
    'failover(): Expected `seed` to be a whole number from 0 to 4294967295, got 4294967296 (number).',
  ],
  [
    'a seed by variable',
    {},
    { FAILOVER_SEED: '1e3' },
    'failover(): Expected FAILOVER_SEED to be a whole number from 0 to 4294967295, got "1e3".',
  ],
  [
    'no scenarios',
    { scenarios: [] },
    {},
    'failover(): Expected `scenarios` to be a glob or a list of globs, such as "scenarios/**/*.yaml", got [].',
  ],
  [
    'a tag with a blank',
    { tags: ['a b'] },
    {},
    'failover(): Expected `tags` to be a list of tags such as "smoke" or { name: "smoke", description: "…" }, got ["a b"].',
  ],
  [
    'results nowhere',
    { results: '' },
    {},
    'failover(): Expected `results` to be the path of a folder, got "" (string).',
  ],
])('refuses %s', (...[, options, environment, message]) => {
  expect(() => resolveSettings(wrong(options), environment)).toThrow(new SettingsError(message))
})

test('refuses options that are no object', () => {
  expect(() => resolveSettings('embedded' as FailoverOptions)).toThrow(
    new SettingsError('failover(): Expected the options to be an object, got "embedded" (string).'),
  )
})

test('lists everything that is wrong', () => {
  expect(() => resolveSettings(wrong({ seed: 'a', scale: 1 }), { FAILOVER_SEED: 'b' })).toThrow(
    /FAILOVER_SEED.*\n.*`seed`.*\n.*`scale`/,
  )
})
