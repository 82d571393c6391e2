import type { CheckSpec } from '../model/check.ts'
import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { Timeline } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { answerTime } from './acceptance.ts'
import type { Facts } from './facts.ts'
import { finalStates, held, unseenSurvivors } from './final-state.ts'
import { groupBy } from './group-by.ts'
import { judgeAtMost } from './measured.ts'

/** Tuples of one key that were applied more than once by one DC, or that two live DCs own at once (decisions 6). */
export interface DuplicateRun extends Interval {
  readonly origin: DatacenterName
  readonly key: string
  readonly how: 'applied twice' | 'owned twice'
}

/** The duplicates that the states at the end show. Replayed outputs are flagged by the application and are none. */
export function findDuplicates(timeline: Timeline): readonly DuplicateRun[] {
  const states = finalStates(timeline)
  const reports = states.flatMap((state) => state.reports)
  const twice = reports.flatMap(({ origin, key, duplicates }) =>
    duplicates.map((run): DuplicateRun => ({ origin, key, ...run, how: 'applied twice' })),
  )
  const [one, other] = states
  if (one === undefined || other === undefined) return twice
  const owned = datacenterNames.flatMap((origin) =>
    [...new Set(one.reports.filter((report) => report.origin === origin).map(({ key }) => key))].flatMap((key) =>
      held(one, { origin, key })
        .intersect(held(other, { origin, key }))
        .intervals()
        .map((run): DuplicateRun => ({ origin, key, ...run, how: 'owned twice' })),
    ),
  )
  return [...twice, ...owned]
}

/** Whether tuples were processed twice, as the scenario says. `at_most` limits the time in which they were accepted. */
export function checkDuplicates(spec: Extract<CheckSpec, { kind: 'duplicates' }>, { timeline }: Facts): CheckResult {
  const runs = findDuplicates(timeline)
  const tuples = runs.reduce((total, { from, to }) => total + to - from + 1, 0)
  const seconds = acceptedWithin(timeline, runs)
  const evidence = { tuples, seconds, runs: runs.slice(0, runsShown).map((run) => ({ ...run })), runCount: runs.length }
  const result = (verdict: CheckResult['verdict'], message: string): CheckResult => ({
    check: 'duplicates',
    verdict,
    message,
    evidence,
  })

  const doubt = doubtOf(timeline)
  const seen = `${tuples} tuples were processed twice, in ${runs.length} runs accepted within ${formatSeconds(seconds)}`
  if (spec.polarity.is === 'at_most') {
    const limit = spec.polarity.seconds
    const verdict = judgeAtMost({ lower: seconds, upper: seconds }, limit)
    if (verdict !== 'fail' && doubt !== null) return result('inconclusive', doubt)
    return result(verdict, `${seen}; at most ${formatSeconds(limit)} were allowed.`)
  }
  const isExpected = spec.polarity.is === 'expected'
  if (tuples > 0) return result(isExpected ? 'pass' : 'fail', `${seen}.`)
  if (doubt !== null) return result('inconclusive', doubt)
  return result(isExpected ? 'fail' : 'pass', 'No tuple was processed twice.')
}

/** The evidence only needs to show where the duplicates lie. */
const runsShown = 20

function doubtOf(timeline: Timeline): string | null {
  if (finalStates(timeline).length === 0) return 'No state was seen, so duplicates would not have been seen either.'
  const [unseen] = datacenterNames.flatMap((origin) => unseenSurvivors(timeline, origin))
  return unseen === undefined
    ? null
    : `The state of ${unseen} was not seen, so its duplicates would not have been seen either.`
}

function acceptedWithin(timeline: Timeline, runs: readonly DuplicateRun[]): number {
  const spansOf = groupBy(timeline.deliveries, ({ into, key }) => `${into}/${key}`)
  const times = runs.flatMap(({ origin, key, from, to }) => {
    const spans = spansOf.get(`${origin}/${key}`) ?? []
    return [answerTime(spans, from), answerTime(spans, to)].filter((time) => !Number.isNaN(time))
  })
  if (times.length === 0) return 0
  return times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))
}
