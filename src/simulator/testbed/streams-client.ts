import { readBundle } from '../../applications/builtin-bundle.ts'
import type { Bundle } from '../../applications/builtin-bundle.ts'
import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import type { WaitOptions } from '../../model/clock.ts'
import { RequestError, TestbedError } from '../../model/errors.ts'
import type {
  ApplicationConfiguration,
  Job,
  Metric,
  Operator,
  ProcessingElement,
  StreamsClient,
  StreamsInstance,
  SubmitRequest,
} from '../../model/streams-client.ts'
import type { WorldJob } from '../world/job.ts'
import { jobOf, operatorOf, peOf } from './representations.ts'
import { originOf, refused } from './refusals.ts'
import type { RequestName } from './refusals.ts'
import { taken } from './service.ts'
import type { ServedDatacenter } from './service.ts'

const instanceId = 'StreamsInstance'

/** System seconds from a request to cancel a job until its PEs are gone: what was under way from them by then has left. */
const cancelSeconds = 1

/** A simulated DC's REST Management API without HTTP: the same answers and errors (streams-rest-api reference §3 to §11). */
export class InMemoryStreamsClient implements StreamsClient {
  readonly url: string
  readonly #on: ServedDatacenter
  readonly #instance: string
  readonly #bundles = new Map<string, Bundle>()

  constructor(on: ServedDatacenter) {
    this.#on = on
    const origin = originOf(on.datacenter.name)
    this.url = `${origin}/streams/resources`
    this.#instance = `${origin}/streams/instances/${instanceId}`
  }

  async instance(wait?: WaitOptions): Promise<StreamsInstance> {
    await this.#asked('GET', '', wait)
    const isHealthy = this.#jobs().every(({ health }) => health === 'healthy')
    const health = isHealthy ? 'healthy' : 'partiallyUnhealthy'
    return { id: instanceId, status: 'running', health, self: this.#instance }
  }

  async uploadBundle(sab: Uint8Array, wait?: WaitOptions): Promise<string> {
    const request = await this.#asked('POST', '/applicationbundles', wait)
    const read = readBundle(sab)
    if (!read.ok) throw badRequest(request, read.problem, '200 or 201')
    const bundleId = `bundleId:${this.#bundles.size + 1}`
    this.#bundles.set(bundleId, read.bundle)
    return bundleId
  }

  async submitJob(request: SubmitRequest, wait?: WaitOptions): Promise<Job> {
    const post = await this.#asked('POST', '/jobs', wait)
    const { bundleId, jobName, submissionParameters = {}, fusionTargetPeCount = 1, tracing = 'error' } = request
    const bundle = this.#bundles.get(bundleId)
    if (bundle === undefined) {
      const text = `Expected \`application\` to be the bundleId of an uploaded bundle, got ${JSON.stringify(bundleId)}.`
      throw badRequest(post, text, '201')
    }
    try {
      const job = this.#on.datacenter.submit({
        bundle,
        ...(jobName === undefined ? {} : { name: jobName }),
        parameters: submissionParameters,
        tracing,
        peCount: fusionTargetPeCount,
      })
      return this.#job(job)
    } catch (error) {
      if (error instanceof TestbedError) throw badRequest(post, error.message, '201')
      throw error
    }
  }

  async jobs(wait?: WaitOptions): Promise<readonly Job[]> {
    await this.#asked('GET', '/jobs', wait)
    return this.#jobs().map((job) => this.#job(job))
  }

  async job(id: string, wait?: WaitOptions): Promise<Job> {
    return this.#job(await this.#findJob(id, wait))
  }

  async cancelJob(id: string, wait?: WaitOptions): Promise<boolean> {
    await this.#asked('DELETE', `/jobs/${id}`, wait)
    if (this.#on.datacenter.job(id) === undefined) return false
    await this.#on.time.clock.sleep(cancelSeconds, wait)
    return this.#on.datacenter.cancel(id)
  }

  async processingElements(jobId: string, wait?: WaitOptions): Promise<readonly ProcessingElement[]> {
    const job = await this.#findJob(jobId, wait)
    return job.pes.map((pe) => peOf(job, pe, this.#instance))
  }

  async operators(jobId: string, wait?: WaitOptions): Promise<readonly Operator[]> {
    const job = await this.#findJob(jobId, wait)
    return countersOf(job).map((operator) => operatorOf(job, operator, this.#instance))
  }

  async operatorMetrics(jobId: string, operator: string, wait?: WaitOptions): Promise<readonly Metric[]> {
    const { gauges = {} } = await this.#findOperator(jobId, operator, wait)
    return Object.entries(gauges).map(([name, value]) => this.#metric({ name, kind: 'gauge', value }))
  }

  async outputPortMetrics(
    port: { jobId: string; operator: string; index: number },
    wait?: WaitOptions,
  ): Promise<readonly Metric[]> {
    const { jobId, operator, index } = port
    const { submitted } = await this.#findOperator(jobId, operator, wait)
    const value = submitted[index]
    if (value !== undefined) return [this.#metric({ name: 'nTuplesSubmitted', kind: 'counter', value })]
    const url = `${this.#instance}/jobs/${jobId}/operators/${encodeURIComponent(operator)}/outputports`
    const message = `Expected output port ${index} of operator ${operator}, got ${submitted.length} ports (GET ${url})`
    throw new RequestError(message, { method: 'GET', url, status: 200 })
  }

  async applicationConfigurations(wait?: WaitOptions): Promise<readonly ApplicationConfiguration[]> {
    await this.#asked('GET', '/applicationconfigurations', wait)
    return [...this.#on.datacenter.configurations].map(([name, content]) => this.#configuration(name, content))
  }

  async putApplicationConfiguration(
    configuration: { name: string; description?: string; properties: Readonly<Record<string, string>> },
    wait?: WaitOptions,
  ): Promise<ApplicationConfiguration> {
    const { name, description, properties } = configuration
    const request = await this.#asked('POST', '/applicationconfigurations', wait)
    if (name === '') throw badRequest(request, 'Expected `name` to be a text, got "".', '200 or 201')
    const { configurations } = this.#on.datacenter
    const before = configurations.get(name)
    const content = { description: description ?? before?.description ?? '', properties: { ...properties } }
    configurations.set(name, content)
    return this.#configuration(name, content)
  }

  async deleteApplicationConfiguration(name: string, wait?: WaitOptions): Promise<boolean> {
    await this.#asked('DELETE', `/applicationconfigurations/${encodeURIComponent(name)}`, wait)
    return this.#on.datacenter.configurations.delete(name)
  }

  /** There is no connection. */
  close(): void {
    this.#bundles.clear()
  }

  async #asked(method: RequestName['method'], path: string, wait: WaitOptions | undefined): Promise<RequestName> {
    const request = { method, url: `${this.#instance}${path}` }
    await taken(this.#on, request, wait)
    return request
  }

  #jobs(): readonly WorldJob[] {
    return this.#on.datacenter.jobs()
  }

  #job(job: WorldJob): Job {
    return jobOf(job, this.#instance)
  }

  async #findJob(id: string, wait: WaitOptions | undefined): Promise<WorldJob> {
    const { url } = await this.#asked('GET', '/jobs', wait)
    const jobs = this.#jobs()
    const found = jobs.find((job) => job.id === id)
    if (found !== undefined) return found
    const there = jobs.map((job) => job.id).join(', ') || 'none'
    const message = `Instance ${instanceId} has no job ${id}; there are: ${there} (GET ${url})`
    throw new RequestError(message, { method: 'GET', url, status: 404 })
  }

  async #findOperator(jobId: string, name: string, wait: WaitOptions | undefined): Promise<OperatorCounters> {
    const job = await this.#findJob(jobId, wait)
    const operators = countersOf(job)
    const found = operators.find((operator) => operator.name === name)
    if (found !== undefined) return found
    const names = operators.map((operator) => operator.name).join(', ') || 'none'
    const url = `${this.#instance}/jobs/${jobId}/operators`
    const message = `Job ${jobId} has no operator ${name}; there are: ${names} (GET ${url})`
    throw new RequestError(message, { method: 'GET', url, status: 404 })
  }

  #metric(of: { readonly name: string; readonly kind: 'counter' | 'gauge'; readonly value: number }): Metric {
    const { name, kind, value } = of
    const lastTimeRetrieved = Math.round(this.#on.time.clock.now() * 1000)
    return { name, metricKind: kind, metricType: kind === 'counter' ? 'system' : 'custom', value, lastTimeRetrieved }
  }

  #configuration(
    name: string,
    content: { readonly description: string; readonly properties: Readonly<Record<string, string>> },
  ): ApplicationConfiguration {
    const self = `${this.#instance}/applicationconfigurations/${encodeURIComponent(name)}`
    return { name, description: content.description, properties: { ...content.properties }, self }
  }
}

function countersOf(job: WorldJob): readonly OperatorCounters[] {
  return job.pes.flatMap((pe) => pe.operators())
}

function badRequest(request: RequestName, text: string, expected: string): RequestError {
  return refused(request, { status: 400, id: 'CDISW5014E', text, expected })
}
