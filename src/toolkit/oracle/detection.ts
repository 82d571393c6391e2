import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { PredictedWindow } from '../../model/takeover.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'

/** Whose settings count: the one that watches, and the one that it watches. */
export interface Observation {
  readonly observer: CrossDcSettings
  readonly failed: CrossDcSettings
}

/** Which toolkit runs, where a prediction depends on it. */
export interface OfToolkit {
  /** @default the published code */
  readonly behaviour?: ToolkitBehaviour
}

/** The code's default: an interval of 14 years or more is "off" (toolkit reference §1.4, row 6). */
const intervalOff = 444_444_444
/** The largest uint8: the miss counter wraps before it can pass it (quirk Q1; toolkit reference §1.4, row 7). */
const counterMax = 255

/** Whether the job never ticks but once: its heartbeat interval is the code's default, or longer. */
export function isHeartbeatOff(settings: CrossDcSettings): boolean {
  return settings.heartbeatExchangeInterval >= intervalOff
}

/**
 * On which tick in a row without a heartbeat the observer declares the other down: A + 1 (quirk Q1), as documented A, of which
 * there must be one. Null when it never does.
 */
export function missesUntilDown(
  observer: CrossDcSettings,
  { quirks }: ToolkitBehaviour = defaultBehaviour,
): number | null {
  const allowed = observer.consecutiveHeartbeatMissesAllowed
  if (isHeartbeatOff(observer)) return null
  if (quirks.Q1) return allowed >= counterMax ? null : allowed + 1
  return Math.max(1, allowed)
}

/**
 * From the last heartbeat's arrival to DOWN at the observer: (A·I, (A+1)·I], the lower end excluded (toolkit reference §4.5). A
 * shorter silence is never reported, a longer one always. Null when DOWN is never declared.
 */
export function silenceWindow(observer: CrossDcSettings, behaviour?: ToolkitBehaviour): PredictedWindow | null {
  const misses = missesUntilDown(observer, behaviour)
  if (misses === null) return null
  const interval = Math.max(0, observer.heartbeatExchangeInterval)
  return { minSeconds: (misses - 1) * interval, maxSeconds: misses * interval }
}

/**
 * From a crash to DOWN at the observer: (A·I − I_r, (A+1)·I], the lower end excluded (quirk Q1), as the last heartbeat may be up
 * to I_r old. Null when DOWN is never declared.
 */
export function detectionWindow({ observer, failed, behaviour }: Observation & OfToolkit): PredictedWindow | null {
  const silence = silenceWindow(observer, behaviour)
  if (silence === null) return null
  const minSeconds = Math.max(0, silence.minSeconds - failed.heartbeatExchangeInterval)
  return { minSeconds, maxSeconds: silence.maxSeconds }
}

/**
 * From the last heartbeat's arrival to DOWN after an orderly shutdown, which changes nothing about it (quirk Q3); as documented
 * the notice itself counts as DOWN. Null when DOWN is never declared.
 */
export function orderlyDetectionWindow(
  observer: CrossDcSettings,
  behaviour: ToolkitBehaviour = defaultBehaviour,
): PredictedWindow | null {
  return behaviour.quirks.Q3 ? silenceWindow(observer, behaviour) : { minSeconds: 0, maxSeconds: 0 }
}

/**
 * An interruption of the heartbeats shorter than this many seconds is never reported, whatever its phase: as many whole intervals
 * of the remote as leave one more of them, the first gap, within A·I. Where I_r divides A·I that is A·I − I_r, as toolkit
 * reference §4.5 has it; elsewhere an interruption just below that can take one heartbeat too many.
 */
export function blipTolerated({ observer, failed, behaviour }: Observation & OfToolkit): number {
  const silence = silenceWindow(observer, behaviour)
  if (silence === null) return Number.POSITIVE_INFINITY
  const { heartbeatExchangeInterval: interval } = failed
  // Rounding must not make 3 intervals of 0.1 s in 0.3 s two.
  const intervals = Math.floor(silence.minSeconds / interval + 1e-9)
  return Math.max(0, (intervals - 1) * interval)
}

/**
 * What a healthy remote looks like to the observer: `steady` up, `phase_dependent` when the remote's interval is as long as what
 * misses allow for, `flapping` when every gap between two heartbeats is longer than that (toolkit reference §4.5, §7, 25 and 27).
 */
export type Steadiness = 'steady' | 'phase_dependent' | 'flapping'

/** Whether the observer reports the remote down although nothing is wrong with it. */
export function steadiness({ observer, failed, behaviour }: Observation & OfToolkit): Steadiness {
  const silence = silenceWindow(observer, behaviour)
  const gap = failed.heartbeatExchangeInterval
  if (silence === null || gap < silence.minSeconds) return 'steady'
  // Where the first miss counts, every tick says DOWN, however dense the heartbeats come.
  if (silence.minSeconds === 0) return 'flapping'
  return gap < silence.maxSeconds ? 'phase_dependent' : 'flapping'
}

/** When both sides say DOWN after the loss of one direction, in seconds from its beginning; null: never. */
export interface OneWayLoss {
  /** At the side that hears nothing. */
  readonly deaf: PredictedWindow | null
  /** At the other, which falls silent for want of the first one's heartbeats (quirk Q4). */
  readonly muted: PredictedWindow | null
}

/**
 * The loss of every message from `muted` to `deaf` (toolkit reference §4.6, §7, 18): the deaf side declares the other down and
 * stops sending, upon which the other does the same; at most 2·(A+1)·I for equal settings.
 */
export function oneWayLoss(
  options: { readonly deaf: CrossDcSettings; readonly muted: CrossDcSettings } & OfToolkit,
): OneWayLoss {
  const { deaf, muted, behaviour = defaultBehaviour } = options
  const first = detectionWindow({ observer: deaf, failed: muted, behaviour })
  const then = detectionWindow({ observer: muted, failed: deaf, behaviour })
  if (first === null || then === null || !behaviour.quirks.Q4) return { deaf: first, muted: null }
  return {
    deaf: first,
    muted: { minSeconds: first.minSeconds + then.minSeconds, maxSeconds: first.maxSeconds + then.maxSeconds },
  }
}
