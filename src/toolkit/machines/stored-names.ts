import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { messageTypes, tryDecodeHeartbeatMessage } from '../codec.ts'
import type { HeartbeatMessage, StoredEntry, ToolkitEffect } from '../io.ts'

/** A stored snapshot by its name, and whose it is. */
export interface StoredSnapshot {
  readonly name: string
  readonly origin: string
  readonly part: string
  readonly count: bigint
}

/** Whether snapshots go to a table instead of files (toolkit reference §1.4, no. 10). */
export function usesTable(settings: CrossDcSettings): boolean {
  return settings.dataSnapshotJdbcUrl !== ''
}

/** Deletes all of the store that is in use, or of the one named, and tells the watchdog if that held what it remembers. */
export function emptyStore(settings: CrossDcSettings, from?: 'files' | 'table'): readonly ToolkitEffect[] {
  const inUse = usesTable(settings) ? 'table' : 'files'
  const deletion: ToolkitEffect = { kind: 'store_delete_all', from: from ?? inUse }
  if (deletion.from !== inUse) return [deletion]
  return [deletion, { kind: 'tuple', to: 'RemoteDataCenterWatchdog', tuple: { kind: 'store_emptied' } }]
}

/** Where a snapshot message is stored: a file's name (toolkit reference §5.3) or a row's key (§5.6). */
export function storedSnapshot(message: HeartbeatMessage, settings: CrossDcSettings): StoredSnapshot {
  const { dataCenterOrigin: origin, dataSnapshotOrigin: part, heartbeatCnt: count } = message
  return { name: `${origin}-${part}${usesTable(settings) ? '' : '.snapshot'}`, origin, part, count }
}

/** The snapshots among a store's entries; what cannot be read or is none is left out. */
export function readableSnapshots(entries: readonly StoredEntry[]): readonly StoredSnapshot[] {
  return entries.flatMap(({ name, body }): readonly StoredSnapshot[] => {
    const decoded = body === null ? null : tryDecodeHeartbeatMessage(body)
    if (decoded === null || !decoded.ok || decoded.message.heartbeatMsgType !== messageTypes.snapshot) return []
    const { dataCenterOrigin: origin, dataSnapshotOrigin: part, heartbeatCnt: count } = decoded.message
    return [{ name, origin, part, count }]
  })
}
