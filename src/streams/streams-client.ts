import type { WaitOptions } from '../model/clock.ts'
import type { Job, Operator, StreamsClient, StreamsInstance } from '../model/streams-client.ts'
import { ApplicationConfigurations } from './application-configurations.ts'
import { resolveConnection } from './connection-options.ts'
import type { Connection, ConnectionOptions } from './connection-options.ts'
import { InstanceResources } from './instance-resources.ts'
import { answerError, readRepresentation } from './representation.ts'
import {
  bundleRepresentation,
  jobRepresentation,
  metricRepresentation,
  outputPortRepresentation,
  peRepresentation,
} from './representations.ts'
import type { InstanceRepresentation, JobRepresentation, OperatorRepresentation } from './representations.ts'
import { RestSession } from './rest-session.ts'
import { submissionBody } from './submission.ts'

/** How to reach one instance. `url` is the root document, such as `https://host:9714/streams/resources`. */
export interface StreamsClientOptions extends ConnectionOptions {
  /** @default the only instance there is, or `StreamsInstance` */
  readonly instanceId?: string | undefined
}

/** The client over HTTP: what the interface promises, and the one link that Data Exchange may need. */
export interface HttpStreamsClient extends StreamsClient {
  /** URL of the job's generated OpenAPI document, where the job's representation has one (data-exchange reference §3). */
  openApiUrl(jobId: string, options?: WaitOptions): Promise<string | undefined>
}

/** Real milliseconds for uploads and submissions at the least: both answer only when all is done (§7). */
const submissionTimeoutMsMin = 60_000

/**
 * A client of one instance's REST Management API. Nothing is sent before the first call.
 * @throws SettingsError
 */
export function createStreamsClient(options: StreamsClientOptions): HttpStreamsClient {
  return new RestStreamsClient(resolveConnection(options), options.instanceId)
}

class RestStreamsClient implements HttpStreamsClient {
  readonly url: string
  readonly #session: RestSession
  readonly #resources: InstanceResources
  readonly #configurations: ApplicationConfigurations
  readonly #submissionTimeoutMs: number

  constructor(connection: Connection, instanceId: string | undefined) {
    this.url = connection.url
    this.#session = new RestSession(connection)
    this.#resources = new InstanceResources({ session: this.#session, rootUrl: connection.url, instanceId })
    this.#configurations = new ApplicationConfigurations({ session: this.#session, resources: this.#resources })
    this.#submissionTimeoutMs = Math.max(connection.requestTimeoutMs, submissionTimeoutMsMin)
  }

  async instance(wait?: WaitOptions): Promise<StreamsInstance> {
    return toInstance(await this.#resources.instance(wait))
  }

  async uploadBundle(sab: Uint8Array, wait: WaitOptions = {}): Promise<string> {
    const answer = await this.#session.send({
      method: 'POST',
      url: await this.#resources.bundlesUrl(wait),
      bytes: { contentType: 'application/x-jar', content: sab },
      // 200 is what clients of 5.x insist on; whether 7.2 says 201 is not known (§14).
      expect: [200, 201],
      timeoutMs: this.#submissionTimeoutMs,
      ...wait,
    })
    return readRepresentation(bundleRepresentation, answer).bundleId
  }

  async submitJob(request: Parameters<StreamsClient['submitJob']>[0], wait: WaitOptions = {}): Promise<Job> {
    const answer = await this.#session.send({
      method: 'POST',
      url: await this.#resources.jobsUrl(wait),
      json: submissionBody(request),
      expect: [201],
      timeoutMs: this.#submissionTimeoutMs,
      ...wait,
    })
    return toJob(readRepresentation(jobRepresentation, answer))
  }

  async jobs(wait?: WaitOptions): Promise<readonly Job[]> {
    return (await this.#resources.jobs(wait)).map(toJob)
  }

  async job(id: string, wait?: WaitOptions): Promise<Job> {
    return toJob(await this.#resources.job(id, wait))
  }

  async cancelJob(id: string, wait: WaitOptions = {}): Promise<boolean> {
    const job = await this.#resources.findJob(id, wait)
    return job !== undefined && (await this.#session.remove(job.self, wait))
  }

  async processingElements(jobId: string, wait: WaitOptions = {}): ReturnType<StreamsClient['processingElements']> {
    const { pes } = await this.#resources.job(jobId, wait)
    return await this.#session.list(peRepresentation, { url: pes, key: 'pes', ...wait })
  }

  async operators(jobId: string, wait?: WaitOptions): Promise<readonly Operator[]> {
    return (await this.#resources.operators(jobId, wait)).map(toOperator)
  }

  async operatorMetrics(
    jobId: string,
    operator: string,
    wait: WaitOptions = {},
  ): ReturnType<StreamsClient['operatorMetrics']> {
    const { metrics } = await this.#resources.operator({ jobId, name: operator }, wait)
    return await this.#session.list(metricRepresentation, { url: metrics, key: 'metrics', ...wait })
  }

  async outputPortMetrics(
    port: Parameters<StreamsClient['outputPortMetrics']>[0],
    wait: WaitOptions = {},
  ): ReturnType<StreamsClient['outputPortMetrics']> {
    const { outputPorts: url } = await this.#resources.operator({ jobId: port.jobId, name: port.operator }, wait)
    const ports = await this.#session.list(outputPortRepresentation, { url, key: 'outputPorts', ...wait })
    const found = ports.find(({ indexWithinOperator }) => indexWithinOperator === port.index)
    if (found === undefined) {
      const problem = `Expected output port ${port.index} of operator ${port.operator}, got ${ports.length} ports`
      throw answerError({ method: 'GET', url, status: 200, body: '' }, problem)
    }
    return await this.#session.list(metricRepresentation, { url: found.metrics, key: 'metrics', ...wait })
  }

  async applicationConfigurations(wait?: WaitOptions): ReturnType<StreamsClient['applicationConfigurations']> {
    return await this.#configurations.list(wait)
  }

  async putApplicationConfiguration(
    configuration: Parameters<StreamsClient['putApplicationConfiguration']>[0],
    wait?: WaitOptions,
  ): ReturnType<StreamsClient['putApplicationConfiguration']> {
    return await this.#configurations.put(configuration, wait)
  }

  async deleteApplicationConfiguration(name: string, wait?: WaitOptions): Promise<boolean> {
    return await this.#configurations.delete(name, wait)
  }

  async openApiUrl(jobId: string, wait?: WaitOptions): Promise<string | undefined> {
    return (await this.#resources.job(jobId, wait)).service?.apiJson
  }

  close(): void {
    this.#session.close()
  }
}

function toInstance({ id, status, health, self }: InstanceRepresentation): StreamsInstance {
  return { id, status, health, self }
}

function toJob({ id, name, status, health, submitTime, applicationName, self }: JobRepresentation): Job {
  return { id, name, status, health, submitTime, applicationName, self }
}

function toOperator({ name, operatorKind, self }: OperatorRepresentation): Operator {
  return { name, operatorKind, self }
}
