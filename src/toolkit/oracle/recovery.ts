import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { PredictedWindow } from '../../model/takeover.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { detectionWindow, isHeartbeatOff, missesUntilDown, orderlyDetectionWindow } from './detection.ts'
import type { Observation, OfToolkit } from './detection.ts'

/** What a recovery consists of beside detection; system seconds. */
export interface RtoOptions extends Observation, OfToolkit {
  /** W: reading the stored snapshots and giving them to the application. */
  readonly takeoverSlackSeconds: number
  /** J: script, submission and start of the job that a passive observer launches. @default 0 */
  readonly launchSeconds?: number
  /** O: what an operator takes to do his part, such as sending `SendMeDataFromSnapshotFiles`. @default 0 */
  readonly operatorSeconds?: number
  /** @default 'crash' */
  readonly cause?: 'crash' | 'orderly_shutdown'
}

/**
 * From a crash to the end of the takeover: the detection window, its upper end later by what comes after it: the replay, in
 * active-passive the launch (toolkit reference §7, general formulas). Null when nobody takes over: DOWN is never declared, or
 * it is known to be planned, which launches nothing (quirk Q3 off).
 */
export function rtoWindow(options: RtoOptions): PredictedWindow | null {
  const { observer, behaviour = defaultBehaviour, takeoverSlackSeconds, operatorSeconds = 0 } = options
  const isOrderly = options.cause === 'orderly_shutdown'
  const isPassive = observer.crossDCOperationMode === 0
  if (isOrderly && isPassive && !behaviour.quirks.Q3) return null
  const detection = isOrderly ? orderlyDetectionWindow(observer, behaviour) : detectionWindow(options)
  if (detection === null) return null
  const launchSeconds = isPassive ? (options.launchSeconds ?? 0) : 0
  const after = takeoverSlackSeconds + launchSeconds + operatorSeconds
  return { minSeconds: detection.minSeconds, maxSeconds: detection.maxSeconds + after }
}

/**
 * From the start of one job, the other running and not DOWN towards it for good, to the moment when both report UP at the
 * latest: the starter's first tick, and the other's next one.
 */
export function connectedWithinSeconds(options: {
  readonly started: CrossDcSettings
  readonly running: CrossDcSettings
}): number {
  return options.started.crossDCInitDelay + options.running.heartbeatExchangeInterval
}

/**
 * When the observer first reports the remote UP, on the axis of the two starts (toolkit reference §4.5): its receivers listen at
 * once, and the remote ticks at its start + initDelay + k·I. Null when no tick comes: the remote's heartbeats are off and its
 * only one came before the observer was there.
 */
export function firstUpSeconds(options: {
  readonly observerStartSeconds: number
  readonly remote: CrossDcSettings
  readonly remoteStartSeconds: number
}): number | null {
  const { observerStartSeconds, remote, remoteStartSeconds } = options
  const interval = remote.heartbeatExchangeInterval
  const firstTick = remoteStartSeconds + remote.crossDCInitDelay
  if (firstTick >= observerStartSeconds) return firstTick
  if (isHeartbeatOff(remote)) return null
  if (interval <= 0) return observerStartSeconds
  return firstTick + Math.ceil((observerStartSeconds - firstTick) / interval) * interval
}

/** When both sides report UP after one of them came back, counted from its start. */
export interface ReturnTimes {
  /** The survivor, at the first heartbeat of the one that came back. */
  readonly survivorUpSeconds: number
  /**
   * The one that came back: the survivor was silent (quirk Q4), and resumes at its own next tick. Null: never, as its heartbeats
   * are off.
   */
  readonly returnedUp: PredictedWindow | null
}

/** The UP times after a failed job was started again while the survivor holds it for DOWN (toolkit reference §4.5, end). */
export function returnTimes(
  options: { readonly returned: CrossDcSettings; readonly survivor: CrossDcSettings } & OfToolkit,
): ReturnTimes {
  const { returned, survivor, behaviour = defaultBehaviour } = options
  const survivorUpSeconds = returned.crossDCInitDelay
  if (isHeartbeatOff(survivor)) return { survivorUpSeconds, returnedUp: null }
  const interval = survivor.heartbeatExchangeInterval
  const silence = behaviour.quirks.Q4 ? survivorUpSeconds : 0
  return { survivorUpSeconds, returnedUp: { minSeconds: silence, maxSeconds: silence + interval } }
}

/**
 * From the heal of a cut that outlasted detection to the moment when both report UP again, at the latest; 0 when neither ever says
 * DOWN. Null when both did and stay so (quirk Q4). A side that never says DOWN goes on sending, which brings the other back.
 */
export function recoveryAfterHealSeconds(
  pair: readonly [CrossDcSettings, CrossDcSettings],
  behaviour: ToolkitBehaviour = defaultBehaviour,
): number | null {
  const steadfast = pair.filter((settings) => missesUntilDown(settings, behaviour) === null)
  if (steadfast.length === pair.length) return 0
  const sending = (behaviour.quirks.Q4 ? steadfast : pair).filter((settings) => !isHeartbeatOff(settings))
  if (sending.length === 0) return null
  return Math.max(...sending.map(({ heartbeatExchangeInterval }) => heartbeatExchangeInterval))
}
