import type { DatacenterName } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { earliest, type Moment } from './moment.ts'

/**
 * When the observer first gave something out for the failed DC's keys: an output, or the state report after a replay. What the
 * run read by itself goes before what the testbed says of itself, because only the former holds on every testbed.
 */
export function firstOutput(
  timeline: Timeline,
  which: {
    readonly observer: DatacenterName
    readonly of: DatacenterName
    readonly from: number
    readonly until: number
  },
): Moment | undefined {
  const { observer, of, from, until } = which
  const isWithin = ({ t }: { readonly t: number }): boolean => t >= from && t < until
  const events = timeline.events.filter(({ event, dc }) => event === 'first_output' && dc === observer).filter(isWithin)
  const reads = [...timeline.outputs, ...timeline.states.filter(({ cause }) => cause === 'replay')]
    .filter(({ producedBy, origin }) => producedBy === observer && origin === of)
    .filter(isWithin)
    .map(({ t }) => ({ t, uncertainty: timeline.resolutionSeconds }))
  return earliest([...events.filter(({ seenBy }) => seenBy === 'run'), ...reads]) ?? earliest(events)
}
