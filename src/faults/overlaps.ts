// Faults that meet on one victim. A fault that is healed gives back only what no other one holds, and leaves to the last one what
// it could not put back itself.

import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultSpec, ProcessTarget } from '../model/fault.ts'
import type { StoreFault } from '../model/testbed-act.ts'
import type { ActingFault } from './fault-kind.ts'

/** What a fault does to the processes of a DC for as long as it acts. */
interface Grip {
  readonly dc: DatacenterName
  readonly on: 'pes' | 'management'
  readonly state: 'down' | 'paused'
  /** Of `pes`, by `indexWithinJob`. @default all */
  readonly pes?: readonly number[]
}

/** The fault whose process faults keep a DC's job from being put back; undefined when nothing is in the way. */
export function holderOf(dc: DatacenterName, others: readonly ActingFault[]): ActingFault | undefined {
  return others.find(({ spec }) =>
    gripsOf(spec).some((grip) => grip.dc === dc && (grip.on === 'management' || grip.state === 'down')),
  )
}

/** The fault that keeps a DC's management process in this state; undefined when there is none. */
export function managementHolderOf(
  dc: DatacenterName,
  state: Grip['state'],
  others: readonly ActingFault[],
): ActingFault | undefined {
  return others.find(({ spec }) =>
    gripsOf(spec).some((grip) => grip.dc === dc && grip.on === 'management' && grip.state === state),
  )
}

/** Whether others hold all PEs of the DC in this state, or which of them. */
export function heldPes(
  dc: DatacenterName,
  state: Grip['state'],
  others: readonly ActingFault[],
): 'all' | ReadonlySet<number> {
  const grips = others
    .flatMap(({ spec }) => gripsOf(spec))
    .filter((grip) => grip.dc === dc && grip.on === 'pes' && grip.state === state)
  if (grips.some(({ pes }) => pes === undefined)) return 'all'
  return new Set(grips.flatMap(({ pes = [] }) => pes))
}

/** What the DC's snapshot store does because of the newest of these faults; null when none is about it. */
export function storeFaultIn(dc: DatacenterName, faults: readonly ActingFault[]): StoreFault | null {
  const about = faults.map(({ spec }) => (datacenterOf(spec) === dc ? storeFaultOf(spec) : null))
  return about.findLast((fault) => fault !== null) ?? null
}

/** What a fault makes of a snapshot store; null for a fault of another sort. */
export function storeFaultOf(spec: FaultSpec): StoreFault | null {
  switch (spec.kind) {
    case 'disk_full':
      return { mode: 'full' }
    case 'disk_readonly':
      return { mode: 'readonly' }
    case 'disk_slow':
      return { mode: 'slow', delaySeconds: spec.delaySeconds }
    case 'disk_error':
      return { mode: 'error' }
    case 'database_lost':
      return { mode: 'lost' }
    default:
      return null
  }
}

function gripsOf(spec: FaultSpec): readonly Grip[] {
  switch (spec.kind) {
    case 'kill':
      return gripsOn(spec.target, 'down')
    case 'restart': {
      // A whole job that is restarted is cancelled meanwhile: nothing holds it.
      const { management, pes } = spec.target
      return management === undefined && pes === undefined ? [] : gripsOn(spec.target, 'down')
    }
    case 'pause':
      return gripsOn(spec.target, 'paused')
    case 'datacenter_outage':
      return both(spec.target.dc, 'down')
    case 'host_hang':
      return both(spec.target.dc, 'paused')
    default:
      return []
  }
}

function gripsOn({ dc, pes, management }: ProcessTarget, state: Grip['state']): readonly Grip[] {
  if (management === true) return [{ dc, on: 'management', state }]
  return [{ dc, on: 'pes', state, ...(pes === undefined ? {} : { pes }) }]
}

function both(dc: DatacenterName, state: Grip['state']): readonly Grip[] {
  return [
    { dc, on: 'pes', state },
    { dc, on: 'management', state },
  ]
}

function datacenterOf(spec: FaultSpec): DatacenterName | null {
  return 'target' in spec ? spec.target.dc : null
}
