/** A point in time, in system seconds from t = 0, and half the width of what is known of it. */
export interface Moment {
  readonly t: number
  readonly uncertainty: number
}

/** The later of two moments; the one that exists when the other does not. */
export function laterOf(first: Moment | undefined, second: Moment | undefined): Moment | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return second.t > first.t ? second : first
}

/** The earliest of some moments. */
export function earliest(moments: readonly Moment[]): Moment | undefined {
  return moments.reduce<Moment | undefined>(
    (best, each) => (best === undefined || each.t < best.t ? each : best),
    undefined,
  )
}
