import type { JsonObject } from '../model/json.ts'
import type { SubmitRequest } from '../model/streams-client.ts'

/** The body of a job submission, with its overlay document (streams-rest-api reference §7). */
export function submissionBody(request: SubmitRequest): JsonObject {
  const { bundleId, jobName, submissionParameters = {}, fusionTargetPeCount, tracing } = request
  const parameters = Object.entries(submissionParameters).map(([name, value]) => ({ name, value }))
  return {
    application: bundleId,
    jobConfigurationOverlay: {
      jobConfigOverlays: [
        {
          jobConfig: {
            ...(jobName === undefined ? {} : { jobName }),
            ...(parameters.length === 0 ? {} : { submissionParameters: parameters }),
            ...(tracing === undefined ? {} : { tracing }),
          },
          // The count is heeded in the scheme `manual` only.
          ...(fusionTargetPeCount === undefined
            ? {}
            : { deploymentConfig: { fusionScheme: 'manual', fusionTargetPeCount } }),
        },
      ],
    },
    preview: false,
  }
}
