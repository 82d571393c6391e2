// What a DC says of the other one: UP with the first sign of life, DOWN after the misses allowed and not before, in turns.

import { formatSeconds } from '../model/units.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { silenceWindow, steadiness } from '../toolkit/oracle.ts'
import type { InvariantFindings } from './toolkit-invariants-findings.ts'
import {
  eachDc,
  firstTick,
  hasReset,
  isAnythingDisturbed,
  isContact,
  overlaps,
  textIn,
  type CompositeLife,
  type DcStory,
  type Story,
} from './toolkit-invariants-story.ts'

const watchdog = ['RemoteDataCenterHeartbeatWatchdog', 'CrossDataCenterReceiverForHB']
const ticking = ['HeartbeatSignalGenerator']

/** Judges what both DCs reported of each other. */
export function judgeStatuses(story: Story, findings: InvariantFindings): void {
  for (const { own, other } of eachDc(story)) {
    for (const life of own.lives) new LifeOfWatchdog(story, { own, other, life, findings }).judge()
  }
}

interface Around {
  readonly own: DcStory
  readonly other: DcStory
  readonly life: CompositeLife
  readonly findings: InvariantFindings
}

/** A watchdog's life, contact by contact and report by report. */
class LifeOfWatchdog {
  readonly #story: Story
  readonly #around: Around
  /** Null: not known, an operator started anew. */
  #isUp: boolean | null = false
  #lastContact: number | null = null
  /** The contact that has not been answered with UP yet. */
  #unanswered: TimelineEvent | null = null
  #resets: number

  constructor(story: Story, around: Around) {
    this.#story = story
    this.#around = around
    this.#resets = 0
  }

  judge(): void {
    const { life } = this.#around
    for (const event of life.events) {
      if (event.t > Math.min(life.judgedTo, life.closedAt)) break
      this.#passResets(event.t)
      this.#settleContact(event)
      if (isContact(event)) this.#contact(event)
      else if (event.event === 'remote_up' || event.event === 'remote_down') this.#status(event)
    }
    const last = Math.min(life.judgedTo, life.closedAt, life.to)
    this.#passResets(last)
    this.#overdue(last)
  }

  /** A watchdog that starts anew knows nothing: UP comes with the next contact, without a DOWN between (toolkit reference §7, 39). */
  #passResets(t: number): void {
    const { life } = this.#around
    const since = life.resets.filter((reset) => reset.t <= t)
    if (since.length === this.#resets) return
    const isStruck = since.slice(this.#resets).some(({ operator }) => operator === 'all' || watchdog.includes(operator))
    this.#resets = since.length
    if (!isStruck) return
    this.#isUp = null
    this.#lastContact = null
    this.#unanswered = null
  }

  #contact(event: TimelineEvent): void {
    this.#overdue(event.t)
    this.#lastContact = event.t
    if (this.#isUp === false) this.#unanswered = event
  }

  /** The first POST at the base port while the other is not UP is an UP (toolkit reference §4.3). */
  #settleContact(event: TimelineEvent): void {
    const contact = this.#unanswered
    if (contact === null) return
    const isAnswer = event.event === 'remote_up'
    if (!isAnswer && event.t <= contact.t + this.#story.slack) return
    this.#unanswered = null
    const { own, findings } = this.#around
    const message = `${own.dc} heard of ${own.of} while it was not up, and did not report it up.`
    findings.judge('up_on_contact', isAnswer ? null : { t: contact.t, dc: own.dc, message })
    // What follows is judged as if it had.
    if (!isAnswer) this.#isUp = null
  }

  #status(event: TimelineEvent): void {
    const { own, findings } = this.#around
    const isUp = event.event === 'remote_up'
    if (this.#isUp !== null) {
      const again = isUp ? 'up' : 'down'
      const before = this.#isUp ? 'it had reported it up already' : 'it had not reported it up before'
      const message = `${own.dc} reported ${own.of} ${again}, though ${before} (first UP, then in turns).`
      findings.judge('status_alternates', this.#isUp === isUp ? { t: event.t, dc: own.dc, message } : null)
    }
    if (isUp) {
      this.#up(event)
    } else {
      this.#overdue(event.t)
      this.#down(event)
    }
    this.#isUp = isUp
  }

  #up(event: TimelineEvent): void {
    const { own, findings } = this.#around
    // Without quirk Q6 any message is a sign of life, and not each leaves a word of its coming.
    if (!this.#story.behaviour.quirks.Q6) return
    const isFounded = this.#lastContact !== null && event.t - this.#lastContact <= this.#story.slack + event.uncertainty
    const message = `${own.dc} reported ${own.of} up without having heard of it.`
    findings.judge('up_on_contact', isFounded ? null : { t: event.t, dc: own.dc, message })
  }

  #down(event: TimelineEvent): void {
    if (event.detail?.['isPlanned'] === true) return
    const { own, findings } = this.#around
    const since = this.#lastContact
    if (since === null || !this.#story.behaviour.quirks.Q6) return
    const window = silenceWindow(own.settings, this.#story.behaviour)
    const silence = event.t - since
    const slack = this.#slack(event)
    if (!this.#areTicksBroken(since, event.t)) {
      const allowed =
        window === null ? 'never' : `after ${formatSeconds(window.minSeconds)} to ${formatSeconds(window.maxSeconds)}`
      const isEarly = window === null || silence < window.minSeconds - slack
      const message = `${own.dc} declared ${own.of} down ${formatSeconds(silence)} after it had last heard of it; its settings say ${allowed}.`
      findings.judge('silence_window', isEarly ? { t: event.t, dc: own.dc, message } : null)
    }
    const message = `${own.dc} declared ${own.of} down at ${formatSeconds(event.t)}, and nothing had kept ${own.of} from being heard.`
    findings.judge('down_has_cause', this.#hasCause(since, event.t) ? null : { t: event.t, dc: own.dc, message })
  }

  /** (A + 1)·I after the last contact DOWN must have come (toolkit reference §4.5). */
  #overdue(now: number): void {
    const { own, life, findings } = this.#around
    const { behaviour } = this.#story
    const window = silenceWindow(own.settings, behaviour)
    const since = this.#lastContact
    if (this.#isUp !== true || since === null || window === null || behaviour.isFused) return
    // Nothing is missed before the first tick.
    const counted = Math.max(since, firstTick(life, own.settings, since) - own.settings.heartbeatExchangeInterval)
    const due = counted + window.maxSeconds + (window.maxSeconds + 1) * 1e-9 + this.#slack()
    if (now <= due || this.#areTicksBroken(since, due)) {
      if (now - since <= window.maxSeconds) findings.judge('silence_window', null)
      return
    }
    if (!behaviour.quirks.Q6) return
    const message = `${own.dc} had not heard of ${own.of} for ${formatSeconds(now - since)} and did not declare it down within ${formatSeconds(window.maxSeconds)}.`
    findings.judge('silence_window', { t: due, dc: own.dc, message })
    this.#isUp = null
  }

  #slack(event?: TimelineEvent): number {
    const { own } = this.#around
    const ticks = own.settings.consecutiveHeartbeatMissesAllowed + 2
    return this.#story.slack + ticks * this.#story.timeline.resolutionSeconds + (event?.uncertainty ?? 0)
  }

  /** The ticks that misses are counted by are even only while nothing stops or restarts what makes them. */
  #areTicksBroken(from: number, to: number): boolean {
    const { life, own } = this.#around
    const during = { from: from - own.settings.heartbeatExchangeInterval, to }
    return hasReset(life, during, ticking) || life.pauses.some((pause) => overlaps(pause, during))
  }

  /** Whether the other DC was silent, or may have been kept from being heard. */
  #hasCause(since: number, t: number): boolean {
    const { own, other, life } = this.#around
    const { settings } = own
    const pair = { observer: settings, failed: other.settings, behaviour: this.#story.behaviour }
    if (steadiness(pair) !== 'steady' || this.#story.behaviour.isFused) return true
    const during = { from: since - other.settings.heartbeatExchangeInterval - this.#story.allowance, to: t }
    if (isAnythingDisturbed(this.#story, during) || hasReset(life, during)) return true
    return !isSpeakingThrough(other, { from: since, to: t })
  }
}

/** Whether a DC had reason to send heartbeats all the while: alive, not closed, and not holding the other for down (quirk Q4). */
function isSpeakingThrough(story: DcStory, during: { readonly from: number; readonly to: number }): boolean {
  const life = story.lives.find(({ from, to }) => from <= during.from && during.to <= to)
  if (life === undefined || life.closedAt <= during.to || life.judgedTo < during.to) return false
  if (life.from + story.settings.crossDCInitDelay > during.from) return false
  if (hasReset(life, during) || life.pauses.some((pause) => overlaps(pause, during))) return false
  const before = life.events.findLast((event) => isStatus(event) && event.t <= during.from)
  const within = life.events.some(
    (event) => event.event === 'remote_down' && event.t >= during.from && event.t <= during.to,
  )
  return before?.event !== 'remote_down' && !within
}

function isStatus(event: TimelineEvent): boolean {
  return event.event === 'remote_up' || event.event === 'remote_down'
}

/** Whether the toolkit's machines are told of at all: texts of errors alone do not count. */
export function isToolkitSeen({ dcs }: Story): boolean {
  return Object.values(dcs).some(({ lives }) =>
    lives.some(({ events }) => events.some((event) => textIn(event, 'aspect') === '')),
  )
}
