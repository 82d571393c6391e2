import { referenceCrossDcSettings } from '../../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'

/** For tests: the reference file's settings of an active datacenter. */
export function referenceSettings(name: DatacenterName): CrossDcSettings {
  return {
    ...referenceCrossDcSettings,
    localDataCenterName: name,
    crossDCOperationMode: 1,
    remoteDataCenterApplicationMachineNames: 'remote.example',
    dataSnapshotStorageDirectory: '/snapshots',
  }
}
