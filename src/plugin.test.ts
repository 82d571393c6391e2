// Real Vitest on written projects. A stand-in takes the place of the package's fixtures, so that no testbed is needed: what a
// scenario's description says in brackets decides how its run ends.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

// Each test starts Vitest at least once, next to whatever else keeps the machine busy.
vi.setConfig({ testTimeout: 60_000 })

const repository = resolve(import.meta.dirname, '..')

const standIn = `
import { expect, test as base } from 'vitest'
export { expect }
expect.extend({
  toHavePassed: ({ verdict, reason }) => ({ pass: verdict === 'pass', message: () => verdict + ': ' + reason }),
})
export const test = base.extend({
  scenario: undefined,
  run: async ({ task }, use) =>
    await use(async ({ description, opts }) => {
      if (description.includes('[step throws]')) throw Object.assign(new Error('no effect'), { step: 'cut' })
      if (description.includes('[throws]')) throw new Error('lost the testbed')
      if (description.includes('[prints]')) console.log('ran with', JSON.stringify(opts), 'within', task.timeout)
      const verdict = description.includes('[fails]') ? 'fail' : description.includes('[step]') ? 'inconclusive' : 'pass'
      const last = verdict === 'inconclusive' ? { check: 'run', verdict, evidence: { step: 'cut' } } : { check: 'loss', verdict }
      return { verdict, reason: 'because', checks: [{ check: 'takeover', verdict: 'pass' }, last] }
    }),
})
`

const config = (options: { readonly plugin?: string; readonly test?: string } = {}): string => `
import { defineConfig } from 'vitest/config'
import { failover } from ${JSON.stringify(join(repository, 'src/plugin.ts'))}
const withoutTestbed = {
  name: 'without-testbed',
  enforce: 'post',
  // Vitest would keep its cache in node_modules, which is the repository's.
  config(user) { Object.assign(user.test, { globalSetup: [], fsModuleCachePath: 'cache' }) },
  configureVitest({ project: { config } }) { process.stderr.write('isolate: ' + config.isolate) },
}
export default defineConfig({
  resolve: { alias: { 'vitest-failover': new URL('stand-in.js', import.meta.url).pathname } },
  plugins: [failover(${options.plugin ?? ''}), withoutTestbed],
  test: ${options.test ?? '{}'},
})
`

const scenarios = `defaults:
  tags: [demo]
scenarios:
  - test_id: GOOD-01
    description: passes [prints]
    opts: { run_for: 1 h }
  - test_id: BAD-01
    description: cannot be cut [step throws]
    tags: [smoke]
    fault_scenario:
      - id: cut
        partition: { between: [dc1, dc2] }
        at: 400 s
  - test_id: BAD-02
    description: loses too much [fails]
    post_failover_validation_checks:
      - takeover
      - loss: { at_most: 1 s }
  - test_id: BAD-03
    description: breaks down [throws]
  - test_id: SKIP-01
    description: waits
    skip: not today
  - test_id: BAD-04
    description: could not be cut [step]
    fault_scenario:
      - id: first
        kill: { target: dc1.job }
      - id: cut
        kill: { target: dc2.job }
`
const spec = `import { expect, inject, test } from 'vitest'
test('an ordinary spec', { tags: ['smoke'] }, () => expect(inject('failover').seed).toBe(7))
`

const ownBodies = {
  'scenarios/own-body.yaml': `scenarios:
  - test_id: OWN-01
    description: runs a body of its own
    spec: ../bodies/mine.ts
  - test_id: OWN-02
    description: has no body
    spec: ../bodies/none.ts
`,
  'bodies/mine.ts': `export const body = async ({ scenario, run }) => {
  console.log('own body of', scenario.testId, (await run(scenario)).verdict)
}
`,
  'bodies/none.ts': 'export const other = 1',
}

interface Project extends AsyncDisposable {
  readonly path: string
  write(files: Readonly<Record<string, string>>): Promise<void>
}

async function createProject(files: Readonly<Record<string, string>>): Promise<Project> {
  const path = await mkdtemp(join(tmpdir(), 'failover-plugin-'))
  await symlink(join(repository, 'node_modules'), join(path, 'node_modules'))
  const write: Project['write'] = async (written) => {
    for (const [name, text] of Object.entries(written)) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    }
  }
  await write({
    'package.json': '{ "type": "module" }',
    'stand-in.js': standIn,
    'vitest.config.ts': config(),
    ...files,
  })
  return { path, write, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }) }
}

interface Outcome {
  readonly code: number | null
  readonly output: string
}

/** Vitest in a process of its own, without what the Vitest around it has put into the environment. */
function startVitest(
  project: Project,
  options: { args: readonly string[]; env?: Record<string, string> },
): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|VITE|TEST|NODE_|FAILOVER|TINYPOOL)/.test(name),
  )
  return spawn(process.execPath, [join(repository, 'node_modules/vitest/vitest.mjs'), ...options.args], {
    cwd: project.path,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', FAILOVER_SEED: '7', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function runVitest(project: Project, args: readonly string[], env?: Record<string, string>): Promise<Outcome> {
  const child = startVitest(project, { args, ...(env === undefined ? {} : { env }) })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, output }
}

describe('a project with scenarios and specs', () => {
  let project: Project
  beforeAll(async () => {
    project = await createProject({ 'scenarios/many.yaml': scenarios, 'specs/plain.test.ts': spec })
  })
  afterAll(async () => await project[Symbol.asyncDispose]())

  test('runs both, and points each failure at the scenario file', async () => {
    const { code, output } = await runVitest(project, ['run'])
    expect(output).toMatch(/Tests {2}4 failed \| 2 passed \| 1 skipped/)
    expect(code).toBe(1)
    expect(output).toContain('isolate: false')
    expect(output).toContain('ran with {"startOffsetSeconds":0,"runForSeconds":3600} within 1800000')
    // The step that could not be injected, with a code frame in the scenario file, and nothing of ours below it.
    expect(output).toMatch(/Error: no effect\n ❯ .*scenarios\/many.yaml:11:9\n(.*\n){2} +11\| +- id: cut\n +\| +\^/)
    expect(output).not.toMatch(/❯ placed/)
    // The check that decided.
    expect(output).toMatch(/Error: fail: because\n ❯ .*scenarios\/many.yaml:18:9\n/)
    // What belongs to no place in the file: the scenario.
    expect(output).toMatch(/Error: lost the testbed\n(.*\n)+ ❯ scenarios\/many.yaml:19:5\n/)
    // The step that the report names.
    expect(output).toMatch(/Error: inconclusive: because\n ❯ .*scenarios\/many.yaml:29:9\n/)
  })

  test('lists both, with places', async () => {
    const { code, output } = await runVitest(project, ['list', '--json'])
    expect(code).toBe(0)
    const listed = JSON.parse(output.slice(output.indexOf('[\n'))) as {
      readonly name: string
      readonly location: unknown
    }[]
    expect(listed).toContainEqual(expect.objectContaining({ name: 'an ordinary spec' }))
    const placed = expect.objectContaining({ location: { line: 7, column: 5 } }) as unknown
    expect(listed.find(({ name }) => name === 'BAD-01 cannot be cut [step throws]')).toEqual(placed)
  })

  test.each([
    ['-t', ['-t', 'BAD-0[12]'], ['BAD-01', 'BAD-02']],
    ['a line', ['scenarios/many.yaml:4'], ['GOOD-01']],
    ['a tag', ['--tags-filter=smoke', 'scenarios'], ['BAD-01']],
    ['the tag that an id gives', ['--tags-filter=bad and not smoke'], ['BAD-02', 'BAD-03', 'BAD-04']],
  ])('selects by %s', async (_by, args, ids) => {
    await runVitest(project, ['run', '--reporter=json', '--outputFile=out.json', ...args])
    const json = JSON.parse(await readFile(join(project.path, 'out.json'), 'utf8')) as {
      readonly testResults: { readonly assertionResults: { readonly title: string; readonly status: string }[] }[]
    }
    const ran = json.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed' || status === 'failed')
    expect(ran.map(({ title }) => title.split(' ')[0])).toEqual(ids)
  })

  test('writes scenarios into junit reports', async () => {
    await runVitest(project, ['run', '--reporter=junit', '--outputFile=junit.xml'])
    const junit = await readFile(join(project.path, 'junit.xml'), 'utf8')
    expect(junit).toContain('<testcase classname="scenarios/many.yaml" name="GOOD-01 passes [prints]"')
    expect(junit).toContain('❯ Object.check loss 1 scenarios/many.yaml:18:9')
  })

  test('does not run what the plugin made of a file with other options', async () => {
    await project.write({ 'vitest.config.ts': config({ plugin: '{ timeScale: Number(process.env.SCALE) }' }) })
    const fast = await runVitest(project, ['run', '-t', 'GOOD'], { SCALE: '60' })
    expect(fast.output).toContain('within 1800000')
    const slow = await runVitest(project, ['run', '-t', 'GOOD'], { SCALE: '1' })
    expect(slow.output).toContain('within 5400000')
  })
})

test('runs a scenario’s own body in place of the built-in one, and says when the file has none', async () => {
  await using project = await createProject(ownBodies)
  const { output } = await runVitest(project, ['run', 'scenarios/own-body.yaml'])
  expect(output).toContain('own body of OWN-01 pass')
  expect(output).toMatch(/Error: Expected .*bodies\/none\.ts to export a function `body`/)
})

test('loads extensions before the scenarios, and leaves out files that only share things', async () => {
  await using project = await createProject({
    'vitest.config.ts': config({
      plugin: "{ extensions: 'mine.js', macros: [{ match: 'EXT-*', add: { tags: ['ext_tag'] } }] }",
    }),
    'mine.js': `import { z } from 'zod'
export const drain = {
  [Symbol.for('vitest-failover.extension')]: true,
  kind: 'action', name: 'drain', description: 'drains', schema: z.object({ level: z.number() }), behaviour: {},
}
`,
    'scenarios/common.yaml': 'presets:\n  quiet: { pre_failover_data: { rate: 1/s } }\n',
    'scenarios/ext.yaml': `test_id: EXT-01
description: drains [prints]
extends: common.yaml
use: [quiet]
fault_scenario:
  - drain: { level: 3 }
  - drain: { level: high }
`,
    'scenarios/fine.yaml': `test_id: EXT-02
description: drains [prints]
fault_scenario: [{ drain: { level: 3 } }]
`,
  })
  const { output } = await runVitest(project, ['run', '--tags-filter', 'ext_tag'])
  expect(output).toMatch(/scenarios\/ext.yaml:7:21: Expected .*fault_scenario\[1\]\.drain\.level/)
  expect(output).toContain('1 passed')
  expect(output).not.toContain('common.yaml')
})

test('shows every problem of a broken file at its place, and runs the others', async () => {
  await using project = await createProject({
    'scenarios/broken.yaml': 'test_id: A-1\ndescription: d\nfault_scenario:\n  - kil: {}\n    for: 30\n',
    'scenarios/good.yaml': 'test_id: B-1\ndescription: passes\n',
    'scenarios/unreadable.yaml': 'test_id: [A\n',
  })
  const { code, output } = await runVitest(project, ['run'])
  expect(code).toBe(1)
  expect(output).toContain('1 passed')
  expect(output).toMatch(
    /ScenarioError: scenarios\/broken.yaml:4:5: Unknown key `kil` in `fault_scenario\[0\]`.*"kill\\?"\?\nscenarios\/broken.yaml:5:10: Expected/,
  )
  expect(output).toMatch(/ ❯ scenarios\/broken.yaml:4:5\n(.*\n){2} +4\| +- kil: \{\}\n +\| +\^/)
  expect(output).toMatch(/ScenarioError: scenarios\/unreadable.yaml:2:1: Broken YAML/)
  const list = await runVitest(project, ['list'])
  expect(list.output).toContain('scenarios/good.yaml > B-1 passes')
  expect(list.code).toBe(0)
})

test('refuses a test_id that another file has, in one of the two', async () => {
  await using project = await createProject({
    'scenarios/a.yaml': 'test_id: A-1\ndescription: first\n',
    'scenarios/b.yaml': 'test_id: A-1\ndescription: second\n',
  })
  const { output } = await runVitest(project, ['run'])
  expect(output).toContain('scenarios/b.yaml:1:1: The test_id `A-1` is taken by the scenario at scenarios/a.yaml:1.')
  expect(output).toContain('Test Files  1 failed | 1 passed')
})

test("leaves the user's own settings and tags alone, and warns of a tag that is almost another", async () => {
  const user = `{ include: ['own/*.ts'], isolate: true, testTimeout: 1234, tags: [{ name: 'smoke', timeout: 4321 }] }`
  await using project = await createProject({
    'vitest.config.ts': config({ plugin: `{ scenarios: './drills/*.yml', tags: ['nightly'] }`, test: user }),
    'own/own.ts': `import { test } from 'vitest'\ntest('own', { tags: ['nightly'] }, ({ task }) => console.log('timeout', task.timeout))\n`,
    'specs/plain.test.ts': spec,
    'drills/a.yml': 'test_id: A-1\ndescription: drill\ntags: [smoke, nightyl]\n',
    'scenarios/not-chosen.yaml': 'broken: [',
  })
  const { code, output } = await runVitest(project, ['run'])
  expect(output).toContain('Tests  2 passed')
  expect(code).toBe(0)
  expect(output).toContain('isolate: true')
  expect(output).toContain('timeout 1234')
  expect(output).toContain('The tag "nightyl" of a scenario is close to the tag "nightly". Is one of them misspelt?')
})

test('finds scenarios behind links', async () => {
  await using project = await createProject({ 'elsewhere/a.yaml': 'test_id: A-1\ndescription: linked\n' })
  await mkdir(join(project.path, 'scenarios'))
  await symlink(join(project.path, 'elsewhere/a.yaml'), join(project.path, 'scenarios/linked.yaml'))
  await symlink(project.path, join(project.path, 'link'))
  const { output } = await runVitest(project, ['run', '--root', join(project.path, 'link')])
  expect(output).toContain('Tests  1 passed')
})

test.each([
  ['failover({ scenarois: 1 })', {}, 'failover(): Unknown option `scenarois`. Did you mean "scenarios"?'],
  ['failover()', { FAILOVER_SEED: 'x' }, 'failover(): Expected FAILOVER_SEED to be a whole number'],
])('refuses to start with %s %j', async (call, env, message) => {
  await using project = await createProject({
    'vitest.config.ts': config().replace('failover()', call),
    'scenarios/a.yaml': 'test_id: A-1\ndescription: d\n',
  })
  const { code, output } = await runVitest(project, ['run'], env)
  expect(output).toContain(message)
  expect(output.split(message)).toHaveLength(2)
  expect(code).toBe(1)
})

test('picks up new and changed scenario files and their tags in watch mode', async ({ signal }) => {
  await using project = await createProject({ 'scenarios/a.yaml': 'test_id: A-1\ndescription: first\n' })
  const vitest = startVitest(project, { args: ['watch', '--reporter=verbose'] })
  let output = ''
  const grown = new EventEmitter()
  vitest.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    grown.emit('output')
  })
  const seen = async (text: string): Promise<void> => {
    while (!output.includes(text)) await once(grown, 'output', { signal })
  }
  try {
    await seen('A-1 first')
    await seen('Waiting for file changes')
    await project.write({ 'scenarios/new.yaml': 'test_id: NEW-1\ndescription: second\ntags: [fresh]\n' })
    await seen('NEW-1 second')
    await project.write({ 'scenarios/a.yaml': 'test_id: A-1\ndescription: third\ntags: [fresher]\n' })
    await seen('A-1 third')
    expect(output).not.toContain('FAIL')
  } finally {
    vitest.kill('SIGKILL')
    await once(vitest, 'close')
  }
})

test('ships scenarios that load and are listed', async () => {
  await using project = await createProject({})
  await cp(join(repository, 'scenarios'), join(project.path, 'scenarios'), { recursive: true })
  const { output } = await runVitest(project, ['list', '--tags-filter=demo'])
  for (const id of ['FAIL-01', 'PART-01', 'SHUT-01']) expect(output).toContain(id)
})
