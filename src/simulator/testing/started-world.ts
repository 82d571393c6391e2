import { builtinBundle, readBundle } from '../../applications/builtin-bundle.ts'
import type { Bundle } from '../../applications/builtin-bundle.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import type { CrossDcOverrides } from '../../model/crossdc-settings.ts'
import { referenceCrossDcSettings } from '../../model/crossdc-settings.ts'
import type { TestbedEvent } from '../../model/testbed.ts'
import type { EventName } from '../../model/timeline.ts'
import type { WorldJob } from '../world/job.ts'
import { World } from '../world/world.ts'
import type { WorldOptions } from '../world/world.ts'

/** For tests: a world and what happens in it. */
export class WatchedWorld extends World {
  readonly events: TestbedEvent[] = []

  constructor(options: Partial<WorldOptions> = {}) {
    super({ seed: 1, ...options })
    this.subscribe((event) => void this.events.push(event))
  }

  /** When a DC had an event. */
  times(dc: DatacenterName, event: EventName): readonly number[] {
    return this.events.filter((entry) => entry.dc === dc && entry.event === event).map(({ time }) => time)
  }

  /** Submits a ledger in a DC, with the reference file's settings where none are given. */
  submit(dc: DatacenterName, crossdc: CrossDcOverrides = {}, peCount = 1): WorldJob {
    const configFileName = `/${dc}/crossdc.conf`
    const settings = {
      ...referenceCrossDcSettings,
      remoteDataCenterApplicationMachineNames: otherDatacenter(dc),
      localDataCenterName: dc,
      crossDCOperationMode: 1,
      dataSnapshotStorageDirectory: this.datacenters[dc].storageDirectory,
      ...crossdc,
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
    this.datacenters[dc].files.set(configFileName, lines.join('\n'))
    return this.datacenters[dc].submit({
      bundle: ledgerBundle(),
      parameters: { configFileName },
      tracing: 'error',
      peCount,
    })
  }

  /** Submits one in both. */
  submitBoth(crossdc: CrossDcOverrides = {}, peCount = 1): this {
    for (const dc of datacenterNames) this.submit(dc, crossdc, peCount)
    return this
  }

  until(time: number): this {
    this.agenda.runUntil(time)
    return this
  }
}

/** The ledger as a bundle. */
export function ledgerBundle(): Bundle {
  const read = readBundle(builtinBundle('builtin:ledger'))
  if (!read.ok) throw new Error(read.problem)
  return read.bundle
}
