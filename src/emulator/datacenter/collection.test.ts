import { expect, test } from 'vitest'
import { collection } from './collection.ts'
import { ServiceError } from './service-error.ts'

const elements = ['1', '2', '10'].map((id) => ({ id, status: id === '2' ? 'stopped' : 'running' }))
const list = (query: string): Readonly<Record<string, unknown>> =>
  collection({ key: 'jobs', type: 'job', self: 'http://x/jobs', elements, query: new URLSearchParams(query) })
const ids = (query: string): readonly unknown[] => (list(query)['jobs'] as { id: unknown }[]).map(({ id }) => id)

test('has everything, its type and its total', () => {
  expect(list('')).toEqual({ jobs: elements, resourceType: 'jobList', self: 'http://x/jobs', total: 3 })
})

test.each([
  ['status=running', ['1', '10']],
  ['status=running&id=1,2', ['1']],
  ['colour=red', ['1', '2', '10']],
  ['sort=desc.id', ['10', '2', '1']],
  ['sort=asc.status,desc.id', ['10', '1', '2']],
  ['count=2', ['1', '2']],
  ['count=2&page=2', ['10']],
  ['count=2&page=-1', ['10']],
  ['count=2&page=3', []],
])('%s gives %j', (query, expected) => {
  expect(ids(query)).toEqual(expected)
})

test('counts after filtering, and links to the pages beside it', () => {
  expect(list('status=running&count=1')).toMatchObject({ total: 2, next: 'http://x/jobs?count=1&page=2' })
  expect(list('count=1&page=3')).not.toHaveProperty('next')
  expect(list('count=1&page=3')).toMatchObject({ previous: 'http://x/jobs?count=1&page=2' })
})

test('returns the properties asked for', () => {
  expect(list('fields=id&id=2')['jobs']).toEqual([{ id: '2' }])
})

test('refuses a page that is no number', () => {
  expect(() => list('count=two')).toThrow(ServiceError)
})
