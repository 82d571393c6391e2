import { expect, test } from 'vitest'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import { ctimeText, entryOf, tableStatements } from './snapshot-rows.ts'
import { sqliteSettings } from './testing/store-settings.ts'

const quirks = toolkitProfiles['ibm-1.0.1']

test('names of table and key stand in the SQL as they are, and three values are inserted by position', () => {
  const settings = sqliteSettings({
    dataSnapshotTableName: 'dr.replicas',
    dataSnapshotPrimaryKeyColumnName: '"Origin"',
  })
  expect(tableStatements({ settings, quirks, marker: '$' })).toEqual({
    insert: 'INSERT INTO dr.replicas VALUES ($1, $2, $3)',
    selectOne: 'SELECT * FROM dr.replicas WHERE "Origin" = $1',
    selectAll: 'SELECT * FROM dr.replicas',
    deleteOne: 'DELETE FROM dr.replicas WHERE "Origin" = $1',
    deleteAll: 'DELETE FROM dr.replicas',
  })
})

test('without a key column the SQL has a hole, and with quirk Q5 off the column is id', () => {
  const settings = sqliteSettings({ dataSnapshotPrimaryKeyColumnName: '' })
  const withQuirk = tableStatements({ settings, quirks, marker: '?' })
  expect(withQuirk.deleteOne).toBe('DELETE FROM snapshots WHERE  = ?')
  const without = tableStatements({ settings, quirks: toolkitProfiles.documented, marker: '?' })
  expect(without.deleteOne).toBe('DELETE FROM snapshots WHERE id = ?')
})

test('writes local time as ctime does', () => {
  expect(ctimeText(new Date(2026, 10, 21, 9, 5, 7))).toBe('Sat Nov 21 09:05:07 2026')
  expect(ctimeText(new Date(2026, 1, 1, 23, 59, 0))).toBe('Sun Feb  1 23:59:00 2026')
})

test('reads a row by position; a body that is text gives its bytes, one that is null none', () => {
  expect(entryOf(['dc2-0', 'then', Buffer.from([0, 255])])).toEqual({ name: 'dc2-0', body: Buffer.from([0, 255]) })
  expect(entryOf(['dc2-0', 'then', 'ä'])).toEqual({ name: 'dc2-0', body: Buffer.from('ä') })
  expect(entryOf(['dc2-0', 'then', null])).toEqual({ name: 'dc2-0', body: null })
})
