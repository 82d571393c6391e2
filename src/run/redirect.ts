import type { Traffic } from '../data/traffic.ts'
import type { TrafficTarget } from '../data/traffic-lane.ts'
import type { Clock } from '../model/clock.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultKind } from '../model/fault.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'
import { over } from '../support/over.ts'

/** Faults after which a DC's job takes no traffic. */
const stoppingFaults: readonly string[] = [
  'kill',
  'pause',
  'cancel_job',
  'orderly_shutdown',
  'datacenter_outage',
  'host_hang',
  'power_loss',
] satisfies readonly FaultKind[]

/**
 * Lets traffic go on into the other DC, some system seconds after a fault stopped the job that it goes into, unless the fault was
 * healed by then. Returns what ends the watching.
 */
export function redirectAfterFault(options: {
  readonly traffic: Pick<Traffic, 'into' | 'redirect'>
  readonly afterSeconds: number
  readonly target: (dc: DatacenterName) => TrafficTarget
  readonly clock: Clock
  readonly recorder: TimelineRecorder
  readonly signal: AbortSignal
}): () => void {
  const { traffic, afterSeconds, target, clock, recorder } = options
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const healed = new Set<string>()

  const goOn = async ({ t, dc, fault = '' }: TimelineEvent): Promise<void> => {
    if (
      !(await isReached(t + afterSeconds, { clock, signal })) ||
      healed.has(fault) ||
      dc === undefined ||
      traffic.into !== dc
    )
      return
    const survivor = otherDatacenter(dc)
    traffic.redirect(target(survivor))
    recorder.note('traffic_redirected', { dc: survivor, of: dc, fault })
  }
  const unsubscribe = recorder.subscribe((event) => {
    const { fault = '' } = event
    if (event.event === 'fault_healed') healed.add(fault)
    if (event.event !== 'fault_effective' || !stopsJob(event)) return
    healed.delete(fault)
    void goOn(event)
  })
  return () => {
    unsubscribe()
    ended.abort(over)
  }
}

/** Whether the time came before the traffic's end did. */
async function isReached(time: number, wait: { clock: Clock; signal: AbortSignal }): Promise<boolean> {
  const { clock, signal } = wait
  try {
    await clock.until(time, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

/** A DC whose management process is dead goes on taking traffic. */
function stopsJob({ detail }: TimelineEvent): boolean {
  const kind = detail?.['kind']
  return typeof kind === 'string' && stoppingFaults.includes(kind) && detail?.['management'] !== true
}
