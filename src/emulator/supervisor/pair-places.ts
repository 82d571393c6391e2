import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import type { SingleDatacenter } from '../../model/testbed.ts'
import type { PairHome } from '../pair-home.ts'
import type { PePlacement } from '../pair-protocol.ts'
import { addressOf, defaultBasePort, linkAddressOf } from './addresses.ts'
import type { EmulatedDatacenter } from './control-protocol.ts'
import { storageDirectory } from './pair-files.ts'
import type { Management } from './management.ts'
import type { PairParts } from './pair-parts.ts'

/** A pair that runs, as its places follow from it. */
export interface PlacesOf {
  readonly home: PairHome
  readonly parts: PairParts
  /** One DC alone, whose remote is elsewhere. */
  readonly only: SingleDatacenter | null
}

/** How to reach each DC that there is. */
export function describeDatacenters({ home, parts, only }: PlacesOf): Partial<PerDatacenter<EmulatedDatacenter>> {
  const describe = (dc: DatacenterName, { urls, credentials, pid }: Management): EmulatedDatacenter => ({
    name: dc,
    restUrl: urls.restUrl,
    dataExchangeUrl: urls.dataExchangeUrl,
    ...credentials,
    crossDcUrl: `http://${receiverAddress({ home, only, dc })}:${only?.crossDcPort ?? defaultBasePort}`,
    remoteMachineNames: only?.remote.host ?? linkAddressOf(home, dc),
    storageDirectory: storageDirectory(home, dc),
    // A pair that is leased out has no management that is stopped.
    pid: pid ?? 0,
  })
  const { dc1, dc2 } = parts.datacenters
  return { ...(dc1 && { dc1: describe('dc1', dc1) }), ...(dc2 && { dc2: describe('dc2', dc2) }) }
}

/**
 * Where a PE runs, and when.
 * @throws TestbedError when there is no such DC
 */
export function placementOf(
  { home, parts, only }: PlacesOf,
  pe: Pick<PePlacement, 'dc' | 'launchCount' | 'seed' | 'time' | 'storeFault'>,
): PePlacement {
  const { dc, launchCount, seed, time, storeFault } = pe
  const part = parts.datacenters[dc]
  if (part === undefined) throw new TestbedError(`The pair ${home.block}.0 has no ${dc}.`)
  return {
    dc,
    launchCount,
    address: addressOf(home, dc),
    receivers: { address: receiverAddress({ home, only, dc }), basePort: only?.crossDcPort ?? null },
    linkAddress: only === null ? linkAddressOf(home, dc) : null,
    remote: only?.remote ?? null,
    directory: home.directory,
    storageDirectory: storageDirectory(home, dc),
    restUrl: part.urls.restUrl,
    credentials: part.credentials,
    seed,
    time,
    storeFault,
  }
}

/** Another program finds one DC alone where it expects it. */
function receiverAddress(of: Omit<PlacesOf, 'parts'> & { readonly dc: DatacenterName }): string {
  return of.only === null ? addressOf(of.home, of.dc) : '127.0.0.1'
}
