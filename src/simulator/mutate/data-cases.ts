// Failures of the data: tuples, replicas and replays that are not as they should be.

import { predictLossSeconds } from '../../checks/predicted-loss.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { PlantAct, TuplePlantKind } from '../world/plant.ts'
import type { Assertion } from './assertion.ts'
import type { Baseline } from './baseline.ts'
import type { PlantCase } from './plant-case.ts'
import { hasInvariant, losesTooMuch, saysNever, wholeCheck, type MoreLoss } from './violations.ts'

/** The tuple that is struck: one of the first, so that every fault comes after it. */
const struckTuple = 10

/** The cases that fit a scenario with traffic; none without. */
export function dataCases(baseline: Baseline): readonly PlantCase[] {
  const [into] = baseline.fed
  if (into === undefined) return []
  return [...tupleCases(baseline, into), ...replicaCases(baseline), ...replicationCases(baseline)]
}

function tupleCases(baseline: Baseline, into: DatacenterName): readonly PlantCase[] {
  const failure = (kind: TuplePlantKind): PlantCase['failure'] => ({ kind, into, nth: struckTuple })
  return [
    {
      what: `${into} loses one tuple of many`,
      failure: failure('tuple_lost'),
      violates: (assertion, acts) =>
        losesTooMuch(assertion, baseline, ageAt(baseline, into, acts)) || isReferenceOf(assertion, baseline, into),
      advice: [lossAdvice(baseline), '- loss: { at_most: 0 tuples }', `- state: { dc: ${into}, equals: reference }`],
    },
    {
      what: `${into} applies one tuple twice`,
      failure: failure('tuple_duplicated'),
      // A tuple that is applied again is put out again, and so before its turn.
      violates: (assertion, acts) =>
        (isReported(baseline, into, acts) &&
          (saysNever(assertion, 'duplicates') || hasInvariant(assertion, 'no_duplicates'))) ||
        wholeCheck(assertion, 'order') !== undefined ||
        hasInvariant(assertion, 'order_kept'),
      advice: ['- duplicates: never', '- order'],
    },
    {
      what: `${into} puts two tuples out in the wrong order`,
      failure: failure('tuples_swapped'),
      violates: (assertion) => wholeCheck(assertion, 'order') !== undefined || hasInvariant(assertion, 'order_kept'),
      advice: ['- order'],
    },
    {
      what: `one bit of a tuple flips in ${into}`,
      failure: failure('tuple_corrupted'),
      violates: (assertion, acts) =>
        isReported(baseline, into, acts) &&
        (wholeCheck(assertion, 'integrity') !== undefined ||
          hasInvariant(assertion, 'checksums_hold') ||
          isReferenceOf(assertion, baseline, into)),
      advice: ['- integrity'],
    },
  ]
}

function replicaCases(baseline: Baseline): readonly PlantCase[] {
  const takers = baseline.detections
    .filter((detection) => stillHolds(baseline, detection))
    .map(({ observer }) => observer)
  const isSeen = (acts: readonly PlantAct[]): boolean => acts.some(({ dc }) => takers.includes(dc))
  return [
    {
      what: 'one bit of a replica flips',
      failure: { kind: 'replica_corrupted' },
      violates: (assertion, acts) =>
        isSeen(acts) && (wholeCheck(assertion, 'integrity') !== undefined || hasInvariant(assertion, 'checksums_hold')),
      advice: ['- integrity'],
    },
    {
      what: 'a survivor applies what it replays twice',
      failure: { kind: 'replay_twice' },
      violates: (assertion, acts) =>
        isSeen(acts) && (saysNever(assertion, 'duplicates') || hasInvariant(assertion, 'no_duplicates')),
      advice: ['- duplicates: never'],
    },
    {
      what: 'a survivor does not take in what it replays',
      failure: { kind: 'replay_lost' },
      violates: (assertion, acts) =>
        acts.length > 0 && baseline.detections.some(({ of }) => losesTooMuch(assertion, baseline, allOf(baseline, of))),
      advice: [lossAdvice(baseline), '- prediction'],
    },
    {
      what: 'a survivor puts nothing out any more',
      failure: { kind: 'output_stalls' },
      violates: (assertion, acts) => acts.length > 1 && wholeCheck(assertion, 'backlog_drains') !== undefined,
      advice: ['- backlog_drains: { within: 60 s }', '- throughput: { at_least: 90 % of baseline, phase: after }'],
    },
  ]
}

/** Snapshots that are not renewed: the older the replica, the more is lost. */
function replicationCases(baseline: Baseline): readonly PlantCase[] {
  const losesSinceFirst = (assertion: Assertion): boolean =>
    baseline.detections.some(({ of }) => losesTooMuch(assertion, baseline, sinceFirstSnapshot(baseline, of)))
  const ages = baseline.fed.map((dc) => `- replication_age: { dc: ${dc}, at_most: ${periodOf(baseline)} s }`)
  return [
    {
      what: 'the store keeps an old snapshot and says that it stored the new one',
      failure: { kind: 'snapshot_stuck' },
      violates: losesSinceFirst,
      advice: [lossAdvice(baseline), '- prediction'],
    },
    {
      what: 'an application sends one snapshot and no more',
      failure: { kind: 'snapshots_stop' },
      violates: (assertion, acts) =>
        losesSinceFirst(assertion) ||
        growsTooOld(assertion, baseline, acts) ||
        staysUnprotected(assertion, baseline, acts),
      advice: [...ages, lossAdvice(baseline), '- prediction'],
    },
  ]
}

/** One tuple, accepted before the act: the load is handed over a few seconds after it was accepted. */
function ageAt(baseline: Baseline, dc: DatacenterName, acts: readonly PlantAct[]): MoreLoss | null {
  const [act] = acts
  if (act === undefined) return null
  const fault = baseline.firstFaultOf(dc)
  if (fault !== undefined && fault.effectiveAt <= act.time) return null
  return { tuples: 1, seconds: (fault?.effectiveAt ?? baseline.end) - act.time }
}

/** All that a DC accepted before it was struck; nothing where it still has it at the end. */
function allOf(baseline: Baseline, dc: DatacenterName): MoreLoss | null {
  const first = baseline.firstAcceptance(dc)
  return first === undefined ? null : since(baseline, dc, first)
}

function sinceFirstSnapshot(baseline: Baseline, dc: DatacenterName): MoreLoss | null {
  const first = baseline.firstProtection(dc)
  // Later faults may wait for a snapshot that then never comes.
  const isFirstStruck = baseline.faults[0]?.dc === dc
  return first === undefined || !isFirstStruck ? null : since(baseline, dc, first)
}

function since(baseline: Baseline, dc: DatacenterName, from: number): MoreLoss | null {
  const struck = baseline.faults.filter((fault) => fault.dc === dc && fault.toJob !== 'nothing')
  const [fault] = struck
  // Of several blows the loss counts from the last, and each may have had a takeover of its own.
  if (fault === undefined || struck.length > 1 || baseline.serving.includes(dc) || fault.effectiveAt <= from)
    return null
  const { loss, takeovers } = baseline.report
  if (!takeovers.some((takeover) => takeover.of === dc && takeover.partsReplayed > 0)) return null
  const tuples = baseline.acceptedBetween(dc, from, fault.effectiveAt) - (loss.lostTuplesUpperBound ?? 0)
  return { tuples, seconds: fault.effectiveAt - from }
}

/** Whether the DC that was struck, or the one that took over for it, says at the end what it has of that tuple. */
function isReported(baseline: Baseline, dc: DatacenterName, acts: readonly PlantAct[]): boolean {
  if (baseline.serving.includes(dc)) return true
  const at = acts[0]?.time ?? Infinity
  const wasReplayed = baseline.report.takeovers.some(({ of, partsReplayed }) => of === dc && partsReplayed > 0)
  const detection = baseline.detections.find(({ of }) => of === dc)
  if (!wasReplayed || detection === undefined || !stillHolds(baseline, detection)) return false
  return baseline.timeline.events.some(
    ({ event, dc: owner, t }) => event === 'protected' && owner === dc && t > at + slackSeconds && t < detection.at,
  )
}

/** Whether a survivor serves at the end, and was not struck itself after its takeover. */
function stillHolds(
  { serving, faults }: Baseline,
  { observer, at }: { readonly observer: DatacenterName; readonly at: number },
): boolean {
  return (
    serving.includes(observer) &&
    !faults.some(({ dc, toJob, effectiveAt }) => dc === observer && toJob !== 'nothing' && effectiveAt >= at)
  )
}

/** The load is handed over in steps, so that a snapshot may be a little older than an act says. */
const slackSeconds = 1

/** `state: { equals: reference }` of the DC that has the tuple first of all. */
function isReferenceOf(assertion: Assertion, baseline: Baseline, into: DatacenterName): boolean {
  const check = wholeCheck(assertion, 'state')
  return check?.equals === 'reference' && check.dc === into && baseline.serving.includes(into)
}

function growsTooOld(assertion: Assertion, baseline: Baseline, acts: readonly PlantAct[]): boolean {
  const check = wholeCheck(assertion, 'replication_age')
  if (check === undefined || !acts.some(({ dc }) => dc === check.dc)) return false
  const first = baseline.firstProtection(check.dc)
  const until = Math.min(baseline.faults[0]?.effectiveAt ?? Infinity, baseline.end)
  return first !== undefined && until - first > check.atMost + slackSeconds
}

/** After the last healing a new replica is wanted, and none comes. */
function staysUnprotected(assertion: Assertion, baseline: Baseline, acts: readonly PlantAct[]): boolean {
  const healed = Math.max(...baseline.faults.map(({ healedAt }) => healedAt ?? Infinity))
  const check = wholeCheck(assertion, 'fail_back')
  return check !== undefined && acts.some(({ time }) => time > healed)
}

/** What the run itself lost, and a little more. */
function lossAdvice({ report, timeline }: Baseline): string {
  const { seconds } = report.loss
  const bound = predictLossSeconds(timeline)
  if (seconds === null || seconds === 0) return '- loss: { at_most: 0 tuples }'
  return `- loss: { at_most: ${Math.ceil(bound ?? seconds + 1)} s }`
}

function periodOf({ timeline }: Baseline): number {
  return Math.ceil(timeline.settings.dc1.dataSnapshotExchangeInterval + timeline.settings.dc1.heartbeatExchangeInterval)
}
