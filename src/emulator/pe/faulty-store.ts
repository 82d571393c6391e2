import type { StoreProbe } from '../../model/testbed.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import type { StoreRead, StoreReader, StoredEntry } from '../../toolkit/io.ts'
import type { LeaseTime } from '../lease-time.ts'
import { probeFiles } from './probe-files.ts'
import { probeAnswerMsMax, probeLimitMs, probeMarker, sameAnswers, type ProbeAnswers } from './probe-marker.ts'
import type { SnapshotFiles } from './snapshot-files.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import { SnapshotTable } from './snapshot-table.ts'
import type { StoreFaults } from './store-faults.ts'

interface FaultyStoreOptions {
  /** With the same faults, which make it fail. */
  readonly store: SnapshotFiles | SnapshotTable
  readonly faults: StoreFaults
  readonly time: LeaseTime
}

/** A PE's store as its operators meet it: each access first waits as long as the store is slow by. */
export class FaultyStore implements SnapshotStore {
  readonly #options: FaultyStoreOptions

  constructor(options: FaultyStoreOptions) {
    this.#options = options
  }

  /** The table, where snapshots are kept in one. */
  get table(): SnapshotTable | null {
    const { store } = this.#options
    return store instanceof SnapshotTable ? store : null
  }

  write(name: string, body: Uint8Array): Promise<string | null> | string | null {
    return this.#access((store) => store.write(name, body))
  }

  read(name: string): Promise<StoreRead> | StoreRead {
    return this.#access((store) => store.read(name))
  }

  readAll(reader: StoreReader): Promise<readonly StoredEntry[] | null> | readonly StoredEntry[] | null {
    return this.#access((store) => store.readAll(reader))
  }

  delete(name: string): Promise<void> | void {
    return this.#access((store) => store.delete(name))
  }

  deleteAll(from: 'files' | 'table'): Promise<void> | void {
    return this.#access((store) => store.deleteAll(from))
  }

  /** Tries the store with a marker of its own; three accesses, each as slow as any other. */
  async probe(): Promise<StoreProbe> {
    const { faults, time } = this.#options
    const beganMs = monotonicNowMs()
    const limitMs = Math.min(probeLimitMs + 3 * faults.delayMs(time), probeAnswerMsMax)
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<ProbeAnswers>((resolve) => {
      const text = `no answer within ${Math.round(limitMs)} ms of real time`
      timer = setTimeout(() => resolve(sameAnswers(text)), limitMs)
    })
    try {
      const answers = await Promise.race([this.#probe(), limit])
      const store = this.table === null ? 'files' : 'table'
      return { store, ...answers, ms: monotonicNowMs() - beganMs }
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.store[Symbol.asyncDispose]()
  }

  async #probe(): Promise<ProbeAnswers> {
    const { store, faults, time } = this.#options
    for (let access = 0; access < 3; access += 1) await faults.delay(time)
    const marker = probeMarker()
    return store instanceof SnapshotTable ? await store.probe(marker) : probeFiles(store, marker)
  }

  /** What is known at once stays so. */
  #access<T>(act: (store: SnapshotStore) => Promise<T> | T): Promise<T> | T {
    const { store, faults, time } = this.#options
    const delay = faults.delay(time)
    return delay === null ? act(store) : delay.then(async () => await act(store))
  }
}
