// A run as the invariants of the toolkit look at it: for each DC the lives of its operators, what the composite in it told, and
// where something hides or holds up what it does. Only the testbed's own word counts: what a run reads from outside comes too late
// for windows that are open to one side.

import { datacenterNames, otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { momentaryFaultKinds } from '../model/fault.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { faultSpans, type FaultSpan } from './fault-events.ts'
import { isPassiveSide, runEnd } from './liveness.ts'
import { behaviourOf, latencyAllowance } from './predicted-windows.ts'

/** A stretch of system seconds from t = 0. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Operators that started anew while the rest of their job went on; `all`: those of a PE, whichever it holds. */
export interface Reset {
  readonly t: number
  readonly operator: string
}

/** From the start of a job's first PE to the end of its last one. Within it the composite's operators keep what they know. */
export interface CompositeLife extends Stretch {
  /** Up to when it can be judged: with what the toolkit was told and then forgot in part, nothing is sure any more. */
  readonly judgedTo: number
  readonly events: readonly TimelineEvent[]
  readonly resets: readonly Reset[]
  /** When it was told OrderlyShutdown; infinite when it was not. */
  readonly closedAt: number
  /** When a process of it stood still. */
  readonly pauses: readonly Stretch[]
}

/** One DC's part. */
export interface DcStory {
  readonly dc: DatacenterName
  readonly of: DatacenterName
  readonly settings: CrossDcSettings
  readonly isPassive: boolean
  readonly lives: readonly CompositeLife[]
}

/** A fault with the time in which it may have acted, and a little more. */
export interface Disturbance extends Stretch {
  readonly fault: FaultSpan
}

/** The whole run. */
export interface Story {
  readonly timeline: Timeline
  readonly behaviour: ToolkitBehaviour
  readonly end: number
  readonly dcs: Readonly<Record<DatacenterName, DcStory>>
  readonly disturbances: readonly Disturbance[]
  /** System seconds by which times of one DC may be off. */
  readonly slack: number
  /** System seconds that a message, a write or a replay may take where nothing is in its way. */
  readonly allowance: number
}

const toolkitEvents: ReadonlySet<EventName> = new Set<EventName>([
  'heartbeat_sent',
  'heartbeat_received',
  'heartbeat_failed',
  'remote_up',
  'remote_down',
  'snapshot_signal',
  'snapshot_sent',
  'snapshot_failed',
  'snapshot_stored',
  'snapshot_replayed',
  'snapshot_deleted',
  'snapshot_returned',
  'takeover_started',
  'takeover_done',
  'orderly_shutdown',
  'toolkit_error',
])

/** Faults of stores, clocks and management keep no message from anybody. */
const harmlessKinds: readonly string[] = [
  'disk_full',
  'disk_readonly',
  'disk_slow',
  'disk_error',
  'database_lost',
  'clock_skew',
]
/** System seconds after which what acts only once has come back by itself. */
const momentSeconds = 30

/** System seconds that a message or a write may take on a testbed whose times are exact. */
const exactAllowanceSeconds = 2

/** Reads the story out of a timeline. */
export function storyOf(timeline: Timeline): Story {
  const slack = 3 * timeline.resolutionSeconds + 0.001
  return {
    timeline,
    behaviour: behaviourOf(timeline),
    end: runEnd(timeline),
    dcs: { dc1: dcStory(timeline, 'dc1'), dc2: dcStory(timeline, 'dc2') },
    disturbances: faultSpans(timeline).map((fault) => ({ fault, ...stretchOf(fault) })),
    slack,
    // Where times are exact nothing but the line and the store takes any.
    allowance: timeline.resolutionSeconds === 0 ? exactAllowanceSeconds : latencyAllowance(timeline) + slack,
  }
}

/** Both DCs, the observer first. */
export function eachDc(story: Story): readonly { readonly own: DcStory; readonly other: DcStory }[] {
  return datacenterNames.map((dc) => ({ own: story.dcs[dc], other: story.dcs[otherDatacenter(dc)] }))
}

/** Whether two stretches have a moment in common. */
export function overlaps(one: Stretch, other: Stretch): boolean {
  return one.from <= other.to && other.from <= one.to
}

/** Whether the DC's store may have failed, or been slow. */
export function isStoreDisturbed({ disturbances }: Story, dc: DatacenterName, during: Stretch): boolean {
  return disturbances.some(
    (one) => overlaps(one, during) && one.fault.dc === dc && harmlessKinds.includes(one.fault.kind),
  )
}

/** Whether any fault may have kept the DCs' messages from each other; but for the notice of a shutdown of `closing` itself. */
export function isAnythingDisturbed({ disturbances }: Story, during: Stretch, closing?: DatacenterName): boolean {
  return disturbances.some(
    (one) =>
      overlaps(one, during) &&
      !harmlessKinds.includes(one.fault.kind) &&
      !(closing === one.fault.dc && ['orderly_shutdown', 'special_message'].includes(one.fault.kind)),
  )
}

/** The life in which a moment lies; the older one where one ends and the next begins. */
export function lifeAround({ lives }: DcStory, t: number): CompositeLife | undefined {
  return lives.find(({ from, to }) => from <= t && t <= to)
}

/** Whether a DC's operators all worked, unbroken, for a while. */
export function worksThrough(story: DcStory, during: Stretch): boolean {
  const life = lifeAround(story, during.from)
  if (life === undefined || life.judgedTo < during.to || life.closedAt <= during.to) return false
  return !life.pauses.some((pause) => overlaps(pause, during)) && !hasReset(life, during)
}

/** Whether an operator started anew in a while; any, or one of those named. */
export function hasReset({ resets }: CompositeLife, during: Stretch, operators?: readonly string[]): boolean {
  return resets.some(
    ({ t, operator }) =>
      t >= during.from &&
      t <= during.to &&
      (operators === undefined || operator === 'all' || operators.includes(operator)),
  )
}

/** Whether a DC took POSTs in a while without a word: told to shut down, or with an operator that started anew. */
export function wasDeaf({ lives }: DcStory, during: Stretch): boolean {
  return lives.some((life) => overlaps(life, during) && (life.closedAt <= during.to || hasReset(life, during)))
}

/** When what makes the ticks makes its first one, of those starts that came before a time (toolkit reference §4.1). */
export function firstTick(life: CompositeLife, settings: CrossDcSettings, t: number): number {
  const starts = life.resets.filter((one) => one.t <= t && ['all', 'HeartbeatSignalGenerator'].includes(one.operator))
  return Math.max(life.from, ...starts.map((one) => one.t)) + settings.crossDCInitDelay
}

/** Text of an event's detail, or an empty one. */
export function textIn({ detail }: TimelineEvent, name: string): string {
  const value = detail?.[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Number of an event's detail. */
export function numberIn({ detail }: TimelineEvent, name: string): number {
  const value = detail?.[name]
  return typeof value === 'number' ? value : Number.NaN
}

/** A POST of the other DC at the base port: one that cannot be decoded counts too (quirk Q6). */
export function isContact(event: TimelineEvent): boolean {
  if (event.event === 'heartbeat_received') return true
  return event.event === 'toolkit_error' && textIn(event, 'aspect') === 'RemoteDC-Heartbeat-Watchdog'
}

/** How long one message may be on its way at most: every machine of the list, and the sticky one first (toolkit reference §3.4). */
export function longestSendSeconds(settings: CrossDcSettings): number {
  const { httpConnectionTimeout: connect, httpReadTimeout: read } = settings
  if (connect === 0 || read === 0) return Infinity
  const machines = settings.remoteDataCenterApplicationMachineNames.split(',').length
  return (machines + 1) * (connect + read)
}

/** How long processes of a life stood still altogether: an answer that waited for it is read late. */
export function pausedSeconds({ pauses }: CompositeLife): number {
  return pauses.reduce((sum, { from, to }) => sum + to - from, 0)
}

function stretchOf(fault: FaultSpan): Stretch {
  const { kind, requestedAt, effectiveAt, healedAt } = fault
  const isMomentary = momentaryFaultKinds.some((momentary) => momentary === kind)
  // A word to shut down is never taken back.
  if (kind === 'special_message' && fault.stopsHeartbeats) return { from: requestedAt, to: Infinity }
  if (isMomentary) return { from: requestedAt, to: effectiveAt + momentSeconds }
  return { from: requestedAt, to: healedAt ?? Infinity }
}

function dcStory(timeline: Timeline, dc: DatacenterName): DcStory {
  const isPassive = isPassiveSide(timeline, dc)
  // Two jobs run side by side once the passive one has launched the other, and the composites' events do not say whose they are.
  const until = isPassive
    ? (timeline.events.find(({ event, dc: where }) => event === 'script_launched' && where === dc)?.t ?? Infinity)
    : Infinity
  const own = timeline.events.filter((event) => event.dc === dc && event.seenBy === 'testbed' && event.t <= until)
  return {
    dc,
    of: otherDatacenter(dc),
    settings: timeline.settings[dc],
    isPassive,
    lives: livesOfComposite(own, Math.min(until, runEnd(timeline))),
  }
}

interface OpenLife {
  readonly from: number
  readonly events: TimelineEvent[]
  readonly resets: Reset[]
  readonly pauses: { from: number; to: number }[]
  readonly seen: Set<string>
  readonly running: Set<string>
  readonly standing: Set<string>
  closedAt: number
  judgedTo: number
}

/** A job of one PE that is started again begins anew; of several the others go on, and what the one held is forgotten. */
function livesOfComposite(own: readonly TimelineEvent[], end: number): readonly CompositeLife[] {
  const lives: CompositeLife[] = []
  let open: OpenLife | undefined
  const close = (t: number): void => {
    if (open === undefined) return
    for (const pause of open.pauses) if (pause.to === Infinity) pause.to = t
    const { from, events, resets, pauses, closedAt, judgedTo } = open
    lives.push({ from, to: t, judgedTo: Math.min(judgedTo, t), events, resets, closedAt, pauses })
    open = undefined
  }
  for (const event of own) {
    if (event.event === 'pe_started') {
      open ??= newLife(event.t)
      started(open, event)
    } else if (open === undefined) {
      continue
    } else if (event.event === 'pe_exited') {
      open.running.delete(textIn(event, 'peId'))
      if (open.running.size === 0) close(event.t)
      else lost(open, event)
    } else if (event.event === 'job_cancelled') close(event.t)
    else note(open, event)
  }
  close(end)
  return lives
}

function newLife(from: number): OpenLife {
  return {
    from,
    events: [],
    resets: [],
    pauses: [],
    seen: new Set(),
    running: new Set(),
    standing: new Set(),
    closedAt: Infinity,
    judgedTo: Infinity,
  }
}

/** One PE of several is gone: what it held is forgotten, and stands still until it is back. */
function lost(life: OpenLife, event: TimelineEvent): void {
  reset(life, { t: event.t, operator: 'all' })
  stand(life, event)
}

function started(life: OpenLife, event: TimelineEvent): void {
  const pe = textIn(event, 'peId')
  if (life.seen.has(pe)) reset(life, { t: event.t, operator: 'all' })
  if (life.standing.has(pe)) goOn(life, event)
  life.seen.add(pe)
  life.running.add(pe)
}

function reset(life: OpenLife, one: Reset): void {
  life.resets.push(one)
  // An operator that starts anew does not know that the others are closed.
  if (life.closedAt < one.t) life.judgedTo = Math.min(life.judgedTo, one.t)
}

function stand(life: OpenLife, event: TimelineEvent): void {
  if (life.standing.size === 0) life.pauses.push({ from: event.t, to: Infinity })
  life.standing.add(textIn(event, 'peId'))
}

function goOn(life: OpenLife, event: TimelineEvent): void {
  life.standing.delete(textIn(event, 'peId'))
  const last = life.pauses.at(-1)
  if (life.standing.size === 0 && last !== undefined) last.to = event.t
}

function note(life: OpenLife, event: TimelineEvent): void {
  const { t } = event
  switch (event.event) {
    case 'operator_restarted':
      return reset(life, { t, operator: textIn(event, 'operator').split('.').at(-1) ?? '' })
    case 'pe_paused':
      return stand(life, event)
    case 'pe_resumed':
      return goOn(life, event)
    case 'orderly_shutdown':
      life.closedAt = Math.min(life.closedAt, t)
      life.events.push(event)
      return
    default:
      if (toolkitEvents.has(event.event)) life.events.push(event)
  }
}
