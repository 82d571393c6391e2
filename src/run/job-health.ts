import type { Clock } from '../model/clock.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { JsonValue } from '../model/json.ts'
import type { Job, StreamsClient } from '../model/streams-client.ts'
import type { EventSource } from '../model/testbed.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Real seconds that a job may take to become healthy. Starting processes takes its time whatever the time scale is. */
const healthyTimeoutRealSeconds = 60

/** Real seconds between looks where the testbed sends no event. */
const pollRealSeconds = 0.5

/** A job to wait for, and how to hear of it. */
export interface HealthWait {
  readonly dc: DatacenterName
  readonly jobId: string
  readonly streams: StreamsClient
  readonly events: EventSource
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/**
 * Resolves when the job is healthy: looks on every event of its DC, and now and then where none comes.
 * @throws TestbedError at once when a PE failed to start, with what the testbed said of it; WaitTimeoutError.
 */
export async function waitForHealthyJob(wait: HealthWait): Promise<Job> {
  const { dc, jobId, streams, events, clock, signal } = wait
  let lastSeen: JsonValue = 'nothing'
  let startFailure: JsonValue | undefined
  return await waitUntil({
    what: `job ${jobId} of ${dc} to be healthy`,
    clock,
    timeoutSeconds: healthyTimeoutRealSeconds * clock.timeScale,
    pollSeconds: pollRealSeconds * clock.timeScale,
    ...(signal === undefined ? {} : { signal }),
    subscribe: (recheck) =>
      events.subscribe((event) => {
        if (event.dc !== dc) return
        if (event.event === 'toolkit_error' || event.event === 'pe_exited') startFailure = event.detail ?? startFailure
        recheck()
      }),
    lastSeen: () => lastSeen,
    probe: async () => {
      const job = await streams.job(jobId)
      lastSeen = job.health
      if (job.health === 'healthy') return job
      const failed = (await streams.processingElements(jobId)).find((pe) => pe.statusReason === 'failure')
      if (failed === undefined) return undefined
      throw new TestbedError(
        `PE ${failed.id} of job ${jobId} in ${dc} failed to start: ${textOf(startFailure) ?? failed.status}`,
      )
    },
  })
}

/** What a testbed said of a failure: its message where it has one, or that of the failure that ended the PE. */
function textOf(said: JsonValue | undefined): string | undefined {
  if (said === undefined || typeof said === 'string') return said
  if (typeof said !== 'object' || said === null) return JSON.stringify(said)
  const parts = new Map<string, JsonValue>(Object.entries(said))
  return textOf(parts.get('message') ?? parts.get('failure')) ?? JSON.stringify(said)
}
