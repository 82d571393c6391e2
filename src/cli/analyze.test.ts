import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from 'vitest'
import { killTimeline, state } from '../checks/testing/timeline-builder.ts'
import { ScenarioError, SettingsError } from '../model/errors.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { openResultsFolder, saveTimeline } from '../reports/results-folder.ts'
import { composeRunFile, formatRunFile } from '../reports/run-file.ts'
import { sampleFacts, sampleReport } from '../reports/testing/report-builder.ts'
import type { AskedOfTimeline } from '../reports/timeline-ndjson.ts'
import { analyze } from './analyze.ts'

const runId = sampleFacts.runId
const asked: AskedOfTimeline = { checks: [{ kind: 'loss', atMost: { unit: 'tuples', value: 0 } }], objectives: {} }
const losing = killTimeline({ states: [state({ intervals: [{ from: 0, to: 349 }] })] })

interface Left {
  readonly timeline: Timeline
  /** What the run's report has beside the checks of the timeline. */
  readonly checks?: readonly CheckResult[]
  readonly asked?: AskedOfTimeline
}

const test = base.extend<{ results: string; leave: (tests: Readonly<Record<string, Left>>) => Promise<string> }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads which fixtures a fixture uses from this pattern
  results: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'failover-analyze-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  leave: async ({ results }, use) => {
    await use(async (tests) => {
      const folder = await openResultsFolder({ directory: results, runId })
      const reports = []
      for (const [testId, left] of Object.entries(tests)) {
        const timeline = await saveTimeline(folder, { ...left.timeline, testId }, left.asked)
        reports.push(sampleReport({ testId, title: testId, timeline, checks: left.checks ?? [] }))
      }
      await writeFile(join(folder.path, 'run.json'), formatRunFile(composeRunFile(sampleFacts, reports)))
      return folder.path
    })
  },
})

test('judges a saved run by the checks that it was saved with', async ({ results, leave }) => {
  await leave({ 'KILL-01': { timeline: killTimeline(), asked }, 'KILL-02': { timeline: losing, asked } })
  const { stdout, exitCode } = await analyze({ run: 'latest', testIds: [] }, { results })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('✓ PASS  KILL-01')
  expect(stdout).toContain('loss: Lost 10 tuples (2.778 %, 10 s); expected at most 0 tuples.')
  expect(stdout).toMatch(/1 pass, 1 fail, 0 inconclusive\n$/)
})

test('finds a run by its folder, its run.json, its id and the newest', async ({ results, leave }) => {
  const folder = await leave({ 'KILL-01': { timeline: killTimeline(), asked } })
  for (const run of [folder, join(folder, 'run.json'), runId, 'latest']) {
    expect(await analyze({ run, testIds: [] }, { results })).toMatchObject({ exitCode: 0 })
  }
})

test('finds the newest run where `latest` is a file that names it', async ({ results, leave }) => {
  await leave({ 'KILL-01': { timeline: killTimeline(), asked } })
  await rm(join(results, 'latest'))
  await writeFile(join(results, 'latest'), `${runId}\n`)
  expect(await analyze({ run: 'latest', testIds: [] }, { results })).toMatchObject({ exitCode: 0 })
})

test('judges by other checks, as YAML', async ({ results, leave }) => {
  await leave({ 'KILL-02': { timeline: losing, asked } })
  const by = async (...check: readonly string[]): Promise<number> =>
    (await analyze({ run: 'latest', testIds: [] }, { results, check })).exitCode
  expect(await by('loss: { at_most: 10 tuples }')).toBe(0)
  expect(await by('loss: { at_most: 9 tuples }')).toBe(1)
  expect(await by('integrity', 'order')).toBe(0)
  expect(await by('[integrity, latency: { percentile: 99, at_most: 1 s }]')).toBe(3)
})

test('judges only the tests that are named', async ({ results, leave }) => {
  await leave({ 'KILL-01': { timeline: killTimeline(), asked }, 'KILL-02': { timeline: losing, asked } })
  const { stdout } = await analyze({ run: 'latest', testIds: ['KILL-01'] }, { results, json: true })
  const printed: unknown = JSON.parse(stdout)
  expect(printed).toMatchObject({ verdict: 'pass', scenarios: [{ testId: 'KILL-01', checks: [{ check: 'loss' }] }] })
})

test('a known issue is known here as well', async ({ results, leave }) => {
  const known = { ...asked, knownIssue: 'Q4: neither recovers' }
  await leave({ 'KILL-01': { timeline: killTimeline(), asked: known }, 'KILL-02': { timeline: losing, asked: known } })
  const { stdout } = await analyze({ run: 'latest', testIds: [] }, { results, json: true })
  expect(JSON.parse(stdout)).toMatchObject({ scenarios: [{ verdict: 'fail' }, { verdict: 'pass' }] })
})

test('leaves the files as they are', async ({ results, leave }) => {
  await leave({ 'KILL-02': { timeline: losing, asked } })
  const first = await analyze({ run: 'latest', testIds: [] }, { results })
  expect(await analyze({ run: 'latest', testIds: [] }, { results })).toEqual(first)
})

test('a run whose clean-up failed does not become a pass', async ({ results, leave }) => {
  const restored = { check: 'restored', verdict: 'fail', message: 'Rule cut is stuck.', evidence: {} } as const
  await leave({ 'KILL-01': { timeline: killTimeline(), asked, checks: [restored] } })
  const own = await analyze({ run: 'latest', testIds: [] }, { results, json: true })
  expect(JSON.parse(own.stdout)).toMatchObject({
    verdict: 'fail',
    scenarios: [{ reason: 'restored: Rule cut is stuck.', checks: [{ check: 'restored' }, { check: 'loss' }] }],
  })
  const other = await analyze({ run: 'latest', testIds: [] }, { results, check: ['integrity'] })
  expect(other.exitCode).toBe(0)
})

test('in a whole run, passes over specs that assert by themselves', async ({ results, leave }) => {
  await leave({ 'KILL-01': { timeline: killTimeline(), asked }, 'spec > title': { timeline: killTimeline() } })
  const { stdout } = await analyze({ run: 'latest', testIds: [] }, { results, json: true })
  expect(JSON.parse(stdout)).toMatchObject({ scenarios: [{ testId: 'KILL-01' }] })
  await expect(analyze({ run: 'latest', testIds: ['spec > title'] }, { results })).rejects.toThrow('without checks')
})

test('refuses a test of which no checks were saved', async ({ results, leave }) => {
  await leave({ 'spec > title': { timeline: killTimeline() } })
  await expect(analyze({ run: 'latest', testIds: [] }, { results })).rejects.toThrow(
    'The timeline of spec > title was saved without checks: name some',
  )
  expect(await analyze({ run: 'latest', testIds: [] }, { results, check: ['integrity'] })).toMatchObject({
    exitCode: 0,
  })
})

test.each([
  ['at_mots: 1 s', 'Unknown key `at_mots`'],
  ['loss: { at_mots: 10 s }', 'Did you mean'],
  ['loss: {', '--check:1:'],
])('refuses the check %s', async (check, message) => {
  const judged = analyze({ run: 'latest', testIds: [] }, { results: tmpdir(), check: [check] })
  await expect(judged).rejects.toThrow(ScenarioError)
  await expect(judged).rejects.toThrow(message)
})

test('refuses a run that is not there, and one whose file is broken', async ({ results, leave }) => {
  const run = async (name: string): Promise<unknown> => await analyze({ run: name, testIds: [] }, { results })
  await expect(run('latest')).rejects.toThrow(SettingsError)
  await expect(run('latest')).rejects.toThrow(/^Expected RUN to be a folder of results/)
  const folder = await leave({ 'KILL-01': { timeline: killTimeline(), asked } })
  await expect(analyze({ run: 'latest', testIds: ['KILL-1'] }, { results })).rejects.toThrow(
    'Expected TEST_ID to be a test of this run, got KILL-1. Did you mean "KILL-01"?',
  )
  await writeFile(join(folder, 'timelines', 'KILL-01.ndjson'), '{"record":"event"}\n')
  await expect(run('latest')).rejects.toThrow('KILL-01.ndjson: Timeline, line 1: expected the header')
  await rm(join(folder, 'timelines', 'KILL-01.ndjson'))
  await expect(run('latest')).rejects.toThrow('Expected a timeline at')
  await writeFile(join(folder, 'run.json'), '{"schemaVersion":2}')
  await expect(run('latest')).rejects.toThrow('to be the run.json of schemaVersion 1')
  await writeFile(join(folder, 'run.json'), '{')
  await expect(run('latest')).rejects.toThrow('run.json to be JSON')
  await symlink('nowhere', join(results, 'broken'))
  await expect(run('broken')).rejects.toThrow(SettingsError)
})
