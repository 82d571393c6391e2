import { createHash } from 'node:crypto'
import { defineSnapshotDecoder } from 'vitest-failover/extend'

/** What a stored snapshot is, without knowing what is in it: enough to see whether two replicas differ. */
export const snapshotSize = defineSnapshotDecoder({
  name: 'snapshot_size',
  description: 'Size and SHA-256 of each stored snapshot.',
  decode(blob) {
    if (blob.length === 0) throw new Error('the file is empty')
    return { bytes: blob.length, sha256: createHash('sha256').update(blob).digest('hex') }
  },
})
