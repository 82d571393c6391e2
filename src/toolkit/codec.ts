import { ByteReader, ByteWriter } from './bytes.ts'
import { MessageFormatError } from './errors.ts'
import type { HeartbeatMessage } from './io.ts'

/** `heartbeatMsgType` of toolkit reference §3.3. */
export const messageTypes = { heartbeat: 1, snapshot: 2, orderlyShutdown: 3, returnedSnapshot: 4 } as const

/** An rstring shorter than this has a length prefix of one byte; a longer one has 0x80 and four bytes. */
const shortLengthLimit = 0x80

/** The body of a POST: Streams' native serialisation on a little-endian machine (toolkit reference §3.2). */
export function encodeHeartbeatMessage(message: HeartbeatMessage): Uint8Array {
  const origin = new TextEncoder().encode(message.dataCenterOrigin)
  const part = new TextEncoder().encode(message.dataSnapshotOrigin)
  const writer = new ByteWriter(30 + origin.length + message.dataSnapshot.length + part.length)
  writer.uint32(message.heartbeatMsgType)
  writer.uint64(message.heartbeatCnt)
  writeText(writer, origin)
  writer.uint64(BigInt(message.dataSnapshot.length))
  writer.bytes(message.dataSnapshot)
  writeText(writer, part)
  return writer.finish()
}

/**
 * Reads a body. `dataSnapshot` is a view of it, not a copy; bytes behind the message are ignored, as the toolkit ignores them.
 * The toolkit itself checks no bounds: what throws here is garbage or a crash there (toolkit reference §3.2).
 * @throws MessageFormatError
 */
export function decodeHeartbeatMessage(body: Uint8Array): HeartbeatMessage {
  const reader = new ByteReader(body, 'heartbeat message')
  const heartbeatMsgType = reader.uint32('heartbeatMsgType')
  const heartbeatCnt = reader.uint64('heartbeatCnt')
  const dataCenterOrigin = readText(reader, 'dataCenterOrigin')
  const size = reader.uint64('the length of dataSnapshot')
  // Beyond 2^53 the number is rounded, yet still more than any body has left.
  const dataSnapshot = reader.bytes(Number(size), 'dataSnapshot')
  const dataSnapshotOrigin = readText(reader, 'dataSnapshotOrigin')
  return { heartbeatMsgType, heartbeatCnt, dataCenterOrigin, dataSnapshot, dataSnapshotOrigin }
}

/** A decoded body, or what is wrong with it. */
export type DecodedMessage =
  { readonly ok: true; readonly message: HeartbeatMessage } | { readonly ok: false; readonly text: string }

/** As decodeHeartbeatMessage, for bodies that strangers may have made: what is wrong with one is an answer, not an error. */
export function tryDecodeHeartbeatMessage(body: Uint8Array): DecodedMessage {
  try {
    return { ok: true, message: decodeHeartbeatMessage(body) }
  } catch (error) {
    if (error instanceof MessageFormatError) return { ok: false, text: error.message }
    throw error
  }
}

function writeText(writer: ByteWriter, text: Uint8Array): void {
  if (text.length < shortLengthLimit) {
    writer.uint8(text.length)
  } else {
    writer.uint8(shortLengthLimit)
    writer.uint32(text.length)
  }
  writer.bytes(text)
}

function readText(reader: ByteReader, field: string): string {
  const first = reader.uint8(`the length of ${field}`)
  if (first > shortLengthLimit) {
    throw new MessageFormatError(`Expected the length of ${field} to begin with 0 to 0x80, got 0x${first.toString(16)}`)
  }
  const size = first === shortLengthLimit ? reader.uint32(`the length of ${field}`) : first
  return new TextDecoder().decode(reader.bytes(size, field))
}
