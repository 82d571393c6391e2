// Which settings meet objectives: both DCs alike, in whole seconds, with snapshot intervals that are multiples of the heartbeat
// interval. What settings come to is the oracle's; here they are only tried.

import assert from 'node:assert/strict'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { referenceCrossDcSettings } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { PredictedWindow } from '../../model/takeover.ts'
import { detectionBudget } from './budget.ts'
import { detectionWindow, steadiness, type OfToolkit } from './detection.ts'
import { lossBound } from './loss.ts'
import { rtoWindow } from './recovery.ts'
import { snapshotSchedule } from './snapshots.ts'
import { falseDownPerYear } from './tuning-risk.ts'
import { settingsWarnings } from './warnings.ts'

/** What is promised, and what the pair lives with. Seconds, unless the name says otherwise. */
export interface TuningGoal extends OfToolkit {
  readonly rtoSeconds: number
  readonly rpoSeconds: number
  /** One way, usually. */
  readonly delaySeconds: number
  /** By how much a heartbeat comes earlier or later than usual. */
  readonly jitterSeconds: number
  /** Of heartbeats, 0 to 1. */
  readonly lossShare: number
  /** How many machines are listed for the remote. */
  readonly machines: number
  /** W: reading the stored snapshots and giving them to the application. */
  readonly replaySeconds: number
  /** Serialising a snapshot and storing it. */
  readonly storeSeconds: number
}

/** The settings that are tuned, by their documented names. */
export type TunedSettings = Pick<
  CrossDcSettings,
  | 'heartbeatExchangeInterval'
  | 'consecutiveHeartbeatMissesAllowed'
  | 'dataSnapshotExchangeInterval'
  | 'httpConnectionTimeout'
  | 'httpReadTimeout'
>

/** Settings, and what they come to apart from the risk. */
interface TuningForecast {
  readonly settings: TunedSettings
  /** From a crash to DOWN. */
  readonly detection: PredictedWindow
  /** From a crash to the end of the takeover. */
  readonly rto: PredictedWindow
  /** The most that a crash loses, once a first snapshot is stored. */
  readonly lossSecondsMax: number
  /** E: how often snapshots really come. */
  readonly snapshotPeriodSeconds: number
  /** From a job's start to its first snapshot. */
  readonly firstProtectedSeconds: number
  /** Of each DC. */
  readonly heartbeatsPerHour: number
  /** Of each DC, times the parts of its state. */
  readonly snapshotsPerHour: number
}

/** Settings, and what they come to. */
export interface TuningChoice extends TuningForecast {
  /** The probability that either of the two declares the other down within a year although it is well. */
  readonly falseTakeoverPerYear: number
}

/** One that meets the objectives. */
export interface TunedChoice extends TuningChoice {
  /** Whether no other one has less risk for as many messages, or fewer messages for as much risk. */
  readonly isBest: boolean
}

export type Tuning =
  /** By risk, then by messages an hour. */
  | { readonly kind: 'found'; readonly choices: readonly TunedChoice[] }
  /** `objectives`: those that nothing meets; both, and `isTogether`: each alone could be met. `nearest`: null when nothing works at all. */
  | {
      readonly kind: 'unreachable'
      readonly objectives: readonly ('rto' | 'rpo')[]
      readonly isTogether: boolean
      readonly nearest: TuningChoice | null
    }

/** Heartbeat intervals that are tried; seconds. */
export const tunedIntervals: readonly number[] = [
  1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 45, 60, 75, 90, 100, 120, 150, 180, 240, 300, 360, 450, 600, 900,
  1200, 1800, 3600,
]
/** More misses than these are not tried. */
export const tunedMissesMax = 20

/** The settings that meet the objectives; where there are none, which objective is out of reach, and the nearest settings. */
export function tune(goal: TuningGoal): Tuning {
  const meets = (forecast: TuningForecast): boolean =>
    forecast.rto.maxSeconds <= goal.rtoSeconds && forecast.lossSecondsMax <= goal.rpoSeconds
  const found = tunedIntervals.flatMap((interval) => {
    const snapshotInterval = longestSnapshotInterval(interval, goal)
    if (snapshotInterval === null) return []
    const forecasts = missesTried.map((misses) => forecastOf({ interval, misses, snapshotInterval }, goal))
    return forecasts.filter((forecast) => forecast !== null).filter(meets)
  })
  return found.length === 0
    ? unreached(goal)
    : { kind: 'found', choices: ranked(found.map((forecast) => withRisk(forecast, goal))) }
}

/** Settings to try. */
interface Tried {
  readonly interval: number
  readonly misses: number
  readonly snapshotInterval: number
}

const missesTried: readonly number[] = Array.from({ length: tunedMissesMax }, (_, index) => index + 1)

/**
 * What settings come to; null when they do not work: something in them deserves a warning, a heartbeat takes longer than the way
 * allows, or the model of false takeovers does not cover them.
 */
export function choiceOf(tried: Tried, goal: TuningGoal): TuningChoice | null {
  const forecast = forecastOf(tried, goal)
  return forecast === null ? null : withRisk(forecast, goal)
}

function withRisk(forecast: TuningForecast, { behaviour, lossShare, jitterSeconds }: TuningGoal): TuningChoice {
  const {
    heartbeatExchangeInterval: interval,
    consecutiveHeartbeatMissesAllowed: misses,
    dataSnapshotExchangeInterval: snapshotInterval,
  } = forecast.settings
  const observer = bareSettings('dc1', { interval, misses, snapshotInterval }, 1)
  const of = behaviour === undefined ? {} : { behaviour }
  const risk = falseDownPerYear({ observer, way: { lossShare, jitterSeconds }, ...of })
  assert(risk !== null, 'what the model does not cover was forecast')
  // Either of the two.
  return { ...forecast, falseTakeoverPerYear: risk * (2 - risk) }
}

function forecastOf(tried: Tried, goal: TuningGoal): TuningForecast | null {
  const { behaviour, delaySeconds, jitterSeconds, replaySeconds, storeSeconds } = goal
  const of = behaviour === undefined ? {} : { behaviour }
  const settings = settingsFor(tried, goal)
  if (settings === null || !isWorking(settings, goal)) return null
  const pair = { observer: settings.dc1, failed: settings.dc2, ...of }
  // A message has arrived after three trips: two to connect (SYN and SYN-ACK of RFC 9293 §3.5) and one to carry it.
  const transit = 3 * delaySeconds + jitterSeconds
  const detection = detectionWindow(pair)
  const rto = rtoWindow({ ...pair, takeoverSlackSeconds: replaySeconds })
  const latencySeconds = transit + storeSeconds
  const loss = lossBound('crash', { failed: settings.dc2, survivor: settings.dc1, latencySeconds, ...of })
  const schedule = snapshotSchedule(settings.dc2, behaviour)
  if (detection === null || rto === null || loss.maxSeconds === null || schedule === null) return null
  const { heartbeatExchangeInterval, consecutiveHeartbeatMissesAllowed, dataSnapshotExchangeInterval } = settings.dc1
  const { httpConnectionTimeout, httpReadTimeout } = settings.dc1
  return {
    settings: {
      heartbeatExchangeInterval,
      consecutiveHeartbeatMissesAllowed,
      dataSnapshotExchangeInterval,
      httpConnectionTimeout,
      httpReadTimeout,
    },
    detection: later(detection, transit),
    rto: later(rto, transit),
    lossSecondsMax: loss.maxSeconds,
    snapshotPeriodSeconds: schedule.periodSeconds,
    firstProtectedSeconds: schedule.firstSeconds,
    heartbeatsPerHour: 3600 / heartbeatExchangeInterval,
    snapshotsPerHour: 3600 / schedule.periodSeconds,
  }
}

/** The last heartbeat before a crash may arrive so much later than it was sent. */
function later({ minSeconds, maxSeconds }: PredictedWindow, by: number): PredictedWindow {
  return { minSeconds, maxSeconds: maxSeconds + by }
}

/** The longest snapshot interval that keeps the loss within the objective; null when none does. */
function longestSnapshotInterval(interval: number, goal: TuningGoal): number | null {
  const lossOf = (multiple: number): number => {
    const forecast = forecastOf({ interval, misses: tunedMissesMax, snapshotInterval: multiple * interval }, goal)
    return forecast?.lossSecondsMax ?? Number.POSITIVE_INFINITY
  }
  let multiple = Math.floor(goal.rpoSeconds / interval) + 1
  while (multiple > 0 && lossOf(multiple) > goal.rpoSeconds) multiple -= 1
  // Of two with the same period the one that says it: one and two heartbeats' length give the same (quirk Q2).
  if (multiple === 2 && lossOf(1) === lossOf(2)) return interval
  return multiple === 0 ? null : multiple * interval
}

/** Both DCs alike, with the longest time-outs of whole seconds that the misses allow for, at most the reference file's. */
function settingsFor(tried: Tried, goal: TuningGoal): Readonly<Record<DatacenterName, CrossDcSettings>> | null {
  const { machines, behaviour } = goal
  const bare = bareSettings('dc1', tried, machines)
  const of = behaviour === undefined ? {} : { behaviour }
  const { allowedSeconds } = detectionBudget({ sender: bare, observer: bare, ...of })
  const below = (limit: number, most: number): number => Math.min(most, Math.ceil(limit) - 1)
  const httpConnectionTimeout = below(allowedSeconds / machines, bare.httpConnectionTimeout)
  const httpReadTimeout = below(allowedSeconds, bare.httpReadTimeout)
  // 0 would mean no time-out at all.
  if (httpConnectionTimeout < 1 || httpReadTimeout < 1) return null
  const timeouts = { httpConnectionTimeout, httpReadTimeout }
  return { dc1: { ...bare, ...timeouts }, dc2: { ...bareSettings('dc2', tried, machines), ...timeouts } }
}

/** The reference file's settings with those that are tried, and names that nothing is wrong with. */
function bareSettings(dc: DatacenterName, tried: Tried, machines: number): CrossDcSettings {
  const names = Array.from({ length: machines }, (_, index) => `host${index + 1}.example`)
  return {
    ...referenceCrossDcSettings,
    localDataCenterName: dc,
    crossDCOperationMode: 1,
    dataSnapshotStorageDirectory: 'snapshots',
    remoteDataCenterApplicationMachineNames: names.join(','),
    heartbeatExchangeInterval: tried.interval,
    consecutiveHeartbeatMissesAllowed: tried.misses,
    dataSnapshotExchangeInterval: tried.snapshotInterval,
  }
}

function isWorking(settings: Readonly<Record<DatacenterName, CrossDcSettings>>, goal: TuningGoal): boolean {
  const { delaySeconds, jitterSeconds, behaviour } = goal
  const { dc1, dc2 } = settings
  const of = behaviour === undefined ? {} : { behaviour }
  const roundTrip = 2 * delaySeconds + jitterSeconds
  const isInTime = roundTrip < dc1.httpConnectionTimeout && roundTrip < dc1.httpReadTimeout
  // Heartbeats are sent one after the other (toolkit reference §3.4): one that takes longer than an interval holds up the next.
  const isKeepingUp = 2 * roundTrip < dc1.heartbeatExchangeInterval
  const isCovered = jitterSeconds * 2 < dc1.heartbeatExchangeInterval
  if (!isInTime || !isKeepingUp || !isCovered) return false
  const isQuiet = settingsWarnings({ settings, ...of }).every(({ severity }) => severity === 'note')
  return isQuiet && steadiness({ observer: dc1, failed: dc2, ...of }) === 'steady'
}

function ranked(choices: readonly TuningChoice[]): readonly TunedChoice[] {
  const sorted = choices.toSorted(
    (a, b) =>
      a.falseTakeoverPerYear - b.falseTakeoverPerYear ||
      messagesPerHour(a) - messagesPerHour(b) ||
      a.rto.maxSeconds - b.rto.maxSeconds,
  )
  let fewest = Number.POSITIVE_INFINITY
  return sorted.map((choice) => {
    const isBest = messagesPerHour(choice) < fewest
    if (isBest) fewest = messagesPerHour(choice)
    return { ...choice, isBest }
  })
}

/** What a choice costs: the messages of each DC. */
function messagesPerHour({ heartbeatsPerHour, snapshotsPerHour }: TuningChoice): number {
  return heartbeatsPerHour + snapshotsPerHour
}

function unreached(goal: TuningGoal): Tuning {
  const { rtoSeconds, rpoSeconds } = goal
  const quickest = tunedIntervals.flatMap((interval) => {
    const forecasts = missesTried.map((misses) => forecastOf({ interval, misses, snapshotInterval: interval }, goal))
    return forecasts.find((forecast) => forecast !== null) ?? []
  })
  const meetsRto = quickest.some(({ rto }) => rto.maxSeconds <= rtoSeconds)
  const meetsRpo = quickest.some(({ lossSecondsMax }) => lossSecondsMax <= rpoSeconds)
  // By how much the worse of the two misses its objective.
  const excess = ({ rto, lossSecondsMax }: TuningForecast): number =>
    Math.max(rto.maxSeconds / rtoSeconds, lossSecondsMax / rpoSeconds)
  const [nearest] = quickest.toSorted((a, b) => excess(a) - excess(b))
  const isTogether = meetsRto && meetsRpo
  const objectives = (['rto', 'rpo'] as const).filter((one) => isTogether || !(one === 'rto' ? meetsRto : meetsRpo))
  return {
    kind: 'unreachable',
    objectives,
    isTogether,
    nearest: nearest === undefined ? null : withRisk(nearest, goal),
  }
}
