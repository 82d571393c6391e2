import type { FaultSpec, DatacenterRef } from '../model/fault.ts'
import type { Step } from '../model/step.ts'

/** What to know of a step beside its times: where it can run at all, and how far it is the real thing. */
export function stepNotes(step: Step): readonly string[] {
  const notes: string[] = []
  if ('fault' in step) {
    const where = faultNote(step.fault)
    if (where !== undefined) notes.push(where)
  }
  if ('action' in step && step.action.kind === 'exec') notes.push("runs on the test's machine")
  if (namesRole(step)) notes.push('which DC that is, the run tells')
  return notes
}

/** Decisions 14: what a testbed cannot do is refused before the run, and a substitute is named. */
function faultNote(fault: FaultSpec<DatacenterRef>): string | undefined {
  switch (fault.kind) {
    case 'netem': {
      const { lossPercent, duplicatePercent, corruptPercent, reorderPercent } = fault
      const isPackets = [lossPercent, duplicatePercent, corruptPercent, reorderPercent].some((one) => one !== undefined)
      return isPackets ? 'not on embedded: needs packets' : 'proxied on embedded'
    }
    case 'bandwidth':
      return 'proxied on embedded'
    case 'dns':
    case 'interface_down':
    case 'clock_skew':
    case 'cpu_stress':
    case 'memory_stress':
    case 'descriptor_pressure':
    case 'power_loss':
      return 'not on embedded: needs a host'
    default:
      return undefined
  }
}

function namesRole(step: Step): boolean {
  if (step.when?.event.of === 'datacenter' && isRole(step.when.event.dc)) return true
  if (!('fault' in step) || step.fault.kind === 'custom') return false
  return 'target' in step.fault ? isRole(step.fault.target.dc) : isRole(step.fault.from) || isRole(step.fault.to)
}

function isRole(ref: DatacenterRef): boolean {
  return ref === 'survivor' || ref === 'failed'
}
