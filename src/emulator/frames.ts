import { deserialize, serialize } from 'node:v8'

/** A snapshot is the largest thing that a frame holds: a body of a receiver, with its surroundings. */
const frameBytesMax = 300 * 1024 * 1024

const lengthBytes = 4

/** A message as bytes: its length, and what v8 makes of it, which knows bigint and bytes. */
export function frameOf(message: unknown): Buffer {
  const body = serialize(message)
  const head = Buffer.alloc(lengthBytes)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}

/** Takes frames out of a stream of bytes, however it is cut. */
export class FrameReader {
  #chunks: Buffer[] = []
  #bytes = 0

  /**
   * @returns the messages that are whole now
   * @throws RangeError for a length that no frame has; nothing of such a frame is kept
   */
  push(chunk: Buffer): readonly unknown[] {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    const messages: unknown[] = []
    for (let body = this.#take(); body !== undefined; body = this.#take()) messages.push(deserialize(body))
    return messages
  }

  #take(): Buffer | undefined {
    if (this.#bytes < lengthBytes) return undefined
    const length = this.#front(lengthBytes).readUInt32BE()
    if (length > frameBytesMax)
      throw new RangeError(`Expected a frame of at most ${frameBytesMax} bytes, got ${length}.`)
    if (this.#bytes < lengthBytes + length) return undefined
    const frame = this.#front(lengthBytes + length)
    const rest = (this.#chunks[0] ?? frame).subarray(lengthBytes + length)
    this.#chunks.splice(0, 1, ...(rest.length > 0 ? [rest] : []))
    this.#bytes -= lengthBytes + length
    return frame.subarray(lengthBytes, lengthBytes + length)
  }

  /** The first chunk, made long enough; a large frame is put together once and not with every chunk of it. */
  #front(bytes: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#chunks
    if (first.length >= bytes) return first
    const joined = Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined
  }
}
