import type { RunReport } from '../model/run-report.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Loss, LossReason, LostInterval } from '../model/takeover.ts'
import { counted, formatSeconds, formatUncertainSeconds } from '../model/units.ts'
import { verdictMarks } from './paint.ts'
import { lossObjective, predictedLossSeconds, rtoObjective, type ObjectiveFigure } from './report-figures.ts'

/** A test's id and title in one, each said once: one often ends with the other, or contains it. */
export function nameOf({ testId, title }: Pick<RunReport, 'testId' | 'title'>): string {
  if (testId === '' || title.includes(testId)) return title
  return testId === title || testId.endsWith(` > ${title}`) ? testId : `${testId} · ${title}`
}

/** A figure of the run beside what was promised and what the settings predict; empty texts where there is none. */
export interface FigureRow {
  readonly label: string
  readonly measured: string
  readonly promised: string
  readonly predicted: string
}

/** Recovery time and loss; the loss in tuples, percent and seconds, with a label in the first row only. */
export function figureRows(report: RunReport): readonly FigureRow[] {
  const { rto, loss } = report
  const recovery = {
    label: 'RTO',
    measured:
      rto.totalSeconds === null ? unmeasured(report) : formatUncertainSeconds(rto.totalSeconds, rto.uncertaintySeconds),
    promised: promise(rtoObjective(report), formatSeconds),
    predicted:
      rto.prediction === null ? '' : formatRange(rto.prediction.minSeconds, rto.prediction.maxSeconds, formatSeconds),
  }
  const bound = predictedLossSeconds(report)
  const seconds = {
    promised: promise(lossObjective(report, 'seconds'), formatSeconds),
    predicted: bound === undefined ? '' : `at most ${formatSeconds(bound)}`,
  }
  const percent = { promised: promise(lossObjective(report, 'percent'), formatPercent), predicted: '' }
  if (loss.lostTuples === null) {
    const unknown = { label: 'Loss', measured: 'not known', ...seconds }
    return [
      recovery,
      percent.promised === '' ? unknown : { ...unknown, promised: `${percent.promised} ${seconds.promised}`.trim() },
    ]
  }
  return [
    recovery,
    {
      label: 'Loss',
      measured: lostTuplesText(loss),
      promised: '',
      predicted: '',
    },
    { label: '', measured: formatRange(loss.percent ?? 0, loss.percentUpperBound, formatPercent), ...percent },
    { label: '', measured: lostSecondsText(loss), ...seconds },
  ]
}

/** `55 to 57 tuples`; empty when the loss is not known. */
export function lostTuplesText({ lostTuples, lostTuplesUpperBound }: Loss): string {
  return lostTuples === null ? '' : formatRange(lostTuples, lostTuplesUpperBound, formatTuples)
}

/** `55 to 56.2 s`; empty when the loss is not known. */
export function lostSecondsText({ seconds, secondsUpperBound }: Loss): string {
  return seconds === null ? '' : formatRange(seconds, secondsUpperBound, formatSeconds)
}

/** Without a recovery time: was there none to measure, or was it missed? */
function unmeasured({ verdict, takeovers, checks }: RunReport): string {
  const isAsExpected = verdict === 'pass' || checks.some((each) => each.check === 'takeover' && each.verdict === 'pass')
  return takeovers.length === 0 && isAsExpected ? 'no takeover' : 'not known'
}

/** What the figures rest on, and where the loss lies, as sentences. */
export function figureRemarks({ rto, loss }: RunReport): readonly string[] {
  const { acceptedTuples, unknownTuples, intervals } = loss
  const unanswered =
    unknownTuples === 0 ? '' : `, ${unknownTuples} ${wasOrWere(unknownTuples)} injected without an answer`
  return [
    ...(rto.basis === null ? [] : [`RTO from the effect of the fault to ${basisWords[rto.basis]}.`]),
    `${formatTuples(acceptedTuples)} ${wasOrWere(acceptedTuples)} accepted before the fault${unanswered}.`,
    ...intervalRemarks(intervals),
  ]
}

const basisWords = {
  first_output: "the first output for the failed datacenter's keys",
  takeover_done: 'the end of the takeover',
  detection: 'detection, with nothing to replay',
  job_healthy: 'the health of the launched job, with nothing to replay',
} as const

/** Why tuples were lost, as the end of a sentence. */
const lossReasons: Readonly<Record<LossReason, string>> = {
  never_accepted: ': never accepted',
  not_replicated: ': no snapshot that left had them',
  not_taken_over: ': a stored snapshot had them and was not replayed',
  stranded: ': the failed datacenter still has them',
  late: ": accepted after the survivor's state was taken",
  unknown: '',
}

/** How many lost runs are listed; run.json has them all. */
const intervalsShown = 3

function intervalRemarks(intervals: readonly LostInterval[]): readonly string[] {
  const shown = intervals
    .slice(0, intervalsShown)
    .map(({ into, key, from, to, acceptedFromSeconds, acceptedToSeconds, reason = 'unknown' }) => {
      const tuples = from === to ? `tuple ${from}` : `tuples ${from} to ${to}`
      const time = formatRange(acceptedFromSeconds, acceptedToSeconds, formatSeconds)
      return `Lost of ${key} into ${into}: ${tuples}, accepted at ${time}${lossReasons[reason]}.`
    })
  const more = intervals.length - shown.length
  return more > 0 ? [...shown, `And ${more} more ${more === 1 ? 'run' : 'runs'} of lost tuples, in run.json.`] : shown
}

function promise(objective: ObjectiveFigure | undefined, format: (value: number) => string): string {
  return objective === undefined ? '' : `${format(objective.limit)} ${verdictMarks[objective.verdict]}`
}

/** `55 to 57 tuples`, or `55 tuples` when both ends read the same. */
function formatRange(lower: number, upper: number | null, format: (value: number) => string): string {
  const [low, high] = [format(lower), format(upper ?? lower)]
  return low === high ? low : `${low.replace(/ \D+$/, '')} to ${high}`
}

function formatPercent(percent: number): string {
  return `${Number(percent.toFixed(percent < 1 ? 3 : 1))} %`
}

function formatTuples(count: number): string {
  return counted(count, 'tuple')
}

function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were'
}

/** What a check said, with the step whose time alone it judged and its weight where nothing hangs on it. */
export function checkText(result: CheckResult): string {
  const { verdict, message, severity = 'critical' } = result
  const weight = severity === 'critical' ? '' : `(${severity} only) `
  const scope = result.for === undefined ? '' : `During ${result.for}: `
  return `${weight}${scope}${message === '' ? verdict : message}`
}

/** The notes of a report, and what came of the runs before it. */
export function noteTexts({ notes, attempts = [] }: RunReport): readonly string[] {
  const tried = attempts.map(
    ({ verdict, reason }, index) => `Attempt ${index + 1} was ${verdict} and was tried again: ${reason}`,
  )
  return [...tried, ...notes]
}
