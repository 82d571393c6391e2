import { ByteReader, ByteWriter } from './bytes.ts'
import { MessageFormatError } from './errors.ts'
import type { HeartbeatMessage } from './io.ts'

/** `heartbeatMsgType` of toolkit reference §3.3. */
export const messageTypes = { heartbeat: 1, snapshot: 2, orderlyShutdown: 3, returnedSnapshot: 4 } as const

/** The body of a POST: Streams' native serialisation on a little-endian machine (toolkit reference §3.2). */
export function encodeHeartbeatMessage(message: HeartbeatMessage): Uint8Array {
  const writer = new ByteWriter(64 + message.dataSnapshot.length)
  writer.uint32(message.heartbeatMsgType)
  writer.uint64(message.heartbeatCnt)
  writer.rstring(message.dataCenterOrigin)
  writer.uint64(BigInt(message.dataSnapshot.length))
  writer.bytes(message.dataSnapshot)
  writer.rstring(message.dataSnapshotOrigin)
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
  const dataCenterOrigin = reader.rstring('dataCenterOrigin')
  const size = reader.uint64('the length of dataSnapshot')
  // Beyond 2^53 the number is rounded, yet still more than any body has left.
  const dataSnapshot = reader.bytes(Number(size), 'dataSnapshot')
  const dataSnapshotOrigin = reader.rstring('dataSnapshotOrigin')
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

/** Whether a body is a message of one of the four types. */
export function isWholeMessage(body: Uint8Array): boolean {
  const decoded = tryDecodeHeartbeatMessage(body)
  return decoded.ok && Object.values<number>(messageTypes).includes(decoded.message.heartbeatMsgType)
}
