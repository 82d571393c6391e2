import type { DatacenterName } from '../model/datacenter.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import type { DatacenterJobs } from './datacenter-jobs.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'

/** Without it the launched application never sees the snapshots that the passive side kept (toolkit reference §4.6). */
const operatorsWord = 'SendMeDataFromSnapshotFiles'

/**
 * In active-passive, the run's part after a launch: once the job that a script submitted is healthy, it is the DC's own from then
 * on, and it is told to send itself the stored snapshots, as the operator would tell it.
 */
export class LaunchedJobs implements AsyncDisposable {
  readonly #recorder: TimelineRecorder
  readonly #jobs: DatacenterJobs
  readonly #unsubscribe: () => void
  readonly #adoptions = new Map<string, Promise<void>>()

  constructor(options: { recorder: TimelineRecorder; jobs: DatacenterJobs }) {
    this.#recorder = options.recorder
    this.#jobs = options.jobs
    this.#unsubscribe = options.recorder.subscribe((event) => this.#look(event))
  }

  /** Waits for the adoptions under way. @throws what went wrong in one. */
  async settled(): Promise<void> {
    await Promise.all(this.#adoptions.values())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe()
    await Promise.allSettled(this.#adoptions.values())
  }

  #look({ event, dc, seenBy, detail }: TimelineEvent): void {
    const jobId = detail?.['jobId']
    if (event !== 'job_healthy' || seenBy !== 'testbed' || dc === undefined || typeof jobId !== 'string') return
    if (this.#adoptions.has(jobId) || !this.#hasLaunched(dc)) return
    const adoption = this.#adopt(dc, jobId)
    this.#adoptions.set(jobId, adoption)
    // Told by `settled`.
    adoption.catch(() => undefined)
  }

  #hasLaunched(dc: DatacenterName): boolean {
    return this.#recorder.events().some((event) => event.event === 'script_launched' && event.dc === dc)
  }

  async #adopt(dc: DatacenterName, jobId: string): Promise<void> {
    if (await this.#jobs.isOwn(dc, jobId)) return
    const { endpoints } = await this.#jobs.adopt(dc, jobId)
    // An application without endpoints cannot be told; the run's notes say so.
    if (endpoints === null) return
    await this.#jobs.sendSpecialMessage(dc, operatorsWord)
    this.#recorder.note('special_message', { dc, detail: { message: operatorsWord, jobId } })
  }
}
