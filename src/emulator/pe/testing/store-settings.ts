// What the tests of the stores share: settings with a table, a folder, a record of traces, and stores that end with their test.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { referenceCrossDcSettings, type CrossDcSettings } from '../../../model/crossdc-settings.ts'
import { toolkitProfiles } from '../../../model/toolkit-behaviour.ts'
import { monotonicNowMs } from '../../../support/monotonic-clock.ts'
import { createScaledClock } from '../../../support/scaled-clock.ts'
import { waitUntil } from '../../../support/wait-until.ts'
import type { LeaseTime } from '../../lease-time.ts'
import { openSnapshotStore, type SnapshotStoreOptions } from '../open-snapshot-store.ts'
import type { SnapshotTable } from '../snapshot-table.ts'
import type { FaultyStore } from '../faulty-store.ts'
import { StoreFaults } from '../store-faults.ts'

/** A folder that ends with the test. */
export function testFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'failover-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Reference settings with files in a directory. */
export function storeSettings(overrides: Partial<CrossDcSettings> = {}): CrossDcSettings {
  return {
    ...referenceCrossDcSettings,
    localDataCenterName: 'dc1',
    crossDCOperationMode: 1,
    dataSnapshotStorageDirectory: '',
    ...overrides,
  }
}

/** Reference settings with the testbed's own SQLite database. */
export function sqliteSettings(overrides: Partial<CrossDcSettings> = {}): CrossDcSettings {
  return storeSettings({
    dataSnapshotJdbcUrl: 'jdbc:sqlite:replicas.db',
    dataSnapshotJdbcDriverLib: 'opt/sqlite-jdbc.jar',
    dataSnapshotJdbcClassName: 'org.sqlite.JDBC',
    dataSnapshotTableName: 'snapshots',
    dataSnapshotPrimaryKeyColumnName: 'id',
    ...overrides,
  })
}

/** A lease that begins now. */
export function leaseTime(timeScale: number): LeaseTime {
  return { leaseId: 1, originMs: monotonicNowMs(), timeScale }
}

/** What a store traced, and waiting for it. */
export class TraceRecord {
  readonly lines: string[] = []
  readonly #rechecks = new Set<() => void>()

  readonly record = (level: 'error' | 'info', text: string): void => {
    this.lines.push(`${level} ${text}`)
    for (const recheck of this.#rechecks) recheck()
  }

  count(part: string): number {
    return this.lines.filter((line) => line.includes(part)).length
  }

  /** Waits for so many lines with that text, in real time. */
  async seen(part: string, count: number): Promise<void> {
    await waitUntil({
      what: `${count} traces with "${part}"`,
      clock: createScaledClock({ originMs: monotonicNowMs(), timeScale: 1 }),
      clockName: 'real',
      timeoutSeconds: 20,
      subscribe: (recheck) => {
        this.#rechecks.add(recheck)
        return () => this.#rechecks.delete(recheck)
      },
      probe: () => (this.count(part) >= count ? true : undefined),
      lastSeen: () => this.lines.slice(-6),
    })
  }
}

/** What a test says of its store; the rest is as in a PE. */
type StoreOverrides = Omit<Partial<SnapshotStoreOptions>, 'onFailure'> & Pick<SnapshotStoreOptions, 'onFailure'>

/** The options of a store in a folder of its own. */
export function storeOptions(overrides: StoreOverrides = {}): SnapshotStoreOptions {
  return {
    settings: storeSettings(),
    quirks: toolkitProfiles['ibm-1.0.1'],
    storageDirectory: '',
    time: leaseTime(60),
    trace: () => undefined,
    faults: new StoreFaults(),
    ...overrides,
  }
}

/** A table that is closed when the test ends. */
export async function openTable(overrides: StoreOverrides): Promise<SnapshotTable> {
  const { table } = await openStore(overrides)
  if (table === null) throw new Error('Expected a table, got files.')
  return table
}

/** A store that is closed when the test ends. */
export async function openStore(overrides: StoreOverrides): Promise<FaultyStore> {
  const store = await openSnapshotStore(storeOptions(overrides))
  onTestFinished(async () => await store[Symbol.asyncDispose]())
  return store
}
