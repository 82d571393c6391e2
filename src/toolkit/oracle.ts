import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { PredictedWindow } from '../model/takeover.ts'
import type { RemoteStatus } from './composite.ts'

/**
 * What the toolkit's settings promise, from the settings alone (toolkit reference §4.5, §5.1, §7). All durations are system
 * seconds, without any slack for latency or tick drift: whoever compares adds that.
 */

/** Whose settings count: the one that watches, and the one that it watches. */
export interface Observation {
  readonly observer: CrossDcSettings
  readonly failed: CrossDcSettings
}

/** The largest uint8: the miss counter wraps before it can pass it. */
const missesNeverPassed = 255

/**
 * From a crash to DOWN at the observer: (A·I − I_r, (A+1)·I], the lower end excluded (quirk Q1). Null when DOWN is never
 * declared.
 */
export function detectionWindow({ observer, failed }: Observation): PredictedWindow | null {
  const afterHeartbeat = orderlyDetectionWindow(observer)
  if (afterHeartbeat === null) return null
  const minSeconds = Math.max(0, afterHeartbeat.minSeconds - failed.heartbeatExchangeInterval)
  return { minSeconds, maxSeconds: afterHeartbeat.maxSeconds }
}

/**
 * From the last heartbeat's arrival to DOWN at the observer: (A·I, (A+1)·I], the lower end excluded. An orderly shutdown changes
 * nothing about it (quirk Q3). Null when DOWN is never declared.
 */
export function orderlyDetectionWindow(observer: CrossDcSettings): PredictedWindow | null {
  const { consecutiveHeartbeatMissesAllowed: misses, heartbeatExchangeInterval: interval } = observer
  if (misses >= missesNeverPassed) return null
  return { minSeconds: misses * interval, maxSeconds: (misses + 1) * interval }
}

/** When a job signals its application to send snapshots, with the remote UP from the start. */
export interface SnapshotSchedule {
  /** Number of the first tick with a signal; ticks count from 1. */
  readonly firstTick: number
  readonly periodTicks: number
  /** From the job's start. */
  readonly firstSeconds: number
  /** E of the toolkit reference: the most that can be lost once a first snapshot is stored. */
  readonly periodSeconds: number
}

/** Null when the job never signals: it is not in mode 1, or its snapshot interval is below 1 s, which crashes it. */
export function snapshotSchedule(settings: CrossDcSettings): SnapshotSchedule | null {
  const { heartbeatExchangeInterval: interval, crossDCInitDelay, crossDCOperationMode } = settings
  const wholeInterval = Math.floor(interval)
  const wholeSnapshotInterval = Math.floor(settings.dataSnapshotExchangeInterval)
  if (crossDCOperationMode !== 1 || wholeSnapshotInterval < 1) return null
  const firstTick = wholeSnapshotInterval / greatestCommonDivisor(wholeInterval, wholeSnapshotInterval)
  // Quirk Q2: the counter grows by two on a tick with a signal, so the next match comes a tick early.
  const periodTicks = Math.max(1, firstTick - 1)
  const firstSeconds = crossDCInitDelay + (firstTick - 1) * interval
  return { firstTick, periodTicks, firstSeconds, periodSeconds: periodTicks * interval }
}

/**
 * From a moment when both DCs see each other UP to the next snapshot signal at the latest: while the remote is not UP the
 * counter grows by one a tick, so a whole round may lie ahead. Null when the job never signals.
 */
export function nextSignalWithinSeconds(settings: CrossDcSettings): number | null {
  const schedule = snapshotSchedule(settings)
  return schedule === null ? null : schedule.firstTick * settings.heartbeatExchangeInterval
}

/**
 * How many seconds' worth of its tuples the failed DC may lose in a crash, apart from the latency of storing: one snapshot period
 * once its state is protected; before that, everything since its job's start, which is at most the time of the first signal.
 * `maxSeconds` is null where there are no snapshots and so no limit.
 */
export function lossWindow(options: { readonly failed: CrossDcSettings; readonly isProtected: boolean }): {
  readonly minSeconds: number
  readonly maxSeconds: number | null
} {
  const schedule = snapshotSchedule(options.failed)
  if (schedule === null) return { minSeconds: 0, maxSeconds: null }
  return { minSeconds: 0, maxSeconds: options.isProtected ? schedule.periodSeconds : schedule.firstSeconds }
}

/** From a crash to the end of the takeover: the detection window, its upper end later by what the replay may take. */
export function rtoWindow(options: Observation & { readonly takeoverSlackSeconds: number }): PredictedWindow | null {
  const detection = detectionWindow(options)
  if (detection === null) return null
  return { minSeconds: detection.minSeconds, maxSeconds: detection.maxSeconds + options.takeoverSlackSeconds }
}

/** An interruption of the heartbeats shorter than this many seconds is never reported, whatever its phase: A·I − I_r. */
export function blipTolerated({ observer, failed }: Observation): number {
  const { consecutiveHeartbeatMissesAllowed: misses, heartbeatExchangeInterval: interval } = observer
  if (misses >= missesNeverPassed) return Number.POSITIVE_INFINITY
  return Math.max(0, misses * interval - failed.heartbeatExchangeInterval)
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

/** Quirk Q4: two DCs that each saw the other DOWN are both silent, and stay so until one application is restarted. */
export function willNotRecover(statuses: readonly [RemoteStatus, RemoteStatus]): boolean {
  return statuses.every((status) => status === 'down')
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}
