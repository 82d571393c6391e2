import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { datacenterNames, isDatacenterName, otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { DatacenterRef, FaultSpec, LinkTarget, PortSelection } from '../../model/fault.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import type { FaultStep } from '../../model/step.ts'
import type { PredictedWindow } from '../../model/takeover.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { unreachable } from '../../support/unreachable.ts'
import { detectionWindow, orderlyDetectionWindow } from '../../toolkit/oracle.ts'
import { hasEnd } from './placed-steps.ts'
import type { PlacedFault } from './placed-steps.ts'

// Which faults keep a DC's heartbeats from the other one, for how long, and how sure that is. All rules about takeovers rest on it:
// what is not sure is never called an error.

/** A DC that the other one does not hear, because of a fault. */
export interface Silence {
  readonly fault: PlacedFault
  /** The one that is not heard. */
  readonly dc: DatacenterName
  /** `link`: it lives, and is heard again once the fault is over. `process`: it starts anew then. `planned`: it said so before. */
  readonly by: 'link' | 'process' | 'planned'
  readonly isSure: boolean
  /** System seconds that the fault lasts; infinite: to the run's end. Absent: only the run will tell. */
  readonly heldSeconds?: number
}

interface Toolkit {
  readonly settings: PerDatacenter<CrossDcSettings>
  readonly behaviour: ToolkitBehaviour
}

/** Whom a fault silences. */
export function silencesOf(fault: PlacedFault, toolkit: Toolkit): readonly Silence[] {
  const seconds = heldSeconds(fault)
  return kindsOf(fault.step, toolkit).map(({ dc, by, isSure }) => ({
    fault,
    dc,
    by,
    isSure: isSure && !fault.isDrawn,
    ...(seconds === undefined ? {} : { heldSeconds: seconds }),
  }))
}

/** After how many seconds the other DC declares this one down; null: never. */
export function windowOf(silence: Silence, { settings, behaviour }: Toolkit): PredictedWindow | null {
  const observer = settings[otherDatacenter(silence.dc)]
  if (silence.by === 'planned') return orderlyDetectionWindow(observer, behaviour)
  return detectionWindow({ observer, failed: settings[silence.dc], behaviour })
}

/** Seconds without a heartbeat at the least: a job that starts anew sends none before its initial delay (toolkit reference §4.1). */
export function silentSecondsMin(silence: Silence, { settings }: Toolkit): number | undefined {
  if (silence.heldSeconds === undefined) return undefined
  return silence.by === 'process' ? silence.heldSeconds + settings[silence.dc].crossDCInitDelay : silence.heldSeconds
}

interface SilenceKind {
  readonly dc: DatacenterName
  readonly by: Silence['by']
  readonly isSure: boolean
}

function kindsOf({ fault }: FaultStep, toolkit: Toolkit): readonly SilenceKind[] {
  const process = (dc: DatacenterRef, isSure: boolean): readonly SilenceKind[] => of(dc, { by: 'process', isSure })
  const link = (dc: DatacenterRef, isSure: boolean): readonly SilenceKind[] => of(dc, { by: 'link', isSure })
  switch (fault.kind) {
    case 'partition':
    case 'flap':
      return hitsHeartbeats(fault.ports, toolkit) ? ofLink(fault, { isSure: true, toolkit }) : []
    case 'netem':
    case 'bandwidth':
    case 'connection_reset':
      return hitsHeartbeats(fault.ports, toolkit) ? ofLink(fault, { isSure: false, toolkit }) : []
    case 'kill':
    case 'crash':
    case 'restart':
      if (fault.target.management === true) return []
      return process(fault.target.dc, fault.target.pes === undefined)
    case 'pause':
      if (fault.target.management === true) return []
      return link(fault.target.dc, fault.target.pes === undefined)
    case 'cancel_job':
    case 'datacenter_outage':
      return process(fault.target.dc, true)
    case 'power_loss':
      return process(fault.target.dc, fault.target.host === undefined)
    case 'host_hang':
      return link(fault.target.dc, fault.target.host === undefined)
    case 'operator_restart':
      return process(fault.target.dc, false)
    case 'orderly_shutdown':
      return of(fault.target.dc, { by: 'planned', isSure: true })
    case 'special_message':
      return fault.message === 'OrderlyShutdown' ? of(fault.target.dc, { by: 'planned', isSure: true }) : []
    case 'dns':
    case 'interface_down':
      // Whether the machine that is hit is the one that carries the heartbeats only the topology tells.
      return datacenterNames.flatMap((dc) => link(dc, false))
    case 'clock_skew':
    case 'cpu_stress':
    case 'memory_stress':
    case 'descriptor_pressure':
      return link(fault.target.dc, false)
    case 'disk_slow':
      // In a fused PE a slow store holds up the ticks (toolkit reference §3.4).
      return toolkit.behaviour.isFused ? datacenterNames.flatMap((dc) => link(dc, false)) : []
    case 'disk_full':
    case 'disk_readonly':
    case 'disk_error':
    case 'database_lost':
      return []
    case 'custom':
      return datacenterNames.flatMap((dc) => process(dc, false))
    default:
      return unreachable(fault)
  }
}

function of(dc: DatacenterRef, kind: { readonly by: Silence['by']; readonly isSure: boolean }): readonly SilenceKind[] {
  if (isDatacenterName(dc)) return [{ dc, ...kind }]
  return datacenterNames.map((name) => ({ dc: name, by: kind.by, isSure: false }))
}

/**
 * One direction lost silences its beginning; the other end falls silent too, once it has declared that one down (quirk Q4; toolkit
 * reference §7, 18), which takes as long again.
 */
function ofLink(
  { from, to, direction }: LinkTarget<DatacenterRef>,
  options: { readonly isSure: boolean; readonly toolkit: Toolkit },
): readonly SilenceKind[] {
  const { isSure, toolkit } = options
  const first = of(from, { by: 'link', isSure })
  if (direction === 'both') return [...first, ...of(to, { by: 'link', isSure })]
  return toolkit.behaviour.quirks.Q4 ? [...first, ...of(to, { by: 'link', isSure: false })] : first
}

/** Only a POST at the base port counts as a heartbeat, unless quirk Q6 is off. */
function hitsHeartbeats(ports: PortSelection, { settings, behaviour }: Toolkit): boolean {
  if (ports === 'all' || ports === 'heartbeat') return true
  if (ports === 'snapshot') return !behaviour.quirks.Q6
  return ports.some((port) => datacenterNames.some((dc) => settings[dc].crossDCHttpPort === port))
}

function heldSeconds(placed: PlacedFault): number | undefined {
  const { fault, forSeconds, until } = placed.step
  if (placed.isHealedByStep || until !== undefined) return undefined
  if (fault.kind === 'flap') return fault.downSeconds
  if (forSeconds !== undefined) return forSeconds
  if (!hasEnd(placed)) return Number.POSITIVE_INFINITY
  return isOver(fault) ? 0 : undefined
}

/** The acting is the matter of a moment, apart from what comes of it. */
function isOver({ kind }: FaultSpec<DatacenterRef>): boolean {
  return kind === 'crash' || kind === 'restart' || kind === 'operator_restart'
}
