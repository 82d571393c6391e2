/** Test support: a pair of datacenters that is only data, for faults to act on. Its knobs make links leak and jobs refuse. */
import { referenceCrossDcSettings } from '../../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { FaultKind } from '../../model/fault.ts'
import type { Job, StreamsClient } from '../../model/streams-client.ts'
import type {
  Effect,
  LinkControl,
  LinkProbe,
  LinkRule,
  ProcessControl,
  ProcessInfo,
  TestbedEvent,
} from '../../model/testbed.ts'
import type { EventName, TimelineEvent } from '../../model/timeline.ts'
import { createVirtualClock } from '../../support/virtual-clock.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import type { FaultContext, JobChanges, JobControl } from '../context.ts'
import { InMemoryActs } from './in-memory-acts.ts'
import type { PesOfDatacenter } from './in-memory-acts.ts'

type Access = FaultContext['pair']['datacenters'][DatacenterName]

/** A PE that was started so many times; `isDead` until it is started again. */
interface MemoryPe {
  pid: number
  launchCount: number
  isDead: boolean
}

const outcomes: Readonly<Partial<Record<LinkRule['effect']['kind'], LinkProbe['outcome']>>> = {
  drop: 'no_connection',
  reject: 'refused',
  hang: 'no_answer',
}

/** Two healthy datacenters with a job each, of two PEs: dc1's is job 1, dc2's job 2. */
export class InMemoryPair {
  readonly clock: VirtualClock = createVirtualClock()
  readonly recorded: TimelineEvent[] = []
  readonly rules: LinkRule[] = []
  readonly jobs = new Map<DatacenterName, string>()
  /** What restarts changed, in order. */
  readonly changes: { readonly dc: DatacenterName; readonly changes: JobChanges }[] = []
  readonly said: { readonly dc: DatacenterName; readonly message: string }[] = []
  /** Link rules are taken and do nothing. */
  areLinksLeaky = false
  /** Nothing gets through, and no fault is to blame for it. */
  areLinksDead = false
  /** Killing hits nothing. */
  areProcessesImmortal = false
  /** Streams restarts nothing. */
  areDeadForgotten = false
  /** Jobs that are submitted again stay unhealthy. */
  areNewJobsUnhealthy = false
  /** Jobs are standalone executables: dead ones are listed no more, and asking for their PEs fails. */
  areJobsStandalone = false
  /** Asking for PEs fails, whatever the job. */
  arePesHidden = false
  /** What the DC answers to a special message; null: the toolkit closes. */
  specialMessageError: Error | null = null
  readonly acts: InMemoryActs
  readonly context: FaultContext
  readonly #listeners = new Set<(event: TestbedEvent) => void>()
  readonly #pes = new Map<string, MemoryPe[]>()
  readonly #held: PesOfDatacenter[] = []
  #lastPid = 0
  #lastJob = 0

  constructor(supported: readonly FaultKind[], fields: Partial<FaultContext> = {}) {
    const events = {
      subscribe: (listener: (event: TestbedEvent) => void) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    }
    const { clock, rules } = this
    this.acts = new InMemoryActs({
      clock,
      events,
      rules,
      pes: () => this.#live(),
      kill: (target, isHeld) => this.#kill(target, isHeld),
      letUp: (target) => this.#letUp(target),
    })
    this.#submit('dc1')
    this.#submit('dc2')
    this.context = {
      clock,
      supported,
      toSystemTime: (time) => time,
      ports: () => ({ heartbeat: 25091, snapshot: [25092] }),
      netem: { can: ['delay', 'jitter', 'rate'], by: 'proxy' },
      beforeInjection: async () => undefined,
      record: (event) => this.recorded.push(event),
      jobs: this.#jobControl(),
      pair: {
        datacenters: { dc1: this.#access('dc1'), dc2: this.#access('dc2') },
        events,
        links: this.#links(),
        processes: this.#processes(),
        acts: this.acts,
      },
      ...fields,
    }
  }

  /** Says that something happened now. */
  tell(dc: DatacenterName, event: EventName): void {
    for (const listener of this.#listeners) listener({ ...this.#now(), event, dc })
  }

  /** Moves time on, from one sleeper to the next, until the work is done. */
  async drive<T>(work: Promise<T>): Promise<T> {
    const state = { isSettled: false }
    const settle = (): void => void (state.isSettled = true)
    work.then(settle, settle)
    for (let idle = 0; !state.isSettled; idle += 1) {
      const due = this.clock.nextDue()
      if (due !== undefined) idle = 0
      if (idle > 1000) throw new Error('Expected the work to end, but nothing sleeps that could still end it.')
      await this.clock.advance(due === undefined ? 0 : Math.max(0, due - this.clock.now()))
    }
    return await work
  }

  #submit(dc: DatacenterName): void {
    const jobId = `${(this.#lastJob += 1)}`
    this.jobs.set(dc, jobId)
    const isHeld = (index: number): boolean =>
      this.#held.some((held) => held.dc === dc && (held.pes?.includes(index) ?? true))
    const pes = [0, 1].map((index) => ({ pid: (this.#lastPid += 1), launchCount: 1, isDead: isHeld(index) }))
    this.#pes.set(jobId, pes)
  }

  #kill({ dc, pes }: PesOfDatacenter, isHeld: boolean): readonly number[] {
    const struck = (this.#pes.get(this.jobs.get(dc) ?? '') ?? []).filter(
      (pe, index) => !pe.isDead && (pes?.includes(index) ?? true),
    )
    const pids = struck.map(({ pid }) => pid)
    if (isHeld) this.#held.push({ dc, ...(pes === undefined ? {} : { pes }) })
    if (this.areProcessesImmortal) return pids
    for (const pe of struck) {
      pe.isDead = true
      if (!isHeld && !this.areDeadForgotten && !this.areJobsStandalone) this.#relaunch(pe)
    }
    return pids
  }

  #letUp({ dc, pes }: PesOfDatacenter): void {
    for (const held of this.#held.splice(0)) {
      const left = pes === undefined ? [] : (held.pes ?? [0, 1]).filter((index) => !pes.includes(index))
      if (held.dc !== dc) this.#held.push(held)
      else if (left.length > 0) this.#held.push({ dc, pes: left })
    }
    const dead = (this.#pes.get(this.jobs.get(dc) ?? '') ?? []).filter(
      (pe, index) => pe.isDead && (pes?.includes(index) ?? true),
    )
    if (!this.areDeadForgotten) for (const pe of dead) this.#relaunch(pe)
  }

  #relaunch(pe: MemoryPe): void {
    pe.pid = this.#lastPid += 1
    pe.launchCount += 1
    pe.isDead = false
  }

  #live(): readonly ProcessInfo[] {
    return [...this.jobs].flatMap(([dc, jobId]) =>
      (this.#pes.get(jobId) ?? []).flatMap(({ pid, isDead }, indexWithinJob) =>
        isDead ? [] : [{ dc, role: 'pe' as const, pid, jobId, peId: `${jobId}-${indexWithinJob}`, indexWithinJob }],
      ),
    )
  }

  #jobControl(): JobControl {
    return {
      currentJobId: (dc) => this.jobs.get(dc) ?? null,
      settingsInForce: (dc) => this.#settings(dc),
      cancel: async (dc) => {
        this.#refuseMute(dc)
        this.jobs.delete(dc)
      },
      resubmit: async (dc) => {
        this.#refuseMute(dc)
        this.#submit(dc)
      },
      prepareChange: async (dc, changes) => {
        if (changes.sab === 'builtin:none') throw new Error('there is no application builtin:none')
        return () => void this.changes.push({ dc, changes })
      },
      sendSpecialMessage: async (dc, message) => {
        if (this.specialMessageError !== null) throw this.specialMessageError
        this.said.push({ dc, message })
        if (message === 'OrderlyShutdown') this.tell(dc, 'orderly_shutdown')
      },
    }
  }

  #settings(dc: DatacenterName): CrossDcSettings {
    const changed = this.changes.filter((one) => one.dc === dc).map(({ changes }) => changes.crossdc ?? {})
    return {
      ...referenceCrossDcSettings,
      localDataCenterName: dc,
      crossDCOperationMode: 1,
      dataSnapshotStorageDirectory: `/stores/${dc}`,
      ...Object.assign({}, ...changed),
    }
  }

  #links(): LinkControl {
    return {
      apply: async (rule) => {
        this.rules.push(rule)
        return this.#now()
      },
      remove: async (id) => {
        this.rules.splice(0, Infinity, ...this.rules.filter((rule) => rule.id !== id))
        return this.#now()
      },
      rules: async () => [...this.rules],
      probe: async ({ from, to, port }) => this.#probe({ from, to, port }),
    }
  }

  #probe({ from, to, port }: Parameters<LinkControl['probe']>[0]): LinkProbe {
    const rules = this.rules.filter(
      (one) => one.from === from && one.to === to && (one.ports === 'all' || one.ports.includes(port)),
    )
    const blocked = rules.map(({ effect }) => outcomes[effect.kind]).find((outcome) => outcome !== undefined)
    const delays = rules.map(({ effect }) => (effect.kind === 'delay' ? effect.seconds : 0))
    const tookMs = 1 + (this.areLinksLeaky ? 0 : 2000 * delays.reduce((sum, seconds) => sum + seconds, 0))
    if (this.areLinksDead) return { outcome: 'no_answer', tookMs }
    if (blocked !== undefined && !this.areLinksLeaky) return { outcome: blocked, tookMs }
    const pes = this.#live().filter(({ dc }) => dc === to)
    if (pes.length === 0) return { outcome: 'refused', tookMs }
    return { outcome: pes.some(({ pid }) => this.acts.isPaused(pid)) ? 'no_answer' : 'answered', tookMs }
  }

  #processes(): ProcessControl {
    const unused = async (): Promise<never> => {
      throw new Error('Expected faults to act by acts.')
    }
    return {
      list: async () => this.acts.processes(),
      holdDown: unused,
      letUp: unused,
      restartPe: unused,
      restartOperator: unused,
      probeStore: async ({ dc }) => this.acts.probeStore(dc),
    }
  }

  #access(name: DatacenterName): Access {
    const streams: Pick<StreamsClient, 'instance' | 'job' | 'jobs' | 'processingElements' | 'operators'> = {
      instance: async () => {
        this.#refuseMute(name)
        return { id: 'StreamsInstance', status: 'running', health: 'healthy', self: '' }
      },
      job: async (id) => this.#describe(id),
      jobs: async () =>
        [...this.jobs].filter(([dc, id]) => dc === name && !this.#isGone(id)).map(([, id]) => this.#describe(id)),
      processingElements: async (id) => {
        if (this.#isGone(id) || this.arePesHidden) throw new Error(`PEs of job ${id} are not there`)
        const of = { statusReason: 'none', health: 'healthy', processId: '', self: '' } as const
        return (this.#pes.get(id) ?? []).map(({ launchCount, isDead }, index) => ({
          ...of,
          id: `${id}-${index}`,
          status: isDead ? 'stopped' : 'running',
          launchCount,
        }))
      },
      operators: async () => [{ name: 'CrossDCFailover.RemoteDataCenterWatchdog', operatorKind: '', self: '' }],
    }
    // Faults use these methods of the client and nothing else of the datacenter.
    return { name, streams } as Access
  }

  #refuseMute(dc: DatacenterName): void {
    if (!this.acts.isAnswering(dc)) throw new Error(`${dc}'s management API does not answer`)
  }

  #isGone(id: string): boolean {
    return this.areJobsStandalone && (this.#pes.get(id) ?? []).every(({ isDead }) => isDead)
  }

  #describe(id: string): Job {
    const isHealthy = (this.#pes.get(id) ?? []).every(({ isDead }) => !isDead)
    const health = isHealthy && !(this.areNewJobsUnhealthy && Number(id) > 2) ? 'healthy' : 'unhealthy'
    return { id, name: `ledger_${id}`, status: 'running', health, submitTime: 0, applicationName: 'ledger', self: '' }
  }

  #now(): Effect {
    return { time: this.clock.now(), uncertainty: 0 }
  }
}
