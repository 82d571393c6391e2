import type { ArrivalSpec } from '../model/scenario.ts'

/** A rate that changes with time. Times are seconds from the profile's beginning, rates tuples a second. */
export interface RateProfile {
  rateAt(time: number): number
  /** The integral of the rate from 0 to `time`: tuples, with their fraction. */
  dueBy(time: number): number
  /** The first time by which so many are due; Infinity where that never comes. */
  timeOf(due: number): number
}

/** How many tuples come due when by an arrival; poisson's is the constant rate around which its tuples fall. */
export function rateProfile(arrival: ArrivalSpec | undefined, rate: number): RateProfile {
  switch (arrival?.kind) {
    case 'ramp':
      return ramp(rate, arrival)
    case 'burst':
      return burst(rate, arrival)
    case 'constant':
    case 'poisson':
    case undefined:
      return constantRate(rate)
    default:
      return arrival satisfies never
  }
}

/** Always the same rate. */
export function constantRate(rate: number): RateProfile {
  return {
    rateAt: () => rate,
    dueBy: (time) => rate * time,
    timeOf: (due) => (due <= 0 ? 0 : due / rate),
  }
}

function ramp(from: number, { toRate: to, overSeconds: over }: Extract<ArrivalSpec, { kind: 'ramp' }>): RateProfile {
  const growth = (to - from) / over
  const dueOnRamp = ((from + to) / 2) * over
  return {
    rateAt: (time) => (time >= over ? to : from + growth * time),
    dueBy: (time) => (time >= over ? dueOnRamp + to * (time - over) : (from + (growth * time) / 2) * time),
    timeOf: (due) => {
      if (due <= 0) return 0
      if (due > dueOnRamp) return over + (due - dueOnRamp) / to
      // The form of the quadratic's root that subtracts nothing, so that it holds for a level ramp too.
      return (2 * due) / (from + Math.sqrt(Math.max(0, from * from + 2 * growth * due)))
    },
  }
}

/** The first burst comes one period after the beginning. */
function burst(rate: number, spec: Extract<ArrivalSpec, { kind: 'burst' }>): RateProfile {
  const { peakRate: peak, everySeconds: every, forSeconds: length } = spec
  const dueBefore = rate * every
  const dueInBurst = peak * length
  const dueInPeriod = dueInBurst + rate * (every - length)
  return {
    rateAt: (time) => (time >= every && time % every < length ? peak : rate),
    dueBy: (time) => {
      if (time < every) return rate * time
      const periods = Math.floor(time / every) - 1
      const into = time - (periods + 1) * every
      const ofThis = into < length ? peak * into : dueInBurst + rate * (into - length)
      return dueBefore + periods * dueInPeriod + ofThis
    },
    timeOf: (due) => {
      if (due <= 0) return 0
      if (due <= dueBefore) return due / rate
      if (dueInPeriod === 0) return Infinity
      const rest = due - dueBefore
      // The end of a period's tuples belongs to it, not to the next one's beginning.
      const periods = Math.ceil(rest / dueInPeriod) - 1
      const into = rest - periods * dueInPeriod
      const beginning = (periods + 1) * every
      // Rounding may put a burst's last tuple after it, where at a rate of 0 nothing ever comes due.
      if (into > dueInBurst && rate > 0) return beginning + length + (into - dueInBurst) / rate
      return beginning + (peak === 0 ? 0 : Math.max(0, Math.min(into, dueInBurst)) / peak)
    },
  }
}
