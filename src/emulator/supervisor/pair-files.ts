import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { datacenterNames, type DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { PairHome } from '../pair-home.ts'

/** Beside the DCs' folders and the PEs' console logs. */
const eventLogName = 'events.ndjson'

/** Where the lease's events are written. */
export function eventLogPath(home: PairHome): string {
  return join(home.directory, eventLogName)
}

/** Value of `dataSnapshotStorageDirectory` in a DC. */
export function storageDirectory(home: PairHome, dc: DatacenterName): string {
  return join(home.directory, `${dc}-store`)
}

/** Makes the folders of both DCs anew and removes whatever a lease left: snapshots, installed files, console logs. */
export function renewFiles(home: PairHome): void {
  for (const name of readdirSync(home.directory)) {
    if (name !== eventLogName) rmSync(join(home.directory, name), { recursive: true, force: true })
  }
  for (const dc of datacenterNames) {
    mkdirSync(storageDirectory(home, dc))
    mkdirSync(filesDirectory(home, dc))
  }
}

/**
 * Puts a text file where a DC's jobs can read it.
 * @returns its path
 * @throws TestbedError when the name is not a plain file name
 */
export function installFile(home: PairHome, file: { dc: DatacenterName; name: string; content: string }): string {
  const { dc, name, content } = file
  if (name !== basename(name) || name === '' || name === '.' || name === '..') {
    throw new TestbedError(`Expected a plain file name to install in ${dc}, got ${JSON.stringify(name)}.`)
  }
  const path = join(filesDirectory(home, dc), name)
  writeFileSync(path, content)
  return path
}

function filesDirectory(home: PairHome, dc: DatacenterName): string {
  return join(home.directory, `${dc}-files`)
}
