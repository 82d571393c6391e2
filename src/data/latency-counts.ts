import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'

/** Latencies up to this are told apart by the millisecond; above, to eleven binary digits, which is more than the histogram keeps. */
const exactBelowMs = 2048

/** Beyond 24 days nothing is told apart. */
const msMax = 2 ** 31 - 1

/**
 * How often which latency was seen. Sparse, since a slice of time sees few different ones: a histogram's own array would take fifty
 * kilobytes for each of hundreds of slices.
 */
export class LatencyCounts {
  readonly #counts = new Map<number, number>()
  #encoded: string | undefined

  /** Milliseconds, 0 and up; rounded. */
  add(ms: number, count = 1): void {
    const bucket = bucketOf(Math.min(msMax, Math.max(0, Math.round(ms))))
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
    this.#encoded = undefined
  }

  /** Takes another one's in. */
  merge(other: LatencyCounts): void {
    for (const [ms, count] of other.#counts) this.add(ms, count)
  }

  /** As an HdrHistogram of milliseconds, V2 compressed, base64; undefined when nothing was seen. */
  encode(): string | undefined {
    if (this.#counts.size === 0) return undefined
    if (this.#encoded === undefined) {
      const histogram = newHistogram()
      for (const [ms, count] of this.#counts) histogram.recordValueWithCount(ms, count)
      this.#encoded = encodeIntoCompressedBase64(histogram)
    }
    return this.#encoded
  }
}

function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 * exactBelowMs,
    numberOfSignificantValueDigits: 3,
  })
}

function bucketOf(ms: number): number {
  if (ms < exactBelowMs) return ms
  const dropped = 32 - Math.clz32(ms) - 11
  return (ms >> dropped) << dropped
}
