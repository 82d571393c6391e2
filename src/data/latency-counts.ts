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
  /** The first latency that was seen, and how often: where load is even, it is the only one, and there is a slice of it a second. */
  #first = -1
  #firstCount = 0
  #others: Map<number, number> | undefined
  #encoded: string | undefined

  /** Milliseconds, 0 and up; rounded. */
  add(ms: number, count = 1): void {
    const bucket = bucketOf(Math.min(msMax, Math.max(0, Math.round(ms))))
    this.#encoded = undefined
    if (this.#first === -1) this.#first = bucket
    if (bucket === this.#first) {
      this.#firstCount += count
    } else {
      this.#others ??= new Map()
      this.#others.set(bucket, (this.#others.get(bucket) ?? 0) + count)
    }
  }

  /** Takes another one's in. */
  merge(other: LatencyCounts): void {
    if (other.#first !== -1) this.add(other.#first, other.#firstCount)
    for (const [ms, count] of other.#others ?? []) this.add(ms, count)
  }

  /** As an HdrHistogram of milliseconds, V2 compressed, base64; undefined when nothing was seen. */
  encode(): string | undefined {
    if (this.#first === -1) return undefined
    this.#encoded ??=
      this.#others === undefined
        ? encodedOnce(this.#first, this.#firstCount)
        : encoded([[this.#first, this.#firstCount], ...this.#others])
    return this.#encoded
  }
}

/** Slice after slice of even load is the same, and encoding is slow. */
const known = new Map<string, string>()
const knownMax = 1000

function encodedOnce(ms: number, count: number): string {
  const id = `${ms} ${count}`
  const found = known.get(id) ?? encoded([[ms, count]])
  if (known.size >= knownMax) known.clear()
  known.set(id, found)
  return found
}

function encoded(counts: readonly (readonly [number, number])[]): string {
  const histogram = newHistogram()
  for (const [ms, count] of counts) histogram.recordValueWithCount(ms, count)
  return encodeIntoCompressedBase64(histogram)
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
