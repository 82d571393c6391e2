import type { RunReport } from '../model/run-report.ts'
import type { Phase, Takeover } from '../model/takeover.ts'
import { counted, formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { createPaint, verdictMarks, type Paint } from './paint.ts'
import { checkText, figureRemarks, figureRows, nameOf, noteTexts } from './report-text.ts'
import { columnsMax, hanging, tableLines, wrap } from './text-layout.ts'

/** How a report is printed, and where its files lie. */
export interface RunReportPrinting {
  /** @default false */
  readonly color?: boolean
  /** Folder of the run's results, as people should read it. */
  readonly resultsPath?: string
}

const margin = '   '

/** A report for people at a terminal: at most 100 columns, ends without a line feed. */
export function formatRunReport(report: RunReport, options: RunReportPrinting = {}): string {
  const paint = createPaint({ color: options.color ?? false })
  const sections = [
    headLines(report, paint),
    ...report.takeovers.map((takeover) => takeoverLines(takeover, paint)),
    figureLines(report, paint),
    section(
      'Checks',
      report.checks.flatMap((check) => checkLines(check, paint)),
      paint,
    ),
    section(
      'Notes',
      noteTexts(report).flatMap((note) => hanging(`${margin}  · `, note)),
      paint,
    ),
    fileLines(report, options),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function headLines(report: RunReport, paint: Paint): readonly string[] {
  const { verdict } = report
  const badge = `${verdictMarks[verdict]} ${verdict.toUpperCase()}`
  const [first = '', ...rest] = wrap(nameOf(report), columnsMax - badge.length - 3)
  const facts = [
    report.mode,
    `time scale ${report.timeScale}`,
    `resolution ${formatSeconds(report.resolutionSeconds)}`,
    `seed ${report.seed}`,
    ...(report.tags.length === 0 ? [] : [`tags ${report.tags.join(', ')}`]),
  ]
  const reason = verdict === 'pass' ? [] : hanging(margin, report.reason).map((line) => paint.verdict(verdict, line))
  return [
    ` ${paint.verdict(verdict, badge)}  ${paint.bold(first)}`,
    ...rest.map((line) => `${margin}${' '.repeat(badge.length)}${paint.bold(line)}`),
    ...reason,
    ...hanging(margin, facts.join(' · ')).map((line) => paint.dim(line)),
  ]
}

function takeoverLines(takeover: Takeover, paint: Paint): readonly string[] {
  const { observer, of, fault, partsReplayed, phases, totalSeconds, basis } = takeover
  const isOpen = totalSeconds === null && basis !== 'detection'
  const nothing = isOpen ? 'nothing replayed' : 'nothing to replay'
  const replayed = partsReplayed === 0 ? nothing : `${counted(partsReplayed, 'part')} replayed`
  const title = `${observer} for ${of}${fault === undefined ? '' : ` after ${fault}`}, ${replayed}`
  const effective = phases.find(({ name }) => name === 'detection')?.startSeconds
  const rows = [['phase', 'begins', 'takes', '±', 'since fault'], ...phases.map((phase) => phaseRow(phase, effective))]
  const [head = '', ...body] = tableLines(rows, 'right')
  return [
    ...wrap(`Takeover by ${title}`, columnsMax - margin.length).map((line) => margin + paint.bold(line)),
    ...(phases.length === 0 ? [] : [`${margin}  ${paint.dim(head)}`, ...body.map((line) => `${margin}  ${line}`)]),
  ]
}

function phaseRow(
  { name, startSeconds, endSeconds, uncertaintySeconds }: Phase,
  effective: number | undefined,
): readonly string[] {
  return [
    name.replaceAll('_', ' '),
    fixed(startSeconds),
    fixed(endSeconds - startSeconds),
    fixed(uncertaintySeconds),
    effective === undefined ? '' : fixed(endSeconds - effective),
  ]
}

/** One decimal throughout, so that a column can be read down; two would be finer than what testbeds tell apart. */
function fixed(seconds: number): string {
  return `${seconds.toFixed(seconds !== 0 && Math.abs(seconds) < 1 ? 2 : 1)} s`
}

function figureLines(report: RunReport, paint: Paint): readonly string[] {
  const rows = figureRows(report).map(({ label, measured, promised, predicted }) => [
    label,
    measured,
    promised,
    predicted,
  ])
  const [head = '', ...body] = tableLines([['', 'measured', 'promised', 'predicted'], ...rows], 'left')
  return [
    margin + paint.dim(head),
    ...body.map((line) => margin + line.replace(/^\w+/, (label) => paint.bold(label))),
    ...figureRemarks(report)
      .flatMap((remark) => hanging(`${margin}       `, remark))
      .map((line) => paint.dim(line)),
  ]
}

function checkLines(result: CheckResult, paint: Paint): readonly string[] {
  const { check, verdict } = result
  const mark = verdictMarks[verdict]
  const lines = hanging(`${margin}  ${mark} ${check.padEnd(14)} `, checkText(result))
  return lines.map((line, index) => (index === 0 ? line.replace(mark, paint.verdict(verdict, mark)) : line))
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [margin + paint.bold(title), ...lines]
}

function fileLines({ timeline, file, line }: RunReport, { resultsPath }: RunReportPrinting): readonly string[] {
  const path = timeline === null ? undefined : resultsPath === undefined ? timeline : `${resultsPath}/${timeline}`
  const place = file === null ? undefined : line === null ? file : `${file}:${line}`
  return [
    ...(place === undefined ? [] : [`${margin}Source   ${place}`]),
    ...(path === undefined ? [] : [`${margin}Timeline ${path}`]),
  ]
}
