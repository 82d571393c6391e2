// A summary over all places as text, at most 100 columns wide, and for programs.

import { counted, formatSeconds } from '../../model/units.ts'
import { worstVerdict, type Verdict } from '../../model/verdict.ts'
import type { FigureSpread, PhaseSummary } from './phase-summary.ts'
import type { PlaceRun } from './place-run.ts'

/** That of the runs, and a failure where one of them lies outside of what the settings predict. */
export function phaseVerdict({ verdict, outside }: PhaseSummary): Verdict {
  return worstVerdict([verdict, ...outside.map(() => 'fail' as const)])
}

/** What `failover phases --json` prints of one scenario. */
export function phaseDocument(summary: PhaseSummary): object {
  const { testId: scenario, runs, rto, phases, lostTuples, lostSeconds, outside, ...rest } = summary
  const spread = (figure: FigureSpread | null): object | null => {
    if (figure === null) return null
    const { worst, ...figures } = figure
    return { ...figures, worstPlace: runs.indexOf(worst) + 1 }
  }
  return {
    scenario,
    ...rest,
    verdict: phaseVerdict(summary),
    rto: spread(rto),
    phases: Object.fromEntries(phases.map(({ name, ...figure }) => [name, spread(figure)])),
    lostTuples: spread(lostTuples),
    lostSeconds: spread(lostSeconds),
    outside: outside.map((run) => runs.indexOf(run) + 1),
    runs,
  }
}

/** What `failover phases` prints of one scenario. */
export function phaseText(summary: PhaseSummary): string {
  const { testId, runs, cycles, rto, phases, lostTuples, lostSeconds } = summary
  const snapshots =
    cycles.snapshotSeconds === null ? 'no snapshots' : `snapshots every ${formatSeconds(cycles.snapshotSeconds)}`
  const loss = summary.predictedLossSeconds
  const window = summary.predictedRto
  const rows = [
    ['', 'minimum', 'median', 'maximum', 'predicted'],
    row('recovery time', rto, {
      shown: formatSeconds,
      predicted: window && `${formatSeconds(window.minSeconds)} to ${formatSeconds(window.maxSeconds)}`,
    }),
    ...phases.map((phase) => row(`  ${phase.name.replaceAll('_', ' ')}`, phase, { shown: formatSeconds })),
    row('lost tuples', lostTuples, { shown: (value) => String(Math.round(value)) }),
    row('lost seconds', lostSeconds, {
      shown: formatSeconds,
      predicted: loss === null ? null : `at most ${formatSeconds(loss)}`,
    }),
  ]
  return [
    `${testId}: ${counted(runs.length, 'place')} of the fault; heartbeats of ${cycles.dc} every ${formatSeconds(cycles.heartbeatSeconds)}, ${snapshots}`,
    '',
    ...columns(rows),
    '',
    ...worstLines(summary),
    ...(rto === null ? [] : ['', ...histogram(runs, rto)]),
    '',
    ...verdictLines(summary),
    '',
  ].join('\n')
}

function row(
  label: string,
  spread: FigureSpread | null,
  { shown, predicted = null }: { readonly shown: (value: number) => string; readonly predicted?: string | null },
): readonly string[] {
  if (spread === null) return [label, '–', '–', '–', predicted ?? '']
  return [label, shown(spread.minimum), shown(spread.median), shown(spread.maximum), predicted ?? '']
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
  return rows.map((cells) => {
    const [label = '', ...figures] = cells
    const padded = figures.map((cell, index) => (index < 3 ? cell.padStart(widths[index + 1] ?? 0) : cell))
    return `  ${[label.padEnd(widths[0] ?? 0), ...padded].join('   ')}`.trimEnd()
  })
}

function worstLines({ rto, lostSeconds, runs }: PhaseSummary): readonly string[] {
  const lines = [
    ...(rto === null ? [] : [`  slowest: ${formatSeconds(rto.maximum)} at ${placeText(rto.worst, runs)}`]),
    ...(lostSeconds === null || lostSeconds.maximum === 0
      ? []
      : [`  most lost: ${formatSeconds(lostSeconds.maximum)} at ${placeText(lostSeconds.worst, runs)}`]),
  ]
  return lines.length === 0 ? ['  no run showed a recovery time or a loss'] : lines
}

/** Where a fault fell, in words. */
function placeText(run: PlaceRun, runs: readonly PlaceRun[]): string {
  const { afterHeartbeat, afterSnapshot, laterSeconds } = run
  const since = [
    ...(afterHeartbeat === null ? [] : [`${formatSeconds(afterHeartbeat)} after a heartbeat`]),
    ...(afterSnapshot === null ? [] : [`${formatSeconds(afterSnapshot)} after a snapshot`]),
  ]
  const where = since.length === 0 ? 'before any heartbeat' : since.join(', ')
  return `place ${runs.indexOf(run) + 1} (+${formatSeconds(laterSeconds)}): ${where}`
}

const bucketsMax = 10
const barWidth = 40

/** The recovery times in classes of equal width. */
function histogram(runs: readonly PlaceRun[], { minimum, maximum }: FigureSpread): readonly string[] {
  const width = (maximum - minimum) / bucketsMax
  if (width === 0) return [`  every recovery took ${formatSeconds(minimum)}`]
  const counts = Array.from({ length: bucketsMax }, () => 0)
  for (const { rto } of runs) {
    if (rto === null) continue
    const bucket = Math.min(bucketsMax - 1, Math.floor((rto - minimum) / width))
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  const most = Math.max(...counts)
  const labels = counts.map((_, bucket) => (minimum + bucket * width).toFixed(1))
  const labelWidth = Math.max(...labels.map((label) => label.length))
  return [
    '  recovery time from',
    ...counts.map((count, bucket) => {
      const bar = '#'.repeat(Math.ceil((count / most) * barWidth))
      return `  ${(labels[bucket] ?? '').padStart(labelWidth)} s  ${bar.padEnd(barWidth)} ${count}`.trimEnd()
    }),
  ]
}

const shownMax = 5

function verdictLines(summary: PhaseSummary): readonly string[] {
  const { runs, outside, withoutRto, predictedRto } = summary
  const failed = runs.filter((run) => run.verdict !== 'pass')
  const compared = runs.length - withoutRto
  return [
    ...(compared > 0 && predictedRto !== null && outside.length === 0
      ? [`  all ${counted(compared, 'run')} with a takeover lie within what the settings predict`]
      : []),
    ...outside.slice(0, shownMax).map((run) => `  outside of the prediction: ${placeText(run, runs)}`),
    ...(withoutRto === 0 ? [] : [`  ${counted(withoutRto, 'run')} without a recovery time`]),
    ...failed.slice(0, shownMax).map((run) => `  ${run.verdict} at ${placeText(run, runs)}: ${run.reason}`),
    ...(failed.length > shownMax ? [`  … and ${failed.length - shownMax} more that did not pass`] : []),
    `  ${phaseVerdict(summary)}: ${runs.length - failed.length} of ${counted(runs.length, 'run')} passed`,
  ]
}
