import { datacenterNames } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { ByteReader, ByteWriter } from '../toolkit/bytes.ts'
import { MessageFormatError } from '../toolkit/errors.ts'
import type { Share } from './ledger-state.ts'

/**
 * A snapshot of one channel: everything it holds, for every origin, so that what a DC took over survives its own failure too.
 * Its size grows with keys and gaps, not with tuples. Layout: format number, number of entries, then per entry the origin
 * (1 or 2), the key, and its shares; numbers as varints, checksums as four bytes.
 */
export interface LedgerBlobEntry {
  readonly origin: DatacenterName
  readonly key: string
  readonly shares: readonly Share[]
}

const formatNumber = 1
const what = 'ledger snapshot'

/** The blob of a channel's entries. */
export function encodeLedgerBlob(entries: readonly LedgerBlobEntry[]): Uint8Array {
  const writer = new ByteWriter(1024)
  const encoder = new TextEncoder()
  writer.uint8(formatNumber)
  writer.varint(entries.length)
  for (const { origin, key, shares } of entries) {
    writer.uint8(datacenterNames.indexOf(origin) + 1)
    const text = encoder.encode(key)
    writer.varint(text.length)
    writer.bytes(text)
    writer.varint(shares.length)
    for (const share of shares) writeShare(writer, share)
  }
  return writer.finish()
}

/**
 * Reads what encodeLedgerBlob wrote.
 * @throws MessageFormatError
 */
export function decodeLedgerBlob(blob: Uint8Array): readonly LedgerBlobEntry[] {
  const reader = new ByteReader(blob, what)
  const format = reader.uint8('the format number')
  if (format !== formatNumber)
    throw new MessageFormatError(`Expected a ${what} of format ${formatNumber}, got ${format}`)
  const entries: LedgerBlobEntry[] = []
  for (let left = reader.varint('the number of entries'); left > 0; left -= 1) {
    const origin = readOrigin(reader)
    const key = reader.utf8(reader.varint('the length of a key'), 'a key')
    const shares: Share[] = []
    for (let shareLeft = reader.varint('the number of shares'); shareLeft > 0; shareLeft -= 1)
      shares.push(readShare(reader))
    entries.push({ origin, key, shares })
  }
  if (reader.left > 0) throw new MessageFormatError(`Expected the ${what} to end, got ${reader.left} bytes more`)
  return entries
}

function readOrigin(reader: ByteReader): DatacenterName {
  const number = reader.uint8('an origin')
  const origin = datacenterNames[number - 1]
  if (origin === undefined) throw new MessageFormatError(`Expected origin 1 or 2 in a ${what}, got ${number}`)
  return origin
}

function writeShare(writer: ByteWriter, share: Share): void {
  writer.uint32(share.checksum)
  writer.varint(share.corrupt)
  writeSet(writer, share.intervals)
  writeSet(writer, share.duplicates)
}

function readShare(reader: ByteReader): Share {
  const checksum = reader.uint32('a checksum')
  const corrupt = reader.varint('a number of corrupt tuples')
  return { checksum, corrupt, intervals: readSet(reader), duplicates: readSet(reader) }
}

/** Runs as the gap before each and its length. */
function writeSet(writer: ByteWriter, set: IntervalSet): void {
  writer.varint(set.runs)
  let end = 0
  for (const { from, to } of set.intervals()) {
    writer.varint(from - end)
    writer.varint(to - from)
    end = to
  }
}

function readSet(reader: ByteReader): IntervalSet {
  const set = new IntervalSet()
  let end = 0
  for (let left = reader.varint('the number of runs'); left > 0; left -= 1) {
    const from = end + reader.varint('the gap before a run')
    const to = from + reader.varint('the length of a run')
    if (!Number.isSafeInteger(to))
      throw new MessageFormatError(`Expected runs below 2^53 in a ${what}, got one to ${to}`)
    set.add(from, to)
    end = to
  }
  return set
}
