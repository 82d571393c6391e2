import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { Scenario } from '../model/scenario.ts'
import type { DatacenterAccess } from '../model/testbed.ts'

/** What of a scenario decides how its jobs run. */
export type JobDefinition = Pick<Scenario, 'mode' | 'sab' | 'submissionParameters' | 'crossdc'>

/** The toolkit's settings of a DC's job: what the testbed dictates, what the scenario says, and the reference file for the rest. */
export function settingsFor(definition: JobDefinition, access: DatacenterAccess): CrossDcSettings {
  return {
    ...referenceCrossDcSettings,
    ...definition.crossdc[access.name],
    localDataCenterName: access.name,
    crossDCOperationMode: operationMode(definition.mode, access.name),
    remoteDataCenterApplicationMachineNames: access.remoteMachineNames,
    dataSnapshotStorageDirectory: access.storageDirectory,
  }
}

function operationMode(mode: Scenario['mode'], dc: DatacenterName): number {
  return mode === 'active-passive' && dc === 'dc2' ? 0 : 1
}

/**
 * The toolkit's text file: `key=value` lines. The number of sender/receiver pairs is a submission-time value and never read
 * from a file (toolkit reference §1.1).
 */
export function configurationFile(settings: CrossDcSettings): string {
  return Object.entries(settings)
    .filter(([key]) => key !== 'numberOfHttpSenderReceiverPairs')
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
