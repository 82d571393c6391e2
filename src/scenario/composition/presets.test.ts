import { describe, expect, test } from 'vitest'
import type { Scenario } from '../../model/scenario.ts'
import { nestingMax } from './expansion.ts'
import { loadFiles, problemsIn } from './testing/load-files.ts'

const scenarioOf = (text: string): Scenario | undefined => loadFiles({ 'a.yaml': text }).scenarios[0]?.scenario
const problemsOf = (text: string): readonly string[] => problemsIn({ 'a.yaml': text })

const wan = `
presets:
  wan:
    parameters: { delay: , jitter: 10 ms }
    fault_scenario:
      - id: slow-line
        netem: { between: [dc1, dc2], delay: "\${delay}", jitter: "\${jitter}" }
        at: 100 s
`

describe('a preset', () => {
  test('puts its arguments, and the defaults of the others, where its parameters stand', () => {
    const scenario = scenarioOf(`${wan}
scenarios:
  - { test_id: A-1, description: d, use: [{ wan: { delay: 80 ms } }] }`)
    expect(scenario?.steps).toMatchObject([
      { id: 'slow-line', at: 100, fault: { kind: 'netem', delaySeconds: 0.08, jitterSeconds: 0.01 } },
    ])
  })

  test('keeps the type of an argument that stands alone, and pastes one within text', () => {
    const scenario = scenarioOf(`
presets:
  p:
    parameters: { misses: 8, tags: [a, b], name: x }
    tags: "\${tags}"
    crossdc: { consecutiveHeartbeatMissesAllowed: "\${misses}" }
    submission_params: { label: "v\${misses}-\${name}", "\${name}": "\${misses}" }
    known_issue: "costs $\${misses} and \${misses}"
scenarios:
  - { test_id: A-1, description: d, use: p }`)
    expect(scenario).toMatchObject({
      tags: ['a', 'b'],
      crossdc: { dc1: { consecutiveHeartbeatMissesAllowed: 8 } },
      submissionParameters: { dc1: { label: 'v8-x', x: '8' } },
      knownIssue: 'costs ${misses} and 8',
    })
  })

  test('never reads a pasted argument as YAML', () => {
    const scenario = scenarioOf(`
presets:
  p: { parameters: { text: }, description: "it is \${text}" }
scenarios:
  - { test_id: A-1, use: [{ p: { text: "{ a: [1, 2] } # &x *y !!z" } }] }`)
    expect(scenario?.description).toBe('it is { a: [1, 2] } # &x *y !!z')
  })

  test('comes before the scenario in steps, checks and tags, and below it in everything else', () => {
    const scenario = scenarioOf(`
presets:
  one:
    tags: [one]
    description: of one
    crossdc: { heartbeatExchangeInterval: 10, crossDCInitDelay: 11, dc1: { httpReadTimeout: 12 } }
    fault_scenario: [{ id: first, kill: { target: dc1.job }, at: 100 s, for: 10 s }]
    post_failover_validation_checks: [integrity]
  two:
    tags: [two]
    crossdc: { crossDCInitDelay: 21 }
    fault_scenario: [{ id: second, kill: { target: dc1.job }, at: 200 s }]
scenarios:
  - test_id: A-1
    description: its own
    tags: [own]
    use: [one, two]
    crossdc: { dc1: { httpConnectionTimeout: 31 } }
    fault_scenario: [{ id: third, kill: { target: dc2.job }, at: 300 s }]
    post_failover_validation_checks: [order]`)
    expect(scenario).toMatchObject({
      description: 'its own',
      tags: ['a', 'one', 'two', 'own'],
      crossdc: {
        dc1: { heartbeatExchangeInterval: 10, crossDCInitDelay: 21, httpReadTimeout: 12, httpConnectionTimeout: 31 },
      },
      steps: [{ id: 'first' }, { id: 'second' }, { id: 'third' }],
      checks: [{ kind: 'integrity' }, { kind: 'order' }],
    })
  })

  test('may use others, with its own arguments', () => {
    const scenario = scenarioOf(`
presets:
  inner: { parameters: { misses: }, crossdc: { consecutiveHeartbeatMissesAllowed: "\${misses}", crossDCInitDelay: 20 } }
  outer: { parameters: { misses: 6 }, use: [{ inner: { misses: "\${misses}" } }], crossdc: { crossDCInitDelay: 30 } }
scenarios:
  - { test_id: A-1, description: d, use: [{ outer: { misses: 7 } }] }`)
    expect(scenario?.crossdc.dc1).toEqual({ consecutiveHeartbeatMissesAllowed: 7, crossDCInitDelay: 30 })
  })

  test('takes away what a lower one has by writing nothing', () => {
    const scenario = scenarioOf(`
defaults: { timeout: 1 h, opts: { run_for: 900 s, link_delay: 1 s } }
presets:
  open: { timeout: , opts: { run_for: } }
scenarios:
  - { test_id: A-1, description: d, use: open }`)
    expect(scenario?.opts).toMatchObject({ linkDelaySeconds: 1 })
    expect(scenario?.opts).not.toHaveProperty('runForSeconds')
    expect(scenario?.opts).not.toHaveProperty('timeoutSeconds')
  })
})

describe('says what is wrong with', () => {
  const using = (use: string, presets = wan): string =>
    `${presets}\nscenarios:\n  - test_id: A-1\n    description: d\n    use: ${use}`

  test.each([
    ['an unknown preset', using('[wam]'), 'a.yaml:13:11: There is no preset `wam`. Did you mean "wan"?'],
    [
      'an unknown argument',
      using('[{ wan: { delay: 1 s, jiter: 2 s } }]'),
      'a.yaml:13:32: The preset `wan` has no parameter `jiter`. Did you mean "jitter"?',
    ],
    [
      'a missing argument',
      using('[wan]'),
      'a.yaml:13:11: The preset `wan` needs the argument `delay`. Write { wan: { delay: … } }.',
    ],
    [
      'an argument that is left empty',
      using('[{ wan: { delay: } }]'),
      'a.yaml:13:13: The preset `wan` needs the argument `delay`. Write { wan: { delay: … } }.',
    ],
    [
      'two presets in one item',
      using('[{ wan: { delay: 1 s }, b: }]'),
      "a.yaml:13:11: Expected an item of `use` to be a preset's name, or its name and arguments such as { wan: { delay: 80 ms } }, got a map of several. Write each preset as an item of its own.",
    ],
    ['a number', using('7'), "a.yaml:13:10: Expected an item of `use` to be a preset's name"],
    [
      'arguments that are no map',
      using('[{ wan: 80 ms }]'),
      'a.yaml:13:18: Expected the arguments of the preset `wan` to be a map such as { delay: 80 ms }, got "80 ms".',
    ],
    [
      'a list within text',
      using('[{ p: { x: [1] } }]', '\npresets: { p: { parameters: { x: }, description: "a ${x}" } }\n\n\n\n\n\n\n'),
      'a.yaml:2:50: Expected the argument `x` to be a single value, since `${x}` stands within other text, got a list.',
    ],
  ])('%s', (_title, text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(message)])
  })

  test.each([
    [
      'a parameter that is not declared',
      '{ parameters: { delay: 1 s }, timeout: "${dealy}" }',
      'There is no parameter `dealy`. Did you mean "delay"? For the text itself write `$${dealy}`.',
    ],
    [
      'a parameter where there are none',
      '{ timeout: "${x}" }',
      'There is no parameter `x`. The preset has no `parameters`.',
    ],
    ['parameters that are no map', '{ parameters: [x] }', 'Expected `parameters` of the preset `p` to be a map'],
    ['a name of a parameter', '{ parameters: { a-b: 1 } }', "Expected a parameter's name to be a word"],
    ['an id', '{ test_id: X-1 }', 'A preset cannot set `test_id`. Write it in the scenario.'],
    ['a preset that is no map', '7', "Expected the preset `p` to be a map of a scenario's fields, got 7 (number)."],
  ])('%s, even where nobody uses it', (_title, preset, message) => {
    const text = `presets: { p: ${preset} }\nscenarios: [{ test_id: A-1, description: d }]`
    expect(problemsOf(text)).toEqual([expect.stringContaining(message)])
  })

  test('a preset that uses itself through others', () => {
    const text = `
presets: { a: { use: b }, b: { use: [c] }, c: { use: a } }
scenarios: [{ test_id: A-1, description: d, use: a }]`
    expect(problemsOf(text)).toEqual([
      'a.yaml:2:54: The preset `a` uses itself: a → b → c → a. In the preset `c`, used at a.yaml:2:38.',
    ])
  })

  test(`presets that use presets more than ${nestingMax} deep`, () => {
    const chain = (length: number): string => {
      const presets = Array.from({ length }, (_, index) => `p${index}: { use: p${index + 1} }`)
      return `presets: { ${presets.join(', ')}, p${length}: {} }\nscenarios: [{ test_id: A-1, description: d, use: p0 }]`
    }
    expect(problemsOf(chain(nestingMax - 1))).toEqual([])
    expect(problemsOf(chain(nestingMax))).toEqual([expect.stringContaining(`at most ${nestingMax} deep`)])
  })
})

test('points at the line of the preset, and says who used it', () => {
  const files = {
    'scenarios/a.yaml': 'extends: ../common.yaml\nscenarios:\n  - { test_id: A-1, description: d, use: [kills] }\n',
    'common.yaml': 'presets:\n  kills:\n    fault_scenario:\n      - kil: { target: dc1.job }\n',
  }
  expect(problemsIn(files)).toEqual([
    expect.stringMatching(
      /^common\.yaml:4:9: Unknown key `kil`.* Did you mean "kill"\? In the preset `kills`, used at scenarios\/a\.yaml:3:43\.$/,
    ),
  ])
})

test('points at the argument where it is the argument that is wrong', () => {
  const text = `${wan}\nscenarios:\n  - test_id: A-1\n    description: d\n    use: [{ wan: { delay: 80 } }]`
  expect(problemsOf(text)).toEqual([
    expect.stringMatching(
      /^a\.yaml:13:27: Expected `fault_scenario\[0\]\.netem\.delay` to be a duration.* got 80 \(number\)\.$/,
    ),
  ])
})
