import type { StoreAccess } from '../../applications/hosting/store-access.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import type { Agenda } from './agenda.ts'
import type { LifeSurroundings } from './job-run.ts'
import { SlowStore } from './slow-store.ts'
import { SnapshotDirectory } from './snapshot-directory.ts'
import { SnapshotRows } from './snapshot-rows.ts'
import type { ProbedStore, StoreFailure, StoreListener } from './store-answers.ts'

interface OpenOptions {
  readonly settings: CrossDcSettings
  readonly behaviour: ToolkitBehaviour
  readonly agenda: Agenda
  readonly around: LifeSurroundings
  readonly onFailure: (detail: JsonObject) => void
  readonly trace: StoreListener['trace']
}

/** A PE's store. */
export interface OpenStore extends StoreAccess {
  faultChanged(fault: StoreFault | null): void
  probe(): ProbedStore
}

/**
 * The store that the settings name: a table as soon as there is a URL, else files (toolkit reference §1.4, row 10).
 * @throws TestbedError when there is no first connection to the database: the PE fails (toolkit reference §5.6)
 */
export function openSnapshotStore(options: OpenOptions): OpenStore {
  const { settings, behaviour, agenda, around, trace } = options
  const listener = { trace, onFailure: (failure: StoreFailure) => options.onFailure(failureDetail(failure)) }
  const { dataSnapshotStorageDirectory: directory, dataSnapshotJdbcUrl: url } = settings
  const files = new SnapshotDirectory({ disk: around.disk, directory, listener })
  const { storeFault: fault } = around
  if (url === '') {
    const slow = new SlowStore({ store: files, agenda, fault })
    return opened(slow, () => undefined)
  }
  if (fault()?.mode === 'lost') throw new TestbedError('Could not connect to the database: Connection refused.')
  const rows = new SnapshotRows({
    rows: tableOf(around.tables, `${url} ${settings.dataSnapshotTableName}`),
    settings,
    behaviour,
    agenda,
    listener,
    deleteFiles: (effect) => void files.carryOut(effect, fault()),
  })
  return opened(new SlowStore({ store: rows, agenda, fault }), (now) => rows.faultChanged(now))
}

function opened(store: SlowStore, onFault: (fault: StoreFault | null) => void): OpenStore {
  return {
    perform: (effect, answer) => store.perform(effect, answer),
    probe: () => store.probe(),
    faultChanged: (fault) => {
      onFault(fault)
      store.faultChanged()
    },
  }
}

function tableOf(tables: LifeSurroundings['tables'], name: string): Map<string, Uint8Array> {
  const known = tables.get(name) ?? new Map<string, Uint8Array>()
  tables.set(name, known)
  return known
}

/** What the toolkit itself makes nothing of: timelines show it all the same. */
function failureDetail({ operation, name, error }: StoreFailure): JsonObject {
  const what = { read: 'read', read_all: 'read what is stored', delete: 'delete', delete_all: 'delete what is stored' }
  const subject = name === undefined ? '' : ` ${name}`
  const text = `Cannot ${what[operation]}${subject}: ${error}`
  return { aspect: 'SnapshotStore', text, operation, ...(name !== undefined && { name }), error }
}
