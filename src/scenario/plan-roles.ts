import { otherDatacenter } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { DatacenterRef, FaultSpec } from '../model/fault.ts'
import type { Action, Step, Trigger } from '../model/step.ts'

/**
 * The DC that a fault takes out, as far as the file says: it is dead, mute or without its store. Undefined for a fault of no single
 * DC, and for one whose DC only the run knows.
 */
export function struckBy(fault: FaultSpec<DatacenterRef>): DatacenterName | undefined {
  const ref = struckRef(fault)
  return ref === 'survivor' || ref === 'failed' ? undefined : ref
}

function struckRef(fault: FaultSpec<DatacenterRef>): DatacenterRef | undefined {
  switch (fault.kind) {
    case 'kill':
    case 'crash':
    case 'pause':
    case 'restart':
      // A DC without its management process works on; only nobody can tell it anything (decisions 9).
      return fault.target.management === true ? undefined : fault.target.dc
    case 'cancel_job':
    case 'orderly_shutdown':
    case 'datacenter_outage':
    case 'host_hang':
    case 'power_loss':
    case 'interface_down':
    case 'disk_full':
    case 'disk_readonly':
    case 'disk_slow':
    case 'disk_error':
    case 'database_lost':
      return fault.target.dc
    case 'special_message':
      return fault.message === 'OrderlyShutdown' ? fault.target.dc : undefined
    case 'partition':
      return fault.direction === 'one-way' ? fault.from : undefined
    default:
      return undefined
  }
}

/**
 * The steps with `survivor` and `failed` replaced by the DCs that they stand for, where the steps before say who failed; elsewhere
 * they stay for the run to tell. The run asks who took over last, so a step behind two that strike different DCs is left to it.
 */
export function resolveRoles(steps: readonly Step[]): readonly Step[] {
  return resolveList(steps, { failed: undefined, isOpen: false })
}

interface Known {
  failed: DatacenterName | undefined
  /** Whether more than one DC was struck, or one that only the run knows. */
  isOpen: boolean
}

function resolveList(steps: readonly Step[], known: Known): readonly Step[] {
  const resolved = new Map<Step, Step>()
  for (const step of inOrder(steps)) resolved.set(step, resolveStep(step, known))
  return steps.map((step) => resolved.get(step) ?? step)
}

/** As they begin, as far as their times say: a step without one stays behind the one that it follows. */
function inOrder(steps: readonly Step[]): readonly Step[] {
  let last = -Infinity
  const timed = steps.map((step) => {
    last = step.at ?? last
    return { step, at: last }
  })
  return timed.toSorted((a, b) => a.at - b.at).map(({ step }) => step)
}

function resolveStep(step: Step, known: Known): Step {
  const name = nameBy(known)
  const begun = step.when === undefined ? {} : { when: triggerBy(step.when, name) }
  if ('action' in step) return { ...step, ...begun, action: actionBy(step.action, name) }
  if ('group' in step) return { ...step, ...begun, steps: resolveList(step.steps, known) }
  const fault = faultBy(step.fault, name)
  note(fault, known)
  const until = step.until === undefined ? {} : { until: triggerBy(step.until, nameBy(known)) }
  const during = step.during === undefined ? {} : { during: resolveList(step.during, known) }
  return { ...step, ...begun, fault, ...until, ...during }
}

function note(fault: FaultSpec<DatacenterRef>, known: Known): void {
  const ref = struckRef(fault)
  if (ref === undefined) return
  if (ref === 'survivor' || ref === 'failed' || (known.failed !== undefined && known.failed !== ref))
    known.isOpen = true
  else known.failed = ref
}

type Naming = (ref: DatacenterRef) => DatacenterRef

function nameBy({ failed, isOpen }: Known): Naming {
  return (ref) => {
    if (isOpen || failed === undefined) return ref
    if (ref === 'failed') return failed
    return ref === 'survivor' ? otherDatacenter(failed) : ref
  }
}

function faultBy(fault: FaultSpec<DatacenterRef>, name: Naming): FaultSpec<DatacenterRef> {
  if (fault.kind === 'custom') return fault
  const named =
    'target' in fault
      ? { ...fault, target: { ...fault.target, dc: name(fault.target.dc) } }
      : { ...fault, from: name(fault.from), to: name(fault.to) }
  // Only references to DCs were put in the place of others; the compiler cannot follow that through the union of kinds.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return named as FaultSpec<DatacenterRef>
}

function triggerBy(trigger: Trigger, name: Naming): Trigger {
  const { event } = trigger
  return event.of === 'datacenter' ? { ...trigger, event: { ...event, dc: name(event.dc) } } : trigger
}

function actionBy(action: Action, name: Naming): Action {
  return action.kind === 'wait' && action.until !== undefined
    ? { ...action, until: triggerBy(action.until, name) }
    : action
}
