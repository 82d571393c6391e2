import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadFiles, problemsIn } from './testing/load-files.ts'

const one = (fields = ''): string => `test_id: A-1\ndescription: d\n${fields}`

describe('extends', () => {
  test('shares defaults, presets and macros, the nearer file over the further one', () => {
    const { scenarios, extended } = loadFiles({
      'scenarios/wan/a.yaml': `extends: ../common.yaml\n${one('use: slow')}`,
      'scenarios/common.yaml': `
extends: [../base.yaml]
defaults: { crossdc: { crossDCInitDelay: 50 }, opts: { run_for: 900 s } }
presets: { slow: { timeout: 2 h } }
macros: [{ match: 'A-*', add: { tags: [common] } }]`,
      'base.yaml': `
defaults: { crossdc: { crossDCInitDelay: 60, heartbeatExchangeInterval: 10 }, opts: { link_delay: 40 ms } }
presets: { slow: { timeout: 3 h }, other: {} }`,
    })
    expect(scenarios[0]?.scenario).toMatchObject({
      tags: ['a', 'common'],
      crossdc: { dc1: { crossDCInitDelay: 50, heartbeatExchangeInterval: 10 } },
      opts: { runForSeconds: 900, linkDelaySeconds: 0.04, timeoutSeconds: 7200 },
    })
    expect(extended.toSorted()).toEqual([resolve('base.yaml'), resolve('scenarios/common.yaml')])
  })

  test('lets the later file of a list win, and reads a file that two of them extend once', () => {
    const files = {
      'a.yaml': `extends: [b.yaml, c.yaml]\n${one()}`,
      'b.yaml': 'extends: base.yaml\ndefaults: { timeout: 1 h }',
      'c.yaml': 'extends: base.yaml\ndefaults: { timeout: 2 h }',
      'base.yaml':
        'defaults: { timeout: 3 h, crossdc: { crossDCInitDelay: 5 } }\nmacros: [{ match: A-1, add: { tags: [x] } }]',
    }
    const { scenarios, macros } = loadFiles(files)
    expect(scenarios[0]?.scenario).toMatchObject({ opts: { timeoutSeconds: 7200 }, tags: ['a', 'x'] })
    expect(macros).toHaveLength(1)
  })

  test.each([
    [
      'a file that is not there',
      '../comon.yaml',
      'scenarios/a.yaml:1:10: Expected `extends` to name a file, got comon.yaml: there is no such file.',
    ],
    ['an absolute path', '/etc/x.yaml', 'Expected `extends` to be a path from this file, got "/etc/x.yaml".'],
    ['a URL', 'https://host/x.yaml', 'Expected `extends` to be a path from this file, got "https://host/x.yaml".'],
    ['a home', '~/x.yaml', 'Expected `extends` to be a path from this file, got "~/x.yaml".'],
    ['what is no YAML', '../passwd', 'Expected `extends` to name a .yaml or .yml file, got "../passwd".'],
    ['what lies outside the project', '../../x.yaml', 'Expected `extends` to stay within'],
    ['a number', '7', 'Expected `extends` to be the path of a file, or a list of them, got 7 (number).'],
    ['a map', '{ a: b }', 'Expected `extends` to be the path of a file, or a list of them, got a map.'],
    ['a control character', '"a\\0.yaml"', 'Expected `extends` to name a .yaml or .yml file'],
    ['itself', './a.yaml', 'The file extends itself, through ./a.yaml.'],
  ])('refuses %s', (_title, path, message) => {
    const problems = problemsIn({ 'scenarios/a.yaml': `extends: ${path}\n${one()}` })
    expect(problems).toEqual([expect.stringContaining(message)])
    expect(problems[0]).toMatch(/^scenarios\/a\.yaml:1:10: /)
  })

  test('refuses a circle of files at the place that closes it', () => {
    const files = {
      'a.yaml': `extends: b.yaml\n${one()}`,
      'b.yaml': 'extends: c.yaml',
      'c.yaml': 'defaults: {}\nextends: b.yaml',
    }
    expect(problemsIn(files)).toEqual([
      'c.yaml:2:10: The file extends itself, through b.yaml. Remove one of the `extends`.',
    ])
  })

  test('refuses a chain that is too long', () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [
        n === 0 ? 'a.yaml' : `f${n}.yaml`,
        `extends: f${n + 1}.yaml\n${n === 0 ? one() : ''}`,
      ]),
    )
    expect(problemsIn(files)).toEqual([
      expect.stringMatching(/^f16\.yaml:1:10: Expected files to extend files at most 16 deep\./),
    ])
  })

  test('refuses a file that has scenarios', () => {
    const message = 'a.yaml:1:10: Only a file without scenarios can be extended, and b.yaml has some.'
    expect(problemsIn({ 'a.yaml': `extends: b.yaml\n${one()}`, 'b.yaml': one() })).toEqual([
      expect.stringContaining(message),
    ])
  })

  test('points into the other file for what is wrong there', () => {
    const files = { 'a.yaml': `extends: b.yaml\n${one()}`, 'b.yaml': 'defaults:\n  timout: 5 s\npreset: {}\n' }
    expect(problemsIn(files)).toEqual([
      expect.stringContaining('b.yaml:2:3: Unknown key `timout` in `defaults`. Did you mean "timeout"?'),
      expect.stringContaining('b.yaml:3:1: Unknown key `preset` beside `defaults`. Did you mean "presets"?'),
    ])
  })

  test('points into the other file for a wrong value, once, and says who used it', () => {
    const files = {
      'a.yaml': 'extends: b.yaml\nscenarios:\n  - { test_id: A, description: d }\n  - { test_id: B, description: d }',
      'b.yaml': 'defaults: { timeout: 5 }',
    }
    expect(problemsIn(files)).toEqual([
      expect.stringMatching(
        /^b\.yaml:1:22: Expected `timeout` to be a duration.* Used by the scenario at a\.yaml:3:5\.$/,
      ),
    ])
  })

  test('says what is broken in the YAML of the other file', () => {
    expect(problemsIn({ 'a.yaml': `extends: b.yaml\n${one()}`, 'b.yaml': 'defaults: {\n  a: *x }' })).toEqual([
      'b.yaml:2:6: There is no anchor &x.',
    ])
    expect(problemsIn({ 'a.yaml': `extends: b.yaml\n${one()}`, 'b.yaml': '- 1' })).toEqual([
      'a.yaml:1:10: Expected b.yaml to hold defaults or presets, got a list.',
    ])
  })
})

describe('defaults', () => {
  test('merge key by key at every level, while lists and single values are replaced', () => {
    const { scenarios } = loadFiles({
      'a.yaml': `
defaults:
  tags: [a]
  crossdc: { heartbeatExchangeInterval: 10, dc2: { httpReadTimeout: 7, httpConnectionTimeout: 8 } }
  opts: { run_for: 900 s, start_offset: { dc2: 7 s } }
  submission_params: { channels: 2, dc1: { a: x } }
  post_failover_validation_checks: [integrity]
scenarios:
  - test_id: A-1
    description: d
    tags: [b]
    crossdc: { dc2: { httpReadTimeout: 9 } }
    opts: { run_for: 800 s }
    submission_params: { dc1: { b: y } }
    post_failover_validation_checks: [order]`,
    })
    expect(scenarios[0]?.scenario).toMatchObject({
      tags: ['a', 'b'],
      crossdc: {
        dc1: { heartbeatExchangeInterval: 10 },
        dc2: { heartbeatExchangeInterval: 10, httpReadTimeout: 9, httpConnectionTimeout: 8 },
      },
      opts: { runForSeconds: 800, startOffsetSeconds: 7 },
      submissionParameters: { dc1: { channels: '2', a: 'x', b: 'y' }, dc2: { channels: '2' } },
      checks: [{ kind: 'order' }],
    })
    expect(scenarios[0]?.scenario.checks).toHaveLength(1)
  })

  test('are replaced whole where a map says one of several things', () => {
    const { scenarios } = loadFiles({
      'a.yaml': `
defaults: { mode: active-passive, launch_script: { exit: 1 } }
scenarios: [{ test_id: A-1, description: d, launch_script: { hang: true } }]`,
    })
    expect(scenarios[0]?.scenario.launchScript).toEqual({ kind: 'hang' })
  })

  test('give way to presets, but for their steps and checks, which stand for the scenario’s own', () => {
    const { scenarios } = loadFiles({
      'a.yaml': `
defaults: { timeout: 1 h, post_failover_validation_checks: [order], use: [p] }
presets: { p: { timeout: 2 h, post_failover_validation_checks: [integrity] }, q: {} }
scenarios:
  - { test_id: A-1, description: d }
  - { test_id: A-2, description: d, use: [q] }
  - { test_id: A-3, description: d, use: , post_failover_validation_checks: }`,
    })
    expect(
      scenarios.map(({ scenario }) => [scenario.opts.timeoutSeconds, scenario.checks.map(({ kind }) => kind)]),
    ).toEqual([
      [7200, ['integrity', 'order']],
      [3600, ['order']],
      [3600, []],
    ])
  })
})

describe('a file without scenarios', () => {
  test.each(['defaults: {}', 'presets: {}', 'macros: []', 'extends: b.yaml\ndefaults: { timeout: 5 s }'])(
    'only shares things: %s',
    (text) => {
      expect(loadFiles({ 'a.yaml': text, 'b.yaml': '' })).toMatchObject({ isShared: true, scenarios: [] })
    },
  )

  test('is checked all the same', () => {
    expect(problemsIn({ 'a.yaml': 'defaults: { timout: 1 s }\npresets: { p: { timeout: "${x}" } }' })).toEqual([
      expect.stringContaining('a.yaml:1:13: Unknown key `timout` in `defaults`.'),
      expect.stringContaining('a.yaml:2:26: There is no parameter `x`.'),
    ])
  })
})
