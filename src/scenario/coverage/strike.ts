import { faultClassOf } from '../../model/coverage.ts'
import type { CoverageDirection, CoverageStore, FaultClass } from '../../model/coverage.ts'
import { datacenterNames, isDatacenterName, otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { DatacenterRef, FaultSpec } from '../../model/fault.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Step } from '../../model/step.ts'
import { snapshotStoreKind } from '../../toolkit/oracle.ts'
import type { ForecastSetting } from '../forecast-setting.ts'

/** What a step strikes, and on which side. */
export interface Strike {
  readonly fault: FaultClass
  readonly directions: readonly CoverageDirection[]
  /** False: which of the directions it is, only the run will tell. */
  readonly isKnown: boolean
}

/** What a step strikes; null when it is neither a fault nor a change of load. */
export function strikeOf(step: Step, scenario: Scenario): Strike | { readonly reason: string } | null {
  if ('action' in step) {
    const { action } = step
    if (action.kind !== 'load' && action.kind !== 'quiesce') return null
    const given = action.kind === 'load' ? action.into : undefined
    const into = given ?? scenario.traffic.flatMap((spec) => spec.into)
    const loaded = datacenterNames.filter((dc) => into.includes(dc))
    if (loaded.length === 0) return null
    return { fault: 'load', directions: loaded.length === 2 ? ['both'] : loaded, isKnown: true }
  }
  if (!('fault' in step)) return null
  const fault = faultClassOf(step.fault)
  if (fault === null) return { reason: 'a kind of your own, of which nothing is known' }
  const direction = directionOf(step.fault)
  if (direction !== null) return { fault, directions: [direction], isKnown: true }
  const isLink = 'direction' in step.fault
  return { fault, directions: isLink ? ['dc1_to_dc2', 'dc2_to_dc1'] : datacenterNames, isKnown: false }
}

/** Null: only the run knows who `survivor` and `failed` are. */
function directionOf(fault: FaultSpec<DatacenterRef>): CoverageDirection | null {
  if (fault.kind === 'custom') return null
  if ('target' in fault) return isDatacenterName(fault.target.dc) ? fault.target.dc : null
  if (fault.direction === 'both') return 'both'
  const { from, to } = fault
  if (from === 'dc1' || to === 'dc2') return 'dc1_to_dc2'
  return from === 'dc2' || to === 'dc1' ? 'dc2_to_dc1' : null
}

/** How the snapshots are kept that a fault puts at stake; none when they are kept nowhere. */
export function storesFor(
  of: { readonly fault: FaultClass; readonly direction: CoverageDirection },
  { scenario, settings, behaviour }: ForecastSetting,
): readonly CoverageStore[] {
  const keepers = keepersOf(of, scenario)
  const stores = keepers.map((dc) => snapshotStoreKind(settings[dc], behaviour))
  return [...new Set(stores)].filter((store) => store !== 'none')
}

/** A failing store is at stake itself; of everything else the replicas of the one that is struck, or not heard. */
function keepersOf(
  { fault, direction }: { readonly fault: FaultClass; readonly direction: CoverageDirection },
  { mode }: Scenario,
): readonly DatacenterName[] {
  if (fault === 'disk' && (direction === 'dc1' || direction === 'dc2')) return [direction]
  if (mode === 'active-passive') return ['dc2']
  switch (direction) {
    case 'dc1_to_dc2':
      return ['dc2']
    case 'dc2_to_dc1':
      return ['dc1']
    case 'both':
      return datacenterNames
    default:
      return [otherDatacenter(direction)]
  }
}
