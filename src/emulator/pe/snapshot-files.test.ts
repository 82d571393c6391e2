import {
  existsSync,
  linkSync,
  mkdirSync,
  opendirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SnapshotFiles } from './snapshot-files.ts'
import { testFolder } from './testing/store-settings.ts'

const body = Buffer.from('state')

test('writes, overwrites, reads and deletes', () => {
  const directory = testFolder()
  const files = new SnapshotFiles(directory)
  expect(files.write('dc2-0.snapshot', Buffer.from('a longer state'))).toBeNull()
  expect(files.write('dc2-0.snapshot', body)).toBeNull()
  expect(readFileSync(join(directory, 'dc2-0.snapshot'))).toEqual(body)
  expect(files.read('dc2-0.snapshot')).toEqual({ kind: 'body', body })
  files.delete('dc2-0.snapshot')
  expect(readdirSync(directory)).toEqual([])
})

test('overwrites in place: whoever has the file open sees the new content', () => {
  const directory = testFolder()
  const files = new SnapshotFiles(directory)
  files.write('dc2-0.snapshot', body)
  const path = join(directory, 'dc2-0.snapshot')
  const link = join(directory, 'link')
  // A second name of the same file: a file put in its place would leave this one as it was.
  linkSync(path, link)
  files.write('dc2-0.snapshot', Buffer.from('new'))
  expect(readFileSync(link, 'utf8')).toBe('new')
})

test('answers a file that is not there with errno 2', () => {
  const files = new SnapshotFiles(testFolder())
  expect(files.read('dc2-0.snapshot')).toEqual({ kind: 'error', error: expect.stringMatching(/^errno 2 \(ENOENT/) })
})

test('reads an empty file as an empty body', () => {
  const directory = testFolder()
  writeFileSync(join(directory, 'dc2-0.snapshot'), '')
  expect(new SnapshotFiles(directory).read('dc2-0.snapshot')).toEqual({ kind: 'body', body: Buffer.alloc(0) })
})

test('reads all files whose names contain .snapshot, in the order of the directory', () => {
  const directory = testFolder()
  const names = Array.from({ length: 40 }, (_, part) => `dc2-${part}.snapshot${part === 7 ? '.old' : ''}`)
  for (const name of [...names, 'notes.txt']) writeFileSync(join(directory, name), `state of ${name}`)
  const entries = new SnapshotFiles(directory).readAll()
  const inOrder: string[] = []
  const listing = opendirSync(directory)
  for (let entry = listing.readSync(); entry !== null; entry = listing.readSync()) inOrder.push(entry.name)
  listing.closeSync()
  expect(entries.map(({ name }) => name)).toEqual(inOrder.filter((name) => name !== 'notes.txt'))
  expect(entries).toContainEqual({ name: 'dc2-3.snapshot', body: Buffer.from('state of dc2-3.snapshot') })
})

test('reads an entry that is no file as null, among the others', () => {
  const directory = testFolder()
  mkdirSync(join(directory, 'a.snapshot'))
  expect(new SnapshotFiles(directory).readAll()).toEqual([{ name: 'a.snapshot', body: null }])
})

test('deletes all files whose names contain .snapshot, and no others', () => {
  const directory = testFolder()
  for (const name of ['a.snapshot', 'b.snapshot.old', 'notes.txt']) writeFileSync(join(directory, name), '')
  new SnapshotFiles(directory).deleteAll('files')
  expect(readdirSync(directory)).toEqual(['notes.txt'])
})

test('says why it could not write, and reads nothing, where there is no directory', () => {
  const files = new SnapshotFiles(join(testFolder(), 'missing'))
  expect(files.write('a.snapshot', body)).toMatch(/^errno 2 \(ENOENT/)
  expect(files.read('a.snapshot')).toMatchObject({ kind: 'error' })
  expect(files.readAll()).toEqual([])
  files.delete('a.snapshot')
  files.deleteAll('files')
})

test('a name with a slash cannot be opened and leads nowhere', () => {
  const directory = testFolder()
  mkdirSync(join(directory, 'store'))
  const files = new SnapshotFiles(join(directory, 'store'))
  writeFileSync(join(directory, 'outside.snapshot'), body)
  expect(files.write('../x.snapshot', body)).toMatch(/^errno 2 /)
  expect(files.read('../outside.snapshot')).toMatchObject({ kind: 'error' })
  files.delete('../outside.snapshot')
  expect(readdirSync(directory).sort()).toEqual(['outside.snapshot', 'store'])
})

test.each([
  ['dc2\0/../x-0.snapshot', 'dc2'],
  ['dc2-0\0.snapshot', 'dc2-0'],
])('the name %j ends where a C string does', (...[name, entry]) => {
  const directory = testFolder()
  const files = new SnapshotFiles(directory)
  expect(files.write(name, body)).toBeNull()
  expect(readdirSync(directory)).toEqual([entry])
  expect(files.read(name)).toEqual({ kind: 'body', body })
  files.delete(name)
  expect(readdirSync(directory)).toEqual([])
})

test.each(['\0-0.snapshot', '.\0-0.snapshot', '..\0-0.snapshot'])(
  'the name %j is that of a directory, which stays',
  (name) => {
    const directory = testFolder()
    const files = new SnapshotFiles(directory)
    expect(files.write(name, body)).toMatch(/^errno 21 \(EISDIR/)
    expect(files.read(name)).toMatchObject({ kind: 'error' })
    files.delete(name)
    expect(readdirSync(directory)).toEqual([])
  },
)

test('without a directory nothing is written right under the root', () => {
  const files = new SnapshotFiles('')
  expect(files.write('failover-test.snapshot', body)).toMatch(/^errno 13 \(EACCES/)
  expect(files.read('failover-test.snapshot')).toMatchObject({ kind: 'error' })
  expect(files.readAll()).toEqual([])
  files.deleteAll('files')
  expect(readdirSync('/')).not.toContain('failover-test.snapshot')
})

test.skipIf(!existsSync('/dev/full'))('a full disk is an error, and may leave a part of the file behind', () => {
  const directory = testFolder()
  symlinkSync('/dev/full', join(directory, 'dc2-0.snapshot'))
  expect(new SnapshotFiles(directory).write('dc2-0.snapshot', body)).toMatch(/^errno 28 \(ENOSPC/)
  expect(readdirSync(directory)).toEqual(['dc2-0.snapshot'])
})
