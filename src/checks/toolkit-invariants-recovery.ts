// After the faults: what is healed is gone, and the pair comes back together, but for what quirk Q4 keeps apart.

import { datacenterNames } from '../model/datacenter.ts'
import { formatSeconds } from '../model/units.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { steadiness } from '../toolkit/oracle.ts'
import type { InvariantFindings } from './toolkit-invariants-findings.ts'
import {
  eachDc,
  longestSendSeconds,
  worksThrough,
  type CompositeLife,
  type DcStory,
  type Story,
} from './toolkit-invariants-story.ts'

/** Judges how things stand once the faults are gone. */
export function judgeRecovery(story: Story, findings: InvariantFindings): void {
  judgeHealing(story, findings)
  judgeLine(story, findings)
  judgeReunion(story, findings)
}

/** System seconds that a healing and its proof may take. */
const healingSeconds = 300

/** What is to be healed is healed, and proved to be. */
function judgeHealing({ timeline, end }: Story, findings: InvariantFindings): void {
  for (const asked of timeline.events.filter(({ event }) => event === 'fault_heal_requested')) {
    // What never took hold is undone as well, and is no fault of the run.
    const hasActed = timeline.events.some(
      ({ event, fault, t }) => event === 'fault_effective' && fault === asked.fault && t <= asked.t,
    )
    if (!hasActed) continue
    const outcome = timeline.events.find(
      ({ event, fault, t }) =>
        fault === asked.fault && t >= asked.t && (event === 'fault_healed' || event === 'fault_failed'),
    )
    if (outcome === undefined && end - asked.t < healingSeconds) continue
    const message = `The fault ${asked.fault ?? ''} was to be healed at ${formatSeconds(asked.t)} and ${outcome === undefined ? 'was not' : 'could not be'}.`
    findings.judge('faults_healed', outcome?.event === 'fault_healed' ? null : { t: asked.t, message })
  }
}

/** With no fault left, and both at work, no message fails that set out after that. */
function judgeLine(story: Story, findings: InvariantFindings): void {
  const { disturbances, allowance, end } = story
  const gone = disturbances.reduce((latest, { to }) => Math.max(latest, to), 0)
  if (disturbances.length === 0 || gone >= end) return
  for (const { own, other } of eachDc(story)) {
    const since = gone + longestSendSeconds(own.settings) + own.settings.heartbeatExchangeInterval + allowance
    const failed = own.lives
      .flatMap(({ events }) => events)
      .find(
        (event) =>
          event.event === 'heartbeat_failed' &&
          event.t > since &&
          worksThrough(other, { from: event.t - allowance - longestSendSeconds(own.settings), to: event.t }),
      )
    const message = `A heartbeat of ${own.dc} failed ${formatSeconds((failed?.t ?? 0) - gone)} after the last fault was gone.`
    findings.judge('faults_healed', failed === undefined ? null : { t: failed.t, dc: own.dc, message })
  }
}

/**
 * Once every fault is gone both see each other UP within what the settings take, and stay so. Two sides that had both declared the
 * other down by then wait for each other for ever (quirk Q4, toolkit reference §4.6): that is excluded, and nothing else.
 */
function judgeReunion(story: Story, findings: InvariantFindings): void {
  const { behaviour, end, allowance, disturbances } = story
  const { dc1, dc2 } = story.dcs
  const lives = datacenterNames.map((dc) => story.dcs[dc].lives.at(-1))
  const [one, two] = lives
  if (one === undefined || two === undefined || lives.some((life) => life === undefined || !isWhole(life, end))) return
  if (!isSteady(story, dc1, dc2) || dc1.isPassive || dc2.isPassive) return

  const gone = disturbances.reduce((latest, { to }) => Math.max(latest, to), 0)
  const ready = Math.max(gone, one.from, two.from)
  // What waits in a sender's queue, or hangs in it, goes out late.
  const queued = Math.max(longestSendSeconds(dc1.settings), longestSendSeconds(dc2.settings))
  const starts = Math.max(one.from + dc1.settings.crossDCInitDelay, two.from + dc2.settings.crossDCInitDelay)
  const interval = Math.max(dc1.settings.heartbeatExchangeInterval, dc2.settings.heartbeatExchangeInterval)
  const within = Math.max(starts - ready, 0) + 3 * interval + queued + allowance
  const due = ready + within
  if (due > end || behaviour.isFused) return
  if (behaviour.quirks.Q4 && isStuck(story, { one, two, ready })) return
  for (const { own } of eachDc(story)) {
    const life = own.lives.at(-1)
    const last = life && lastStatus(life, end)
    const late = life?.events.find((event) => event.t > due && event.event === 'remote_down')
    const isUp = last?.event === 'remote_up' && last.t <= due
    const message = late
      ? `${own.dc} declared ${own.of} down at ${formatSeconds(late.t)}, though no fault acted since ${formatSeconds(gone)}.`
      : `${own.dc} did not report ${own.of} up within ${formatSeconds(within)} after the last fault, at ${formatSeconds(ready)}.`
    findings.judge('profile_recovers', isUp ? null : { t: late?.t ?? due, dc: own.dc, message })
  }
}

/** Both held the other for down before anything could set out again. */
function isStuck(
  { slack }: Story,
  { one, two, ready }: { readonly one: CompositeLife; readonly two: CompositeLife; readonly ready: number },
): boolean {
  const sides = [one, two]
  // One that has not had any contact in its life goes on sending.
  if (sides.some((life) => !life.events.some(({ event }) => event === 'remote_up'))) return false
  const changes = sides.map((life) => life.events.filter(isStatus))
  // From `ready` on: was there a moment in which both were silent?
  const moments = [ready, ...changes.flat().map(({ t }) => t)].filter((t) => t >= ready - slack)
  return moments.some((t) => sides.every((life) => lastStatus(life, t)?.event === 'remote_down'))
}

function lastStatus(life: CompositeLife, until: number): TimelineEvent | undefined {
  return life.events.findLast((event) => isStatus(event) && event.t <= until)
}

function isStatus({ event }: TimelineEvent): boolean {
  return event === 'remote_up' || event === 'remote_down'
}

function isWhole(life: CompositeLife, end: number): boolean {
  return life.to >= end && life.closedAt === Infinity && life.resets.length === 0 && life.judgedTo >= end
}

/** Settings by which healthy DCs see each other up for good. */
function isSteady({ behaviour }: Story, dc1: DcStory, dc2: DcStory): boolean {
  const sides = [
    { observer: dc1.settings, failed: dc2.settings, behaviour },
    { observer: dc2.settings, failed: dc1.settings, behaviour },
  ]
  return sides.every((side) => steadiness(side) === 'steady')
}
