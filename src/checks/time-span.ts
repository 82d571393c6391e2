import type { Polarity } from '../model/check.ts'
import { formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Timeline } from '../model/timeline.ts'
import { faultSpans } from './fault-events.ts'
import { formatMeasured, judgeAtMost } from './measured.ts'

/** A stretch of time in which something held: system seconds from t = 0. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
  /** Half-width of what is known of the length. */
  readonly uncertainty: number
  /** It still held when the run ended. */
  readonly isOpen: boolean
}

/** Spans that touch or overlap become one. */
export function mergeSpans(spans: readonly TimeSpan[]): readonly TimeSpan[] {
  const merged: TimeSpan[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last === undefined || span.from > last.to) merged.push(span)
    else merged[merged.length - 1] = joined(last, span)
  }
  return merged
}

/** `520.1 s to 900 s (379.9 ± 0.5 s)`, with a word about an end that was not seen. */
export function describeSpan({ from, to, uncertainty, isOpen }: TimeSpan): string {
  const length = formatMeasured({ value: to - from, uncertainty })
  return `${formatSeconds(from)} to ${formatSeconds(to)} (${length}${isOpen ? ', and still so at the end' : ''})`
}

/** What is to be judged: the spans, and why the timeline cannot show that there were no others. */
export interface SpanQuestion {
  readonly polarity: Polarity
  /** The thing, for messages: `split brain`. */
  readonly subject: string
  readonly spans: readonly TimeSpan[]
  readonly doubt: string | null
}

/** What faults were to bring about cannot have failed to come when none of them took effect. */
export function doubtOfExpectation(polarity: Polarity, timeline: Timeline): string | null {
  return polarity.is === 'expected' && faultSpans(timeline).length === 0 ? 'no fault took effect' : null
}

/** Judges whether something that lasts was absent, present, or short enough. */
export function judgeSpans({
  polarity,
  subject,
  spans,
  doubt,
}: SpanQuestion): Pick<CheckResult, 'verdict' | 'message'> {
  const sure = spans.filter(({ from, to, uncertainty }) => to - from > uncertainty)
  const seen = `There was ${subject}: ${spans.map(describeSpan).join(', ')}`
  if (spans.length > 0 && sure.length === 0) {
    return {
      verdict: 'inconclusive',
      message: `The run cannot tell whether there was ${subject}: ${spans.map(describeSpan).join(', ')}.`,
    }
  }
  if (spans.length === 0) {
    if (doubt !== null) return { verdict: 'inconclusive', message: `No ${subject} was seen, but ${doubt}.` }
    return { verdict: polarity.is === 'expected' ? 'fail' : 'pass', message: `There was no ${subject}.` }
  }
  if (polarity.is === 'expected') return { verdict: 'pass', message: `${seen}.` }
  if (polarity.is === 'never') return { verdict: 'fail', message: `${seen}; there was to be none.` }
  return judgeLength(spans, polarity.seconds, seen)
}

function judgeLength(
  spans: readonly TimeSpan[],
  limit: number,
  seen: string,
): Pick<CheckResult, 'verdict' | 'message'> {
  const value = spans.reduce((total, { from, to }) => total + to - from, 0)
  const uncertainty = spans.reduce((total, span) => total + span.uncertainty, 0)
  const verdict = judgeAtMost({ lower: value - uncertainty, upper: value + uncertainty }, limit)
  const message = `${seen}; allowed: at most ${formatSeconds(limit)}`
  if (verdict === 'pass' && spans.some(({ isOpen }) => isOpen)) {
    return { verdict: 'inconclusive', message: `${message}, and the run ended before it was over.` }
  }
  const doubt = verdict === 'inconclusive' ? ': the run cannot tell; use a lower time scale' : ''
  return { verdict, message: `${message}${doubt}.` }
}

function joined(first: TimeSpan, second: TimeSpan): TimeSpan {
  return {
    from: first.from,
    to: Math.max(first.to, second.to),
    uncertainty: Math.max(first.uncertainty, second.uncertainty),
    isOpen: first.isOpen || second.isOpen,
  }
}
