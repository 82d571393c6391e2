import type { SampleMap } from './sample-map.ts'

/** TestDataGenerator gives a tuple every so many seconds (toolkit reference §8). */
export const samplePeriodSeconds = 12

/** What one channel of a sample lost at a failover, by the iteration numbers in its keys (toolkit reference §8). */
export interface SampleLoss {
  /** The DC's last iteration in the channel that failed; 0 for none. */
  readonly lastGenerated: number
  /** The DC's last iteration in the channel that took over; 0 for none. */
  readonly lastReplayed: number
  /** Iterations between the two; a channel gets one in five of them. */
  readonly lostIterations: number
  readonly lostSeconds: number
}

/** Compares a channel as the failed DC had it with the same channel of the survivor, for the tuples of that DC's generator. */
export function sampleLoss(options: {
  /** The `localDataCenterName` of the DC that failed. */
  readonly dataCenterName: string
  readonly generated: SampleMap
  readonly replayed: SampleMap
}): SampleLoss {
  const lastGenerated = lastIteration(options.generated, options.dataCenterName)
  const lastReplayed = lastIteration(options.replayed, options.dataCenterName)
  const lostIterations = Math.max(0, lastGenerated - lastReplayed)
  return { lastGenerated, lastReplayed, lostIterations, lostSeconds: lostIterations * samplePeriodSeconds }
}

function lastIteration(map: SampleMap, dataCenterName: string): number {
  let last = 0
  for (const key of map.keys()) {
    const [, name, iteration] = /^(.*)_(\d+)_\d+$/s.exec(key) ?? []
    if (name === dataCenterName) last = Math.max(last, Number(iteration))
  }
  return last
}
