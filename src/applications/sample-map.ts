import { ByteReader, ByteWriter } from '../toolkit/bytes.ts'

/** A tuple of the samples' TestDataGenerator (toolkit reference §8). */
export interface SampleTuple {
  /** `<localDataCenterName>_<iteration>_<epoch seconds>`; also its key in a channel's map. */
  readonly s1: string
  /** The iteration, from 1. */
  readonly i1: number
  readonly f1: number
  /** Whether the iteration is even. */
  readonly b1: boolean
}

/** What a channel of the samples holds. */
export type SampleMap = ReadonlyMap<string, SampleTuple>

/** Writes a map of the samples as Streams serialises it: a snapshot's blob. Hash maps have no order, so `random` gives one. */
export function encodeSampleMap(map: SampleMap, random: () => number): Uint8Array {
  const writer = new ByteWriter(1024)
  writeSampleMap(writer, map, random)
  return writer.finish()
}

/**
 * Reads the blob of a sample's snapshot, of a built-in one or of one that runs on Streams. Bytes behind the map are ignored, as
 * Streams ignores them.
 * @throws MessageFormatError
 */
export function decodeSampleMap(blob: Uint8Array): SampleMap {
  return readSampleMap(new ByteReader(blob, 'sample snapshot'))
}

/** As encodeSampleMap, behind what was written already. */
export function writeSampleMap(writer: ByteWriter, map: SampleMap, random: () => number): void {
  writer.length(map.size)
  for (const [key, { s1, i1, f1, b1 }] of shuffled([...map], random)) {
    writer.rstring(key)
    writer.rstring(s1)
    writer.int32(i1)
    writer.float64(f1)
    writer.boolean(b1)
  }
}

/**
 * As decodeSampleMap, from where the reader stands.
 * @throws MessageFormatError
 */
export function readSampleMap(reader: ByteReader): SampleMap {
  const map = new Map<string, SampleTuple>()
  // The count may be a lie; nothing is allocated for it, and an entry takes 15 bytes at least, so the bytes end it.
  for (let left = reader.length('the number of entries'); left > 0; left -= 1) {
    const key = reader.rstring('a key')
    const s1 = reader.rstring('s1')
    map.set(key, { s1, i1: reader.int32('i1'), f1: reader.float64('f1'), b1: reader.boolean('b1') })
  }
  return map
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const ranked = items.map((item) => ({ item, rank: random() }))
  return ranked.sort((left, right) => left.rank - right.rank).map(({ item }) => item)
}
