/** Test support: a pair of datacenters that is only data, for faults to act on. Its knobs make links leak and jobs refuse. */
import type { DatacenterName } from '../../model/datacenter.ts'
import type { FaultKind } from '../../model/fault.ts'
import type { Job, StreamsClient } from '../../model/streams-client.ts'
import type { Effect, LinkControl, LinkRule, ProcessControl, ProcessInfo, TestbedEvent } from '../../model/testbed.ts'
import type { TimelineEvent } from '../../model/timeline.ts'
import { createVirtualClock } from '../../support/virtual-clock.ts'
import type { FaultContext, JobControl } from '../context.ts'

type Access = FaultContext['pair']['datacenters'][DatacenterName]

const outcomes = { drop: 'no_connection', reject: 'refused', hang: 'no_answer', delay: 'answered' } as const

/** Two healthy datacenters with a job each: dc1's is job 1, dc2's job 2. */
export class InMemoryPair {
  readonly recorded: TimelineEvent[] = []
  readonly rules: LinkRule[] = []
  readonly jobs = new Map<DatacenterName, string>([
    ['dc1', '1'],
    ['dc2', '2'],
  ])
  /** Link rules are taken and do nothing. */
  areLinksLeaky = false
  /** Removing the link rule with this id fails. */
  stuckRule: string | null = null
  /** Killing hits nothing. */
  areProcessesImmortal = false
  /** Jobs that are submitted again stay unhealthy. */
  areNewJobsUnhealthy = false
  /** Jobs are standalone executables: dead ones are listed no more, and asking for their PEs fails. */
  areJobsStandalone = false
  /** Asking for PEs fails, whatever the job. */
  arePesHidden = false
  /** What the DC answers to a special message; null: the toolkit closes. */
  specialMessageError: Error | null = null
  readonly context: FaultContext
  readonly #clock = createVirtualClock()
  readonly #listeners = new Set<(event: TestbedEvent) => void>()
  readonly #killed = new Set<string>()

  constructor(supported: readonly FaultKind[]) {
    this.context = {
      clock: this.#clock,
      supported,
      toSystemTime: (time) => time,
      ports: () => ({ heartbeat: 25091, snapshot: [25092] }),
      beforeInjection: async () => undefined,
      record: (event) => this.recorded.push(event),
      jobs: this.#jobControl(),
      pair: {
        datacenters: { dc1: this.#access('dc1'), dc2: this.#access('dc2') },
        events: {
          subscribe: (listener) => {
            this.#listeners.add(listener)
            return () => this.#listeners.delete(listener)
          },
        },
        links: this.#links(),
        processes: this.#processes(),
      },
    }
  }

  #jobControl(): JobControl {
    let last = this.jobs.size
    return {
      currentJobId: (dc) => this.jobs.get(dc) ?? null,
      cancel: async (dc) => void this.jobs.delete(dc),
      resubmit: async (dc) => void this.jobs.set(dc, `${(last += 1)}`),
      sendSpecialMessage: async (dc) => {
        if (this.specialMessageError !== null) throw this.specialMessageError
        for (const listener of this.#listeners) listener({ ...this.#now(), event: 'orderly_shutdown', dc })
      },
    }
  }

  #links(): LinkControl {
    return {
      apply: async (rule) => {
        this.rules.push(rule)
        return this.#now()
      },
      remove: async (id) => {
        if (this.stuckRule === id) throw new Error(`rule ${id} is stuck`)
        this.rules.splice(
          this.rules.findIndex((rule) => rule.id === id),
          1,
        )
        return this.#now()
      },
      rules: async () => [...this.rules],
      probe: async ({ from, to, port }) => {
        const rule = this.rules.find(
          (one) => one.from === from && one.to === to && (one.ports === 'all' || one.ports.includes(port)),
        )
        const isOpen = rule === undefined || this.areLinksLeaky
        return { outcome: isOpen ? 'answered' : outcomes[rule.effect.kind], tookMs: 1 }
      },
    }
  }

  #processes(): ProcessControl {
    return {
      list: async () => [...this.jobs].filter(([, id]) => !this.#killed.has(id)).map(([dc, id]) => peOf(dc, id)),
      holdDown: async ({ dc }) => {
        const id = this.jobs.get(dc)
        if (id !== undefined && !this.areProcessesImmortal) this.#killed.add(id)
        return { ...this.#now(), pids: id === undefined ? [] : [Number(id)] }
      },
      letUp: async () => this.#now(),
      restartPe: async () => ({ ...this.#now(), pid: 1, launchCount: 2 }),
      restartOperator: async () => ({ ...this.#now(), jobId: '1', peId: '1' }),
    }
  }

  #access(name: DatacenterName): Access {
    const streams: Pick<StreamsClient, 'instance' | 'job' | 'jobs' | 'processingElements'> = {
      instance: async () => ({ id: 'StreamsInstance', status: 'running', health: 'healthy', self: '' }),
      job: async (id) => this.#describe(id),
      jobs: async () =>
        [...this.jobs].filter(([dc, id]) => dc === name && !this.#isGone(id)).map(([, id]) => this.#describe(id)),
      processingElements: async (id) => {
        if (this.#isGone(id) || this.arePesHidden) throw new Error(`PEs of job ${id} are not there`)
        return []
      },
    }
    // Faults use these four methods of the client and nothing else of the datacenter.
    return { name, streams } as Access
  }

  #isGone(id: string): boolean {
    return this.areJobsStandalone && this.#killed.has(id)
  }

  #describe(id: string): Job {
    const health = this.areNewJobsUnhealthy && Number(id) > 2 ? 'unhealthy' : 'healthy'
    return { id, name: `ledger_${id}`, status: 'running', health, submitTime: 0, applicationName: 'ledger', self: '' }
  }

  #now(): Effect {
    return { time: this.#clock.now(), uncertainty: 0 }
  }
}

function peOf(dc: DatacenterName, jobId: string): ProcessInfo {
  return { dc, role: 'pe', pid: Number(jobId), jobId, peId: jobId }
}
