import { otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { DatacenterRef, FaultSpec } from '../../model/fault.ts'
import type { TimelineEvent } from '../../model/timeline.ts'

/**
 * The DC that a role stands for now: the survivor is the one that last declared the other down, or else the one that the last fault
 * left alone.
 * @throws TestbedError while nobody failed
 */
export function resolveRole(ref: DatacenterRef, events: readonly TimelineEvent[]): DatacenterName {
  if (ref !== 'survivor' && ref !== 'failed') return ref
  const survivor = survivorOf(events)
  if (survivor === undefined) {
    throw new TestbedError(
      `Expected to know by now which datacenter is \`${ref}\`, but none has failed: name dc1 or dc2, or let the step begin at an event such as dc2.takeover_started.`,
    )
  }
  return ref === 'survivor' ? survivor : otherDatacenter(survivor)
}

/** The fault with every role replaced by the DC that it stands for now. @throws TestbedError */
export function resolveFault(spec: FaultSpec<DatacenterRef>, events: readonly TimelineEvent[]): FaultSpec {
  const name = (ref: DatacenterRef): DatacenterName => resolveRole(ref, events)
  const resolved =
    spec.kind === 'custom'
      ? spec
      : 'target' in spec
        ? { ...spec, target: { ...spec.target, dc: name(spec.target.dc) } }
        : { ...spec, from: name(spec.from), to: name(spec.to) }
  // Only DC names were put in place of references; the compiler cannot follow that through the union of kinds.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return resolved as FaultSpec
}

function survivorOf(events: readonly TimelineEvent[]): DatacenterName | undefined {
  const observed = events.findLast(({ event }) => event === 'takeover_started' || event === 'remote_down')?.dc
  if (observed !== undefined) return observed
  const struck = events.findLast(({ event, dc }) => event === 'fault_effective' && dc !== undefined)?.dc
  return struck === undefined ? undefined : otherDatacenter(struck)
}
