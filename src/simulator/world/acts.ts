import { TestbedError } from '../../model/errors.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { ActOutcome, TestbedAct } from '../../model/testbed-act.ts'
import { unreachable } from '../../support/unreachable.ts'
import type { WorldPe } from './pe.ts'
import type { World } from './world.ts'

type PeIndices = readonly number[] | undefined

/** Performs one act. What is already so stays so. @throws TestbedError when it cannot be done */
export function performAct(act: TestbedAct, world: World): ActOutcome {
  return { effect: { time: world.now, uncertainty: 0 }, detail: perform(act, world) }
}

function perform(act: TestbedAct, world: World): JsonObject {
  switch (act.kind) {
    case 'hold_down': {
      const pes = chosen(act.dc, act.pes, world)
      world.held.hold(act.dc, act.pes)
      return { pids: pidsOf(pes.map((pe) => pe.kill())) }
    }
    case 'let_up': {
      const isHeld = ({ index }: WorldPe): boolean => world.held.isHeld(act.dc, index)
      const held = world.datacenters[act.dc].pes().filter(isHeld)
      world.held.letUp(act.dc, act.pes)
      for (const pe of held) if (!isHeld(pe)) pe.letUp()
      return {}
    }
    case 'kill_pes':
      return { pids: pidsOf(chosen(act.dc, act.pes, world).map((pe) => pe.kill())) }
    case 'pause_pes':
      return { pids: pidsOf(chosen(act.dc, act.pes, world).map((pe) => pe.pause())) }
    case 'resume_pes': {
      const pes = world.datacenters[act.dc].pes().filter(({ index }) => act.pes?.includes(index) ?? true)
      return { pids: pidsOf(pes.map((pe) => pe.resume())) }
    }
    case 'stop_management':
    case 'start_management':
    case 'pause_management':
    case 'resume_management':
      return changeManagement(act, world)
    case 'apply_rules':
      for (const rule of act.rules) world.links.apply(rule)
      return { ids: act.rules.map(({ id }) => id) }
    case 'remove_rules':
      for (const id of act.ids) world.links.remove(id)
      return { ids: act.ids }
    case 'reset_connections':
      return { connections: world.links.reset(act) }
    case 'store_fault': {
      const datacenter = world.datacenters[act.dc]
      datacenter.storeFault = act.fault
      for (const pe of datacenter.pes()) pe.storeFaultChanged(act.fault)
      return { pids: pidsOf(datacenter.pes().map(({ pid }) => pid)) }
    }
    case 'restart_operator':
      return restartOperator(act, world)
    default:
      return unreachable(act)
  }
}

type ManagementAct = TestbedAct & {
  readonly kind: 'stop_management' | 'start_management' | 'pause_management' | 'resume_management'
}

function changeManagement(act: ManagementAct, world: World): JsonObject {
  const datacenter = world.datacenters[act.dc]
  const { management } = datacenter
  world.settle(act.dc)
  if (act.kind === 'stop_management' && management !== 'stopped') {
    datacenter.management = 'stopped'
    const detail = { pid: datacenter.managementPid, code: null, signal: 'SIGKILL', isHeld: true }
    datacenter.emit('management_exited', { detail })
  }
  if (act.kind === 'start_management' && management === 'stopped') {
    datacenter.management = 'running'
    datacenter.managementPid = world.nextPid()
    datacenter.emit('management_started', { detail: { pid: datacenter.managementPid } })
  }
  if (act.kind === 'pause_management' && management === 'running') datacenter.management = 'paused'
  if (act.kind === 'resume_management' && management === 'paused') datacenter.management = 'running'
  world.loadChanged(act.dc)
  return { pids: [datacenter.managementPid] }
}

/** Makes one operator start anew inside its living PE. */
export function restartOperator(
  of: { readonly dc: DatacenterName; readonly operator: string; readonly jobId?: string },
  world: World,
): { readonly jobId: string; readonly peId: string } {
  const { dc, operator, jobId } = of
  const jobs = world.datacenters[dc].jobs().filter(({ id }) => jobId === undefined || id === jobId)
  const [job] = jobs
  if (job === undefined) {
    const which = jobId === undefined ? 'a job' : `the job ${jobId}`
    throw new TestbedError(`Expected ${which} in ${dc}, whose operator ${operator} can be restarted; there is none.`)
  }
  if (jobs.length > 1) {
    const ids = jobs.map(({ id }) => id).join(', ')
    throw new TestbedError(`Expected one job in ${dc} with an operator ${operator}, got several: say which of ${ids}.`)
  }
  const pe = job.holderOf(operator)
  pe.restartOperator(operator)
  return { jobId: job.id, peId: pe.id }
}

/** PEs by their places in their jobs. */
function chosen(dc: DatacenterName, indices: PeIndices, world: World): readonly WorldPe[] {
  const pes = world.datacenters[dc].pes()
  if (indices === undefined) return pes
  const missing = indices.find((index) => !pes.some((pe) => pe.index === index))
  if (missing !== undefined) {
    const known = pes.map(({ index }) => index).join(', ')
    throw new TestbedError(`Expected the index of a PE in ${dc} (${known || 'none there'}), got ${missing}.`)
  }
  return pes.filter(({ index }) => indices.includes(index))
}

function pidsOf(pids: readonly (number | null)[]): readonly number[] {
  return pids.filter((pid) => pid !== null)
}
