import { formatSeconds } from '../model/units.ts'
import type { ForecastWindow } from '../scenario/forecast.ts'
import type { PlanRow, PlanTime } from '../scenario/plan.ts'
import type { PlannedScenario, PlanDocument } from './plan-document.ts'

// Plans as a table of at most 100 columns.

const whenWidth = 18
const whatWidth = 46
const restWidth = 32
const indent = '  '

/** All plans, and what they take together. */
export function planText({ scenarios, seed, totals }: PlanDocument): string {
  const plans = scenarios.map((one) => scenarioText(one, seed))
  const count = scenarios.filter(({ skip }) => skip === undefined).length
  const total = `${count} to run, one after the other: ${windowWords(totals.systemSeconds)} of system time, ${realWords(totals.realSeconds)} on the clock.`
  return [...plans, total, ''].join('\n')
}

function scenarioText(planned: PlannedScenario, seed: number): string {
  const { test_id: id, description, file, line, skip, plan } = planned
  const { systemSeconds, realSeconds, timeScale } = plan.forecast
  const head = [`${id}  ${description}`, `${file}:${line}, seed ${seed}, ${timeScale} system seconds a second`]
  if (skip !== undefined)
    return [...head.flatMap((one) => wrapped(one, 100)), `${indent}skipped: ${skip}`, ''].join('\n')
  const rows = plan.rows.filter(({ kind }) => kind !== 'check').flatMap(rowLines)
  const checks = plan.rows.filter(({ kind }) => kind === 'check').flatMap(({ what }) => wrapped(`- ${what}`, 96))
  return [
    ...head.flatMap((one) => wrapped(one, 100)),
    '',
    ...cells(['system time', 'what', 'begins; ends']),
    ...rows,
    ...(checks.length === 0 ? [] : ['', `${indent}checks`, ...checks.map((check) => `${indent}${check}`)]),
    '',
    `${indent}takes ${windowWords(systemSeconds)} of system time, ${realWords(realSeconds)} on the clock`,
    '',
  ].join('\n')
}

function rowLines({ kind, depth, id, what, begins, ends, notes }: PlanRow): readonly string[] {
  // A step that nobody named goes by its kind, which stands there anyway.
  const named = kind !== 'step' || what.startsWith(id) ? what : `${id}: ${what}`
  const inside = `${'  '.repeat(Math.min(depth, 6))}${named}`
  const rest = [beginWords(begins), endWords(ends), ...notes].filter((words) => words !== '').join('; ')
  return cells([begins.window === null ? 'open' : windowWords(begins.window), inside, rest])
}

/** What the first column says already is not said again. */
function beginWords({ words }: PlanTime): string {
  return /^at (?:once$|[\d.]+ s$)|^expected$/.test(words) ? '' : words
}

function endWords(ends: PlanTime | null): string {
  if (ends === null || ends.words === 'at once') return ''
  const when = ends.window === null ? '' : ` (${windowWords(ends.window)})`
  return `ends ${ends.words}${when}`
}

/** Three cells side by side, each wrapped to its width. */
function cells([when, what, rest]: readonly [string, string, string]): readonly string[] {
  const columns = [wrapped(when, whenWidth), wrapped(what, whatWidth), wrapped(rest, restWidth)] as const
  const height = Math.max(...columns.map((lines) => lines.length))
  return Array.from({ length: height }, (_, index) => {
    const [first, second, third] = columns.map((lines) => lines[index] ?? '')
    return `${indent}${(first ?? '').padEnd(whenWidth)} ${(second ?? '').padEnd(whatWidth)} ${third ?? ''}`.trimEnd()
  })
}

/** Lines of at most so many characters, broken at blanks where there are any; further lines keep the first one's indent. */
function wrapped(text: string, width: number): readonly string[] {
  const margin = ' '.repeat(text.length - text.trimStart().length)
  const lines: string[] = []
  let line = ''
  // A number and its unit stay together.
  const words = text
    .trim()
    .replaceAll(/(?<=\d) (?=(?:s|ms|%|min)(?!\w))/g, '\u00a0')
    .split(/[ \t\n]+/)
  for (const word of words) {
    let rest = word
    if (line !== '' && margin.length + line.length + 1 + rest.length > width) {
      lines.push(margin + line)
      line = ''
    }
    while (margin.length + rest.length > width) {
      lines.push(margin + rest.slice(0, width - margin.length))
      rest = rest.slice(width - margin.length)
    }
    line = line === '' ? rest : `${line} ${rest}`
  }
  return [...lines, margin + line].map((one) => one.replaceAll('\u00a0', ' '))
}

function windowWords({ min, max }: ForecastWindow): string {
  return formatSeconds(min) === formatSeconds(max)
    ? formatSeconds(min)
    : `${formatSeconds(min).slice(0, -2)} to ${formatSeconds(max)}`
}

function realWords({ min, max }: ForecastWindow): string {
  const isLong = max >= 120
  const show = (seconds: number): number => (isLong ? Number((seconds / 60).toFixed(1)) : Math.round(seconds))
  const unit = isLong ? 'min' : 's'
  return show(min) === show(max) ? `${show(max)} ${unit}` : `${show(min)} to ${show(max)} ${unit}`
}
