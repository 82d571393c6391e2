/** Test support: one datacenter that is only data: its management API, its Data Exchange, and a ledger application in it. */
import type { Clock } from '../../model/clock.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { RequestError } from '../../model/errors.ts'
import type { ExchangeClient, ExchangeEndpoint, InjectOutcome } from '../../model/exchange-client.ts'
import type { JsonObject } from '../../model/json.ts'
import { ledgerOperators, passiveSampleParameters } from '../../model/ledger.ts'
import type { LedgerCommand } from '../../model/ledger.ts'
import type { Health, Job, ProcessingElement, StreamsClient, SubmitRequest } from '../../model/streams-client.ts'
import type { DatacenterAccess } from '../../model/testbed.ts'
import type { EventName } from '../../model/timeline.ts'
import type { Tuple } from '../../model/tuple.ts'
import { addChecksums } from '../../support/checksum.ts'
import { IntervalSet } from '../../support/interval-set.ts'

/** System seconds that a submission and a cancellation take: what comes after them is later. */
const requestSeconds = 1

/** What the datacenter tells the pair. */
export type Tell = (event: EventName, detail?: JsonObject) => void

/** Tuples by the DC that accepted them first. */
type Ledger = Record<DatacenterName, Tuple[]>

const endpoint = (kind: ExchangeEndpoint['kind'], operator: string): ExchangeEndpoint => ({
  kind,
  operator,
  url: `memory:${operator}`,
})

/** Where the ledger application is reached. */
export const ledgerEndpoints = {
  ingest: endpoint('inject', ledgerOperators.ingest),
  control: endpoint('inject', ledgerOperators.control),
  output: endpoint('inspect', ledgerOperators.output),
  state: endpoint('inspect', ledgerOperators.state),
}

/** One job at most, whose endpoints answer while it lives. Its knobs make it unhealthy or mute. */
export class InMemoryDatacenter {
  readonly access: DatacenterAccess
  readonly submitted: SubmitRequest[] = []
  /** The present job; its PE has the same number. */
  jobId: string | null = null
  isDead = false
  /** Of the job. */
  health: Health = 'healthy'
  /** The job's PE, when it could not start. */
  peFailure: string | null = null
  /** Queries are taken and not answered. */
  isMute = false
  endpoints: readonly ExchangeEndpoint[] = Object.values(ledgerEndpoints)
  /** The other DC's tuples, kept for whoever asks for them. */
  stored: readonly Tuple[] = []
  /** Submissions are refused. */
  refusesJobs = false
  ledger: Ledger = { dc1: [], dc2: [] }
  readonly #name: DatacenterName
  readonly #clock: Clock
  readonly #tell: Tell
  #outputs: JsonObject[] = []
  #states: JsonObject[] = []
  #counter = 0

  constructor(options: { name: DatacenterName; clock: Clock; tell: Tell }) {
    const { name } = options
    this.#name = name
    this.#clock = options.clock
    this.#tell = options.tell
    this.access = {
      name,
      streams: this.#streams(),
      exchange: this.#exchange(),
      crossDcUrl: 'memory:',
      remoteMachineNames: `machine-of-${name === 'dc1' ? 'dc2' : 'dc1'}`,
      storageDirectory: `/stores/${name}`,
    }
  }

  get isUp(): boolean {
    return this.jobId !== null && !this.isDead
  }

  /** Whether the job only watches. */
  get isPassive(): boolean {
    return this.submitted.at(-1)?.submissionParameters?.[passiveSampleParameters.shellScriptName] !== undefined
  }

  /** A job takes the place of the one that launched it. */
  launch(request: SubmitRequest): void {
    const launcher = this.jobId
    this.#start(request, 'job_submitted')
    this.#tell('pe_exited', { jobId: launcher, signal: 'SIGTERM' })
    this.#tell('job_cancelled', { jobId: launcher, reason: 'ended' })
    this.#tell('job_started', { jobId: this.jobId })
    this.#tell('job_healthy', { jobId: this.jobId })
  }

  /** Takes the other DC's tuples over, as a replay does. */
  replay(origin: DatacenterName, tuples: readonly Tuple[]): void {
    this.ledger[origin] = [...tuples]
    this.#report({ origins: [origin], cause: 'replay', queryId: '', replayOf: origin })
  }

  #streams(): StreamsClient {
    const streams: Partial<StreamsClient> = {
      url: `memory:${this.#name}`,
      instance: async () => ({ id: 'StreamsInstance', status: 'running', health: 'healthy', self: '' }),
      uploadBundle: async () => 'bundle-1',
      submitJob: async (request) => await this.#submit(request),
      job: async (id) => this.#describe(id),
      jobs: async () => (this.jobId === null ? [] : [this.#describe(this.jobId)]),
      cancelJob: async () => await this.#cancel(),
      processingElements: async () => [this.#describePe()],
    }
    // What a run asks of the management API; the rest is for users.
    return streams as StreamsClient
  }

  async #submit(request: SubmitRequest): Promise<Job> {
    await this.#clock.sleep(requestSeconds)
    if (this.refusesJobs) throw this.#failure('POST', 'CDISW5000E The job was refused.')
    const jobId = this.#start(request, 'job_started')
    this.#tell('job_healthy', { jobId })
    return this.#describe(jobId)
  }

  #start(request: SubmitRequest, event: EventName): string {
    this.submitted.push(request)
    const jobId = String(this.submitted.length)
    this.jobId = jobId
    this.isDead = false
    this.ledger = { dc1: [], dc2: [] }
    this.#counter = 0
    this.#tell(event, { jobId })
    return jobId
  }

  async #cancel(): Promise<boolean> {
    await this.#clock.sleep(requestSeconds)
    const { jobId } = this
    this.jobId = null
    if (jobId !== null) this.#tell('job_cancelled', { jobId })
    return jobId !== null
  }

  #describe(id: string): Job {
    const { health } = this
    return { id, name: `ledger_${id}`, status: 'running', health, submitTime: 0, applicationName: 'ledger', self: '' }
  }

  #describePe(): ProcessingElement {
    const { jobId, peFailure, health } = this
    const [status, statusReason] = peFailure === null ? ['running', 'none'] : [peFailure, 'failure']
    return { id: `pe-${jobId}`, status, statusReason, health, processId: '1', launchCount: 1, self: '' }
  }

  #exchange(): ExchangeClient {
    return {
      url: `memory:${this.#name}`,
      endpoints: async () => this.endpoints,
      inject: async ({ operator }, items) => this.#inject(operator, items),
      retrieve: async ({ operator }) => this.#retrieve(operator),
      close: () => undefined,
    }
  }

  #inject(operator: string, items: readonly object[]): InjectOutcome {
    if (!this.isUp) return { outcome: 'rejected', added: 0, status: undefined, message: 'connection refused' }
    if (operator === ledgerOperators.ingest) for (const item of items) this.#ingest(item as Tuple)
    else for (const item of items) this.#command(item as LedgerCommand)
    return { outcome: 'accepted', added: items.length }
  }

  #ingest(tuple: Tuple): void {
    const { key, seq } = tuple
    this.ledger[this.#name].push(tuple)
    this.#counter += 1
    const place = { producedBy: this.#name, origin: this.#name, channel: 0, counter: this.#counter }
    this.#outputs.push({ ...place, key, from: seq, to: seq })
  }

  #command(command: LedgerCommand): void {
    if (command.command === 'special' && command.argument === 'SendMeDataFromSnapshotFiles') this.#sendStored()
    else if (command.command === 'special') this.#tell('orderly_shutdown')
    else if (!this.isMute) {
      this.#report({ origins: ['dc1', 'dc2'], cause: 'query', queryId: command.queryId, replayOf: this.#name })
    }
  }

  #sendStored(): void {
    if (this.stored.length === 0) return
    this.#tell('takeover_started')
    this.replay(otherDatacenter(this.#name), this.stored)
    this.stored = []
    this.#tell('snapshot_replayed', { part: 0 })
    this.#tell('takeover_done')
  }

  #retrieve(operator: string): readonly JsonObject[] {
    if (!this.isUp) throw this.#failure('GET', 'connection refused')
    const isState = operator === ledgerOperators.state
    const items = isState ? this.#states : this.#outputs
    if (isState) this.#states = []
    else this.#outputs = []
    return items
  }

  #report(answer: {
    readonly origins: readonly DatacenterName[]
    readonly cause: 'query' | 'replay'
    readonly queryId: string
    readonly replayOf: DatacenterName
  }): void {
    const { origins, ...why } = answer
    const shares = origins.flatMap((origin) => sharesOf(this.ledger[origin]).map((share) => ({ origin, ...share })))
    const none = { origin: this.#name, key: '', intervals: [], checksum: 0 }
    const place = { producedBy: this.#name, duplicates: [], corrupt: 0, channel: 0, channels: 1, count: shares.length }
    const items = shares.length === 0 ? [none] : shares
    this.#states.push(...items.map((item, index): JsonObject => ({ ...place, ...item, ...why, index })))
  }

  #failure(method: string, message: string): RequestError {
    const url = `memory:${this.#name}`
    return new RequestError(`Request failed: ${method} ${url}: ${message}`, { method, url, serverMessage: message })
  }
}

/** What a ledger says of some tuples: a share per key. */
function sharesOf(tuples: readonly Tuple[]): readonly JsonObject[] {
  const keys = [...new Set(tuples.map(({ key }) => key))]
  return keys.map((key) => {
    const ofKey = tuples.filter((tuple) => tuple.key === key)
    const numbers = IntervalSet.of(ofKey.map(({ seq }) => ({ from: seq, to: seq })))
    return {
      key,
      intervals: numbers.intervals().map(({ from, to }) => ({ from, to })),
      checksum: ofKey.reduce((sum, { checksum }) => addChecksums(sum, checksum), 0),
    }
  })
}
