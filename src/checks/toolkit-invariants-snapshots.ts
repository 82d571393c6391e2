// The stored snapshots: what was sent is stored under its name, and goes only as documented; a DOWN replays what is remembered,
// each once, and nothing else does.

import { formatSeconds } from '../model/units.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { ReplayJudge } from './toolkit-invariants-replay.ts'
import type { InvariantFindings } from './toolkit-invariants-findings.ts'
import {
  eachDc,
  isAnythingDisturbed,
  isStoreDisturbed,
  longestSendSeconds,
  pausedSeconds,
  numberIn,
  textIn,
  wasDeaf,
  worksThrough,
  type CompositeLife,
  type DcStory,
  type Story,
} from './toolkit-invariants-story.ts'

/** Judges what became of both DCs' snapshots. */
export function judgeSnapshots(story: Story, findings: InvariantFindings): void {
  for (const { own, other } of eachDc(story)) {
    judgeStoring(story, { own, other, findings })
    for (const life of own.lives) {
      judgeNames(story, { own, other, life, findings })
      judgeDeletions(story, { own, other, life, findings })
      judgeNotice(story, { own, other, life, findings })
      new ReplayJudge(story, { own, other, life, findings }).judge()
    }
  }
}

interface Around {
  readonly own: DcStory
  readonly other: DcStory
  readonly findings: InvariantFindings
}

interface AroundLife extends Around {
  readonly life: CompositeLife
}

/** What `own` sent and was answered with 204 comes into the other DC's store, or a word of why not. */
function judgeStoring(story: Story, { own, other, findings }: Around): void {
  const kept = new Map<string, number[]>()
  for (const { events } of other.lives) {
    for (const event of events) {
      const name = textIn(event, 'part')
      if (event.event === 'snapshot_stored') add(kept, `${name} ${numberIn(event, 'count')}`, event.t)
      else if (event.event === 'toolkit_error') add(kept, 'error', event.t)
    }
  }
  for (const life of own.lives) {
    for (const event of life.events) {
      if (event.event !== 'snapshot_sent') continue
      const around = { from: event.t - story.allowance, to: event.t + story.allowance }
      // An answer that was lost comes late, however well the line does by then.
      const during = { ...around, from: around.from - longestSendSeconds(own.settings) - pausedSeconds(life) }
      if (during.to > story.end || !worksThrough(other, around)) continue
      if (isStoreDisturbed(story, other.dc, during) || wasDeaf(other, during)) continue
      const part = textIn(event, 'part')
      const count = numberIn(event, 'count')
      const isKnown = [`${part} ${count}`, 'error'].some((key) =>
        (kept.get(key) ?? []).some((t) => t >= during.from && t <= during.to),
      )
      const message = `${own.dc}'s snapshot ${count} of part ${part} was answered at ${formatSeconds(event.t)} and not stored in ${other.dc}.`
      findings.judge('snapshots_stored', isKnown ? null : { t: event.t, dc: other.dc, message })
    }
  }
}

function add(to: Map<string, number[]>, key: string, t: number): void {
  const times = to.get(key)
  if (times === undefined) to.set(key, [t])
  else times.push(t)
}

/** Names by toolkit reference §5.3 and §5.6; and what is stored was asked for by a signal. */
function judgeNames(story: Story, { own, other, life, findings }: AroundLife): void {
  const ending = own.settings.dataSnapshotJdbcUrl === '' ? '.snapshot' : ''
  const signals = other.lives.flatMap(({ events }) => events.filter(({ event }) => event === 'snapshot_signal'))
  for (const event of life.events) {
    if (event.event !== 'snapshot_stored') continue
    const part = textIn(event, 'part')
    const name = textIn(event, 'name')
    const right = `${other.settings.localDataCenterName}-${part}${ending}`
    const isNamed = name === right
    const count = numberIn(event, 'count')
    const isAsked =
      other.isPassive ||
      signals.some((signal) => numberIn(signal, 'count') === count && signal.t <= event.t + story.slack)
    const message = isNamed
      ? `${own.dc} stored snapshot ${count} of ${other.dc}, which gave no such signal.`
      : `${own.dc} stored part ${part} of ${other.dc} as ${name}, and its name is ${right}.`
    findings.judge('snapshots_stored', isNamed && isAsked ? null : { t: event.t, dc: own.dc, message })
  }
}

/** A stored snapshot goes for the reasons that toolkit reference §3.3, §4.2, §4.4 and §5 name, each at its time. */
function judgeDeletions(story: Story, around: AroundLife): void {
  const { own, life, findings } = around
  for (const event of life.events) {
    if (event.event !== 'snapshot_deleted') continue
    const problem = whyNotDeletable(story, { around, event })
    const message = `${own.dc} deleted ${textIn(event, 'name')} (${textIn(event, 'reason')}), though ${problem}.`
    findings.judge('snapshots_kept', problem === null ? null : { t: event.t, dc: own.dc, message })
  }
}

/** The other's notice that it shuts down has what is kept of it deleted at once (toolkit reference §3.3, §4.6). */
function judgeNotice(story: Story, { own, other, life, findings }: AroundLife): void {
  for (const { closedAt } of other.lives) {
    const around = { from: closedAt - story.allowance, to: closedAt + story.allowance }
    // What is on its way before the notice, or holds it up, may be stored or lost.
    const before = { from: around.from - longestSendSeconds(other.settings), to: around.to }
    if (life.from > around.from || life.to < around.to || around.to > story.end) continue
    if (!worksThrough(own, around) || isAnythingDisturbed(story, before, other.dc)) continue
    if (isStoreDisturbed(story, own.dc, { from: life.from, to: around.to })) continue
    const kept = new Set<string>()
    for (const event of life.events) {
      if (event.t > around.to) break
      const name = textIn(event, 'name')
      if (event.event === 'snapshot_stored' && event.t < around.from) kept.add(name)
      else if (event.event === 'snapshot_stored' || event.event === 'snapshot_deleted') kept.delete(name)
    }
    const [first] = kept
    const message = `${other.dc} said at ${formatSeconds(closedAt)} that it shuts down, and ${own.dc} kept ${first ?? ''}.`
    findings.judge('snapshots_kept', first === undefined ? null : { t: closedAt, dc: own.dc, message })
  }
}

function whyNotDeletable(
  { slack, allowance, behaviour, timeline }: Story,
  { around, event }: { readonly around: AroundLife; readonly event: TimelineEvent },
): string | null {
  const { own, other, life } = around
  const { settings } = own
  const before = (test: (one: TimelineEvent) => boolean): boolean =>
    life.events.some((one) => one.t <= event.t + slack && test(one))
  switch (textIn(event, 'reason')) {
    case 'startup': {
      const { retainOlderDataSnapshotsAtStartup: retains, sendDataSnapshotsToOriginDCAtStartup: returns } = settings
      // With flag 25 they go at the first contact, when they were sent back (§5.4).
      if (returns) return before((one) => one.event === 'remote_up') ? null : 'there was no first contact'
      if (retains) return 'it is to retain older snapshots'
      const first = life.from + (behaviour.quirks.Q7 ? settings.crossDCInitDelay : 0)
      // A preparer that starts anew begins again with that (§7, 38).
      const isAtStart = event.t <= first + allowance || life.resets.length > 0
      const isHeldUp = life.pauses.length > 0
      return isAtStart || isHeldUp ? null : `its first tick was at ${formatSeconds(first)}`
    }
    case 'orderly_shutdown':
      return timeline.events.some(
        (one) => one.event === 'orderly_shutdown' && one.dc === other.dc && one.t <= event.t + slack,
      )
        ? null
        : `${other.dc} had not said that it shuts down`
    case 'write_error':
      return before((one) => one.event === 'toolkit_error' && textIn(one, 'operation') === 'write')
        ? null
        : 'no write had failed'
    default:
      // `replayed` and `sent_on_request` are the replay's matter; an empty snapshot deletes the stored one by design (§3.3).
      return null
  }
}
