import { expect, test } from 'vitest'
import { authorizedUrl, withoutCredentials } from './authorized-url.ts'

test('moves user and password from the URL into a header', () => {
  const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  expect(authorizedUrl('http://me:p%40ss@host:1/a?b')).toEqual({ url: 'http://host:1/a?b', headers: { authorization } })
  expect(authorizedUrl('http://host:1/a')).toEqual({ url: 'http://host:1/a', headers: {} })
})

test('refuses what is no URL without repeating a password', () => {
  expect(() => authorizedUrl('http://u:secret@')).toThrow(/^Expected a URL such as .*, got http:\/\/$/)
})

test('hides credentials in texts', () => {
  expect(withoutCredentials('at http://u:p@h/x')).toBe('at http://h/x')
})
