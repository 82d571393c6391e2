import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { datacenterNames } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonValue } from '../model/json.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import type { DatacenterAccess } from '../model/testbed.ts'
import type { DecodedSnapshot } from '../model/timeline.ts'
import { asJson, shown } from '../support/plain-json.ts'

/** Reads what an application's snapshots hold, so that checks can look into the replicas. */
export interface SnapshotDecoder {
  /** What is in one stored snapshot; `file` is its name in the store of `dc`. One that throws says why it is none. */
  decode(blob: Uint8Array, about: { readonly dc: DatacenterName; readonly file: string }): JsonValue
}

/** Snapshots of one DC's store that are decoded at most; the rest is named, not opened. */
const snapshotsMax = 256

/** Every snapshot that lies in the DCs' stores now, as far as they are folders of this machine. */
export async function decodeStoredSnapshots(
  decoder: SnapshotDecoder,
  around: { readonly datacenters: PerDatacenter<DatacenterAccess>; readonly now: () => number },
): Promise<readonly DecodedSnapshot[]> {
  const perDatacenter = await Promise.all(
    datacenterNames.map(async (dc) => {
      const directory = around.datacenters[dc].storageDirectory
      const files = await filesIn(directory)
      const read = files.slice(0, snapshotsMax).map(async (file): Promise<DecodedSnapshot> => {
        const found = { t: around.now(), dc, file }
        try {
          const decoded: unknown = decoder.decode(await readFile(join(directory, file)), { dc, file })
          const value = decoded instanceof Promise ? undefined : asJson(decoded)
          if (value !== undefined) return { ...found, value }
          const problem = `expected the decoder to give what JSON can hold, got ${shown(decoded)}`
          return { ...found, value: null, problem }
        } catch (error) {
          return { ...found, value: null, problem: error instanceof Error ? error.message : String(error) }
        }
      })
      return await Promise.all(read)
    }),
  )
  return perDatacenter.flat()
}

/** A store that is no folder of this machine, such as a database's or another host's, shows nothing. */
async function filesIn(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}
