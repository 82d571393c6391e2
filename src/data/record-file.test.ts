import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { readRecords } from './record-file.ts'
import type { RecordFormat, RecordLimits } from './record-file.ts'

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'records-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  const path = join(folder, 'records')
  await writeFile(path, text)
  return path
}

async function read(
  format: RecordFormat,
  text: string,
  limits?: RecordLimits,
): Promise<readonly (readonly unknown[])[]> {
  const records = await readRecords({ path: await fileOf(text), format }, limits)
  return records.map(({ payload, fields, line }) => [payload, fields, line])
}

test('lines are records as they stand', async () => {
  expect(await read('lines', 'one\r\n\ntwo words\n')).toEqual([
    ['one', {}, 1],
    ['two words', {}, 3],
  ])
})

test('of CSV a record is an object by the names of the head line, quotes and line ends in fields included', async () => {
  expect(await read('csv', '\uFEFFid,text\n1,"a ""b"""\n2,"two\nlines"\n')).toEqual([
    ['{"id":"1","text":"a \\"b\\""}', { id: '1', text: 'a "b"' }, 2],
    ['{"id":"2","text":"two\\nlines"}', { id: '2', text: 'two\nlines' }, 4],
  ])
})

test('of NDJSON a record is its line, with its fields', async () => {
  expect(await read('ndjson', '{"id":1}\n{"id": 2}')).toEqual([
    ['{"id":1}', { id: 1 }, 1],
    ['{"id": 2}', { id: 2 }, 2],
  ])
})

test.each<[RecordFormat, string, string]>([
  ['ndjson', '{"id":1}\n{"id":\n', ':2: expected one JSON object a line, got {"id":'],
  ['ndjson', '{"id":1}\n\n[1]\n', ':3: expected a JSON object, got [1]'],
  ['csv', 'id,text\n1,a\n2\n', ':3: Invalid Record Length'],
  ['csv', 'id,text\n1,"a\n', 'Quote Not Closed'],
  ['lines', '\n \n', ': expected at least one record, got none.'],
  ['csv', 'id,text\n', ': expected at least one record, got none.'],
])('%s that is broken is named by its line: %j', async (format, text, message) => {
  const records = read(format, text)
  await expect(records).rejects.toThrow(SettingsError)
  await expect(records).rejects.toThrow(`records${message.startsWith(':') ? message : ''}`)
  await expect(records).rejects.toThrow(message)
})

test('no file, and none that can be read, are named', async () => {
  await expect(readRecords({ path: '/nowhere/x.csv', format: 'csv' })).rejects.toThrow(
    '/nowhere/x.csv: expected a file of records, got no such file',
  )
  await expect(readRecords({ path: tmpdir(), format: 'lines' })).rejects.toThrow(
    'expected a file of records, got something else',
  )
})

test('as many records and bytes as allowed are read, and one more is refused', async () => {
  const limits = { recordsMax: 2, bytesMax: 100 }
  expect(await read('lines', 'a\nb\n', limits)).toHaveLength(2)
  await expect(read('lines', 'a\nb\nc\n', limits)).rejects.toThrow(':3: expected at most 2 records, got more.')
  expect(await read('lines', `${'x'.repeat(99)}\n`, limits)).toHaveLength(1)
  await expect(read('lines', `${'x'.repeat(100)}\n`, limits)).rejects.toThrow('expected at most 100 bytes, got more.')
})
