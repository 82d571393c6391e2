import { FaultLedger } from '../faults/fault-ledger.ts'
import type { Traffic } from '../data/traffic.ts'
import type { TrafficTarget } from '../data/traffic-lane.ts'
import { Monitor } from '../monitoring/monitor.ts'
import { launchAllowance } from '../checks/launches.ts'
import type { SeenSoFar } from '../checks/takeover-settled.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { FaultSpec, InjectedFault } from '../model/fault.ts'
import type { LoadAction } from '../model/step.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import type { LeasedPair } from '../model/testbed.ts'
import type { TestbedTrigger } from '../model/testbed-act.ts'
import type { LogLine, Timeline, TimelineEvent } from '../model/timeline.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { Disposables } from '../support/disposal.ts'
import { DatacenterJobs, withoutEndpoints } from './datacenter-jobs.ts'
import type { RunningJob } from './datacenter-jobs.ts'
import { DeliveryEvidence } from './delivery-evidence.ts'
import { waitForEvents } from './event-waits.ts'
import type { EventWait } from './event-waits.ts'
import { JobReader } from './job-reader.ts'
import type { ReadableJob } from './job-reader.ts'
import { LaunchedJobs } from './launched-jobs.ts'
import { liveJobs } from './live-datacenters.ts'
import { changeLoad } from './load-control.ts'
import type { RunningTraffic } from './load-control.ts'
import { RunClock } from './run-clock.ts'
import { TimelineRecorder } from './timeline-recorder.ts'
import { sessionFaultContext } from './session-fault-context.ts'
import type { SessionOptions } from './session-options.ts'
import { startTrafficInto } from './traffic-control.ts'

/** Real seconds that a job may take from its submission to its start. */
const startTimeoutRealSeconds = 60

/**
 * One test's use of a pair: its jobs, traffic, faults and everything seen of them. Scenario runs and hand-written specs both
 * work through it. Disposing heals every fault that is left, then ends traffic and reading; the pair itself is the caller's.
 */
export class Session implements AsyncDisposable {
  readonly clock: RunClock
  readonly recorder: TimelineRecorder
  readonly jobs: DatacenterJobs
  readonly faults: FaultLedger
  readonly pair: LeasedPair
  readonly monitor: Monitor
  readonly #options: SessionOptions
  readonly #evidence: DeliveryEvidence
  readonly #readers = new Map<DatacenterName, JobReader>()
  readonly #traffic: RunningTraffic[] = []
  readonly #launchedJobs: LaunchedJobs | undefined
  readonly #disposables = new Disposables()
  readonly #ended = new AbortController()
  readonly #signal: AbortSignal
  readonly #submissions: Promise<RunningJob>[] = []
  #prepared: Promise<void> | undefined
  #started: Promise<void> | undefined
  #resolutionSeconds = 0
  /** DCs whose application cannot be seen; a passive side that has launched nothing has none. */
  readonly #withoutEndpoints = new Set<DatacenterName>()

  constructor(options: SessionOptions) {
    const { pair, definition, seed } = options
    this.#options = options
    const signals = [pair.lost, this.#ended.signal]
    this.#signal = AbortSignal.any(options.signal === undefined ? signals : [options.signal, ...signals])
    this.pair = pair
    this.clock = new RunClock(pair.clock)
    this.recorder = this.#disposables.use(new TimelineRecorder({ clock: this.clock, events: pair.events }))
    const { application } = definition
    const registered = options.extensions?.generators
    this.#evidence = new DeliveryEvidence({ clock: this.clock, recorder: this.recorder, seed, registered, application })
    this.jobs = new DatacenterJobs({
      pair,
      definition,
      hasStreams: options.capabilities.kind === 'hosts',
      onJob: async (job) => await this.#onJob(job),
      onGone: async (dc) => await this.#stopReading(dc),
    })
    const watch = options.watch ?? { intervalSeconds: 10, metrics: [], probes: new Map() }
    const around = {
      streams: (dc: DatacenterName) => pair.datacenters[dc].streams,
      jobId: (dc: DatacenterName) => this.jobs.currentJobId(dc),
    }
    this.monitor = new Monitor({ clock: this.clock, around, ...watch })
    this.faults = new FaultLedger({
      context: sessionFaultContext(options, {
        clock: this.clock,
        jobs: this.jobs,
        recorder: this.recorder,
        readOutputs: async (dc) => await this.readOutputs(dc),
      }),
      journal: options.journal,
    })
    this.#disposables.defer(async () => await this.#stopReading('dc1'))
    this.#disposables.defer(async () => await this.#stopReading('dc2'))
    this.#disposables.defer(async () => await this.stopTraffic())
    this.#disposables.use(this.faults)
    if (definition.mode === 'active-passive') {
      const { recorder, jobs } = this
      this.#launchedJobs = this.#disposables.use(new LaunchedJobs({ recorder, jobs }))
    }
    this.#disposables.use(this.monitor)
    this.#disposables.defer(() => this.#ended.abort())
  }

  get seed(): number {
    return this.#options.seed
  }

  /** Which toolkit the jobs run. */
  get behaviour(): ToolkitBehaviour {
    return this.#options.definition.opts?.toolkit ?? defaultBehaviour
  }

  /** System seconds that a passive side's script and the job that it submits may take; 0 where nobody is passive. */
  get launchSecondsMax(): number {
    const { mode, launchScript } = this.#options.definition
    if (mode === 'active-active') return 0
    return launchAllowance(this.clock) + (launchScript?.kind === 'submit' ? launchScript.delaySeconds : 0)
  }

  /** Submits both jobs, once: dc1's first, whose start is t = 0. Resolves when both are healthy. */
  async start(): Promise<void> {
    this.#started ??= this.#startBoth()
    await this.#started
  }

  /**
   * Submits a DC's job and resolves when it has started, healthy or not. The start of dc1's is t = 0. dc2's does not wait for
   * dc1's to be healthy, or a short start offset could not be kept.
   */
  async startJob(dc: DatacenterName): Promise<void> {
    await this.#prepare()
    const signal = this.#signal
    const submitted = this.jobs.submit(dc, signal)
    this.#submissions.push(submitted)
    const { recorder, clock } = this
    const started = waitForEvents(
      { recorder, clock },
      {
        what: `${dc}'s job to start`,
        timeoutSeconds: startTimeoutRealSeconds * clock.timeScale,
        signal,
        find: (events) => events.find((event) => event.event === 'job_started' && event.dc === dc),
      },
    )
    // A submission that fails says why no job starts.
    const start = await Promise.race([started, submitted.then(async () => await started)])
    if (dc === 'dc1') clock.startAt(start.t)
  }

  /** Resolves when the jobs that were started are healthy. */
  async awaitHealthy(): Promise<void> {
    await Promise.all(this.#submissions)
    this.#started ??= Promise.resolve()
  }

  /** Injects a fault, now or at an event of the testbed; the jobs are started first if they are not. */
  async inject(
    spec: FaultSpec,
    options: { id?: string; when?: TestbedTrigger; signal?: AbortSignal } = {},
  ): Promise<InjectedFault> {
    await this.start()
    return await this.faults.inject(spec, options)
  }

  /**
   * Starts traffic into one DC.
   * @throws TestbedError when its job takes none; SettingsError when it is more than the testbed carries.
   */
  async send(dc: DatacenterName, spec: TrafficSpec): Promise<Traffic> {
    await this.start()
    const job = this.jobs.current(dc)
    if (job?.endpoints === null) throw new TestbedError(withoutEndpoints(job, 'traffic'))
    const running = await startTrafficInto({
      dc,
      spec,
      target: (to) => this.#target(to),
      capabilities: this.#options.capabilities,
      carrier: this.pair.carrier,
      clock: this.clock,
      evidence: this.#evidence,
      recorder: this.recorder,
      seed: this.seed,
      signal: this.#signal,
    })
    this.#traffic.push({ spec, traffic: running })
    return running
  }

  /** Changes the rate of the traffic. @throws TestbedError when there is none */
  setLoad(change: { readonly [Field in Exclude<keyof LoadAction, 'kind'>]?: LoadAction[Field] | undefined }): void {
    changeLoad(this.#traffic, change, this.recorder)
  }

  /** Stops all traffic and lets the injections under way finish. */
  async stopTraffic(): Promise<void> {
    await Promise.all(this.#traffic.map(async ({ traffic }) => await traffic.stop()))
  }

  /** Waits for something on the timeline. */
  async waitFor<T>(wait: EventWait<T>): Promise<T> {
    await this.start()
    return await waitForEvents({ recorder: this.recorder, clock: this.clock }, { signal: this.#signal, ...wait })
  }

  /** Reads what the DC's job has put out so far. */
  async readOutputs(dc: DatacenterName): Promise<void> {
    await this.#readers.get(dc)?.readNow()
  }

  /**
   * Asks every live job for its state, and waits until all its channels have answered. Jobs that cannot be asked are left out.
   * @throws WaitTimeoutError when a live job does not answer; what went wrong with a launched one.
   */
  async verifyState(): Promise<readonly DatacenterName[]> {
    await this.#launchedJobs?.settled()
    const live = (await liveJobs(this.pair, this.jobs)).filter(({ endpoints }) => endpoints !== null)
    for (const { dc } of live) await this.#queryState(dc)
    const mute = live.filter(({ endpoints }) => endpoints?.state === null)
    this.#evidence.deriveStates(mute.map(({ dc }) => dc))
    return live.map(({ dc }) => dc)
  }

  /** What was seen up to now, as far as it takes to tell whether a takeover is over. */
  seen(events: readonly TimelineEvent[]): SeenSoFar {
    const { settings } = this.jobs
    const { mode } = this.#options.definition
    return { mode, settings, withoutEndpoints: [...this.#withoutEndpoints], events }
  }

  /** Everything seen so far, as the checks want it. */
  async timeline(): Promise<Timeline> {
    await this.#updateResolution()
    return { ...this.timelineSoFar(), logs: await this.#logs() }
  }

  /** The same without what only the testbed can tell: logs, and how exact times are by now. */
  timelineSoFar(): Timeline {
    const { definition, testId, seed } = this.#options
    const { toolkit } = definition.opts ?? {}
    return {
      schemaVersion: 1,
      testId,
      mode: definition.mode,
      timeScale: this.clock.timeScale,
      resolutionSeconds: this.#resolutionSeconds,
      seed,
      settings: this.jobs.settings,
      ...(this.jobs.launched === undefined ? {} : { launched: this.jobs.launched }),
      ...(this.#withoutEndpoints.size === 0 ? {} : { withoutEndpoints: [...this.#withoutEndpoints] }),
      ...(toolkit === undefined ? {} : { toolkit }),
      events: this.recorder.events(),
      ...this.#evidence.snapshot(),
      samples: this.monitor.samples(),
      probes: this.monitor.readings(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disposables[Symbol.asyncDispose]()
  }

  async #startBoth(): Promise<void> {
    await this.startJob('dc1')
    await this.clock.until(this.#options.startOffsetSeconds ?? 0, { signal: this.#signal })
    await this.startJob('dc2')
    await this.awaitHealthy()
    this.monitor.start()
  }

  async #prepare(): Promise<void> {
    this.#prepared ??= Promise.all([this.jobs.prepare('dc1'), this.jobs.prepare('dc2')]).then(() => undefined)
    await this.#prepared
  }

  /** Nor does it show its logs. */
  async #logs(): Promise<readonly LogLine[]> {
    if (this.pair.lost.aborted) return []
    return (await this.pair.logs()).map((line) => ({ ...line, t: this.clock.fromLease(line.t) }))
  }

  /** A testbed that is lost tells nothing any more; what it said last holds at least. */
  async #updateResolution(): Promise<void> {
    if (!this.pair.lost.aborted) this.#resolutionSeconds = await this.pair.latenessSeconds()
  }

  /** Where a DC's traffic goes, whatever job it has at the moment. */
  #target(dc: DatacenterName): TrafficTarget {
    const { exchange } = this.pair.datacenters[dc]
    const isLedger = this.jobs.current(dc)?.endpoints?.control !== null
    const itemOf = isLedger ? undefined : this.#evidence.itemOf
    return { dc, exchange, endpoint: () => this.jobs.current(dc)?.endpoints?.ingest, itemOf }
  }

  async #queryState(dc: DatacenterName): Promise<void> {
    // A user's own application takes no queries; what it puts out tells what it has.
    if (this.jobs.current(dc)?.endpoints?.control === null) return await this.readOutputs(dc)
    const query = this.#evidence.newQuery(dc)
    await this.jobs.command(dc, { command: 'query', queryId: query.id, argument: '' })
    await query.answered({
      // Answers take real time; five seconds of it are plenty on loopback and enough over a WAN.
      timeoutSeconds: 5 * this.clock.timeScale,
      read: async () => await this.readOutputs(dc),
    })
  }

  async #onJob(job: RunningJob): Promise<void> {
    // What a healed job puts out while the session ends is nobody's evidence.
    if (this.#ended.signal.aborted) return
    const { dc, role, endpoints } = job
    if (role === 'launched') this.recorder.note('job_adopted', { dc, detail: { jobId: job.job.id } })
    if (endpoints !== null) this.#startReading({ ...job, endpoints })
    else if (role !== 'passive') this.#withoutEndpoints.add(dc)
  }

  #startReading(job: ReadableJob): void {
    const { dc } = job
    const reader = new JobReader({
      job,
      exchange: this.pair.datacenters[dc].exchange,
      clock: this.clock,
      onRead: (read) => this.#evidence.take(read),
      onFailure: (error) => this.#evidence.takeReadFailure({ job, error }),
    })
    this.#readers.set(dc, reader)
    // What a takeover brings forth is read at once, so that its time is known as well as can be.
    this.recorder.subscribe((event) => {
      const isOutputHere = event.dc === dc && (event.event === 'first_output' || event.event === 'takeover_done')
      if (isOutputHere && event.seenBy === 'testbed' && this.#readers.get(dc) === reader) void reader.readNow()
    })
  }

  async #stopReading(dc: DatacenterName): Promise<void> {
    const reader = this.#readers.get(dc)
    this.#readers.delete(dc)
    await reader?.[Symbol.asyncDispose]()
  }
}
