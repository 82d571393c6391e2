// What a DC sends: a heartbeat a tick while it has reason to, none while it holds the other for down or was told to shut down,
// and snapshot signals at the ticks that their interval says.

import { formatSeconds } from '../model/units.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { nextSignalWithinSeconds, snapshotSchedule } from '../toolkit/oracle.ts'
import type { InvariantFindings } from './toolkit-invariants-findings.ts'
import {
  eachDc,
  firstTick,
  hasReset,
  longestSendSeconds,
  pausedSeconds,
  numberIn,
  overlaps,
  wasDeaf,
  worksThrough,
  type CompositeLife,
  type DcStory,
  type Story,
  type Stretch,
} from './toolkit-invariants-story.ts'

/** Judges what both DCs sent. */
export function judgeHeartbeats(story: Story, findings: InvariantFindings): void {
  for (const { own, other } of eachDc(story)) {
    for (const life of own.lives) {
      const around = { own, other, life, findings }
      judgeSilence(story, around)
      judgeFlow(story, around)
      judgeArrivals(story, around)
      judgeShutdown(story, around)
      judgeSignals(story, around)
      judgeCounts(around)
    }
  }
}

interface Around {
  readonly own: DcStory
  readonly other: DcStory
  readonly life: CompositeLife
  readonly findings: InvariantFindings
}

const isSending = ({ event }: TimelineEvent): boolean => event === 'heartbeat_sent' || event === 'heartbeat_failed'

/** When the DC had reason to send: never contacted, or UP, and not closed (quirk Q4). */
function speakingTimes({ behaviour }: Story, { own, life }: Around): readonly Stretch[] {
  const to = Math.min(life.to, life.closedAt, life.judgedTo)
  const first = life.from + own.settings.crossDCInitDelay
  if (!behaviour.quirks.Q4) return first <= to ? [{ from: first, to }] : []
  const times: Stretch[] = []
  let from: number | null = first
  for (const { event, t } of life.events) {
    if (t > to) break
    if (event === 'remote_down') {
      if (from !== null && from <= t) times.push({ from, to: t })
      from = null
    }
    if (event === 'remote_up') from ??= t
  }
  return from === null || from > to ? times : [...times, { from, to }]
}

/**
 * Ticks are at least an interval apart (toolkit reference §4.1), so so many heartbeats at most can have been made; one that a slow
 * line held up may leave later, a new one may not (§3.4, ghost heartbeats).
 */
function judgeSilence(story: Story, around: Around): void {
  const { own, life, findings } = around
  const interval = own.settings.heartbeatExchangeInterval
  if (interval <= 0) return
  // What makes the ticks, or decides on them, may have started anew, and has then forgotten what it was told.
  if (life.resets.length > 0) return
  const times = speakingTimes(story, around)
  let made = 0
  let sent = 0
  let index = 0
  for (const event of life.events) {
    if (!isSending(event)) continue
    sent += 1
    for (let time = times[index]; time !== undefined && time.to <= event.t; time = times[(index += 1)]) {
      made += ticksWithin(time, interval)
    }
    const current = times[index]
    const isSpeaking = current !== undefined && current.from <= event.t
    // A testbed's timer keeps to its grid where a pause shorter than an interval held a tick up, so the next one comes sooner.
    const held = life.pauses.filter(({ from }) => from <= event.t).length
    const most = made + held + (isSpeaking ? ticksWithin({ from: current.from, to: event.t }, interval) : 0)
    const isClosed = life.closedAt < event.t
    const name = isClosed ? 'silent_after_shutdown' : 'silent_when_down'
    const why = isClosed ? 'after it was told to shut down' : `while it held ${own.of} for down, or out of turn`
    const message = `${own.dc} sent a heartbeat ${why}: number ${sent}, and its ticks made at most ${most}.`
    findings.judge(name, sent > most ? { t: event.t, dc: own.dc, message } : null)
    if (sent > most) return
  }
}

function ticksWithin({ from, to }: Stretch, interval: number): number {
  return Math.floor((to - from) / interval + 1e-6) + 1
}

/** With reason to send, one heartbeat after the other ends, well or badly, in time. */
function judgeFlow(story: Story, around: Around): void {
  const { own, life, findings } = around
  const { settings } = own
  if (story.behaviour.isFused) return
  const patience = settings.heartbeatExchangeInterval + longestSendSeconds(settings) + story.allowance
  for (const time of speakingTimes(story, around)) {
    const ends = [
      ...life.events
        .filter((event) => isSending(event) && event.t >= time.from && event.t <= time.to)
        .map(({ t }) => t),
      time.to,
    ]
    let last = time.from
    for (const t of ends) {
      const isLate = t - last > patience && !isHeldUp(life, { from: last, to: t })
      const message = `${own.dc} had reason to send heartbeats and sent none from ${formatSeconds(last)} to ${formatSeconds(t)}.`
      findings.judge('heartbeats_flow', isLate ? { t: last + patience, dc: own.dc, message } : null)
      last = t
    }
  }
}

function isHeldUp(life: CompositeLife, during: Stretch): boolean {
  return hasReset(life, during) || life.pauses.some((pause) => overlaps(pause, during))
}

/** Every heartbeat and every signal takes the next number, and nothing else does (toolkit reference §4.2, 4 and 5). */
function judgeCounts({ own, life, findings }: Around): void {
  // Notices and snapshots that go back take numbers too, without a word of it; a preparer that starts anew begins again.
  if (life.resets.length > 0 || own.settings.sendDataSnapshotsToOriginDCAtStartup) return
  const signals = new Set<number>()
  let last = 0
  for (const event of life.events) {
    if (event.t > Math.min(life.closedAt, life.judgedTo)) return
    const count = numberIn(event, 'count')
    if (event.event === 'snapshot_signal') signals.add(count)
    if (!isSending(event)) continue
    let isInTurn = count > last && !signals.has(count)
    for (let skipped = last + 1; skipped < count && isInTurn; skipped += 1) isInTurn = signals.has(skipped)
    const message = `${own.dc}'s heartbeat ${count} came after number ${last}: every heartbeat and signal takes the next one.`
    findings.judge('signals_on_schedule', isInTurn ? null : { t: event.t, dc: own.dc, message })
    if (!isInTurn) return
    last = count
  }
}

/** What was answered with 204 has come to the other DC's watchdog (toolkit reference §3.1), unless that is no longer there. */
function judgeArrivals(story: Story, { own, other, life, findings }: Around): void {
  const received = new Map<number, number[]>()
  for (const { events } of other.lives) {
    for (const event of events) {
      if (event.event !== 'heartbeat_received') continue
      const count = numberIn(event, 'count')
      const times = received.get(count)
      if (times === undefined) received.set(count, [event.t])
      else times.push(event.t)
    }
  }
  // An answer that was lost comes late, however well the line does by then.
  const longest = longestSendSeconds(own.settings) + pausedSeconds(life)
  for (const event of life.events) {
    if (event.event !== 'heartbeat_sent') continue
    const around = { from: event.t - story.allowance, to: event.t + story.allowance }
    if (around.to > story.end || !worksThrough(other, around)) continue
    if (wasDeaf(other, { from: around.from - longest, to: around.to })) continue
    const count = numberIn(event, 'count')
    const isThere = (received.get(count) ?? []).some((t) => t >= around.from - longest && t <= around.to)
    const message = `${own.dc}'s heartbeat ${count} was answered at ${formatSeconds(event.t)} and never came to ${other.dc}'s watchdog.`
    findings.judge('heartbeats_flow', isThere ? null : { t: event.t, dc: other.dc, message })
  }
}

/** Told to shut down it is mute and deaf until its job starts anew (toolkit reference §4.2 to §4.4). */
function judgeShutdown({ slack, allowance }: Story, { own, life, findings }: Around): void {
  if (life.closedAt === Infinity) return
  findings.judge('silent_after_shutdown', null)
  let writes = 0
  for (const event of life.events) {
    if (event.t <= life.closedAt + slack || event.t > life.judgedTo) continue
    // One write, and what a replay under way still brings, may be on its way.
    if (event.event === 'snapshot_stored') writes += 1
    const isWord = ['remote_up', 'remote_down', 'snapshot_signal'].includes(event.event)
    // Between operators of different PEs the word takes its time.
    const isLate = event.t > life.closedAt + allowance
    if ((isWord && isLate) || writes > 1) {
      const message = `${own.dc} was told to shut down at ${formatSeconds(life.closedAt)}, and ${event.event} came after it.`
      findings.judge('silent_after_shutdown', { t: event.t, dc: own.dc, message })
      return
    }
  }
}

/** Signals come at the counts that the interval divides, and at all of them, in mode 1 and while the other is UP (toolkit reference §5.1). */
function judgeSignals(story: Story, { own, life, findings }: Around): void {
  const { settings } = own
  const schedule = snapshotSchedule(settings, story.behaviour)
  const i = Math.trunc(settings.heartbeatExchangeInterval)
  const d = Math.trunc(settings.dataSnapshotExchangeInterval)
  const within = nextSignalWithinSeconds(settings, story.behaviour)
  let isUp = false
  /** When a wait for the next signal begins, and from when on nothing may have held it up. */
  let since: number | null = null
  let undisturbedFrom = 0
  const overdue = (now: number): void => {
    if (since === null || within === null || story.behaviour.isFused) return
    const due = since + within + story.slack + within * 1e-9
    if (now <= due || isHeldUp(life, { from: undisturbedFrom, to: due }))
      return findings.judge('signals_on_schedule', null)
    const message = `${own.dc} was up with ${own.of} since ${formatSeconds(since)} and gave no snapshot signal within ${formatSeconds(within)}.`
    findings.judge('signals_on_schedule', { t: due, dc: own.dc, message })
    since = null
  }
  for (const event of life.events) {
    if (event.t > Math.min(life.closedAt, life.judgedTo)) break
    if (event.event === 'remote_up') {
      isUp = true
      undisturbedFrom = event.t
      // Before its first tick it makes nothing.
      since = Math.max(event.t, firstTick(life, settings, event.t))
    } else if (event.event === 'remote_down') {
      overdue(event.t)
      isUp = false
      since = null
    } else if (event.event === 'snapshot_signal') {
      overdue(event.t)
      const count = numberIn(event, 'count')
      const isInTurn = !story.behaviour.quirks.Q2 || (d >= 1 && (count * i) % d === 0)
      const isWrong = schedule === null || !isInTurn || (!isUp && life.resets.length === 0)
      const why =
        schedule === null
          ? 'its settings allow none'
          : isInTurn
            ? `${own.of} was not up`
            : `${count} × ${i} s is no multiple of ${d} s`
      const message = `${own.dc} gave a snapshot signal with count ${count}, though ${why}.`
      findings.judge('signals_on_schedule', isWrong ? { t: event.t, dc: own.dc, message } : null)
      since = event.t
      undisturbedFrom = event.t
    }
  }
  overdue(Math.min(life.closedAt, life.judgedTo, life.to))
}
