import { expect, test } from 'vitest'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import { readSubmission } from './submission.ts'

const bundleOf = (application: 'ledger' | 'sample' | 'passive-sample') => ({
  application,
  toolkit: defaultBehaviour,
  operatorParameters: {},
})
const bundles = new Map([
  ['bundleId:1', bundleOf('ledger')],
  ['bundleId:2', bundleOf('sample')],
  ['bundleId:3', bundleOf('passive-sample')],
])
const submission = (jobConfig: object, deploymentConfig: object = {}): Readonly<Record<string, unknown>> => ({
  application: 'bundleId:1',
  jobConfigurationOverlay: { jobConfigOverlays: [{ jobConfig, deploymentConfig }] },
})
const path = [{ name: 'configFileName', value: '/x' }]

test('reads name, submission-time values, tracing and the number of PEs from the first overlay', () => {
  const jobConfig = { jobName: 'n', submissionParameters: path, tracing: 'info' }
  expect(readSubmission(submission(jobConfig, { fusionTargetPeCount: 3 }), bundles)).toEqual({
    bundle: bundleOf('ledger'),
    name: 'n',
    parameters: { configFileName: '/x' },
    tracing: 'info',
    fusionTargetPeCount: 3,
  })
})

test('has one PE, and traces errors, where nothing else is asked for', () => {
  const read = readSubmission({ application: 'bundleId:2' }, bundles)
  expect(read).toMatchObject({ parameters: {}, tracing: 'error', fusionTargetPeCount: 1 })
})

test.each([
  [{ ...submission({ submissionParameters: path }), application: 'bundleId:9' }, 'got "bundleId:9"'],
  [{ application: 'bundleId:1' }, '`configFileName` is required'],
  [{ ...submission({ submissionParameters: path }), application: 'bundleId:3' }, '`shellScriptName` is required'],
  [submission({ submissionParameters: [...path, { name: 'x', value: '1' }] }), 'builtin:ledger (configFileName, '],
  [submission({ submissionParameters: [...path, { name: 'x', value: '1' }] }), 'got `x`'],
  [submission({ submissionParameters: path }, { fusionTargetPeCount: 0 }), 'whole number from 1 up, got 0'],
  [submission({ submissionParameters: path }, { fusionTargetPeCount: 1.5 }), 'got 1.5'],
  [submission({ submissionParameters: path }, { fusionTargetPeCount: '2' }), 'got "2"'],
  [
    submission({ submissionParameters: path, tracing: 'loud' }),
    'one of off, error, warn, info, debug, trace, got "loud"',
  ],
])('refuses %j', (body, message) => {
  expect(() => readSubmission(body, bundles)).toThrow(message)
})
