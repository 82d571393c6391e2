import { SettingsError, TestbedError } from '../model/errors.ts'
import type { StreamsClient } from '../model/streams-client.ts'
import type { StatusReader } from '../peer/conformance/job-watch.ts'

const watchdog = 'RemoteDataCenterHeartbeatWatchdog'

/**
 * A reader of nTuplesSubmitted of the job's heartbeat watchdog (toolkit reference §6), wherever in the application the composite
 * is.
 * @throws SettingsError when the job cannot be told or has no such operator; RequestError
 */
export async function jobStatusReader(streams: StreamsClient, jobId: string | undefined): Promise<StatusReader> {
  const id = jobId ?? (await onlyJob(streams))
  const operators = await streams.operators(id)
  const found = operators.find(({ name }) => name === watchdog || name.endsWith(`.${watchdog}`))
  if (found === undefined) {
    throw new SettingsError(
      `Expected job ${id} to have the operator ${watchdog} of the cross-DC toolkit, got ${operators.length} operators without it.`,
    )
  }
  return async () => {
    const metrics = await streams.outputPortMetrics({ jobId: id, operator: found.name, index: 0 })
    const metric = metrics.find(({ name }) => name === 'nTuplesSubmitted')
    if (metric !== undefined) return metric.value
    throw new TestbedError(`Expected output port 0 of ${found.name} to have the metric nTuplesSubmitted, got none.`)
  }
}

async function onlyJob(streams: StreamsClient): Promise<string> {
  const jobs = await streams.jobs()
  const [only] = jobs
  if (only !== undefined && jobs.length === 1) return only.id
  const known = jobs.length === 0 ? 'none' : jobs.map(({ id, name }) => `${id} (${name})`).join(', ')
  throw new SettingsError(`Expected the instance to have one job, or --job with its id, got ${known}.`)
}
