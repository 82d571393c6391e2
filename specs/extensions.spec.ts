import { cpSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OutsiderProject } from './support/outsider.ts'

// Kinds of a user's own, in a project that has the packed package: the shipped examples, and everything that they may do wrong.

let project: OutsiderProject
beforeAll(async () => {
  // Most of this never gets to a testbed; the tests that need real stores and real time ask the embedded one.
  project = await OutsiderProject.install({ env: { FAILOVER_TESTBED: 'simulated' } })
})
afterAll(async () => await project[Symbol.asyncDispose]())

interface RunJson {
  readonly verdict: string
  readonly scenarios: readonly {
    readonly testId: string
    readonly verdict: string
    readonly reason: string
    readonly checks: readonly { readonly check: string; readonly verdict: string; readonly message: string }[]
  }[]
}

const results = (): RunJson => JSON.parse(project.read('failover-results/latest/run.json')) as RunJson
const nothing = { processes: [], files: [] }
const embedded = { FAILOVER_TESTBED: 'embedded' }

/** A project whose plugin loads these extensions. */
function useExtensions(files: Readonly<Record<string, string>>, names: string): void {
  const config = `import { defineConfig } from 'vitest/config'
import { failover } from 'vitest-failover/plugin'

export default defineConfig({ plugins: [failover({ extensions: ${names} })] })
`
  project.reset({ ...files, 'vitest.config.ts': config })
}

describe('the shipped examples', () => {
  const useExamples = (): void => {
    project.reset({})
    cpSync(join(project.directory, 'node_modules/vitest-failover/examples/extensions'), project.directory, {
      recursive: true,
    })
  }

  test('pass, scenario and spec, with everything that they say on the timeline', async () => {
    useExamples()
    const { exitCode, output } = await project.run('vitest', ['run'], embedded)
    expect(output).toContain('2 passed')
    expect(exitCode).toBe(0)
    const scenario = results().scenarios.find(({ testId }) => testId === 'OWN-01')
    expect(scenario?.checks.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual(
      expect.arrayContaining(['snapshots_stored pass', 'steady_state pass', 'probe pass', 'restored pass']),
    )
    const timeline = project.read('failover-results/latest/timelines/OWN-01.ndjson')
    expect(timeline).toMatch(/"event":"fault_effective".*"fault":"drift".*"properties":\{"currency":"CHF"\}/)
    expect(timeline).toMatch(/"event":"fault_healed".*"fault":"drift".*"properties":null/)
    expect(timeline).toMatch(/"event":"step_ended".*"jobs":\[\{"id":"\d+","health":"healthy"\}\]/)
    expect(timeline).toMatch(/"record":"snapshot".*"dc":"dc2".*"sha256":"[0-9a-f]{64}"/)
    expect(project.leftovers()).toEqual(nothing)
  })

  test('are known to the commands, by the configuration and by --extensions', async () => {
    useExamples()
    const file = 'scenarios/own-kinds.yaml'
    const own = ['--extensions', 'failover.extensions.ts']
    const ran = await project.run('failover', ['run', file, ...own])
    expect(ran.output).toMatch(/ 1 passed/)
    expect(ran.exitCode).toBe(0)
    expect(ran.output).toContain('--extensions is passed over: vitest.config.ts says which files count')
    expect(await project.run('failover', ['lint', file, ...own])).toMatchObject({ exitCode: 0 })
    expect((await project.run('failover', ['plan', file, ...own])).output).toContain('drift: config_drift')
    expect(await project.run('failover', ['analyze', 'latest', ...own])).toMatchObject({ exitCode: 0 })
    const { output } = await project.run('failover', ['schema', 'scenario', ...own])
    for (const word of ['config_drift', 'record_jobs', 'snapshots_stored', 'orders', 'jobs_healthy', 'snapshot_size']) {
      expect(output).toContain(`"${word}"`)
    }
    expect(output).toContain('Changes an application configuration in one datacenter.')
    expect(await project.run('failover', ['lint', file])).toMatchObject({ exitCode: 0 })
    project.remove('vitest.config.ts')
    expect((await project.run('failover', ['lint', file])).output).toMatch(
      /own-kinds\.yaml:4:16: .*No snapshot decoder `snapshot_size` is registered/s,
    )
  })

  test('are run without a configuration by --extensions alone', async () => {
    useExamples()
    project.remove('vitest.config.ts')
    const own = ['--extensions', 'failover.extensions.ts']
    const { exitCode, output } = await project.run('failover', ['run', 'scenarios/own-kinds.yaml', ...own])
    expect(output).not.toContain('passed over')
    expect(exitCode).toBe(0)
  })
})

const wrongKinds = `import { appendFileSync } from 'node:fs'
import { defineAction, defineCheck, defineFault, defineGenerator, defineProbe, defineSnapshotDecoder, z } from 'vitest-failover/extend'

const proof = { probe: 'eyes', observed: {} }
const told = (word) => appendFileSync('told.txt', word + '\\n')

export const explodes = defineFault({ name: 'explodes', description: 'Throws.', parameters: { level: z.number().min(1).default(1), how: z.enum(['fast', 'slow']).default('fast') },
  async inject(_args, _context, injection) {
    injection.registerUndo(async () => { told('explodes undone'); return { evidence: proof } })
    await injection.begin()
    throw new Error('the fuse is blown')
  } })
export const stuck = defineFault({ name: 'stuck', description: 'Cannot be undone.',
  async inject(_args, { clock }, injection) {
    injection.registerUndo(async () => { throw new Error('the lid does not open') })
    await injection.begin()
    return { effectiveAt: clock.now(), uncertainty: 0, evidence: proof }
  } })
export const careless = defineFault({ name: 'careless', description: 'Registers no undo.',
  async inject(_args, { clock }, injection) {
    await injection.begin()
    told('careless acted')
    return { effectiveAt: clock.now(), uncertainty: 0, evidence: proof }
  } })
export const hanging = defineFault({ name: 'hanging', description: 'Never ends.', timeoutRealSeconds: 0.5,
  async inject(_args, _context, injection) {
    injection.registerUndo(async () => { told('hanging undone'); return { evidence: proof } })
    await injection.begin()
    return await new Promise(() => undefined)
  } })
export const faults = [
  defineAction({ name: 'fails', description: 'Throws.', perform: async () => { throw new Error('no such pager') } }),
  defineAction({ name: 'never_ends', description: 'Hangs.', perform: async () => await new Promise(() => undefined) }),
  defineCheck({ name: 'crashes', description: 'Throws.', judge: () => { throw new Error('division by nought') } }),
  defineCheck({ name: 'nonsense', description: 'Answers nonsense.', judge: () => 42 }),
  defineProbe({ name: 'mute', description: 'Hangs.', read: async () => await new Promise(() => undefined) }),
  defineGenerator({ name: 'stingy', description: 'Gives too few.', create: () => ({ next: (count) => Array(Math.max(0, count - 1)).fill({ payload: 'x' }) }) }),
  defineSnapshotDecoder({ name: 'picky', description: 'Throws.', decode: () => { throw new Error('not my format') } }),
]
`

const scenario = (id: string, rest: string, runFor = '60 s'): string =>
  `test_id: ${id}\ndescription: something of one's own goes wrong\n${rest}opts: { run_for: ${runFor} }\n`

describe('what goes wrong in a run', () => {
  test('is one clear message each, judged by its kind, and everything is put back', { timeout: 240_000 }, async () => {
    const fault = (name: string): string => `fault_scenario: [{ ${name}: {}, at: 20 s }]\n`
    useExtensions(
      {
        'own.js': wrongKinds,
        'told.txt': '',
        'scenarios/a.yaml': scenario('EXPLODES', fault('explodes')),
        'scenarios/b.yaml': scenario('STUCK', fault('stuck')),
        'scenarios/c.yaml': scenario('CARELESS', fault('careless')),
        'scenarios/d.yaml': scenario('HANGING', fault('hanging')),
        'scenarios/e.yaml': scenario('FAILS', fault('fails')),
        'scenarios/f.yaml': scenario('NEVER-ENDS', fault('never_ends')),
        'scenarios/g.yaml': scenario('CHECKS', 'post_failover_validation_checks: [crashes, nonsense]\n'),
        'scenarios/h.yaml': scenario(
          'MUTE',
          `${fault('stuck')}post_failover_validation_checks: [{ probe: { name: mute } }]\n`,
        ),
        'scenarios/i.yaml': scenario('STINGY', 'pre_failover_data: { generator: stingy, rate: 5/s }\n'),
        'scenarios/j.yaml': scenario(
          'PICKY',
          'application: { snapshot_decoder: picky }\npost_failover_validation_checks: [log_sanity]\n',
          '300 s',
        ),
      },
      `'own.js'`,
    )
    const { exitCode, output } = await project.run('vitest', ['run'], embedded)
    expect(output).toMatch(/Tests .*failed/)
    expect(exitCode).toBe(1)
    const found = new Map(results().scenarios.map((one) => [one.testId, one]))
    const messages = (id: string): readonly string[] =>
      (found.get(id)?.checks ?? []).map(({ check, verdict, message }) => `${check} ${verdict}: ${message}`)
    expect(messages('EXPLODES')).toContainEqual(
      'run inconclusive: Fault explodes (explodes) could not be injected: the fuse is blown',
    )
    expect(messages('STUCK')).toContainEqual(
      'restored fail: Fault stuck (stuck) could not be undone: the lid does not open',
    )
    expect(messages('CARELESS')).toContainEqual(
      expect.stringMatching(
        /^run inconclusive: Fault careless registered no undo: call `injection\.registerUndo` before/,
      ),
    )
    expect(messages('HANGING')).toContainEqual(
      'run inconclusive: Injecting the fault hanging did not end within 0.5 s (real time).',
    )
    expect(messages('FAILS')).toContainEqual('run inconclusive: The action fails failed: no such pager')
    expect(found.get('NEVER-ENDS')?.verdict).toBeDefined()
    expect(messages('CHECKS')).toEqual([
      'crashes inconclusive: Check crashes broke off: division by nought',
      expect.stringMatching(/^nonsense inconclusive: Check nonsense gave no answer: expected .*, got 42\.$/),
    ])
    expect(messages('MUTE')).toContainEqual(
      'probe inconclusive: Probe mute could not tell: no answer within 10000 ms (real time).',
    )
    expect(messages('STINGY').join('\n')).toMatch(
      /Generator stingy: expected `next\(\d+\)` to give \d+ items, got \d+ items\./,
    )
    expect(project.read('failover-results/latest/timelines/PICKY.ndjson')).toMatch(
      /"record":"snapshot".*"problem":"not my format"/,
    )
    expect(project.read('told.txt').trim().split('\n').toSorted()).toEqual(['explodes undone', 'hanging undone'])
    expect(project.leftovers()).toEqual(nothing)
  })

  test('wrong arguments in a scenario have their place, and names that nobody has a suggestion', async () => {
    const steps = `fault_scenario:
  - explodes: { level: high }
  - explodes: { level: 0, how: fsat }
  - explodes: { levl: 1 }
  - explods: {}
pre_failover_data: { rate: 1/s, generator: stingi }
application: { snapshot_decoder: pikky }
post_failover_validation_checks: [crashs, { steady_state: [mut] }]
`
    useExtensions({ 'own.js': wrongKinds, 'scenarios/a.yaml': scenario('WRONG', steps) }, `'own.js'`)
    const { exitCode, output } = await project.run('failover', ['run', 'scenarios/a.yaml'])
    expect(exitCode).toBe(2)
    const lines = output
      .trim()
      .split('\n')
      .map((line) => line.replace(/^error: scenarios\/a\.yaml:/, ''))
    expect(lines.toSorted()).toEqual([
      '10:35: Unknown key `crashs` in `post_failover_validation_checks[0]`. Did you mean "crashes"?',
      '10:60: No probe `mut` is registered. Did you mean "mute"?',
      '4:24: Expected `fault_scenario[0].explodes.level` to be a number, got "high".',
      '5:24: Expected `fault_scenario[1].explodes.level` to be a number of at least 1, got 0 (number).',
      '5:32: Expected `fault_scenario[1].explodes.how` to be fast or slow, got "fsat". Did you mean "fast"?',
      '6:17: Unknown key `levl` in `fault_scenario[2].explodes`. Did you mean "level"?',
      '7:5: Unknown key `explods` in `fault_scenario[3]`. Did you mean "explodes"?',
      '8:33: There is no generator `stingi`. Did you mean "stingy"?',
      '9:16: No snapshot decoder `pikky` is registered. Did you mean "picky"?',
    ])
    expect(await project.run('vitest', ['run'])).toMatchObject({ exitCode: 1 })
  })
})

describe('what goes wrong before a run', () => {
  const probe = (name: string): string =>
    `defineProbe({ name: '${name}', description: 'Says yes.', read: async () => true })`
  const from = `import { defineFault, defineProbe } from 'vitest-failover/extend'\n`

  test.for<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a file that throws',
      { 'a.js': `throw new Error('half done')` },
      /The extensions in a\.js cannot be loaded: half done/,
    ],
    ['a file that is not there', {}, /The extensions in a\.js cannot be loaded: Cannot find/],
    ['a file without any', { 'a.js': 'export const a = 1' }, /Expected a\.js to export extensions, .* got none\./],
    [
      'two of one name in two files',
      { 'a.js': `${from}export const a = ${probe('depth')}`, 'b.js': `${from}export const b = ${probe('depth')}` },
      /Two extensions of kind probe are named depth, in a\.js and b\.js\. Rename one of them\./,
    ],
    [
      'a word of the language',
      { 'a.js': `${from}export const a = defineFault({ name: 'kill', description: 'x', inject: async () => {} })` },
      /The extensions in a\.js cannot be loaded: The name `kill` of a registered fault is a word of the language/,
    ],
    [
      'a fault without inject',
      { 'a.js': `${from}export const a = defineFault({ name: 'leak', description: 'x' })` },
      /a\.js cannot be loaded: The fault leak: Expected `inject` to be a function, got nothing\./,
    ],
  ])('%s is told by Vitest and by the commands', async ([_title, files, message]) => {
    for (const name of ['a.js', 'b.js']) project.remove(name)
    const names = Object.keys(files).length === 0 ? ['a.js'] : Object.keys(files)
    useExtensions({ ...files, 'scenarios/a.yaml': scenario('GOOD', '') }, JSON.stringify(names))
    const ran = await project.run('vitest', ['run'])
    expect(ran.exitCode).toBe(1)
    expect(ran.output).toMatch(message)
    const linted = await project.run('failover', ['lint', 'scenarios/a.yaml', '--extensions', ...names])
    expect(linted.exitCode).toBe(2)
    expect(linted.output).toMatch(message)
    expect(linted.output.trim().split('\n')).toHaveLength(1)
    expect(await project.run('failover', ['run', 'scenarios/a.yaml'])).toMatchObject({ exitCode: 2 })
  })

  test('a default export counts, alone and beside the names that it repeats', async () => {
    const own = `${from}export const depth = ${probe('depth')}\nexport default [depth, ${probe('height')}]\n`
    const asked = 'post_failover_validation_checks: [{ steady_state: [depth, height] }]\n'
    useExtensions({ 'a.js': own, 'scenarios/a.yaml': scenario('GOOD', asked) }, `'a.js'`)
    expect(await project.run('failover', ['lint', 'scenarios/a.yaml', '--extensions', 'a.js'])).toMatchObject({
      exitCode: 0,
    })
  })

  test('a scenario file behind --extensions is said to be none', async () => {
    useExtensions({ 'scenarios/a.yaml': scenario('GOOD', '') }, '[]')
    const { exitCode, output } = await project.run('failover', ['lint', '--extensions', 'a.js', 'scenarios/a.yaml'])
    expect(exitCode).toBe(2)
    expect(output).toContain("error: missing required argument 'files'")
  })
})

test('two spec files may each import what the option names as well', async () => {
  const own = readFileSync('examples/extensions/extensions/config-drift.ts', 'utf8')
  const spec = `import { expect, withExtensions } from 'vitest-failover'
import { configDrift } from '../config-drift.ts'

const test = withExtensions([configDrift])

test('is refused what it cannot take', async ({ faults }) => {
  await expect(faults.config_drift({ dc: 'dc3', nam: 'x', properties: { a: 1 } })).rejects.toThrow(
    [
      'faults.config_drift: Expected \`config_drift.dc\` to be dc1, primary, dc2 or secondary, got "dc3". Did you mean "dc1"?',
      'faults.config_drift: Expected \`config_drift.name\` to be a text, got nothing.',
      'faults.config_drift: Expected \`config_drift.properties.a\` to be a text, got 1 (number).',
      'faults.config_drift: Unknown key \`nam\` in \`config_drift\`. Did you mean "name"?',
    ].join('\\n'),
  )
})
`
  useExtensions({ 'config-drift.ts': own, 'specs/a.spec.ts': spec, 'specs/b.spec.ts': spec }, `'config-drift.ts'`)
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(output).toContain('2 passed')
  expect(exitCode).toBe(0)
})

test('every example is quoted in the documentation as it is', () => {
  const page = readFileSync('docs/extensions.md', 'utf8')
  for (const file of globSync('examples/extensions/**/*.{ts,yaml}')) {
    expect(page, `docs/extensions.md quotes ${file}`).toContain(readFileSync(file, 'utf8').trimEnd())
  }
})
