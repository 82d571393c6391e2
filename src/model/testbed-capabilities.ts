import type { FaultKind } from './fault.ts'
import type { TestbedCapabilities } from './testbed.ts'

/** What processes and proxies can do, or stand-ins for them: links, processes and stores, but no machines. */
const faultsWithoutMachines: readonly FaultKind[] = [
  'partition',
  'netem',
  'bandwidth',
  'flap',
  'connection_reset',
  'kill',
  'crash',
  'pause',
  'restart',
  'operator_restart',
  'cancel_job',
  'orderly_shutdown',
  'special_message',
  'datacenter_outage',
  'host_hang',
  'disk_full',
  'disk_readonly',
  'disk_slow',
  'disk_error',
  'database_lost',
]

/** What the embedded testbed can do. */
export const embeddedCapabilities: TestbedCapabilities = {
  kind: 'embedded',
  faults: faultsWithoutMachines,
  defaultTimeScale: 60,
  maxTuplesPerRealSecond: 20_000,
  netem: { can: ['delay', 'jitter', 'rate'], by: 'proxy' },
}

/** What the simulated testbed can do. */
export const simulatedCapabilities: TestbedCapabilities = {
  kind: 'simulated',
  faults: faultsWithoutMachines,
  defaultTimeScale: 60,
  defaultLinkDelaySeconds: 0.02,
  // Real time has no part in it: what a run takes only grows with its tuples.
  maxTuplesPerRealSecond: 100_000_000,
  netem: { can: ['delay', 'jitter', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate'], by: 'simulation' },
}
