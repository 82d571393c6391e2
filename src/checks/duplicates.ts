import type { CheckSpec } from '../model/check.ts'
import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { Timeline } from '../model/timeline.ts'
import { counted, formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { answerTime } from './acceptance.ts'
import type { Facts } from './facts.ts'
import { finalStates, held, unseenSurvivors } from './final-state.ts'
import { groupBy } from './group-by.ts'
import { judgeAtMost } from './measured.ts'
import type { Scope } from './scope.ts'
import { IntervalSet } from '../support/interval-set.ts'

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
  const twiceAtAll = [...twice, ...putOutTwice(timeline)]
  const [one, other] = states
  if (one === undefined || other === undefined) return twiceAtAll
  const owned = datacenterNames.flatMap((origin) =>
    [...new Set(one.reports.filter((report) => report.origin === origin).map(({ key }) => key))].flatMap((key) =>
      held(one, { origin, key })
        .intersect(held(other, { origin, key }))
        .intervals()
        .map((run): DuplicateRun => ({ origin, key, ...run, how: 'owned twice' })),
    ),
  )
  return [...twiceAtAll, ...owned]
}

/** A tuple that is applied again is put out again; so a dead DC's duplicates show in what was read of it. */
function putOutTwice(timeline: Timeline): readonly DuplicateRun[] {
  const seen = new Map<string, IntervalSet>()
  const reported = new Set(timeline.states.filter(({ duplicates }) => duplicates.length > 0).map(({ key }) => key))
  return timeline.outputs.flatMap(({ producedBy, origin, key, from, to }): readonly DuplicateRun[] => {
    // A live DC's own count is exact; its outputs would count the same once more.
    if (reported.has(key)) return []
    const id = `${producedBy} ${origin} ${key}`
    const before = seen.get(id) ?? new IntervalSet()
    seen.set(id, before)
    return before.add(from, to).map((run) => ({ origin, key, ...run, how: 'applied twice' }))
  })
}

/** Whether tuples were processed twice, as the scenario says. `at_most` limits the time in which they were accepted. */
export function checkDuplicates(
  spec: Extract<CheckSpec, { kind: 'duplicates' }>,
  { timeline, scope }: Facts,
): CheckResult {
  const runs = scope === undefined ? findDuplicates(timeline) : acceptedIn(timeline, scope, findDuplicates(timeline))
  const tuples = runs.reduce((total, { from, to }) => total + to - from + 1, 0)
  const { seconds, isKnown } = acceptedWithin(timeline, runs)
  const evidence = { tuples, seconds, runs: runs.slice(0, runsShown).map((run) => ({ ...run })), runCount: runs.length }
  const result = (verdict: CheckResult['verdict'], message: string): CheckResult => ({
    check: 'duplicates',
    verdict,
    message,
    evidence,
  })

  const doubt = doubtOf(timeline)
  const were = tuples === 1 ? 'was' : 'were'
  const where = `in ${counted(runs.length, 'run')} accepted within ${formatSeconds(seconds)}`
  const seen = `${counted(tuples, 'tuple')} ${were} processed twice, ${where}`
  if (spec.polarity.is === 'at_most') {
    const limit = spec.polarity.seconds
    const verdict = judgeAtMost({ lower: seconds, upper: isKnown ? seconds : Infinity }, limit)
    if (verdict !== 'fail' && doubt !== null) return result('inconclusive', doubt)
    const gap = isKnown ? '' : ', and when the others were accepted is not known'
    return result(verdict, `${seen}${gap}; allowed: at most ${formatSeconds(limit)}.`)
  }
  const isExpected = spec.polarity.is === 'expected'
  if (tuples > 0) return result(isExpected ? 'pass' : 'fail', `${seen}.`)
  if (doubt !== null) return result('inconclusive', doubt)
  return result(isExpected ? 'fail' : 'pass', `No tuple was processed twice${isExpected ? '; some were to be' : ''}.`)
}

/** The evidence only needs to show where the duplicates lie. */
const runsShown = 20

function doubtOf(timeline: Timeline): string | null {
  const wasAnyAccepted = timeline.deliveries.some(({ outcome }) => outcome === 'accepted')
  if (!wasAnyAccepted) return 'No tuple was seen to be accepted, so none could be processed twice.'
  if (finalStates(timeline).length === 0) return 'No state was seen, so duplicates would not have been seen either.'
  const [unseen] = datacenterNames.flatMap((origin) => unseenSurvivors(timeline, origin))
  return unseen === undefined
    ? null
    : `The state of ${unseen} was not seen, so its duplicates would not have been seen either.`
}

/** Of a step's time: the tuples that were accepted in it, and those of which nobody knows when they were. */
function acceptedIn(timeline: Timeline, scope: Scope, runs: readonly DuplicateRun[]): readonly DuplicateRun[] {
  const spansOf = groupBy(timeline.deliveries, ({ into, key }) => `${into}/${key}`)
  return runs.filter(({ origin, key, from, to }) => {
    const spans = spansOf.get(`${origin}/${key}`) ?? []
    const [first, last] = [answerTime(spans, from), answerTime(spans, to)]
    return !(first > scope.to || last < scope.from)
  })
}

/** The time between the first and the last acceptance of a duplicate, as far as acceptances were seen. */
function acceptedWithin(
  timeline: Timeline,
  runs: readonly DuplicateRun[],
): { readonly seconds: number; readonly isKnown: boolean } {
  const spansOf = groupBy(timeline.deliveries, ({ into, key }) => `${into}/${key}`)
  const times = runs.flatMap(({ origin, key, from, to }) => {
    const spans = spansOf.get(`${origin}/${key}`) ?? []
    return [answerTime(spans, from), answerTime(spans, to)]
  })
  const known = times.filter((time) => !Number.isNaN(time))
  const [last, first] = known.reduce(
    ([most, least], t) => [Math.max(most, t), Math.min(least, t)],
    [-Infinity, Infinity],
  )
  return { seconds: known.length === 0 ? 0 : last - first, isKnown: known.length === times.length }
}
