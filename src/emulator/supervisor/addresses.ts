import type { DatacenterName } from '../../model/datacenter.ts'
import type { PairHome } from '../pair-home.ts'

/** The port of heartbeats when nothing else is set (toolkit reference §1.4). */
export const defaultBasePort = 25_091

/** The DC's own address: both DCs use the same ports, as the toolkit demands, so each needs one (decisions 16). */
export function addressOf(home: PairHome, dc: DatacenterName): string {
  return `${home.block}.${dc === 'dc1' ? 1 : 2}`
}

/** Where the link from `dc` to the other DC begins: the address that `dc` knows its remote by. */
export function linkAddressOf(home: PairHome, dc: DatacenterName): string {
  return `${home.block}.${dc === 'dc1' ? 11 : 12}`
}

/** One value for each DC. */
export function perDatacenter<T>(value: (dc: DatacenterName) => T): Readonly<Record<DatacenterName, T>> {
  return { dc1: value('dc1'), dc2: value('dc2') }
}
