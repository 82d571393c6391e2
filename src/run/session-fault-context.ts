import type { FaultContext } from '../faults/context.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { DatacenterJobs } from './datacenter-jobs.ts'
import type { RunClock } from './run-clock.ts'
import type { SessionOptions } from './session-options.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'

/** What fault kinds may use of a session. */
export function sessionFaultContext(
  options: Pick<SessionOptions, 'pair' | 'capabilities' | 'extensions'>,
  session: {
    readonly clock: RunClock
    readonly jobs: DatacenterJobs
    readonly recorder: TimelineRecorder
    readonly readOutputs: (dc: DatacenterName) => Promise<void>
  },
): FaultContext {
  const { pair, capabilities, extensions } = options
  const { clock, jobs, recorder, readOutputs } = session
  return {
    pair,
    clock,
    toSystemTime: (leaseTime) => clock.fromLease(leaseTime),
    jobs,
    ports: (dc) => {
      const { crossDCHttpPort: heartbeat, numberOfHttpSenderReceiverPairs: pairs } = jobs.settingsInForce(dc)
      return { heartbeat, snapshot: Array.from({ length: pairs }, (_, channel) => heartbeat + 1 + channel) }
    },
    supported: capabilities.faults,
    netem: capabilities.netem,
    custom: new Map([...(extensions?.faults ?? [])].map(([name, fault]) => [name, { name, ...fault }])),
    // What a DC put out before an orderly shutdown counts as finished (decisions 4), so it is read before.
    beforeInjection: async (spec) => {
      const isEnding = spec.kind === 'orderly_shutdown' || spec.kind === 'cancel_job' || spec.kind === 'restart'
      if (isEnding) await readOutputs(spec.target.dc)
    },
    record: (event) => recorder.record(event),
  }
}
