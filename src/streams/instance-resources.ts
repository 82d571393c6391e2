import type { WaitOptions } from '../model/clock.ts'
import { RequestError } from '../model/errors.ts'
import { instanceRepresentation, jobRepresentation, operatorRepresentation, rootDocument } from './representations.ts'
import type { InstanceRepresentation, JobRepresentation, OperatorRepresentation } from './representations.ts'
import type { RestSession } from './rest-session.ts'

/** Id of an instance that was not named otherwise (streams-rest-api reference §1). */
const defaultInstanceId = 'StreamsInstance'

/** Finds one instance's resources by following links from the root document; no path is ever put together. */
export class InstanceResources {
  readonly #session: RestSession
  readonly #rootUrl: string
  readonly #instanceId: string | undefined
  /** The instance's links do not change while it exists, so the way to it is gone once. */
  #found: InstanceRepresentation | undefined

  constructor(options: { session: RestSession; rootUrl: string; instanceId?: string | undefined }) {
    this.#session = options.session
    this.#rootUrl = options.rootUrl
    this.#instanceId = options.instanceId
  }

  /** The instance as it is now. */
  async instance(wait: WaitOptions = {}): Promise<InstanceRepresentation> {
    if (this.#found === undefined) return await this.#links(wait)
    return await this.#session.get(instanceRepresentation, { url: this.#found.self, ...wait })
  }

  async jobs(wait: WaitOptions = {}): Promise<readonly JobRepresentation[]> {
    const { jobs } = await this.#links(wait)
    return await this.#session.list(jobRepresentation, { url: jobs, key: 'jobs', ...wait })
  }

  async findJob(id: string, wait: WaitOptions = {}): Promise<JobRepresentation | undefined> {
    return (await this.jobs(wait)).find((job) => job.id === id)
  }

  /** @throws RequestError when there is no such job, naming those that there are */
  async job(id: string, wait: WaitOptions = {}): Promise<JobRepresentation> {
    const jobs = await this.jobs(wait)
    const found = jobs.find((job) => job.id === id)
    if (found !== undefined) return found
    const { id: instance, jobs: url } = await this.#links(wait)
    const message = `Instance ${instance} has no job ${id}; there are: ${jobs.map((job) => job.id).join(', ') || 'none'}`
    throw new RequestError(`${message} (GET ${url})`, { method: 'GET', url, status: 404 })
  }

  async operators(jobId: string, wait: WaitOptions = {}): Promise<readonly OperatorRepresentation[]> {
    const { operators } = await this.job(jobId, wait)
    return await this.#session.list(operatorRepresentation, { url: operators, key: 'operators', ...wait })
  }

  /** @throws RequestError when there is no such operator, naming those that there are */
  async operator(which: { jobId: string; name: string }, wait: WaitOptions = {}): Promise<OperatorRepresentation> {
    const { jobId, name } = which
    const operators = await this.operators(jobId, wait)
    const found = operators.find((operator) => operator.name === name)
    if (found !== undefined) return found
    const { operators: url } = await this.job(jobId, wait)
    const names = operators.map((operator) => operator.name).join(', ') || 'none'
    const message = `Job ${jobId} has no operator ${name}; there are: ${names} (GET ${url})`
    throw new RequestError(message, { method: 'GET', url, status: 404 })
  }

  /** Where to upload to. No link for it is documented; then it is what all known clients add to the instance's own (§6, §12.1). */
  async bundlesUrl(wait: WaitOptions = {}): Promise<string> {
    const { self, applicationBundles } = await this.#links(wait)
    return applicationBundles ?? `${self}/applicationbundles`
  }

  async jobsUrl(wait: WaitOptions = {}): Promise<string> {
    return (await this.#links(wait)).jobs
  }

  /** @throws RequestError when the instance offers none */
  async applicationConfigurationsUrl(wait: WaitOptions = {}): Promise<string> {
    const { id, self, applicationConfigurations } = await this.#links(wait)
    if (applicationConfigurations !== undefined) return applicationConfigurations
    const message = `Expected \`applicationConfigurations\` in instance ${id}, got no such link (GET ${self})`
    throw new RequestError(message, { method: 'GET', url: self })
  }

  async #links(wait: WaitOptions): Promise<InstanceRepresentation> {
    this.#found ??= await this.#findInstance(wait)
    return this.#found
  }

  async #findInstance(wait: WaitOptions): Promise<InstanceRepresentation> {
    const { resources } = await this.#session.get(rootDocument, { url: this.#rootUrl, ...wait })
    const url = resources.find(({ name }) => name === 'instances')?.resource
    if (url === undefined || !URL.canParse(url)) {
      const offered = resources.map(({ name, resource }) => `${name} (${resource})`).join(', ') || 'nothing'
      const message = `Expected the root document of a Streams REST API to list \`instances\` with its URI, got ${offered} (GET ${this.#rootUrl})`
      throw new RequestError(message, { method: 'GET', url: this.#rootUrl })
    }
    const instances = await this.#session.list(instanceRepresentation, { url, key: 'instances', ...wait })
    const found = chooseInstance(instances, this.#instanceId)
    if (found !== undefined) return found
    const wanted =
      this.#instanceId === undefined ? `one instance, or ${defaultInstanceId}` : `instance ${this.#instanceId}`
    const ids = instances.map(({ id }) => id).join(', ') || 'none'
    const advice = this.#instanceId === undefined && instances.length > 0 ? '; name one as `instanceId`' : ''
    throw new RequestError(`Expected ${wanted}; there are: ${ids}${advice} (GET ${url})`, {
      method: 'GET',
      url,
      status: 404,
    })
  }
}

function chooseInstance(
  instances: readonly InstanceRepresentation[],
  instanceId: string | undefined,
): InstanceRepresentation | undefined {
  const named = instances.find(({ id }) => id === (instanceId ?? defaultInstanceId))
  return instanceId === undefined && instances.length === 1 ? instances[0] : named
}
