/** Test support: a pair of datacenters that is only data, for faults to act on. Its knobs make links leak and jobs refuse. */
import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultKind } from '../model/fault.ts'
import type { Job, StreamsClient, StreamsInstance } from '../model/streams-client.ts'
import type { LinkProbe, LinkRule, ProcessInfo, TestbedEvent } from '../model/testbed.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import type { FaultContext } from './context.ts'

/** What a test may look at and turn. */
export interface InMemoryPair {
  readonly context: FaultContext
  readonly recorded: TimelineEvent[]
  readonly rules: LinkRule[]
  readonly jobs: Map<DatacenterName, string>
  /** Link rules are taken and do nothing. */
  areLinksLeaky: boolean
  /** Removing link rules with this id fails. */
  stuckRule: string | null
  /** Killing hits nothing. */
  areProcessesImmortal: boolean
  /** Jobs that are submitted again stay unhealthy. */
  areNewJobsUnhealthy: boolean
  /** The toolkit does not hear special messages. */
  isToolkitDeaf: boolean
}

const outcomes = { drop: 'no_connection', reject: 'refused', hang: 'no_answer', delay: 'answered' } as const

/** Two healthy datacenters with a job each. */
export function createInMemoryPair(supported: readonly FaultKind[]): InMemoryPair {
  const clock = createVirtualClock()
  const listeners = new Set<(event: TestbedEvent) => void>()
  const down = new Set<string>()
  let jobCount = 0
  const pair: InMemoryPair = {
    recorded: [],
    rules: [],
    jobs: new Map(),
    areLinksLeaky: false,
    stuckRule: null,
    areProcessesImmortal: false,
    areNewJobsUnhealthy: false,
    isToolkitDeaf: false,
    context: {
      clock,
      supported,
      toSystemTime: (time) => time,
      ports: () => ({ heartbeat: 25091, snapshot: [25092] }),
      beforeInjection: async () => undefined,
      record: (event) => pair.recorded.push(event),
      jobs: {
        currentJobId: (dc) => pair.jobs.get(dc) ?? null,
        cancel: async (dc) => void pair.jobs.delete(dc),
        resubmit: async (dc) => void pair.jobs.set(dc, `${++jobCount}`),
        sendSpecialMessage: async (dc) => {
          if (pair.isToolkitDeaf) return
          for (const listener of listeners)
            listener({ time: clock.now(), uncertainty: 0, event: 'orderly_shutdown', dc })
        },
      },
      pair: {
        datacenters: { dc1: access('dc1'), dc2: access('dc2') },
        events: {
          subscribe: (listener) => {
            listeners.add(listener)
            return () => listeners.delete(listener)
          },
        },
        links: {
          apply: async (rule) => {
            pair.rules.push(rule)
            return { time: clock.now(), uncertainty: 0 }
          },
          remove: async (id) => {
            if (pair.stuckRule === id) throw new Error(`rule ${id} is stuck`)
            pair.rules.splice(
              pair.rules.findIndex((rule) => rule.id === id),
              1,
            )
            return { time: clock.now(), uncertainty: 0 }
          },
          rules: async () => [...pair.rules],
          probe: async (connection): Promise<LinkProbe> => {
            const rule = pair.rules.find(
              ({ from, to, ports }) =>
                from === connection.from &&
                to === connection.to &&
                (ports === 'all' || ports.includes(connection.port)),
            )
            const isOpen = rule === undefined || pair.areLinksLeaky
            return { outcome: isOpen ? 'answered' : outcomes[rule.effect.kind], tookMs: 1 }
          },
        },
        processes: {
          list: async () => [...pair.jobs].filter(([, id]) => !down.has(id)).map(([dc, id]) => pe(dc, id)),
          holdDown: async ({ dc }) => {
            const id = pair.jobs.get(dc)
            if (id !== undefined && !pair.areProcessesImmortal) down.add(id)
            return { time: clock.now(), uncertainty: 0, pids: id === undefined ? [] : [Number(id)] }
          },
          letUp: async () => ({ time: clock.now(), uncertainty: 0 }),
        },
      },
    },
  }
  const { jobs } = pair.context
  void jobs.resubmit('dc1')
  void jobs.resubmit('dc2')
  return pair

  function access(name: DatacenterName): FaultContext['pair']['datacenters'][DatacenterName] {
    const streams: Pick<StreamsClient, 'instance' | 'job' | 'jobs' | 'processingElements'> = {
      instance: async (): Promise<StreamsInstance> => ({
        id: 'StreamsInstance',
        status: 'running',
        health: 'healthy',
        self: '',
      }),
      job: async (id) => job(id),
      jobs: async () => [...pair.jobs].filter(([dc]) => dc === name).map(([, id]) => job(id)),
      processingElements: async () => [],
    }
    // Faults use these four methods of the client and nothing else of the datacenter.
    return { name, streams } as FaultContext['pair']['datacenters'][DatacenterName]
  }

  function job(id: string): Job {
    const health = pair.areNewJobsUnhealthy && Number(id) > 2 ? 'unhealthy' : 'healthy'
    return { id, name: `ledger_${id}`, status: 'running', health, submitTime: 0, applicationName: 'ledger', self: '' }
  }
}

function pe(dc: DatacenterName, jobId: string): ProcessInfo {
  return { dc, role: 'pe', pid: Number(jobId), jobId, peId: jobId }
}
