/** Test support: scenarios and sessions, so that each test only says what is different. */
import { noopFaultJournal } from '../../faults/fault-journal.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { Scenario, TrafficSpec } from '../../model/scenario.ts'
import type { TestbedCapabilities } from '../../model/testbed.ts'
import type { ReadableJob } from '../job-reader.ts'
import { Session } from '../session.ts'
import type { SessionOptions } from '../session-options.ts'
import { ledgerEndpoints } from './in-memory-datacenter.ts'
import type { InMemoryPair } from './in-memory-pair.ts'

const capabilities: TestbedCapabilities = {
  kind: 'simulated',
  faults: ['partition', 'kill', 'cancel_job', 'orderly_shutdown'],
  defaultTimeScale: 60,
  maxTuplesPerRealSecond: 6000,
}

/** The same application in both DCs. */
export function inBoth(sab: string): Scenario['sab'] {
  return { dc1: sab, dc2: sab }
}

/** Little traffic into dc1. */
export const sampleTraffic: TrafficSpec = {
  generator: { kind: 'sequence' },
  rate: 1,
  keys: 2,
  sizeBytes: 8,
  into: ['dc1'],
  until: 'end',
}

/** dc1's job is killed at 100 s and taken over by dc2; little traffic, no check. */
export function sampleScenario(fields: Partial<Scenario> = {}): Scenario {
  return {
    testId: 'TEST-01',
    description: 'A sample',
    tags: [],
    mode: 'active-active',
    sab: inBoth('builtin:ledger'),
    submissionParameters: { dc1: {}, dc2: {} },
    crossdc: { dc1: {}, dc2: {} },
    traffic: [sampleTraffic],
    steps: [{ id: 'outage', fault: { kind: 'kill', target: { dc: 'dc1' } }, at: 100, heal: 'end' }],
    trigger: 'automatic',
    checks: [],
    objectives: {},
    opts: { startOffsetSeconds: 0, linkDelaySeconds: 0 },
    ...fields,
  }
}

/** A session of the sample scenario on the pair. */
export function sampleSession(pair: InMemoryPair, fields: Partial<SessionOptions> = {}): Session {
  return new Session({
    pair,
    capabilities,
    definition: sampleScenario(),
    testId: 'TEST-01',
    seed: 1,
    journal: noopFaultJournal,
    ...fields,
  })
}

/** Job 1 of a DC, as a run knows it. */
export function runningJob(dc: DatacenterName, generation = 1): ReadableJob {
  return {
    dc,
    generation,
    job: {
      id: '1',
      name: 'ledger_1',
      status: 'running',
      health: 'healthy',
      submitTime: 0,
      applicationName: 'ledger',
      self: '',
    },
    endpoints: ledgerEndpoints,
    role: 'active',
  }
}
