import type { TestbedCapabilities } from '../../model/testbed.ts'

/** What the simulated testbed can do. */
export const simulatedCapabilities: TestbedCapabilities = {
  kind: 'simulated',
  faults: [
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
  ],
  defaultTimeScale: 60,
  defaultLinkDelaySeconds: 0.02,
  // Real time has no part in it: what a run takes only grows with its tuples.
  maxTuplesPerRealSecond: 100_000_000,
  netem: { can: ['delay', 'jitter', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate'], by: 'simulation' },
}
