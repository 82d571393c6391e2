import { expect, test } from 'vitest'
import { missingReport } from './test-result.ts'

function reasonOf(message: string | undefined): string {
  return missingReport({ title: 'a test', file: 'a.yaml', line: 1, state: 'failed', message }).reason
}

test('a test that failed before its report is told by the first line of its error', () => {
  expect(reasonOf('it broke\nhere and there')).toBe('The test failed before it left a report: it broke')
  expect(reasonOf(undefined)).toBe('The test failed before it left a report: no message')
})

test('a first line that announces a list is told with the list', () => {
  expect(reasonOf('The testbed cannot run X:\n- step a: no\n- step b: no')).toBe(
    'The test failed before it left a report: The testbed cannot run X: - step a: no - step b: no',
  )
})

test('a test that breaks off by an error of its own failed; one that this package broke off could not tell', () => {
  const broken = { title: 't', file: 'f', line: 1, state: 'failed', message: 'x is undefined' }
  expect(missingReport(broken).verdict).toBe('fail')
  expect(missingReport({ ...broken, isOwnError: true }).verdict).toBe('inconclusive')
  expect(missingReport({ ...broken, state: 'passed' }).verdict).toBe('inconclusive')
})
