import { datacenterNames, otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import { formatSeconds } from '../model/units.ts'
import type { Timeline } from '../model/timeline.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { wasShutDownInOrder } from './key-delivery.ts'
import { fruitlessLaunch, successionOf, type Succession } from './launches.ts'
import { isPassiveSide } from './liveness.ts'
import type { Moment } from './moment.ts'
import { lastingMutualDown } from './mutual-down.ts'
import { splitBrainSpans } from './split-brain.ts'
import { downSpans } from './status-changes.ts'
import { describeSpan } from './time-span.ts'

/** What a reader should know of a run beside its checks, whether or not a check asks for it. */
export function notesOf(facts: Facts): readonly string[] {
  const { timeline, takeovers, loss } = facts
  const lasting = lastingMutualDown(timeline)
  const faults = faultSpans(timeline)
  return [
    ...trafficNotes(timeline),
    ...launchNotes(timeline),
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
          (timeline.toolkit?.quirks.Q3 ?? true) &&
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

/** What a passive side's launch came to, and how long it took: no figure of the toolkit's settings says that. */
function launchNotes(timeline: Timeline): readonly string[] {
  return downSpans(timeline).flatMap((span) => {
    const { observer, down } = span
    if (!isPassiveSide(timeline, observer)) return []
    const fruitless = fruitlessLaunch(timeline, span)
    if (fruitless !== null) {
      return [`Nobody took over for ${down.of ?? otherDatacenter(observer)}: ${fruitless.what}.`]
    }
    const { launch, healthy, told } = successionOf(timeline, span)
    if (launch === null || healthy === null) return []
    const began = `${observer} launched its script at ${formatSeconds(launch.launchedAt)}`
    const ready = `the job that it submitted was healthy ${formatSeconds(healthy.t - launch.launchedAt)} later`
    return [`${began}; ${ready}, ${operatorsPart(timeline, { observer, healthy, told })}.`]
  })
}

function operatorsPart(
  { withoutEndpoints = [] }: Timeline,
  {
    observer,
    healthy,
    told,
  }: Pick<Succession, 'told'> & { readonly observer: DatacenterName; readonly healthy: Moment },
): string {
  if (told !== null) {
    return `and was told ${formatSeconds(told.t - healthy.t)} after that to send itself the stored snapshots`
  }
  const isDeaf = withoutEndpoints.includes(observer)
  const why = isDeaf ? 'it has no Data Exchange endpoints' : 'the run ended before'
  return `and was not told to send itself the stored snapshots: ${why}`
}
