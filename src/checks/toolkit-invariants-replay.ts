import type { TimelineEvent } from '../model/timeline.ts'
import type { InvariantFindings } from './toolkit-invariants-findings.ts'
import {
  hasReset,
  isStoreDisturbed,
  numberIn,
  textIn,
  type CompositeLife,
  type DcStory,
  type Story,
} from './toolkit-invariants-story.ts'

interface Around {
  readonly own: DcStory
  readonly other: DcStory
  readonly life: CompositeLife
  readonly findings: InvariantFindings
}

/** What the watchdog remembers of one part. */
interface Remembered {
  readonly part: string
  /** When it was stored last. */
  readonly storedAt: number
  /** Whether it still lies in the store. */
  isThere: boolean
}

/** A takeover under way. */
interface Takeover {
  readonly startedAt: number
  /** `SendMeDataFromSnapshotFiles` asked for it. */
  readonly isAsked: boolean
  /** By part, what was remembered when it began. */
  readonly due: ReadonlyMap<string, Remembered>
  /** Whether that is all there was. */
  readonly isAllKnown: boolean
  readonly replayed: Set<string>
}

const watchdog = ['RemoteDataCenterWatchdog']
/** What the merger, or the one that sends on request, does not survive. */
const replaying = [...watchdog, 'SendSnapshotFilesData']

/**
 * One life of a snapshot watchdog, as it says itself (toolkit reference §4.4, §5.5): each DOWN leads to one replay of all that is
 * remembered, each part once and deleted after it, and nothing is replayed but at a DOWN or on request.
 */
export class ReplayJudge {
  readonly #story: Story
  readonly #around: Around
  /** By name. */
  readonly #names = new Map<string, Remembered>()
  /** False: it may remember more, what an earlier life or PE left in its store and it read there (without quirk Q9). */
  #areAllKnown: boolean
  /** A DOWN that has not led to a replay yet. */
  #down: TimelineEvent | null = null
  /** Statuses wait behind the store's work, so several may not have been looked at. */
  #downs = 0
  /** Names that were remembered at that DOWN, and since. */
  #dueAtDown = new Set<string>()
  #takeover: Takeover | null = null
  #resets = 0

  constructor(story: Story, around: Around) {
    this.#story = story
    this.#around = around
    this.#areAllKnown = story.behaviour.quirks.Q9
  }

  judge(): void {
    const { life } = this.#around
    for (const event of life.events) {
      if (event.t > life.judgedTo) return
      this.#passResets(event.t)
      this.#overdue(event.t)
      this.#take(event)
    }
    this.#overdue(Math.min(life.judgedTo, life.to, life.closedAt))
  }

  #take(event: TimelineEvent): void {
    switch (event.event) {
      case 'snapshot_stored':
        this.#names.set(textIn(event, 'name'), { part: textIn(event, 'part'), storedAt: event.t, isThere: true })
        return
      case 'snapshot_deleted':
        return this.#deleted(event)
      case 'toolkit_error':
        return this.#failed(event)
      case 'remote_down':
        return this.#declaredDown(event)
      case 'takeover_started':
        return this.#started(event)
      case 'snapshot_replayed':
        return this.#replayed(event)
      case 'takeover_done':
        return this.#done(event)
      default:
    }
  }

  #declaredDown(event: TimelineEvent): void {
    this.#down = event
    this.#dueAtDown = new Set(this.#names.keys())
    const isSlow = this.#isStoreSlow(event.t)
    this.#downs = isSlow ? this.#downs + 1 : 1
    // Nothing is remembered and nothing on its way: nothing follows.
    if (this.#names.size > 0 || !this.#areAllKnown || this.#isMoreComing(event.t)) return
    this.#down = null
    this.#downs = 0
  }

  /** Which snapshots there are is in memory only (quirk Q9). */
  #passResets(t: number): void {
    const { life } = this.#around
    const since = life.resets.filter((reset) => reset.t <= t)
    const fresh = since.slice(this.#resets)
    this.#resets = since.length
    if (fresh.some(({ operator }) => operator === 'all' || watchdog.includes(operator))) {
      this.#names.clear()
      // A PE among several may have held it or not.
      this.#areAllKnown = this.#story.behaviour.quirks.Q9 && !fresh.some(({ operator }) => operator === 'all')
    }
    if (fresh.some(({ operator }) => operator === 'all' || replaying.includes(operator))) {
      this.#down = null
      this.#downs = 0
      this.#takeover = null
    }
  }

  #deleted(event: TimelineEvent): void {
    const name = textIn(event, 'name')
    const known = this.#names.get(name)
    switch (textIn(event, 'reason')) {
      case 'startup':
        // The name stays remembered, without what it names (quirks Q7 and Q9).
        if (known !== undefined) known.isThere = false
        if (!this.#story.behaviour.quirks.Q7 || !this.#story.behaviour.quirks.Q9) this.#names.delete(name)
        return
      case 'sent_on_request':
        // So it does here, in any toolkit (§5.5).
        if (known !== undefined) known.isThere = false
        return
      case 'replayed':
        return this.#deletedAfterReplay(event)
      default:
        this.#names.delete(name)
    }
  }

  #deletedAfterReplay(event: TimelineEvent): void {
    const { own, findings } = this.#around
    const takeover = this.#takeover
    const part = textIn(event, 'part')
    const isDue = takeover !== null && !takeover.isAsked && (!takeover.isAllKnown || takeover.due.has(part))
    const message = `${own.dc} deleted ${textIn(event, 'name')} as replayed, and no replay of it was under way.`
    findings.judge('snapshots_kept', isDue || this.#isBroken(event.t) ? null : { t: event.t, dc: own.dc, message })
  }

  /** A write that failed: of a file the name is forgotten, of a row it is remembered, though it may be gone (§5.3, §5.6). */
  #failed(event: TimelineEvent): void {
    if (textIn(event, 'operation') !== 'write' || textIn(event, 'aspect') !== 'RemoteDC-Watchdog') return
    const name = textIn(event, 'name')
    const { own, other } = this.#around
    const part = name.slice(other.settings.localDataCenterName.length + 1)
    if (own.settings.dataSnapshotJdbcUrl !== '') this.#names.set(name, { part, storedAt: event.t, isThere: false })
    else this.#names.delete(name)
  }

  #started(event: TimelineEvent): void {
    const { own, findings } = this.#around
    const isAsked = textIn(event, 'cause') === 'special_message'
    const due = new Map([...this.#names.values()].map((one) => [one.part, one]))
    const isAllKnown = this.#areAllKnown
    this.#takeover = { startedAt: event.t, isAsked, due, isAllKnown, replayed: new Set() }
    if (isAsked) {
      const message = `${own.dc} gave its application the stored snapshots, and nobody had asked for them.`
      findings.judge('replay_only_after_down', this.#wasAsked(event.t) ? null : { t: event.t, dc: own.dc, message })
      return
    }
    const isFounded = (this.#downs > 0 || this.#isBroken(event.t)) && !this.#isWatching()
    const why = this.#isWatching() ? 'it is passive' : `it had not declared ${own.of} down`
    const message = `${own.dc} began to replay ${own.of}'s snapshots, though ${why}.`
    findings.judge('replay_only_after_down', isFounded ? null : { t: event.t, dc: own.dc, message })
    this.#down = null
    this.#downs = Math.max(0, this.#downs - 1)
    const parts = numberIn(event, 'parts')
    const isCounted = isAllKnown ? parts === this.#names.size : parts >= this.#names.size
    const counted = `${own.dc} began to replay ${parts} of ${own.of}'s snapshots, and had kept ${this.#names.size}.`
    findings.judge('replay_whole', isCounted ? null : { t: event.t, dc: own.dc, message: counted })
    this.#names.clear()
    this.#areAllKnown = true
  }

  #replayed(event: TimelineEvent): void {
    const { own, findings } = this.#around
    const takeover = this.#takeover
    const part = textIn(event, 'part')
    if (takeover === null) {
      if (this.#isBroken(event.t)) return
      const message = `${own.dc} replayed part ${part} of ${own.of} outside of any takeover.`
      return findings.judge('replay_only_after_down', { t: event.t, dc: own.dc, message })
    }
    const isAgain = takeover.replayed.has(part)
    takeover.replayed.add(part)
    // On request everything in the store is given, whatever is remembered.
    const isUnknown = !takeover.isAsked && takeover.isAllKnown && !takeover.due.has(part)
    const message = isAgain
      ? `${own.dc} replayed part ${part} of ${own.of} twice in one takeover.`
      : `${own.dc} replayed part ${part} of ${own.of}, which it had not kept.`
    findings.judge('replay_whole', isAgain || isUnknown ? { t: event.t, dc: own.dc, message } : null)
  }

  #done(event: TimelineEvent): void {
    const { own, findings } = this.#around
    const takeover = this.#takeover
    this.#takeover = null
    if (takeover === null || takeover.isAsked) return
    for (const { part, isThere, storedAt } of takeover.due.values()) {
      const during = { from: storedAt, to: event.t }
      if (!isThere || takeover.replayed.has(part) || isStoreDisturbed(this.#story, own.dc, during)) continue
      const message = `${own.dc} kept part ${part} of ${own.of} since ${storedAt} s and did not replay it.`
      findings.judge('replay_whole', { t: event.t, dc: own.dc, message })
    }
    const parts = numberIn(event, 'parts')
    const message = `${own.dc} said that it had replayed ${parts} parts of ${own.of}, and replayed ${takeover.replayed.size}.`
    const isRight = parts === takeover.replayed.size
    findings.judge('replay_whole', isRight ? null : { t: event.t, dc: own.dc, message })
  }

  /** What is remembered is replayed as soon as the other is down, to the end; a store that fails or is slow holds it up. */
  #overdue(now: number): void {
    const { own, findings } = this.#around
    const down = this.#down
    if (down !== null && now > down.t + this.#story.allowance) {
      this.#down = null
      const due = [...this.#dueAtDown].filter((name) => this.#names.has(name))
      if (due.length > 0 && !this.#isWatching() && this.#isAtWork(down.t)) {
        const message = `${own.dc} declared ${own.of} down with ${due.length} of its snapshots kept, and replayed none.`
        findings.judge('replay_whole', { t: down.t, dc: own.dc, message })
      }
    }
    const takeover = this.#takeover
    if (takeover === null || now <= takeover.startedAt + this.#story.allowance) return
    if (!this.#isAtWork(takeover.startedAt)) return
    this.#takeover = null
    const message = `${own.dc} began to replay ${own.of}'s snapshots and did not come to an end.`
    findings.judge('replay_whole', { t: takeover.startedAt, dc: own.dc, message })
  }

  /** Whether nothing held the watchdog up from a moment on. */
  #isAtWork(t: number): boolean {
    const { life } = this.#around
    const during = { from: t - this.#story.allowance, to: t + this.#story.allowance }
    if (life.closedAt <= during.to || hasReset(life, during) || this.#isStoreSlow(during.to)) return false
    return !life.pauses.some(({ from, to }) => from <= during.to && to >= during.from)
  }

  /** A passive side replays nothing itself (toolkit reference §4.4). */
  #isWatching(): boolean {
    return this.#around.own.settings.crossDCOperationMode === 0
  }

  /** A snapshot may wait for its turn behind a write. */
  #isMoreComing(t: number): boolean {
    const { other } = this.#around
    const during = { from: t - this.#story.allowance, to: t }
    if (this.#isStoreSlow(t)) return true
    return other.lives.some(({ events }) =>
      events.some(({ event, t: at }) => event === 'snapshot_sent' && at >= during.from && at <= t + this.#story.slack),
    )
  }

  /** What waits for a slow store may wait for long. */
  #isStoreSlow(t: number): boolean {
    return isStoreDisturbed(this.#story, this.#around.own.dc, { from: t - 600, to: t })
  }

  /** An operator of it started anew a moment ago, so that what it says has no beginning. */
  #isBroken(t: number): boolean {
    return hasReset(this.#around.life, { from: t - 600, to: t })
  }

  #wasAsked(t: number): boolean {
    return this.#story.timeline.events.some(
      (event) =>
        event.t <= t + this.#story.slack &&
        event.dc === this.#around.own.dc &&
        (event.event === 'special_message' || textIn(event, 'message') === 'SendMeDataFromSnapshotFiles'),
    )
  }
}
