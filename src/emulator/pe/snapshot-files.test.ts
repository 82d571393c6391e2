import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import { SnapshotFiles } from './snapshot-files.ts'

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'failover-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const body = Buffer.from('state')

test('writes, overwrites, reads and deletes', () => {
  const directory = folder()
  const files = new SnapshotFiles(directory)
  expect(files.write('dc2-0.snapshot', Buffer.from('a longer state'))).toBeNull()
  expect(files.write('dc2-0.snapshot', body)).toBeNull()
  expect(readFileSync(join(directory, 'dc2-0.snapshot'))).toEqual(body)
  expect(files.read('dc2-0.snapshot')).toEqual(body)
  files.delete('dc2-0.snapshot')
  expect(files.read('dc2-0.snapshot')).toBeNull()
})

test('deletes all files whose names contain .snapshot, and no others', () => {
  const directory = folder()
  for (const name of ['a.snapshot', 'b.snapshot.old', 'notes.txt']) writeFileSync(join(directory, name), '')
  new SnapshotFiles(directory).deleteAll()
  expect(readdirSync(directory)).toEqual(['notes.txt'])
})

test('says why it could not write, and reads nothing, where there is no directory', () => {
  const files = new SnapshotFiles(join(folder(), 'missing'))
  expect(files.write('a.snapshot', body)).toContain('ENOENT')
  expect(files.read('a.snapshot')).toBeNull()
  files.delete('a.snapshot')
  files.deleteAll()
})

test('a name with a slash cannot be opened and leads nowhere', () => {
  const directory = folder()
  const files = new SnapshotFiles(join(directory, 'store'))
  writeFileSync(join(directory, 'outside.snapshot'), body)
  expect(files.write('../x.snapshot', body)).toContain('Could not open')
  expect(files.read('../outside.snapshot')).toBeNull()
  files.delete('../outside.snapshot')
  expect(readdirSync(directory)).toEqual(['outside.snapshot'])
})
