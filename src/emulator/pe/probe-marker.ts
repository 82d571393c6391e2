// The marker by which a snapshot store is tried: written, read and deleted by the way that the toolkit's own operators take. A file
// whose name does not contain ".snapshot" is none of theirs (toolkit reference §4.2, §5.5); a row exists only within a transaction
// that is rolled back.

import { randomBytes } from 'node:crypto'

/** The store's slowness aside, a try is given up after so many real milliseconds. */
export const probeLimitMs = 3000

/** However slow the store is, whoever asks is answered within so many real milliseconds. */
export const probeAnswerMsMax = 120_000

/** What one try writes. */
export interface ProbeMarker {
  readonly name: string
  readonly body: Buffer
}

/** What came of the three accesses: `ok`, or why not. */
export interface ProbeAnswers {
  readonly write: string
  readonly read: string
  readonly delete: string
}

/** A marker of its own for each try, so that two of them do not meet. */
export function probeMarker(): ProbeMarker {
  const id = randomBytes(8).toString('hex')
  return { name: `vitest-failover-probe-${id}`, body: Buffer.from(id) }
}

/** The same answer for all three accesses. */
export function sameAnswers(text: string): ProbeAnswers {
  return { write: text, read: text, delete: text }
}

/** What the marker read back says. */
export function readAnswer(marker: ProbeMarker, body: Uint8Array | null): string {
  if (body === null) return 'the marker is not there'
  return marker.body.equals(body) ? 'ok' : 'the marker came back changed'
}
