import { tracingLevels } from '../../applications/hosting/job-run.ts'
import type { JobRun, TracingLevel } from '../../applications/hosting/job-run.ts'
import { describeBuiltin } from '../../applications/builtins.ts'
import type { Bundle } from '../../applications/builtin-bundle.ts'
import { pairsOf } from '../../applications/hosting/job-settings.ts'
import { partitionOperators } from '../../applications/hosting/partition-operators.ts'
import type { EventAbout } from '../../applications/hosting/pe-events.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { LaunchScriptSpec } from '../../model/scenario.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { EventName } from '../../model/timeline.ts'
import { WorldJob } from './job.ts'
import type { LifeSurroundings } from './job-run.ts'
import { runLaunchScript } from './launch-script.ts'
import { WorldDisk } from './snapshot-directory.ts'
import type { Life } from './life.ts'
import type { PlantSite } from './plant.ts'
import type { PeSurroundings } from './pe-surroundings.ts'
import type { WorldPe } from './pe.ts'
import type { World } from './world.ts'

/** A job to be. */
export interface WorldSubmission {
  readonly bundle: Bundle
  readonly name?: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly tracing: TracingLevel
  /** How many PEs the job is to have, as far as its operators can be parted. */
  readonly peCount: number
}

/** What a passive application launches at a DOWN. */
export interface LaunchPlan {
  readonly submission: WorldSubmission
  readonly script: Exclude<LaunchScriptSpec, { readonly kind: 'file' }>
}

/** So much of a message is told. */
const messageLengthMax = 1000
/** The name of the object with the toolkit's settings (toolkit reference §1.1). */
const configurationName = 'CrossDCFailover'

/** One datacenter: its management, its jobs, its disk. */
export class WorldDatacenter {
  readonly name: DatacenterName
  /** Files that were installed, by path. */
  readonly files = new Map<string, string>()
  readonly configurations = new Map<string, { description: string; properties: Record<string, string> }>()
  readonly disk = new WorldDisk()
  readonly tables = new Map<string, Map<string, Uint8Array>>()
  readonly launchPlans = new Map<string, LaunchPlan>()
  management: 'running' | 'paused' | 'stopped' = 'running'
  managementPid: number
  storeFault: StoreFault | null = null
  readonly #world: World
  readonly #jobs = new Map<string, WorldJob>()
  readonly #checkpoints = new Map<string, Uint8Array>()
  #lastJob = 0
  #lastPe = 0

  constructor(name: DatacenterName, world: World) {
    this.name = name
    this.#world = world
    this.managementPid = world.nextPid()
    this.disk.folders.add(this.storageDirectory)
  }

  /** Value of `dataSnapshotStorageDirectory`. */
  get storageDirectory(): string {
    return `/${this.name}/snapshots`
  }

  /** Bodies in the DC's store now, by name: files, then rows. */
  stored(): ReadonlyMap<string, Uint8Array> {
    const prefix = `${this.storageDirectory}/`
    const files = [...this.disk.files].map(([path, body]) => [path.replace(prefix, ''), body] as const)
    return new Map([...files, ...[...this.tables.values()].flatMap((rows) => [...rows])])
  }

  jobs(): readonly WorldJob[] {
    return [...this.#jobs.values()]
  }

  job(id: string): WorldJob | undefined {
    return this.#jobs.get(id)
  }

  /** All PEs of the DC's jobs. */
  pes(): readonly WorldPe[] {
    return this.jobs().flatMap(({ pes }) => pes)
  }

  /** Registers a job and has its PEs launched; they run after what is under way now. */
  submit({ bundle, name, parameters, tracing, peCount }: WorldSubmission): WorldJob {
    const { application, toolkit, operatorParameters } = bundle
    const { isStandalone, applicationName } = describeBuiltin(application)
    const jobId = String((this.#lastJob += 1))
    const what = { application, parameters, operatorParameters, isStandalone }
    // A standalone executable is one process.
    const parts = partitionOperators({ count: isStandalone ? 1 : peCount, pairs: pairsOf(what) })
    const pes = parts.map((part) => ({ part, peId: String((this.#lastPe += 1)) }))
    const run: JobRun = { ...what, jobId, toolkit, tracing, pes }
    const job: WorldJob = new WorldJob({
      run,
      name: name ?? `${applicationName}_${jobId}`,
      submitTime: this.#world.now,
      around: this.#aroundPes(run, () => job),
    })
    this.#jobs.set(jobId, job)
    this.emit('job_submitted', { detail: { jobId, name: job.name } })
    for (const pe of job.pes) pe.launch()
    return job
  }

  /** Ends a job's PEs and forgets it; false when it was not there. */
  cancel(jobId: string): boolean {
    const job = this.#jobs.get(jobId)
    if (job === undefined) return false
    job.status = 'canceling'
    for (const pe of job.pes) pe.cancel()
    this.#forget(job, { jobId })
    return true
  }

  emit(event: EventName, about: EventAbout): void {
    this.#world.emit({ event, dc: this.name, ...about })
  }

  /** Ends everything without a word and forgets it, for the end of a lease. */
  clear(): void {
    for (const job of this.jobs()) this.cancel(job.id)
    this.disk.files.clear()
    this.tables.clear()
    this.files.clear()
    this.configurations.clear()
    this.#checkpoints.clear()
  }

  #forget(job: WorldJob, detail: NonNullable<EventAbout['detail']>): void {
    if (!this.#jobs.delete(job.id)) return
    this.#world.settle(this.name)
    this.emit('job_cancelled', { detail })
    this.#world.loadChanged(this.name)
  }

  #aroundPes(run: JobRun, jobOf: () => WorldJob): PeSurroundings {
    const world = this.#world
    const { name: dc } = this
    const trace: PeSurroundings['trace'] = ({ level, aspect, text }) => {
      // Errors are told whatever the job's tracing is.
      const isTraced = tracingLevels.indexOf(level) <= tracingLevels.indexOf(run.tracing)
      if (level === 'error' || (level === 'warn' && isTraced)) this.#log(level, aspect, text)
    }
    const beforeChange = (): void => world.settle(dc)
    const afterChange = (): void => world.loadChanged(dc)
    return {
      dc,
      seed: world.seed,
      agenda: world.agenda,
      emit: (event, about) => this.emit(event, about),
      trace,
      log: (level, source, message) => this.#log(level, source, message),
      tellError: (peId, failure) => this.emit('toolkit_error', { detail: { ...failure, jobId: run.jobId, peId } }),
      nextPid: () => world.nextPid(),
      isHeld: (index) => world.held.isHeld(dc, index),
      applicationConfiguration: (isStandalone) =>
        isStandalone ? null : (this.configurations.get(configurationName)?.properties ?? null),
      readFile: (path) => this.files.get(path) ?? null,
      portTaken: (life) => this.#portTaken(life),
      ofLife: (crash) => this.#aroundLife(run, { jobOf, crash, trace, beforeChange, afterChange }),
      moved: (index) => {
        for (const pe of jobOf().pes) if (pe.index !== index) pe.peerRestarted(index)
      },
      gone: () => undefined,
      over: () => this.#forget(jobOf(), { jobId: run.jobId, reason: 'ended' }),
      changed: () => this.#seeHealth(jobOf()),
      beforeChange,
      afterChange,
      input: () => world.plants?.input(dc) ?? 'taken',
    }
  }

  #aroundLife(
    run: JobRun,
    of: Pick<LifeSurroundings, 'crash' | 'trace' | 'beforeChange' | 'afterChange'> & { readonly jobOf: () => WorldJob },
  ): LifeSurroundings {
    const world = this.#world
    const { jobOf, ...around } = of
    const site = (settings: Life['settings']): PlantSite => ({
      dc: this.name,
      settings,
      behaviour: run.toolkit,
      now: () => world.now,
    })
    return {
      ...around,
      emit: (event, about) => this.emit(event, about),
      post: (post, done) => world.post(this.name, post, done),
      // Between processes: never within what sends it.
      passOn: (to, message) => {
        const from = run.pes.findIndex(({ part }) => part.hasApplication)
        world.agenda.in(0, () => jobOf().pes[to]?.receive(from, message))
      },
      launch: (command, done) => {
        const plan = this.launchPlans.get(command)
        runLaunchScript({ command, plan, world, datacenter: this, job: jobOf() }, done)
      },
      checkpoint: () => this.#checkpoints.get(run.jobId) ?? null,
      keepCheckpoint: (state) => void this.#checkpoints.set(run.jobId, state),
      storeFault: () => this.storeFault,
      putOut: (sink) => world.putOut(this.name, sink),
      wrapComposite: (composite, settings) => world.plants?.wrapComposite(composite, site(settings)) ?? composite,
      wrapApplication: (application, settings) =>
        world.plants?.wrapApplication(application, site(settings)) ?? application,
      disk: this.disk,
      tables: this.tables,
    }
  }

  #portTaken(life: Life): number | null {
    const { crossDCHttpPort: base, numberOfHttpSenderReceiverPairs: pairs } = life.settings
    const ports = Array.from({ length: 1 + pairs }, (_, offset) => base + offset).filter(
      (port) => life.portOffset(port) !== null,
    )
    const others = this.pes()
    return ports.find((port) => others.some((pe) => pe.portOffset(port) !== null)) ?? null
  }

  #seeHealth(job: WorldJob): void {
    if (!this.#jobs.has(job.id)) return
    const isHealthy = job.health === 'healthy'
    if (isHealthy === job.wasHealthy) return
    job.wasHealthy = isHealthy
    if (isHealthy) this.emit('job_healthy', { detail: { jobId: job.id } })
  }

  #log(level: 'warn' | 'error', source: string, text: string): void {
    const message = text.length > messageLengthMax ? `${text.slice(0, messageLengthMax)}…` : text
    this.#world.log({ t: this.#world.now, dc: this.name, level, source, message })
  }
}
