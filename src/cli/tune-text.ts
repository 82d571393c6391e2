import type { PredictedWindow } from '../model/takeover.ts'
import { counted, formatSeconds } from '../model/units.ts'
import { columnsMax, hanging, tableLines, wrap } from '../reports/text-layout.ts'
import type { TunedChoice, TuningChoice, TuningGoal } from '../toolkit/oracle.ts'
import type { TuneDocument } from './tune.ts'

const head: readonly string[] = [
  '',
  'heartbeat',
  'misses',
  'snapshot',
  'connect',
  'read',
  'detection',
  'RTO',
  'loss',
  'messages/h',
  'risk/year',
]

const legend: readonly (readonly [string, string])[] = [
  ['heartbeat  ', 'heartbeatExchangeInterval, seconds'],
  ['misses     ', 'consecutiveHeartbeatMissesAllowed'],
  ['snapshot   ', 'dataSnapshotExchangeInterval, seconds, and how often snapshots then really come'],
  ['connect    ', 'httpConnectionTimeout, seconds'],
  ['read       ', 'httpReadTimeout, seconds'],
  ['detection  ', 'from a crash to DOWN, seconds'],
  ['RTO, loss  ', 'at most, seconds'],
  [
    'messages/h ',
    'heartbeats and snapshots that each datacenter sends an hour; snapshots times the parts of the state',
  ],
  ['risk/year  ', 'probability that either datacenter declares the other down within a year although it is well'],
  ['*          ', 'nothing listed has less risk for as many messages, or fewer messages for as much risk'],
]

/** The settings that meet the objectives as a table of at most 100 columns, or why there are none. */
export function tuneText(document: TuneDocument, limit: number): string {
  const lines =
    document.kind === 'found' ? foundLines(document.choices, limit) : unreachableLines(document, document.goal)
  return [...wrap(goalText(document.goal), columnsMax), '', ...lines, ''].join('\n')
}

function goalText(goal: TuningGoal): string {
  const { lossShare, jitterSeconds, delaySeconds, machines, replaySeconds, storeSeconds } = goal
  const way = `${Number((lossShare * 100).toPrecision(6))} % of heartbeats lost, jitter ${fine(jitterSeconds)}, one-way delay ${fine(delaySeconds)}`
  const rest = `${counted(machines, 'machine')}, replay ${fine(replaySeconds)}, storing ${fine(storeSeconds)}`
  return `RTO at most ${formatSeconds(goal.rtoSeconds)}, loss at most ${formatSeconds(goal.rpoSeconds)}; with ${way}, ${rest}.`
}

function foundLines(choices: readonly TunedChoice[], limit: number): readonly string[] {
  const shown = shownOf(choices, limit)
  const left = choices.length - shown.length
  const rest =
    left === 0
      ? []
      : [
          '',
          ...wrap(
            `${left} more meet the objectives, each beaten by one with *; --limit ${choices.length} prints all.`,
            columnsMax,
          ),
        ]
  return [...tableLines([head, ...shown.map(rowOf)], 'right'), ...rest, '', ...legendLines()]
}

/** Those that nothing beats, and of the others the best, in their order. */
function shownOf(choices: readonly TunedChoice[], limit: number): readonly TunedChoice[] {
  let room = Math.max(0, limit - choices.filter(({ isBest }) => isBest).length)
  return choices.filter(({ isBest }) => {
    if (isBest) return true
    room -= 1
    return room >= 0
  })
}

function rowOf(choice: TuningChoice & { readonly isBest?: boolean }): readonly string[] {
  const { settings, detection, rto, lossSecondsMax, snapshotPeriodSeconds } = choice
  return [
    choice.isBest === true ? '*' : ' ',
    String(settings.heartbeatExchangeInterval),
    String(settings.consecutiveHeartbeatMissesAllowed),
    `${settings.dataSnapshotExchangeInterval} (${snapshotPeriodSeconds})`,
    String(settings.httpConnectionTimeout),
    String(settings.httpReadTimeout),
    windowText(detection),
    whole(rto.maxSeconds),
    whole(lossSecondsMax),
    `${whole(choice.heartbeatsPerHour)} + ${whole(choice.snapshotsPerHour)}`,
    riskText(choice.falseTakeoverPerYear),
  ]
}

function unreachableLines(
  document: TuneDocument & { readonly kind: 'unreachable' },
  goal: TuningGoal,
): readonly string[] {
  const { objectives, isTogether, nearest } = document
  if (nearest === null) {
    const { delaySeconds, jitterSeconds } = goal
    return wrap(
      `No settings work at all: with a delay of ${fine(delaySeconds)}, a jitter of ${fine(jitterSeconds)} and ${counted(goal.machines, 'machine')} a heartbeat takes longer than its interval or its time-outs, or comes too irregularly to be reckoned with.`,
      columnsMax,
    )
  }
  const texts = {
    rto: `a recovery time of ${formatSeconds(goal.rtoSeconds)}`,
    rpo: `a loss of at most ${formatSeconds(goal.rpoSeconds)}`,
  }
  const what = objectives.map((one) => texts[one]).join(' and ')
  const how = isTogether ? ', though either alone can be met' : ''
  return [
    ...wrap(`No settings meet ${what}${how}. The nearest:`, columnsMax),
    '',
    ...tableLines([head, rowOf(nearest)], 'right'),
    '',
    ...legendLines(),
  ]
}

function legendLines(): readonly string[] {
  return legend.flatMap(([label, text]) => hanging(label, text))
}

function windowText({ minSeconds, maxSeconds }: PredictedWindow): string {
  return `${Math.floor(minSeconds)} to ${whole(maxSeconds)}`
}

/** Upwards, so that no limit looks kept that is not. */
function whole(value: number): string {
  return String(Math.ceil(Number(value.toFixed(6))))
}

/** `0.02 s`: what was given, without the noise of its arithmetic. */
function fine(seconds: number): string {
  return `${Number(seconds.toPrecision(6))} s`
}

function riskText(risk: number): string {
  if (risk === 0) return '0'
  if (risk >= 0.9995) return '> 99.9 %'
  return risk >= 0.001 ? `${Number((risk * 100).toPrecision(2))} %` : risk.toExponential(1)
}
