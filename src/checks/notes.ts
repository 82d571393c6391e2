import { datacenterNames } from '../model/datacenter.ts'
import { formatSeconds } from '../model/units.ts'
import type { Timeline } from '../model/timeline.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { wasShutDownInOrder } from './key-delivery.ts'
import { lastingMutualDown } from './mutual-down.ts'
import { splitBrainSpans } from './split-brain.ts'
import { describeSpan } from './time-span.ts'

/** What a reader should know of a run beside its checks, whether or not a check asks for it. */
export function notesOf(facts: Facts): readonly string[] {
  const { timeline, takeovers, loss } = facts
  const lasting = lastingMutualDown(timeline)
  const faults = faultSpans(timeline)
  return [
    ...trafficNotes(timeline),
    ...splitBrainSpans(timeline, takeovers).map(
      (span) => `Split brain: both datacenters processed the same keys from ${describeSpan(span)}.`,
    ),
    ...(lasting?.isShown === true
      ? [
          `Both datacenters hold each other for down since ${formatSeconds(lasting.span.from)} and send no heartbeats, also after the heal: neither side will recover by itself until one application is restarted (quirk Q4).`,
        ]
      : []),
    ...datacenterNames
      .filter(
        (dc) =>
          wasShutDownInOrder(timeline, dc) &&
          takeovers.some(({ of, partsReplayed }) => of === dc && partsReplayed === 0),
      )
      .map(
        (dc) => `${dc} was shut down in an orderly way; it was still declared down, with nothing to replay (quirk Q3).`,
      ),
    ...takeovers
      .filter(({ fault }) => fault === undefined && faults.length > 0)
      .map(({ observer, of }) => `${observer} declared ${of} down without a fault of this run that explains it.`),
    ...(loss.unknownTuples === 0
      ? []
      : [
          loss.unknownTuples === 1
            ? '1 tuple was injected without an answer; it counts in the upper bounds of the loss.'
            : `${loss.unknownTuples} tuples were injected without an answer; they count in the upper bounds of the loss.`,
        ]),
    ...timeline.measuringFaults.map(({ dc, message }) => `Measuring fault in ${dc}: ${message}`),
  ]
}

/** The rates of a scaled testbed, for both clocks: what the processes really carry is many times what the scenario says. */
function trafficNotes({ events, timeScale }: Timeline): readonly string[] {
  if (timeScale === 1) return []
  return events.flatMap(({ event, dc, detail }) => {
    const rate = detail?.['rateTuplesPerSecond']
    if (event !== 'traffic_started' || typeof rate !== 'number') return []
    return [`Traffic into ${dc}: ${rate} tuples a second of system time, ${rate * timeScale} a real second.`]
  })
}
