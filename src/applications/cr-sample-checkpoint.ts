import { ByteReader, ByteWriter } from '../toolkit/bytes.ts'
import { MessageFormatError } from '../toolkit/errors.ts'
import { readSampleMap, writeSampleMap } from './sample-map.ts'
import { sampleChannels } from './sample.ts'
import type { SampleState } from './sample.ts'

const formatNumber = 1
const what = 'checkpoint of cr-sample'

/** The consistent region's state: the generator's iteration and every channel's map. The layout is this project's own. */
export function encodeCheckpoint({ iteration, channels }: SampleState): Uint8Array {
  const writer = new ByteWriter(1024)
  writer.uint8(formatNumber)
  writer.varint(iteration)
  // Only this project reads a checkpoint, so its entries stay in their order.
  for (const entries of channels) writeSampleMap(writer, entries, () => 0)
  return writer.finish()
}

/**
 * Reads what encodeCheckpoint wrote.
 * @throws MessageFormatError
 */
export function decodeCheckpoint(bytes: Uint8Array): SampleState {
  const reader = new ByteReader(bytes, what)
  const format = reader.uint8('the format number')
  if (format !== formatNumber) {
    throw new MessageFormatError(`Expected a ${what} of format ${formatNumber}, got ${format}`)
  }
  const iteration = reader.varint('the iteration')
  const channels = Array.from({ length: sampleChannels }, () => readSampleMap(reader))
  if (reader.left > 0) throw new MessageFormatError(`Expected the ${what} to end, got ${reader.left} bytes more`)
  return { iteration, channels }
}
