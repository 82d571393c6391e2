import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { plainestCase } from './fuzz-case.ts'
import { findingPath, prepareFolder, writeFinding } from './fuzz-file.ts'
import type { FuzzFinding } from './run-fuzz.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'failover-fuzz-file-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

test('a folder is made where it is missing, and what tries it leaves nothing behind', async () => {
  const made = folder()
  writeFileSync(join(made, 'kept'), 'as it was')
  await prepareFolder(join(made, 'some', 'where'))
  await prepareFolder(made)
  expect(readdirSync(made)).toEqual(['kept', 'some'])
  expect(readdirSync(join(made, 'some', 'where'))).toEqual([])
})

test('several at once make the same folder', async () => {
  const path = join(folder(), 'some', 'where')
  await Promise.all([1, 2, 3].map(async () => await prepareFolder(path)))
  expect(readdirSync(path)).toEqual([])
})

test('a link to nowhere is no folder', async () => {
  const made = folder()
  symlinkSync(join(made, 'nowhere'), join(made, 'link'))
  await expect(prepareFolder(join(made, 'link'))).rejects.toThrow('ENOENT')
})

test('a finding that passes when it is read again is not proven', async () => {
  const place = { directory: join(folder(), 'new'), seed: 7, command: 'failover fuzz --seed 7 --minutes 5' }
  const finding: FuzzFinding = {
    run: 12,
    runSeed: 99,
    invariant: 'replay_whole',
    message: 'half of it',
    drawn: plainestCase,
    smallest: plainestCase,
    smallestMessage: 'half of it',
    shrinkTries: 0,
  }
  const file = await writeFinding(finding, place)
  expect(file).toMatchObject({ path: join(place.directory, 'fuzz-7-12.yaml'), isProven: false })
  expect(file.path).toBe(findingPath(finding, place))
  const comment = readFileSync(file.path, 'utf8').replaceAll(/\s*\n# ?/g, ' ')
  expect(comment).toContain('Found by failover fuzz --seed 7 --minutes 5 in run 12, and shrunk. half of it')
  expect(comment).toContain('failover simulate fuzz-7-12.yaml --seed 99')
})
