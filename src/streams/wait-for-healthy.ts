import type { Clock } from '../model/clock.ts'
import { TestbedError } from '../model/errors.ts'
import type { Job, ProcessingElement, StreamsClient } from '../model/streams-client.ts'
import { waitUntil } from '../support/wait-until.ts'

/** How long to wait for a job, and how to hear of its changes. */
export interface HealthyWait {
  readonly clock: Clock
  /** Seconds of the clock. */
  readonly timeoutSeconds: number
  readonly signal?: AbortSignal | undefined
  /** Has `recheck` called when the job may have changed; returns what ends that. @default look twice a real second */
  readonly subscribe?: ((recheck: () => void) => () => void) | undefined
}

/** Seconds of real time between looks where there is nothing to subscribe to. */
const pollRealSeconds = 0.5

/**
 * Resolves when the job and all its PEs are healthy.
 * @throws TestbedError at once when a PE failed or was launched again; WaitTimeoutError; RequestError
 */
export async function waitForHealthy(client: StreamsClient, jobId: string, wait: HealthyWait): Promise<Job> {
  const { clock, timeoutSeconds, signal, subscribe } = wait
  const options = signal === undefined ? {} : { signal }
  let lastSeen: string | undefined
  return await waitUntil({
    what: `job ${jobId} to be healthy`,
    clock,
    timeoutSeconds,
    signal,
    ...(subscribe === undefined ? { pollSeconds: pollRealSeconds * clock.timeScale } : { subscribe }),
    lastSeen: () => lastSeen,
    probe: async () => {
      const job = await client.job(jobId, options)
      const pes = await client.processingElements(jobId, options)
      lastSeen = describe(job, pes)
      const failed = pes.find(hasFailed)
      if (failed !== undefined) {
        throw new TestbedError(`PE ${failed.id} of job ${jobId} failed: ${describePe(failed)}; ${client.url}`)
      }
      const isHealthy = job.health === 'healthy' && pes.every(({ health }) => health === 'healthy')
      return isHealthy ? job : undefined
    },
  })
}

/** `launchCount` 1 is the first launch; more means that a PE died (streams-rest-api reference §10). */
function hasFailed({ launchCount, status, statusReason }: ProcessingElement): boolean {
  return launchCount > 1 || status === 'failed' || statusReason === 'failure' || statusReason === 'crash'
}

function describe(job: Job, pes: readonly ProcessingElement[]): string {
  const unhealthy = pes.filter(({ health }) => health !== 'healthy').map((pe) => `PE ${pe.id} ${describePe(pe)}`)
  return [`${job.status}, ${job.health}`, ...unhealthy].join('; ')
}

function describePe({ status, statusReason, health, launchCount }: ProcessingElement): string {
  return `${status} (${statusReason}), ${health}, launch ${launchCount}`
}
