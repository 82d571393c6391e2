import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { isHeartbeatOff, type OfToolkit } from './detection.ts'

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

/** The code's default: an interval of 28 years or more is "off" (toolkit reference §1.4, row 8). */
const snapshotIntervalOff = 888_888_888

/** Whether snapshots are off: their interval is the code's default, or longer. */
export function areSnapshotsOff(settings: CrossDcSettings): boolean {
  return settings.dataSnapshotExchangeInterval >= snapshotIntervalOff
}

/**
 * The first signal and the effective period (toolkit reference §5.1). Null when the job never signals: it is not in mode 1, its
 * heartbeats or snapshots are off, or its snapshot interval is below 1 s, which crashes it once the remote is UP.
 */
export function snapshotSchedule(
  settings: CrossDcSettings,
  { quirks }: ToolkitBehaviour = defaultBehaviour,
): SnapshotSchedule | null {
  const { crossDCInitDelay, crossDCOperationMode } = settings
  const interval = Math.max(0, settings.heartbeatExchangeInterval)
  // Fractions are dropped in the snapshot arithmetic.
  const wholeInterval = Math.floor(interval)
  const wholeSnapshotInterval = Math.floor(settings.dataSnapshotExchangeInterval)
  if (crossDCOperationMode !== 1 || wholeSnapshotInterval < 1) return null
  if (isHeartbeatOff(settings) || areSnapshotsOff(settings)) return null
  const firstTick = wholeSnapshotInterval / greatestCommonDivisor(wholeInterval, wholeSnapshotInterval)
  // Quirk Q2: the counter grows by two on a tick with a signal, so the next match comes a tick early.
  const periodTicks = quirks.Q2 ? Math.max(1, firstTick - 1) : firstTick
  const firstSeconds = crossDCInitDelay + (firstTick - 1) * interval
  return { firstTick, periodTicks, firstSeconds, periodSeconds: periodTicks * interval }
}

/** A tick with a snapshot signal, and when it comes after the job's start. */
export interface SignalTick {
  readonly tick: number
  readonly seconds: number
}

/**
 * The first so many signals, with the remote UP from the tick `upFromTick` on: while it was never UP the counter grows by one a
 * tick, and the signals that it would have given are skipped. Empty when the job never signals.
 */
export function signalTicks(
  options: {
    readonly settings: CrossDcSettings
    readonly count: number
    /** The first tick that finds the remote UP. @default 1 */
    readonly upFromTick?: number
  } & OfToolkit,
): readonly SignalTick[] {
  const { settings, count, upFromTick = 1, behaviour } = options
  const schedule = snapshotSchedule(settings, behaviour)
  if (schedule === null) return []
  const first = schedule.firstTick * Math.max(1, Math.ceil(upFromTick / schedule.firstTick))
  return Array.from({ length: count }, (_, index) => {
    const tick = first + index * schedule.periodTicks
    return { tick, seconds: settings.crossDCInitDelay + (tick - 1) * settings.heartbeatExchangeInterval }
  })
}

/**
 * From a moment when both DCs see each other UP to the next snapshot signal at the latest: while the remote is not UP the
 * counter grows by one a tick, so a whole round may lie ahead. Null when the job never signals.
 */
export function nextSignalWithinSeconds(settings: CrossDcSettings, behaviour?: ToolkitBehaviour): number | null {
  const schedule = snapshotSchedule(settings, behaviour)
  return schedule === null ? null : schedule.firstTick * settings.heartbeatExchangeInterval
}

/** Where a job keeps the other DC's snapshots, `none` when nothing that arrives can be kept. */
export type SnapshotStoreKind = 'files' | 'table' | 'none'

/**
 * The kind of store that these settings give (toolkit reference §1.4, rows 9 to 16): a JDBC URL wins over the directory, also
 * when the rest that a database needs is missing.
 */
export function snapshotStoreKind(
  settings: CrossDcSettings,
  behaviour: ToolkitBehaviour = defaultBehaviour,
): SnapshotStoreKind {
  if (settings.dataSnapshotJdbcUrl === '') return settings.dataSnapshotStorageDirectory === '' ? 'none' : 'files'
  const isKeyed = !behaviour.quirks.Q5 || settings.dataSnapshotPrimaryKeyColumnName !== ''
  return isKeyed && missingJdbcKeys(settings).length === 0 ? 'table' : 'none'
}

/** The settings that a table needs beside its URL and that are empty: the database operators then stay idle. */
export function missingJdbcKeys(settings: CrossDcSettings): readonly (keyof CrossDcSettings)[] {
  const needed = ['dataSnapshotJdbcDriverLib', 'dataSnapshotJdbcClassName', 'dataSnapshotTableName'] as const
  return needed.filter((key) => settings[key] === '')
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}
