import { ledgerOperators } from '../../../model/ledger.ts'
import type { DatacenterName } from '../../../model/datacenter.ts'
import type { ExchangeEndpoint } from '../../../model/exchange-client.ts'
import type { LeasedPair } from '../../../model/testbed.ts'
import { tupleChecksum } from '../../../support/checksum.ts'

/** A ledger job that runs, and its endpoints by the names in `ledgerOperators`. */
export interface RunningLedger {
  readonly jobId: string
  readonly endpoints: Readonly<Record<keyof typeof ledgerOperators, ExchangeEndpoint>>
}

/** Submits the ledger to a DC of a leased pair, with the toolkit's settings as given. */
export async function runLedger(
  pair: LeasedPair,
  dc: DatacenterName,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<RunningLedger> {
  const { streams, exchange, remoteMachineNames, storageDirectory } = pair.datacenters[dc]
  const lines = Object.entries({
    localDataCenterName: dc,
    remoteDataCenterName: dc === 'dc1' ? 'dc2' : 'dc1',
    remoteDataCenterApplicationMachineNames: remoteMachineNames,
    dataSnapshotStorageDirectory: storageDirectory,
    heartbeatExchangeInterval: 30,
    dataSnapshotExchangeInterval: 180,
    ...settings,
  }).map(([name, value]) => `${name}=${value}\n`)
  const configFileName = await pair.installFile({ dc, name: 'crossdc.conf', content: lines.join('') })
  const bundleId = await streams.uploadBundle(await pair.applicationBundle('builtin:ledger'))
  const { id: jobId } = await streams.submitJob({ bundleId, submissionParameters: { configFileName } })
  await pair.clock.sleep(1)
  const offered = await exchange.endpoints(jobId)
  const find = (operator: string): ExchangeEndpoint => {
    const found = offered.find((endpoint) => endpoint.operator === operator)
    if (found === undefined) throw new Error(`Expected an endpoint ${operator}.`)
    return found
  }
  const { ingest, control, output, state } = ledgerOperators
  return {
    jobId,
    endpoints: { ingest: find(ingest), control: find(control), output: find(output), state: find(state) },
  }
}

/** Tuples of one key, from number `from` on. */
export function tuples(count: number, from = 0): readonly object[] {
  return Array.from({ length: count }, (_, index) => {
    const tuple = { key: 'a', seq: from + index, payload: 'p' }
    return { ...tuple, checksum: tupleChecksum(tuple) }
  })
}
