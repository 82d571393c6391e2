import { expect, test } from 'vitest'
import { submissionBody } from './submission.ts'

test('a number of PEs is asked for by the scheme that heeds it', () => {
  expect(submissionBody({ bundleId: 'b', fusionTargetPeCount: 3 })).toEqual({
    application: 'b',
    jobConfigurationOverlay: {
      jobConfigOverlays: [{ jobConfig: {}, deploymentConfig: { fusionScheme: 'manual', fusionTargetPeCount: 3 } }],
    },
    preview: false,
  })
})

test('without one, how operators are fused is left to the application', () => {
  expect(submissionBody({ bundleId: 'b' })).toMatchObject({
    jobConfigurationOverlay: { jobConfigOverlays: [{ jobConfig: {} }] },
  })
  expect(JSON.stringify(submissionBody({ bundleId: 'b' }))).not.toContain('fusion')
})
