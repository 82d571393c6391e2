import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { createRunId, fileNameOf, openResultsFolder } from './results-folder.ts'

const test = base.extend<{ directory: string }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads which fixtures a fixture uses from this pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'failover-results-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
})

test('run ids sort by time and do not repeat', () => {
  const [first, second] = [
    createRunId(new Date('2026-03-14T15:09:26.535Z')),
    createRunId(new Date('2026-11-01T00:00:00Z')),
  ]
  expect(first).toMatch(/^20260314T150926Z-[0-9a-f]{6}$/)
  expect([second, first].toSorted()).toEqual([first, second])
  expect(createRunId(new Date(0))).not.toBe(createRunId(new Date(0)))
})

test('latest points at the newest run', async ({ directory }) => {
  await openResultsFolder({ directory, runId: 'one' })
  const folder = await openResultsFolder({ directory, runId: 'two' })
  expect(await readlink(join(directory, 'latest'))).toBe('two')
  expect(await realpath(join(directory, 'latest', 'timelines'))).toBe(await realpath(folder.timelines))
  expect((await readdir(directory)).toSorted()).toEqual(['latest', 'one', 'two'])
  expect((await readdir(folder.path)).toSorted()).toEqual(['logs', 'timelines'])
})

test('a pointer file of an earlier run is replaced', async ({ directory }) => {
  await writeFile(join(directory, 'latest'), 'zero\n')
  await openResultsFolder({ directory, runId: 'one' })
  expect(await readlink(join(directory, 'latest'))).toBe('one')
})

test('runs that begin at once all get their folders, and latest is one of them', async ({ directory }) => {
  const runIds = Array.from({ length: 20 }, (_, index) => `run-${index}`)
  await Promise.all(runIds.map((runId) => openResultsFolder({ directory, runId })))
  expect(runIds).toContain(await readlink(join(directory, 'latest')))
  expect(await readdir(directory)).toHaveLength(21)
})

test('a folder of the user’s at latest is left alone', async ({ directory }) => {
  await mkdir(join(directory, 'latest'))
  await writeFile(join(directory, 'latest', 'notes.txt'), 'mine')
  await expect(openResultsFolder({ directory, runId: 'one' })).rejects.toThrow(SettingsError)
  expect(await readFile(join(directory, 'latest', 'notes.txt'), 'utf8')).toBe('mine')
  expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([])
})

test.each([
  ['KILL-01', 'KILL-01'],
  ['PART-01[rate=100,keys=4]', /^PART-01_rate=100,keys=4_-[0-9a-f]+$/],
  ['../../etc/passwd', /^_[\w.-]+$/],
  ['..', /^_-[0-9a-f]+$/],
  ['x'.repeat(300), /^x{80}-[0-9a-f]+$/],
])('the id %s becomes a safe file name', (testId, name) => {
  expect(fileNameOf(testId)).toMatch(typeof name === 'string' ? new RegExp(`^${name}$`) : name)
})

test('ids that differ in what file systems dislike keep different names', () => {
  expect(fileNameOf('a/b')).not.toBe(fileNameOf('a:b'))
})
