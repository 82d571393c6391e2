// Loss by decisions 4: what a DC accepted before a fault took effect and no DC that serves at the end has. The lower figures
// count tuples whose acceptance before the fault is certain; the upper ones also those whose acceptance lies within the
// uncertainty of the fault's time, and those whose injection was never answered.

import { datacenterNames } from '../model/datacenter.ts'
import { unknownLoss, type Loss } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import { finalStates, unseenSurvivors } from './final-state.ts'
import {
  keyDeliveries,
  lostIntervals,
  secondsBeforeFault,
  wasShutDownInOrder,
  type KeyDelivery,
} from './key-delivery.ts'
import { openDetection } from './open-detection.ts'
import type { Scope } from './scope.ts'

/**
 * What the run lost, or, with a scope, what its step cost: of what was accepted since the fault before it. All figures that rest on the
 * state are null when a serving DC's state was not seen, and when a dead DC could still have been taken over.
 */
export function assessLoss(timeline: Timeline, scope?: Scope): Loss {
  const states = finalStates(timeline)
  const deliveries = datacenterNames.flatMap((into) => keyDeliveries(timeline, { into, states, scope }))
  const acceptedTuples = sum(deliveries, ({ accepted }) => accepted.count)
  const unknownTuples = sum(deliveries, ({ unknown }) => unknown.count)
  const lostTuples = sum(deliveries, ({ lost }) => lost.count)

  const origins = new Set(deliveries.map(({ into }) => into))
  const isStateSeen =
    states.length > 0 && [...origins].every((origin) => unseenSurvivors(timeline, origin).length === 0)
  const restsOnUnreadOutputs = lostTuples > 0 && missesOutputs(timeline)
  const lostTuplesUpperBound = sum(deliveries, ({ possiblyLost }) => possiblyLost.count)
  // A takeover that was still to come can only have made it less: of nothing it could not.
  const isOpen = lostTuplesUpperBound > 0 && openDetection(timeline).why !== null
  if (!isStateSeen || restsOnUnreadOutputs || acceptedTuples === 0 || isOpen) {
    return { ...unknownLoss, acceptedTuples, unknownTuples }
  }
  return {
    lostTuples,
    lostTuplesUpperBound,
    seconds: longest(deliveries, (delivery) => secondsBeforeFault(timeline, delivery, delivery.lost)),
    secondsUpperBound: longest(deliveries, (delivery) => secondsBeforeFault(timeline, delivery, delivery.possiblyLost)),
    percent: percentOf(lostTuples, acceptedTuples),
    percentUpperBound: percentOf(lostTuplesUpperBound, acceptedTuples + unknownTuples),
    acceptedTuples,
    unknownTuples,
    intervals: deliveries.flatMap((delivery) => lostIntervals(timeline, delivery, states)),
  }
}

/** A gap in the outputs of a DC that was shut down in order: what looks lost may have been put out unread. */
function missesOutputs(timeline: Timeline): boolean {
  return timeline.measuringFaults.some(({ dc }) => wasShutDownInOrder(timeline, dc))
}

function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole
}

function sum(deliveries: readonly KeyDelivery[], count: (delivery: KeyDelivery) => number): number {
  return deliveries.reduce((total, delivery) => total + count(delivery), 0)
}

function longest(deliveries: readonly KeyDelivery[], seconds: (delivery: KeyDelivery) => number): number {
  return deliveries.reduce((most, delivery) => Math.max(most, seconds(delivery)), 0)
}
