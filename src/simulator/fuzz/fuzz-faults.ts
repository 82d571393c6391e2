// Which faults of a case can stand beside each other. Two that strike the same process, store or direction at once would only prove
// that the second one cannot be injected, so the later one is left out.

import type { DatacenterName } from '../../model/datacenter.ts'
import type { FuzzCase, FuzzFault, FuzzLine } from './fuzz-case.ts'

/** Tenths of a second after a fault's end before the same may be struck again: a job has to be healthy by then. */
const restTenths = 300

/** The faults of a case that are carried out, by their time. */
export function carriedOut({
  mode,
  pes,
  store,
  faults,
}: Pick<FuzzCase, 'mode' | 'pes' | 'store' | 'faults'>): readonly FuzzFault[] {
  const freeFrom = new Map<string, number>()
  const kept: FuzzFault[] = []
  for (const fault of faults.toSorted((a, b) => a.at - b.at)) {
    if (!fits(fault, { mode, pes, store }) || isOneTooMany(fault, kept)) continue
    const lanes = lanesOf(fault)
    if (lanes.some((lane) => (freeFrom.get(lane) ?? 0) > fault.at)) continue
    const free = endOf(fault) + restTenths
    for (const lane of lanes) freeFrom.set(lane, free)
    kept.push(fault)
  }
  return kept
}

/** When a fault is over: tenths of a second from t = 0. */
export function endOf(fault: FuzzFault): number {
  if ('hold' in fault) return fault.at + fault.hold
  return fault.kind === 'flap' ? fault.at + fault.times * (fault.downSeconds + fault.upSeconds) * 10 : fault.at
}

/** Whether the case has what the fault strikes. */
function fits(fault: FuzzFault, { mode, pes, store }: Pick<FuzzCase, 'mode' | 'pes' | 'store'>): boolean {
  if ('pe' in fault && fault.pe !== null && fault.pe >= pes) return false
  if (fault.kind === 'database_lost' && store !== 'table') return false
  // A passive side takes no words, and has an end of its own once it has launched the application.
  if (mode === 'active-passive') return !('dc' in fault) || fault.dc === 'dc1' || fault.kind.startsWith('disk_')
  return true
}

/** So many crashes within so many tenths of a second, and Streams starts a PE no more: nothing could be put back then. */
const crashesMax = 5
const crashWindowTenths = 6000

function isOneTooMany(fault: FuzzFault, before: readonly FuzzFault[]): boolean {
  if (fault.kind !== 'crash') return false
  const crashes = before.filter(
    (one) => one.kind === 'crash' && one.dc === fault.dc && fault.at - one.at < crashWindowTenths,
  )
  return crashes.length >= crashesMax
}

function lanesOf(fault: FuzzFault): readonly string[] {
  if ('line' in fault) return linesOf(fault.line)
  const process = `process ${fault.dc}`
  // What stops a whole DC is proved at its lines too.
  const isWide = fault.kind === 'datacenter_outage' || fault.kind === 'host_hang'
  return isWide ? [process, ...linesOf('both')] : [process]
}

function linesOf(line: FuzzLine): readonly string[] {
  const into = (dc: DatacenterName): string => `line into ${dc}`
  if (line === 'both') return [into('dc1'), into('dc2')]
  return [into(line === 'into_dc1' ? 'dc1' : 'dc2')]
}
