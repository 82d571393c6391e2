import type { FigureOverPlaces, RunFile, RunReport } from '../model/run-report.ts'
import { formatSeconds, formatUncertainSeconds } from '../model/units.ts'
import { verdictMarks } from './paint.ts'
import {
  checkText,
  figureRemarks,
  figureRows,
  lostSecondsText,
  lostTuplesText,
  nameOf,
  noteTexts,
} from './report-text.ts'
import { countVerdicts } from './run-file.ts'

/** summary.md: a run at a glance, for pull requests and chat; the same figures as run.json. */
export function formatSummary(run: RunFile): string {
  const { environment } = run
  const facts = [
    `run ${run.runId}`,
    `testbed ${run.testbed}`,
    `time scale ${run.timeScale}`,
    `seed ${run.seed}`,
    ...(run.resolutionSeconds === null ? [] : [`resolution ${formatSeconds(run.resolutionSeconds)}`]),
    ...(environment.commit === null ? [] : [`commit ${environment.commit.slice(0, 12)}`]),
    ...(environment.branch === null ? [] : [`branch ${environment.branch}`]),
    ...Object.entries(environment.labels).map(([name, value]) => `${name}=${value}`),
  ]
  return [
    `# Failover run: ${run.verdict}`,
    '',
    `${countVerdicts(run.scenarios)}.`,
    '',
    escaped(facts.join(' · ')),
    '',
    ...overview(run.scenarios),
    ...coverageLines(run),
    ...phaseLines(run),
    ...run.scenarios.flatMap(details),
    '',
  ].join('\n')
}

function overview(scenarios: readonly RunReport[]): readonly string[] {
  if (scenarios.length === 0) return ['No failover test ran.']
  const rows = scenarios.map(({ verdict, testId, title, rto, loss }) => [
    `${verdictMarks[verdict]} ${verdict}`,
    testId === '' ? title : testId,
    rto.totalSeconds === null ? '–' : formatUncertainSeconds(rto.totalSeconds, rto.uncertaintySeconds),
    // The column's head says the unit.
    lostTuplesText(loss).replace(/ tuples?$/, '') || '–',
    lostSecondsText(loss) || '–',
  ])
  return table([['Verdict', 'Test', 'RTO', 'Lost tuples', 'Lost seconds'], ...rows])
}

function coverageLines({ coverage }: RunFile): readonly string[] {
  if (coverage === undefined) return []
  const { covered, perhaps, possible } = coverage
  const more = perhaps === 0 ? '' : `, perhaps ${perhaps} more`
  return ['', `Coverage: ${covered} of ${possible} combinations of mode, fault, direction, phase and store${more}.`]
}

function phaseLines({ phases }: RunFile): readonly string[] {
  if (phases === undefined) return []
  const cell = (figure: FigureOverPlaces | null): string => {
    if (figure === null) return '–'
    const [minimum, median, maximum] = [figure.minimum, figure.median, figure.maximum].map(shortNumber)
    return `${minimum} / ${median} / ${maximum}`
  }
  const rows = phases.map(({ testId, runs, rto, lostTuples, lostSeconds }) => [
    testId,
    String(runs),
    cell(rto),
    cell(lostTuples),
    cell(lostSeconds),
    rto?.worst ?? lostTuples?.worst ?? '–',
  ])
  const head = [
    'Over the places of the fault',
    'Runs',
    'RTO in s: min / median / max',
    'Lost tuples',
    'Lost seconds',
    'Worst RTO',
  ]
  return ['', ...table([head, ...rows])]
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(2)))
}

function details(report: RunReport): readonly string[] {
  const { verdict, reason, takeovers, checks } = report
  const notes = noteTexts(report)
  return [
    '',
    `## ${verdictMarks[verdict]} ${escaped(nameOf(report))}`,
    '',
    ...(verdict === 'pass' ? [] : [`**${escaped(reason)}**`, '']),
    ...table([
      ['', 'Measured', 'Promised', 'Predicted'],
      ...figureRows(report).map(({ label, measured, promised, predicted }) => [label, measured, promised, predicted]),
    ]),
    '',
    ...figureRemarks(report).map((remark) => `- ${escaped(remark)}`),
    ...takeovers.flatMap(({ observer, of, phases }) => [
      '',
      `Takeover by ${observer} for ${of}:`,
      '',
      ...table([
        ['Phase', 'Begins', 'Takes', '±'],
        ...phases.map(({ name, startSeconds, endSeconds, uncertaintySeconds }) => [
          name.replaceAll('_', ' '),
          formatSeconds(startSeconds),
          formatSeconds(endSeconds - startSeconds),
          formatSeconds(uncertaintySeconds),
        ]),
      ]),
    ]),
    ...(checks.length === 0
      ? []
      : [
          '',
          ...table([
            ['Check', 'Verdict', ''],
            ...checks.map((each) => [each.check, `${verdictMarks[each.verdict]} ${each.verdict}`, checkText(each)]),
          ]),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `> ${escaped(note)}`)]),
  ]
}

function table([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)]
}

/** Keeps texts of users and servers from becoming markup or breaking a table. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|]/g, String.raw`\$&`).replaceAll(/\s*\n\s*/g, ' ')
}
