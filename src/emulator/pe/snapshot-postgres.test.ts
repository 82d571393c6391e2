import { expect, test } from 'vitest'
import { postgresDatabase, postgresTarget } from './snapshot-postgres.ts'

const none = { user: '', password: '' }

test('takes host, port, database, user and password from a URL', () => {
  const url = 'jdbc:postgresql://db.example:6432/dr%20store?user=me&password=a%3Db%26c'
  expect(postgresTarget({ url, ...none })).toEqual({
    host: 'db.example',
    port: 6432,
    database: 'dr store',
    user: 'me',
    password: 'a=b&c',
    sslMode: 'disable',
    sslRootCert: null,
  })
})

test('takes the usual port where none is given, and an IPv6 address in brackets', () => {
  expect(postgresTarget({ url: 'jdbc:postgresql://[::1]/dr', ...none })).toMatchObject({ host: '::1', port: 5432 })
})

test('user and password of the settings win over those of the URL', () => {
  const url = 'jdbc:postgresql://host/dr?user=other&password=other'
  expect(postgresTarget({ url, user: 'me', password: 'mine' })).toMatchObject({ user: 'me', password: 'mine' })
  expect(postgresTarget({ url, user: 'me', password: '' })).toMatchObject({ user: 'me', password: 'other' })
})

test.each([
  ['', 'disable'],
  ['?ssl=false', 'disable'],
  ['?ssl=true', 'verify-full'],
  ['?ssl', 'verify-full'],
  ['?ssl=true&sslmode=require', 'require'],
  ['?sslmode=prefer', 'disable'],
  ['?sslmode=verify-ca&sslrootcert=/ca.pem', 'verify-ca'],
])('understands TLS in %j as %s', (query, sslMode) => {
  expect(postgresTarget({ url: `jdbc:postgresql://host/dr${query}`, ...none })).toMatchObject({ sslMode })
})

test.each([
  'jdbc:postgresql:dr',
  'jdbc:postgresql://host',
  'jdbc:postgresql://host/',
  'jdbc:postgresql://host:0/dr',
  'jdbc:postgresql://host:65536/dr',
  'jdbc:postgresql://host:port/dr',
  'jdbc:postgresql://one,two/dr',
  'jdbc:postgresql://host/dr/more',
  'jdbc:postgresql://host/%zz',
  'postgresql://host/dr',
])('refuses %s', (url) => {
  expect(() => postgresTarget({ url, ...none })).toThrow('Expected dataSnapshotJdbcUrl to be jdbc:postgresql://host')
})

test('refuses parameters that it would have to ignore, and shows no password', () => {
  const url = (query: string): string => `jdbc:postgresql://host/dr?password=secret&${query}`
  const refusal = (query: string) => (): unknown => postgresTarget({ url: url(query), ...none })
  expect(refusal('currentSchema=x')).toThrow(/^(?!.*secret).*got `currentSchema`/s)
  expect(refusal('sslmode=maybe')).toThrow(/^(?!.*secret).*got maybe/s)
  expect(() => postgresTarget({ url: 'jdbc:postgresql://me:secret@host/dr', ...none })).toThrow(/^(?!.*secret)/s)
})

test('a root certificate that cannot be read fails the connection', async () => {
  const url = 'jdbc:postgresql://127.0.0.1:1/dr?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem'
  const { signal } = new AbortController()
  const connection = postgresDatabase({ url, ...none }).connect({ timeoutMs: 1000, signal })
  await expect(connection).rejects.toThrow('Could not read `sslrootcert`')
})
