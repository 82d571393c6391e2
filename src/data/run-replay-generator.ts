import { KeySequence } from './key-sequence.ts'
import { windowPayloads } from './payloads.ts'
import type { RecordedDeliveries } from './recorded-run.ts'
import { namedKey } from './tuple-generator.ts'
import type { GeneratorPlace, TupleGenerator } from './tuple-generator.ts'

/** A generator of a recorded run's deliveries: its keys in its order and at its times, each tuple once, with payloads of our own. */
export function createRunReplayGenerator(options: {
  readonly recorded: RecordedDeliveries
  readonly speed: number
  readonly sizeBytes: number
  readonly sizeBytesMax?: number | undefined
  readonly place: GeneratorPlace
}): TupleGenerator {
  const { recorded, speed, sizeBytes, sizeBytesMax, place } = options
  const sequences = recorded.keys.map((name) => {
    const key = namedKey(place, name)
    return new KeySequence({ key, payloads: windowPayloads({ seed: place.seed, key, sizeBytes, sizeBytesMax }) })
  })
  const byKey = new Map(sequences.map((sequence) => [sequence.key, sequence]))
  let made = 0
  return {
    origin: place.origin,
    keys: sequences.map(({ key }) => key),
    times: recorded.times.map((time) => time / speed),
    next: (count) =>
      Array.from({ length: count }, () => {
        const sequence = sequences[recorded.keyOf[made] ?? -1]
        if (sequence === undefined)
          throw new RangeError(`Expected at most ${recorded.keyOf.length} tuples of a recording`)
        made += 1
        return sequence.next()
      }),
    owns: (key) => byKey.has(key),
    expectedChecksum: (key, intervals) => byKey.get(key)?.checksumOf(intervals) ?? (intervals.length === 0 ? 0 : -1),
  }
}
