import { datacenterNames } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { PredictedWindow } from '../model/takeover.ts'
import { quirkIds } from '../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { formatSeconds } from '../model/units.ts'
import { unreachable } from '../support/unreachable.ts'
import { lossCases } from '../toolkit/oracle.ts'
import type {
  DetectionBudget,
  LossBound,
  LossCase,
  OneWayLoss,
  SnapshotStoreKind,
  Steadiness,
} from '../toolkit/oracle.ts'
import { settingNames, settingParameters } from '../toolkit/parameters.ts'
import type { SettingName } from '../toolkit/parameters.ts'
import type { DetectionFigures, Explanation, ProtectionFigures, UpFigures } from './explain-report.ts'

/** Columns that a terminal has at least. */
const width = 80
const indent = 2
const labelWidth = 36
const tagWidth = 5

/** One line of a table: a label, and what it is for either DC. */
type Row = readonly [label: string, values: Readonly<Record<DatacenterName, string>>]

/** The explanation as tables for a terminal of 80 columns. */
export function explanationText(explanation: Explanation): string {
  const { detection, protection, up, willNotRecover, warnings, fileNotes } = explanation
  const real = warnings.filter(({ severity }) => severity === 'warning')
  const notes = warnings.filter(({ severity }) => severity === 'note')
  const sections = [
    ['SETTINGS IN FORCE', settingsLines(explanation)],
    ['LINES OF THE FILE', fileNotes.flatMap((note) => wrap(note, indent))],
    ['TOOLKIT', wrap(behaviourText(explanation.toolkit), indent)],
    ['DETECTION, by the datacenter that watches', lines(detectionRows(explanation))],
    ['SNAPSHOTS, by the datacenter whose state it is', lines(rowsOf(protection, snapshotTexts))],
    ['TAKEOVER, by the datacenter that takes over', lines(rowsOf(detection, takeoverTexts))],
    ['WHAT MAY BE LOST, by the datacenter that fails', lines(rowsOf(protection, lossTexts))],
    ['UP, by the datacenter that reports it', lines(rowsOf(up, upTexts))],
    ['WILL NOT RECOVER BY ITSELF', willNotRecover.flatMap(stuckLines)],
    ['WARNINGS', [...real, ...notes].flatMap(warningLines)],
  ] as const
  const shown = sections.filter(([, body]) => body.length > 0)
  const text = shown.map(([title, body]) => [title, ...body].join('\n')).join('\n\n')
  return `${text}\n\nWithout latency and the drift of ticks: add what the network takes.\n`
}

/** Names in a first column as wide as the longest of them; the URL paths, meant as constants, only where they are given. */
function settingsLines({ settings, sources }: Explanation): readonly string[] {
  const isBase = (name: SettingName): boolean =>
    datacenterNames.every((dc) => ['default', 'reference'].includes(sources[dc][name]))
  const names = settingNames.filter((name) => !(isBase(name) && settingParameters[name].layers.length === 1))
  const nameWidth = Math.max(...names.map((name) => name.length))
  return names.flatMap((name) => {
    const unit = settingParameters[name].unit
    const texts = datacenterNames.map((dc) => {
      const value = settings[dc][name]
      const shown = value === '' ? '(empty)' : `${value}${unit === undefined ? '' : ` ${unit}`}`
      return `${sources[dc][name].padEnd(9)}  ${shown}`
    })
    const isSame = texts[0] === texts[1]
    return datacenterNames.slice(0, isSame ? 1 : 2).flatMap((dc, index) => {
      const head = `${' '.repeat(indent)}${(index === 0 ? name : '').padEnd(nameWidth)}  ${(isSame ? '' : dc).padEnd(tagWidth - 1)}`
      const text = texts[index] ?? ''
      // A long path goes below, whole, so that it can be copied.
      if (head.length + text.length <= width) return [head + text]
      const [source = '', ...value] = text.split(/ {2,}/)
      return [head + source, `${' '.repeat(indent * 2)}${value.join('  ')}`]
    })
  })
}

/** By the profile that it is nearer to, so that the switches of a command line read as they were given. */
function behaviourText({ quirks, isFused }: ToolkitBehaviour): string {
  const on = quirkIds.filter((id) => quirks[id])
  const off = quirkIds.filter((id) => !quirks[id])
  const published = `ibm-1.0.1: the published code, ${off.length === 0 ? 'with all its quirks' : `without ${off.join(', ')}`}`
  const fixed = `documented: as its documentation says, ${on.length === 0 ? 'without its quirks' : `but with ${on.join(', ')}`}`
  return `${on.length < off.length ? fixed : published}${isFused ? '; fused into one PE' : ''}`
}

function detectionRows({ detection, recoveryAfterHealSeconds: after }: Explanation): readonly Row[] {
  const healed = after === 0 ? 'never went down' : `within ${formatSeconds(after ?? 0)}`
  const text = after === null ? 'never by itself' : healed
  return [...rowsOf(detection, detectionTexts), ['up again after a healed long cut', { dc1: text, dc2: text }]]
}

function detectionTexts(of: DetectionFigures): readonly (readonly [string, string])[] {
  const { budget, oneWayLoss: loss } = of
  return [
    ['down on heartbeat missed in a row', of.downOnMiss === null ? 'never' : `no. ${of.downOnMiss}`],
    ['down after the last heartbeat', windowText(of.afterLastHeartbeat)],
    ['down after a crash', windowText(of.afterCrash)],
    ['down after an orderly shutdown', orderlyText(of.afterOrderlyShutdown)],
    ['interruption never reported', shorterText(of.blipToleratedSeconds)],
    [
      'silence always reported',
      of.afterLastHeartbeat === null ? 'none' : `longer than ${formatSeconds(of.afterLastHeartbeat.maxSeconds)}`,
    ],
    ['a healthy remote is', steadinessText(of.healthyRemote)],
    ['down after a one-way loss', oneWayText(loss)],
    ["lateness by the other's time-outs", budgetText(budget)],
  ]
}

function snapshotTexts(of: ProtectionFigures): readonly (readonly [string, string])[] {
  const { schedule, signals } = of
  const kept = ['kept by the other as', storeText(of.store)] as const
  if (schedule === null) return [['signals in ticks', 'never'], kept]
  return [
    ['signals in ticks', signals.map(({ tick }) => tick).join(', ')],
    ['seconds after its start', signals.map(({ seconds }) => Number(seconds.toFixed(2))).join(', ')],
    ['effective period', formatSeconds(schedule.periodSeconds)],
    ['first protected', `${formatSeconds(schedule.firstSeconds)} after its start`],
    ['protected again after a new contact', `within ${formatSeconds(of.protectedAgainWithinSeconds ?? 0)}`],
    kept,
  ]
}

function takeoverTexts({ rto, isPassive }: DetectionFigures): readonly (readonly [string, string])[] {
  const rest = isPassive ? 'the script, job and operator' : 'the replay'
  return [
    ['RTO after a crash, at least', rto === null ? 'no takeover' : formatSeconds(rto.minSeconds)],
    ['RTO after a crash, at most', rto === null ? 'no takeover' : `${formatSeconds(rto.maxSeconds)} and ${rest}`],
  ]
}

function lossTexts({ loss }: ProtectionFigures): readonly (readonly [string, string])[] {
  const crash = lossText(loss.crash)
  return lossCases.map((which) => {
    const text = lossText(loss[which])
    return [lossCaseTexts[which], which !== 'crash' && text === crash ? 'as after a crash' : text]
  })
}

const lossCaseTexts: Readonly<Record<LossCase, string>> = {
  crash: 'crash',
  crash_before_first_snapshot: 'crash before the first snapshot',
  crash_during_snapshot: 'crash during a snapshot',
  crash_in_survivors_delay: "crash in the other's initial delay",
  restart_before_detection: 'restart faster than detection',
  orderly_shutdown: 'orderly shutdown, all work done',
  orderly_shutdown_at_work: 'orderly shutdown at work',
  second_down: 'down again before a new snapshot',
  survivor_restarted: 'crash after the other restarted',
  watchdog_restarted: "crash after the other's PE restarted",
  both_down: 'both down, both restarted',
  send_back_failed: 'the same, and sending back failed',
}

function lossText({ maxSeconds, reason }: LossBound): string {
  if (maxSeconds === null) return `everything: ${reason}`
  return maxSeconds === 0 ? `nothing: ${reason}` : `${formatSeconds(maxSeconds)}: ${reason}`
}

function upTexts({ coldStartSeconds, afterReturn }: UpFigures): readonly (readonly [string, string])[] {
  const { survivorUpSeconds, returnedUp } = afterReturn
  const cold = coldStartSeconds === null ? 'never' : `${formatSeconds(coldStartSeconds)} after the start`
  return [
    ['both started at once', cold],
    ['the other came back', `${formatSeconds(survivorUpSeconds)} after its start`],
    ['and the other reports this one up', returnedUp === null ? 'never' : `${windowText(returnedUp)} after it`],
  ]
}

function stuckLines({ situation, reason }: Explanation['willNotRecover'][number]): readonly string[] {
  return [...wrap(`${situation}:`, indent), ...wrap(reason, indent * 3)]
}

function warningLines({
  id,
  severity,
  datacenters,
  message,
  advice,
}: Explanation['warnings'][number]): readonly string[] {
  const where = datacenters.length === 1 ? ` in ${datacenters.join()}` : ''
  return [`${' '.repeat(indent)}${severity}${where}: ${id}`, ...wrap(`${message} ${advice}`, indent * 3)]
}

/** What a part says of each DC, side by side. */
function rowsOf<T>(
  parts: Readonly<Record<DatacenterName, T>>,
  textsOf: (part: T) => readonly (readonly [string, string])[],
): readonly Row[] {
  const texts = { dc1: new Map(textsOf(parts.dc1)), dc2: new Map(textsOf(parts.dc2)) }
  const labels = new Set([...texts.dc1.keys(), ...texts.dc2.keys()])
  return [...labels].map((label) => [label, { dc1: texts.dc1.get(label) ?? '-', dc2: texts.dc2.get(label) ?? '-' }])
}

/** One line where both DCs have the same, else one for each. */
function lines(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(([label, values]) => {
    const isSame = values.dc1 === values.dc2
    return datacenterNames.slice(0, isSame ? 1 : 2).flatMap((dc, index) => {
      const head = `${' '.repeat(indent)}${(index === 0 ? label : '').padEnd(labelWidth)} ${(isSame ? '' : dc).padEnd(tagWidth)}`
      const [first = '', ...more] = wrap(values[dc], head.length)
      return [head + first.trimStart(), ...more]
    })
  })
}

/** The text in lines of the terminal's width, each behind so many blanks. */
export function wrap(text: string, blanks: number): readonly string[] {
  const wrapped: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && blanks + longer.length > width) {
      wrapped.push(line)
      line = word
    } else line = longer
  }
  return [...wrapped, line].map((each) => ' '.repeat(blanks) + each)
}

function windowText(window: PredictedWindow | null): string {
  return window === null ? 'never' : `${formatSeconds(window.minSeconds)} to ${formatSeconds(window.maxSeconds)}`
}

function orderlyText(window: PredictedWindow | null): string {
  return window?.maxSeconds === 0
    ? 'at once, as planned'
    : `${windowText(window)}${window === null ? '' : ', from its last heartbeat'}`
}

function oneWayText({ deaf, muted }: OneWayLoss): string {
  return `${windowText(deaf)}, and the other, which hears it: ${windowText(muted)}`
}

function shorterText(seconds: number): string {
  if (seconds === 0) return 'none'
  return Number.isFinite(seconds) ? `shorter than ${formatSeconds(seconds)}` : 'of any length'
}

function budgetText({ delaySeconds, allowedSeconds }: DetectionBudget): string {
  const delay = Number.isFinite(delaySeconds) ? formatSeconds(delaySeconds) : 'without end'
  return Number.isFinite(allowedSeconds)
    ? `${delay}, must stay below ${formatSeconds(allowedSeconds)}`
    : `${delay}, no limit`
}

function storeText(store: SnapshotStoreKind): string {
  switch (store) {
    case 'files':
      return 'files'
    case 'table':
      return 'rows of a table'
    case 'none':
      return 'nothing: it has no store'
    default:
      return unreachable(store)
  }
}

function steadinessText(healthy: Steadiness): string {
  switch (healthy) {
    case 'steady':
      return 'up all the time'
    case 'phase_dependent':
      return 'up or down, depending on the phase'
    case 'flapping':
      return 'down and up again all the time'
    default:
      return unreachable(healthy)
  }
}
