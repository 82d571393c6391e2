import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogFile } from './log-file.ts'
import { testFolder } from './testing/store-settings.ts'

test('ends at its limit with a word, and takes a last line even then', () => {
  const path = join(testFolder(), 'pe.log')
  const log = new LogFile(path, 10)
  for (const line of ['1234', '6789', 'x', 'y']) log.append(line)
  log.append('why', { isLast: true })
  expect(readFileSync(path, 'utf8')).toBe('1234\n6789\nThis log is full and ends here.\nwhy\n')
})

test('counts bytes, and those of earlier launches', () => {
  const path = join(testFolder(), 'pe.log')
  new LogFile(path, 10).append('ééé')
  const log = new LogFile(path, 10)
  log.append('xyz')
  expect(readFileSync(path, 'utf8')).toBe('ééé\nThis log is full and ends here.\n')
})

test('says nothing where its folder is gone', () => {
  const path = join(testFolder(), 'gone', 'pe.log')
  expect(() => new LogFile(path).append('x')).not.toThrow()
})
