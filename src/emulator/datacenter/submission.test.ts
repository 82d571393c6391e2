import { expect, test } from 'vitest'
import { readSubmission } from './submission.ts'

const bundles = new Map([['bundleId:1', 'ledger' as const]])
const submission = (jobConfig: object, deploymentConfig: object = {}): Readonly<Record<string, unknown>> => ({
  application: 'bundleId:1',
  jobConfigurationOverlay: { jobConfigOverlays: [{ jobConfig, deploymentConfig }] },
})
const path = [{ name: 'configFileName', value: '/x' }]

test('reads name and submission-time values from the first overlay', () => {
  expect(readSubmission(submission({ jobName: 'n', submissionParameters: path }), bundles)).toEqual({
    application: 'ledger',
    name: 'n',
    parameters: { configFileName: '/x' },
  })
})

test.each([
  [{ ...submission({ submissionParameters: path }), application: 'bundleId:2' }, 'got "bundleId:2"'],
  [{ application: 'bundleId:1' }, '`configFileName` is required'],
  [submission({ submissionParameters: [...path, { name: 'x', value: '1' }] }), 'got `x`'],
  [submission({ submissionParameters: path }, { fusionTargetPeCount: 2 }), '`fusionTargetPeCount` to be 1, got 2'],
])('refuses %j', (body, message) => {
  expect(() => readSubmission(body, bundles)).toThrow(message)
})
