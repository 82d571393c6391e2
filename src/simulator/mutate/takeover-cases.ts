// Failures of the verdict about the other DC: too late, too early, never, without a reason, and never taken back.

import { latencyAllowance } from '../../checks/predicted-windows.ts'
import { otherDatacenter, type DatacenterName } from '../../model/datacenter.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import { allSteps } from '../../model/step.ts'
import type { Timeline } from '../../model/timeline.ts'
import { detectionWindow, nextSignalWithinSeconds } from '../../toolkit/oracle.ts'
import type { PlantAct } from '../world/plant.ts'
import type { Assertion } from './assertion.ts'
import type { Baseline } from './baseline.ts'
import type { PlantCase } from './plant-case.ts'
import { expectsTakeover, lateCase } from './late-case.ts'
import { forbidsChanges, forbidsTakeover, hasInvariant, saysExpected, saysNever, wholeCheck } from './violations.ts'

export function takeoverCases(baseline: Baseline): readonly PlantCase[] {
  // Whoever is left takes over; without a fault of one DC dc2 is as good as dc1.
  const struck = baseline.faults.find(({ dc }) => dc !== undefined)?.dc
  const watcher = struck === undefined ? 'dc2' : otherDatacenter(struck)
  return [
    neverCase(baseline),
    ...lateCase(baseline),
    earlyCase(baseline),
    falseCase(baseline, watcher),
    bothActiveCase(baseline),
    flapsCase(baseline, watcher),
    deafCase(baseline, watcher),
  ]
}

/** Whether the observer was watched for the whole window after the fault that it noticed, so that its silence shows. */
function neverCase(baseline: Baseline): PlantCase {
  const [first] = baseline.detections
  const by = first?.observer ?? 'dc2'
  const of = otherDatacenter(by)
  return {
    what: 'a DC that falls silent is never declared down',
    failure: { kind: 'takeover_never' },
    violates: (assertion) =>
      expectsTakeover(assertion, baseline) ||
      expectsDown(assertion, baseline) ||
      saysExpected(assertion, 'split_brain') ||
      saysExpected(assertion, 'mutual_down') ||
      (wholeCheck(assertion, 'script')?.launched ?? 0) > 0 ||
      hasInvariant(assertion, 'silence_window'),
    advice: [
      `- takeover: { by: ${by}, of: ${of} }`,
      `- status: { dc: ${by}, remote: down }`,
      '- prediction',
      '- toolkit_invariants: { only: [silence_window] }',
    ],
  }
}

function expectsDown(assertion: Assertion, baseline: Baseline): boolean {
  const check = wholeCheck(assertion, 'status')
  return check?.remote === 'down' && baseline.detections.some(({ observer }) => observer === check.dc)
}

/** With the second tick without a heartbeat, so at most two intervals after the fault. */
function earlyCase(baseline: Baseline): PlantCase {
  return {
    what: 'a DC is declared down with the first heartbeat that is missing',
    failure: { kind: 'takeover_early' },
    violates: (assertion, acts) =>
      acts.some(
        ({ dc }) =>
          forbidsTakeover(assertion, baseline, dc) ||
          (!baseline.changesAfterFirstUp(dc).some(({ event }) => event === 'remote_down') &&
            forbidsChanges(assertion, baseline, { dc, count: 1 })),
      ) ||
      (isTooEarly(baseline, acts) &&
        (wholeCheck(assertion, 'prediction') !== undefined || hasInvariant(assertion, 'silence_window'))),
    advice: ['- prediction', '- takeover: never', '- toolkit_invariants: { only: [silence_window] }'],
  }
}

function isTooEarly({ timeline, faults }: Baseline, acts: readonly PlantAct[]): boolean {
  const [act] = acts
  const fault = faults.findLast(({ effectiveAt }) => effectiveAt <= (act?.time ?? -Infinity))
  if (act === undefined || fault === undefined || fault.dc !== otherDatacenter(act.dc)) return false
  const { settings, toolkit: behaviour = defaultBehaviour } = timeline
  const window = detectionWindow({ observer: settings[act.dc], failed: settings[fault.dc], behaviour })
  return window !== null && act.time - fault.effectiveAt < window.minSeconds - slackSeconds
}

/** Acts are told in the time of the job's first process, faults in that of the run. */
const slackSeconds = 1

function falseCase(baseline: Baseline, by: DatacenterName): PlantCase {
  return {
    what: `${by} declares ${otherDatacenter(by)} down though it hears it`,
    failure: { kind: 'takeover_false', by },
    violates: (assertion, acts) =>
      acts.length > 0 &&
      (forbidsTakeover(assertion, baseline, by) ||
        (comesBackSoon(baseline, by, acts) && forbidsChanges(assertion, baseline, { dc: by, count: 2 })) ||
        (isActive(baseline) && saysNever(assertion, 'split_brain')) ||
        (ownsTwice(baseline, [by]) && saysNever(assertion, 'duplicates')) ||
        hasInvariant(assertion, 'down_has_cause')),
    advice: [
      ...changesAdvice(baseline, by),
      '- takeover: never',
      '- split_brain: never',
      '- toolkit_invariants: { only: [down_has_cause] }',
    ],
  }
}

/** With A = 0 a DC changes its mind at every interval anyway. */
function isCalm({ timeline }: Baseline, dc: DatacenterName): boolean {
  return timeline.settings[dc].consecutiveHeartbeatMissesAllowed > 0
}

/** Whether the next heartbeat, which takes the false verdict back, comes before anything else happens. */
function comesBackSoon(baseline: Baseline, dc: DatacenterName, [act]: readonly PlantAct[]): boolean {
  const { heartbeatExchangeInterval } = baseline.timeline.settings[otherDatacenter(dc)]
  const until = (act?.time ?? Infinity) + 2 * heartbeatExchangeInterval
  const steps = allSteps(baseline.scenario.steps)
  // A step that waits for what a DC reports would come at another time.
  if (steps.some(({ when }) => when?.event.of === 'datacenter')) return false
  return isCalm(baseline, dc) && Math.min(baseline.end, ...steps.flatMap(({ at }) => at ?? [])) > until
}

function bothActiveCase(baseline: Baseline): PlantCase {
  const both = ['dc1', 'dc2'] as const
  return {
    what: 'both DCs declare each other down, and both are active for all keys',
    failure: { kind: 'both_active' },
    violates: (assertion, acts) =>
      both.every((dc) => acts.some((act) => act.dc === dc)) &&
      (both.some((dc) => forbidsTakeover(assertion, baseline, dc)) ||
        wholeCheck(assertion, 'status')?.changesAtMost === 0 ||
        (isActive(baseline) && (saysNever(assertion, 'split_brain') || isStuck(assertion, baseline))) ||
        (ownsTwice(baseline, both) && saysNever(assertion, 'duplicates'))),
    advice: ['- split_brain: never', '- mutual_down: never', '- takeover: never', '- toolkit_invariants'],
  }
}

/** Quirk Q4: two that hold each other for down never speak again. */
function isStuck(assertion: Assertion, { timeline }: Baseline): boolean {
  const { quirks } = timeline.toolkit ?? defaultBehaviour
  return quirks.Q4 && saysNever(assertion, 'mutual_down')
}

function isActive({ scenario }: Baseline): boolean {
  return scenario.mode === 'active-active'
}

/** Whether both DCs say at the end what they have, and one of these took in a replica that the other still has. */
function ownsTwice(baseline: Baseline, takers: readonly DatacenterName[]): boolean {
  if (baseline.serving.length < 2) return false
  // A DC that was started anew has forgotten what it had.
  if (baseline.faults.some(({ toJob }) => toJob !== 'nothing')) return false
  return takers.some((by) => {
    const of = otherDatacenter(by)
    const replica = baseline.firstProtection(of)
    return replica !== undefined && baseline.acceptedBetween(of, -Infinity, replica - slackSeconds) > 0
  })
}

function flapsCase(baseline: Baseline, by: DatacenterName): PlantCase {
  return {
    what: `${by} reports ${otherDatacenter(by)} down and up again and again`,
    failure: { kind: 'status_flaps', by },
    violates: (assertion, acts) =>
      acts.length > 0 &&
      ((isActive(baseline) && forbidsTakeover(assertion, baseline, by)) ||
        (isCalm(baseline, by) && forbidsChanges(assertion, baseline, { dc: by, count: 2 * acts.length - 1 })) ||
        hasInvariant(assertion, 'down_has_cause')),
    advice: [...changesAdvice(baseline, by), '- toolkit_invariants: { only: [down_has_cause] }'],
  }
}

/** One that heard the other again after a DOWN, and now does not. */
function deafCase(baseline: Baseline, watcher: DatacenterName): PlantCase {
  const comesBack = (dc: DatacenterName): boolean => baseline.changesAfterFirstUp(dc).at(-1)?.event === 'remote_up'
  return {
    what: 'a DC that was declared down is never seen up again',
    failure: { kind: 'fail_back_never' },
    violates: (assertion, acts) =>
      acts.some(({ dc }) => comesBack(dc)) &&
      (isGivenTime(assertion, baseline) ||
        hasInvariant(assertion, 'up_on_contact') ||
        acts.some(({ dc }) => comesBack(dc) && isAskedUp(assertion, dc))),
    advice: ['- fail_back: { within: 400 s }', `- status: { dc: ${watcher}, remote: up }`, '- toolkit_invariants'],
  }
}

/** Whether the run goes on for as long as coming back may take. */
function isGivenTime(assertion: Assertion, { timeline, faults, end }: Baseline): boolean {
  const check = wholeCheck(assertion, 'fail_back')
  if (check === undefined) return false
  const healed = Math.max(...faults.map(({ healedAt }) => healedAt ?? Infinity))
  return end - healed > (check.within ?? settlingSeconds(timeline)) + slackSeconds
}

/** A first heartbeat after the initial delay, the other's, and a whole round of the snapshot counter. */
function settlingSeconds(timeline: Timeline): number {
  const both = Object.values(timeline.settings)
  const delay = Math.max(...both.map(({ crossDCInitDelay }) => crossDCInitDelay))
  const beats = both.reduce((sum, { heartbeatExchangeInterval }) => sum + heartbeatExchangeInterval, 0)
  const signal = Math.max(...both.map((settings) => nextSignalWithinSeconds(settings, timeline.toolkit) ?? 0))
  return delay + beats + signal + latencyAllowance(timeline)
}

function isAskedUp(assertion: Assertion, dc: DatacenterName): boolean {
  const check = wholeCheck(assertion, 'status')
  return check?.remote === 'up' && check.dc === dc
}

function changesAdvice(baseline: Baseline, dc: DatacenterName): readonly string[] {
  return [`- status: { dc: ${dc}, changes: { at_most: ${baseline.changesAfterFirstUp(dc).length} } }`]
}
