// Times before a run: from a least to a greatest system second, and whether the toolkit's settings tell them at all.

/** From the least to the greatest number of system seconds. */
export interface ForecastWindow {
  readonly min: number
  readonly max: number
}

/** A time of the run, counted from t = 0. */
export interface Span extends ForecastWindow {
  /** False: only the run will tell; the ends are then the earliest it can be and the latest that the run would wait. */
  readonly isKnown: boolean
}

/** An exact time. */
export function atSecond(seconds: number): Span {
  return { min: seconds, max: seconds, isKnown: true }
}

/** The span moved by a duration. */
export function later(span: Span, by: ForecastWindow): Span {
  return { min: span.min + by.min, max: span.max + by.max, isKnown: span.isKnown }
}

/** The time by which both are over. */
export function latest(spans: readonly Span[], none: Span): Span {
  return spans.reduce(
    (a, b) => ({ min: Math.max(a.min, b.min), max: Math.max(a.max, b.max), isKnown: a.isKnown && b.isKnown }),
    none,
  )
}

/** As much of a span as is worth showing. */
export function shownWindow(span: Span): ForecastWindow | null {
  return span.isKnown ? { min: rounded(span.min), max: rounded(span.max) } : null
}

/** Milliseconds: sums of decimal fractions would otherwise read like 400.00000000000006. */
export function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
