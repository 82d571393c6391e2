import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test as base } from 'vitest'
import { runFileSchema } from './reports/run-schema.ts'
import { emptyReport, sampleReport } from './reports/testing/report-builder.ts'
import { monotonicNowMs } from './support/monotonic-clock.ts'
import { createScaledClock } from './support/scaled-clock.ts'
import { waitUntil } from './support/wait-until.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const reporterUrl = pathToFileURL(join(repository, 'src/reporter.ts')).href
const vitestCli = join(repository, 'node_modules/vitest/vitest.mjs')
const runPath = 'failover-results/run-1'

/** A project of its own in a temporary folder, with this repository's packages. */
class Project {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.root, name), text)
  }

  read(name: string): Promise<string> {
    return readFile(join(this.root, name), 'utf8')
  }

  async run(labels = 'team=edge'): Promise<{ readonly code: number; readonly output: string }> {
    return await new Promise((resolve) => {
      this.start(labels, (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === 'number' ? error.code : 0,
          output: `${stdout.toString()}${stderr.toString()}`,
        })
      })
    })
  }

  start(labels: string, onEnd: Parameters<typeof execFile>[3]): ReturnType<typeof execFile> {
    const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, FAILOVER_LABELS: labels }
    return execFile(process.execPath, [vitestCli, 'run'], { cwd: this.root, env: environment }, onEnd)
  }
}

const test = base.extend<{ project: Project }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads which fixtures a fixture uses from this pattern
  project: async ({}, use) => {
    const root = await mkdtemp(join(tmpdir(), 'failover-reporter-'))
    await mkdir(root, { recursive: true })
    await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
    await use(new Project(root))
    await rm(root, { recursive: true, force: true })
  },
})

const config = (others = ''): string => `
import { FailoverReporter } from ${JSON.stringify(reporterUrl)}
const failover = new FailoverReporter({
  resultsDirectory: 'failover-results', runId: 'run-1', seed: 42, testbed: 'embedded', timeScale: 60,
})
// Threads end with their process, also when it is killed.
export default { test: { pool: 'threads', reporters: ['default', ${others} failover] } }
`

const spec = (lines: string): string => `
import { expect, test } from 'vitest'
const pass = ${JSON.stringify(sampleReport())}
const unsure = ${JSON.stringify(emptyReport())}
${lines}
`

test('files and prints every report, and leaves the rest to Vitest', { timeout: 60_000 }, async ({ project }) => {
  await project.write({
    'vitest.config.mjs': config(),
    'a.test.mjs': spec(`
      test('takes over', ({ task }) => { task.meta.failover = pass })
      test('cannot tell', ({ task }) => { task.meta.failover = unsure })
      test('fails beside its checks', ({ task }) => { task.meta.failover = pass; expect(1, 'one is two').toBe(2) })
      test('breaks off', ({ task }) => { task.meta.failoverUsed = true; throw Object.assign(new Error('no datacenter'), { code: 'ERR_FAILOVER_TESTBED' }) })
      test('has nothing to do with failover', () => {})
    `),
  })
  const { code, output } = await project.run()
  expect(code).toBe(1)
  expect(output).toContain('✓ PASS  KILL-01: dc2 takes over')
  expect(output).toContain('RTO    121.5 ± 0.4 s     152 s ✓    90 to 165 s')
  expect(output).toContain(`Timeline ${runPath}/timelines/KILL-01.ndjson`)
  expect(output).toContain(`Failover: 1 pass, 1 fail, 2 inconclusive. Results: ${runPath}`)

  const run = runFileSchema.parse(JSON.parse(await project.read(`${runPath}/run.json`)))
  expect(run).toMatchObject({ runId: 'run-1', verdict: 'fail', seed: 42, testbed: 'embedded', timeScale: 60 })
  expect(run.environment.labels).toEqual({ team: 'edge' })
  expect(run.environment.versions).toMatchObject({
    node: process.versions.node,
    vitest: '5.1.0',
    'vitest-failover': '0.1.0',
  })
  expect(run.scenarios.map(({ verdict, reason }) => [verdict, reason])).toEqual([
    ['pass', 'All 4 checks passed.'],
    ['inconclusive', 'Nothing was asserted: the scenario has neither checks nor objectives.'],
    ['fail', 'The test failed: one is two: expected 1 to be 2 // Object.is equality'],
    ['inconclusive', 'The test failed before it left a report: no datacenter'],
  ])
  expect(await readlink(join(project.root, 'failover-results/latest'))).toBe('run-1')
  expect(await project.read(`${runPath}/summary.md`)).toContain('# Failover run: fail')
})

test(
  'junit.xml has the figures, and other reporters see the tests as they were',
  { timeout: 60_000 },
  async ({ project }) => {
    await project.write({
      'vitest.config.mjs': config(`['junit', { outputFile: 'own.xml' }], ['json', { outputFile: 'own.json' }],`),
      'a.test.mjs': spec(`
      test('takes over', async ({ task, annotate }) => { task.meta.failover = pass; await annotate('mine', 'note') })
      test('has nothing to do with failover', () => {})
    `),
    })
    const { code, output } = await project.run()
    expect(output).not.toContain('Error')
    expect(code).toBe(0)
    const junit = await project.read(`${runPath}/junit.xml`)
    expect(junit).toContain('<property name="rto_seconds" value="121.5">')
    expect(junit).toContain('<property name="verdict" value="pass">')
    expect(junit).toContain('<property name="tags" value="smoke,kill">')
    expect(junit).toContain('<property name="note" value="mine">')
    expect(junit).toContain('<testsuites name="failover tests" tests="2" failures="0" errors="0"')
    const own = await project.read('own.xml')
    expect(own).toContain('<property name="note" value="mine">')
    expect(own).not.toContain('rto_seconds')
    expect(JSON.parse(await project.read('own.json'))).toMatchObject({ numPassedTests: 2 })
  },
)

test('a run that is killed leaves what it had found by then', { timeout: 60_000 }, async ({ project }) => {
  await project.write({
    'vitest.config.mjs': config(),
    'a.test.mjs': spec(`
      test('takes over', ({ task }) => { task.meta.failover = pass })
      test('never ends', { timeout: 0 }, async () => { await new Promise((resolve) => setTimeout(resolve, 1e6)) })
    `),
  })
  let child: ReturnType<Project['start']> | undefined
  const ended = new Promise((resolve) => {
    child = project.start('', resolve)
  })
  try {
    await waitUntil({
      what: 'run.json of the first test',
      clock: createScaledClock({ originMs: monotonicNowMs(), timeScale: 1 }),
      clockName: 'real',
      timeoutSeconds: 50,
      pollSeconds: 0.05,
      probe: () => (existsSync(join(project.root, runPath, 'summary.md')) ? true : undefined),
    })
  } finally {
    child?.kill('SIGKILL')
    await ended
  }
  const run = runFileSchema.parse(JSON.parse(await project.read(`${runPath}/run.json`)))
  expect(run.scenarios.map(({ testId }) => testId)).toEqual(['KILL-01'])
})

test('a run without failover tests leaves nothing', { timeout: 60_000 }, async ({ project }) => {
  await project.write({
    'vitest.config.mjs': config(),
    'a.test.mjs': spec(`test('adds', () => { expect(1 + 1).toBe(2) })`),
  })
  const { code, output } = await project.run()
  expect(code).toBe(0)
  expect(output).not.toContain('Failover:')
  expect(existsSync(join(project.root, 'failover-results'))).toBe(false)
})

test('malformed labels end the run before it starts', { timeout: 60_000 }, async ({ project }) => {
  await project.write({ 'vitest.config.mjs': config(), 'a.test.mjs': spec(`test('adds', () => {})`) })
  const { code, output } = await project.run('team')
  expect(code).toBe(1)
  expect(output).toContain('Expected FAILOVER_LABELS to be a list such as "team=edge,ring=2", got "team".')
  expect(output).not.toContain('✓')
})

test('results that cannot be written fail the run and name the place', { timeout: 60_000 }, async ({ project }) => {
  await mkdir(join(project.root, 'failover-results/latest'), { recursive: true })
  await project.write({
    'vitest.config.mjs': config(),
    'failover-results/latest/notes.txt': 'mine',
    'a.test.mjs': spec(`test('takes over', ({ task }) => { task.meta.failover = pass })`),
  })
  const { code, output } = await project.run()
  expect(code).toBe(1)
  expect(output).toContain('failover-results/latest to be a link to the newest run, got something else; move it away.')
})
