import type { RegisteredGenerator } from '../data/registered-generator.ts'
import type { FaultJournal } from '../faults/fault-journal.ts'
import type { RegisteredFault } from '../faults/registered-fault.ts'
import type { LeasedPair, TestbedCapabilities } from '../model/testbed.ts'
import type { MonitorOptions } from '../monitoring/monitor.ts'
import type { JobDefinition } from './job-settings.ts'

export interface SessionOptions {
  readonly pair: LeasedPair
  readonly capabilities: TestbedCapabilities
  readonly definition: JobDefinition
  readonly testId: string
  readonly seed: number
  /** System seconds by which dc2's job starts after dc1's. @default 0 */
  readonly startOffsetSeconds?: number
  readonly journal: FaultJournal
  /** Ends every wait of the session. */
  readonly signal?: AbortSignal
  /** Users' kinds that the session itself needs. @default none */
  readonly extensions?: SessionExtensions
  /** What is looked at while the run goes on. @default nothing */
  readonly watch?: Pick<MonitorOptions, 'intervalSeconds' | 'metrics' | 'probes'>
}

/** By the names that they have in scenarios. */
export interface SessionExtensions {
  readonly faults: ReadonlyMap<string, Omit<RegisteredFault, 'name'>>
  readonly generators: ReadonlyMap<string, Omit<RegisteredGenerator, 'name'>>
}
