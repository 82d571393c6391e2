import type { TrafficSpec } from '../model/scenario.ts'
import type { Random } from '../support/random.ts'
import { ListedSchedule } from './listed-schedule.ts'
import { rateProfile } from './rate-profile.ts'
import { RateSchedule } from './rate-schedule.ts'
import type { Schedule } from './schedule.ts'
import { unitExponential } from './unit-exponential.ts'

/** The schedule of a scenario's traffic into one DC: that of its recording where it has one, otherwise by its rate. */
export function scheduleOf(
  spec: Pick<TrafficSpec, 'rate' | 'arrival' | 'count' | 'forSeconds'>,
  options: {
    readonly startTime: number
    /** Of its own, for arrivals that are left to chance. */
    readonly random: Random
    /** Of a recording, in seconds from its beginning. */
    readonly times?: Float64Array | undefined
  },
): Schedule {
  const { rate, arrival, count, forSeconds } = spec
  const { startTime, random, times } = options
  if (times !== undefined) return new ListedSchedule({ startTime, times, count, forSeconds })
  const gap = arrival?.kind === 'poisson' ? () => unitExponential(random) : undefined
  return new RateSchedule({ startTime, profile: rateProfile(arrival, rate), count, forSeconds, gap })
}

/** The highest rate that the traffic reaches, in tuples a second; a replay's on average. */
export function peakRate(spec: Pick<TrafficSpec, 'rate' | 'arrival'>): number {
  const { rate, arrival } = spec
  if (arrival?.kind === 'ramp') return Math.max(rate, arrival.toRate)
  if (arrival?.kind === 'burst') return Math.max(rate, arrival.peakRate)
  return rate
}
