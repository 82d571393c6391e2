// Two runs of one scenario against each other as a whole: verdict, events, takeovers with their phases, and losses.

import type { RunReport } from '../../model/run-report.ts'
import type { LostInterval, Takeover } from '../../model/takeover.ts'
import type { Timeline } from '../../model/timeline.ts'
import { allowedBetween, compareEvents, type Difference, type Twins } from './compare-events.ts'

/** A run with what was judged of it. */
export interface TwinRun {
  readonly report: RunReport
  readonly timeline: Timeline
}

/** Everything that differs between two runs. */
export function compareRuns(one: TwinRun, other: TwinRun, toleranceSeconds: number): readonly Difference[] {
  const twins: Twins = { one: one.timeline, other: other.timeline, toleranceSeconds }
  return [
    ...figure('the verdict', one.report.verdict, other.report.verdict),
    ...compareEvents(twins),
    ...compareTakeovers(one.report.takeovers, other.report.takeovers, twins),
    ...compareLosses(one.report, other.report, twins),
  ]
}

function figure(what: string, one: number | string | null, other: number | string | null): readonly Difference[] {
  return one === other ? [] : [{ kind: 'figure', what, one, other }]
}

function seconds(
  what: string,
  [one, other]: readonly [number | null, number | null],
  allowed: number,
): readonly Difference[] {
  if (one !== null && other !== null && Math.abs(one - other) <= allowed) return []
  return one === other ? [] : [{ kind: 'figure', what, one, other, allowed }]
}

/** One by one, in their order; that there are as many the events say too. */
function compareTakeovers(ones: readonly Takeover[], others: readonly Takeover[], twins: Twins): readonly Difference[] {
  if (ones.length !== others.length) return figure('the number of takeovers', ones.length, others.length)
  return ones.flatMap((one, index) => {
    const other = others[index]
    if (other === undefined) return []
    const name = `the takeover by ${one.observer} for ${one.of}`
    return [
      ...figure(
        `who took over, no. ${index + 1}`,
        `${one.observer} for ${one.of}`,
        `${other.observer} for ${other.of}`,
      ),
      ...figure(`parts replayed in ${name}`, one.partsReplayed, other.partsReplayed),
      ...figure(`what ends ${name}`, one.basis, other.basis),
      ...seconds(
        `the length of ${name}`,
        [one.totalSeconds, other.totalSeconds],
        allowedBetween(twins, one.uncertaintySeconds + other.uncertaintySeconds),
      ),
      ...comparePhases(name, [one, other], twins),
    ]
  })
}

/** When a read takes its place between others is the run's business, not the toolkit's. */
const unstablePhases: readonly string[] = ['drain', 'injection', 'last_output']

function comparePhases(name: string, [one, other]: readonly [Takeover, Takeover], twins: Twins): readonly Difference[] {
  const names = new Set([...one.phases, ...other.phases].map((phase) => phase.name))
  return [...names].flatMap((phaseName) => {
    if (unstablePhases.includes(phaseName)) return []
    const left = one.phases.find((phase) => phase.name === phaseName)
    const right = other.phases.find((phase) => phase.name === phaseName)
    const length = (phase: typeof left): number | null =>
      phase === undefined ? null : phase.endSeconds - phase.startSeconds
    const unknown = (left?.uncertaintySeconds ?? 0) + (right?.uncertaintySeconds ?? 0)
    return seconds(`${phaseName} in ${name}`, [length(left), length(right)], allowedBetween(twins, unknown))
  })
}

function compareLosses({ loss: one }: RunReport, { loss: other }: RunReport, twins: Twins): readonly Difference[] {
  // A loss is known to the acceptances at both of its ends, and so is the fault.
  const allowed =
    allowedBetween(twins, twins.one.acceptanceToleranceSeconds ?? 0) + (twins.other.acceptanceToleranceSeconds ?? 0)
  if ((one.seconds === null) !== (other.seconds === null)) {
    return figure('what is known of the loss, in seconds', one.seconds, other.seconds)
  }
  return [
    ...seconds('the loss in seconds', [one.seconds, other.seconds], allowed),
    ...compareIntervals(one.intervals, other.intervals, allowed),
  ]
}

/** Key by key: one that lost nothing, or less than can be told, is no difference. */
function compareIntervals(
  ones: readonly LostInterval[],
  others: readonly LostInterval[],
  allowed: number,
): readonly Difference[] {
  const keys = new Set([...ones, ...others].map(({ into, key }) => `${into}/${key}`))
  return [...keys].flatMap((id) => {
    const [left, right] = [ones, others].map((all) => all.filter(({ into, key }) => `${into}/${key}` === id))
    return comparePairs(id, [longOnes(left ?? [], allowed), longOnes(right ?? [], allowed)], allowed)
  })
}

function longOnes(intervals: readonly LostInterval[], allowed: number): readonly LostInterval[] {
  return intervals
    .filter((interval) => interval.acceptedToSeconds - interval.acceptedFromSeconds > 2 * allowed)
    .toSorted((a, b) => a.acceptedFromSeconds - b.acceptedFromSeconds)
}

function comparePairs(
  id: string,
  [ones, others]: readonly [readonly LostInterval[], readonly LostInterval[]],
  allowed: number,
): readonly Difference[] {
  if (ones.length !== others.length) return figure(`intervals lost of ${id}`, ones.length, others.length)
  return ones.flatMap((one, index) => {
    const other = others[index]
    if (other === undefined) return []
    const name = `interval ${index + 1} lost of ${id}`
    return [
      ...seconds(`the beginning of ${name}`, [one.acceptedFromSeconds, other.acceptedFromSeconds], allowed),
      ...seconds(`the end of ${name}`, [one.acceptedToSeconds, other.acceptedToSeconds], allowed),
      ...figure(`the reason of ${name}`, one.reason ?? 'unknown', other.reason ?? 'unknown'),
    ]
  })
}
