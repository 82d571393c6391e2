import type { DatacenterName } from '../../model/datacenter.ts'
import type { ActOutcome, TestbedAct } from '../../model/testbed-act.ts'
import type { Effect } from '../../model/testbed.ts'
import { unreachable } from '../../support/unreachable.ts'
import type { LinkMethods } from '../pair-protocol.ts'
import type { Child } from './child.ts'
import type { JobProcesses, ProcessEffect } from './job-processes.ts'
import type { Management } from './management.ts'

/** What acts act on. Each throws a TestbedError where there is no such part. */
export interface ActTargets {
  readonly jobs: JobProcesses
  readonly management: (dc: DatacenterName) => Management
  readonly link: () => Child<LinkMethods>['peer']
  /** System seconds on the lease's clock. */
  readonly now: () => number
}

/**
 * Performs one act. A process is signalled before this returns, so that an act that an event sets off loses no time.
 * @throws TestbedError when it cannot be done
 */
export async function performAct(act: TestbedAct, on: ActTargets): Promise<ActOutcome> {
  const { jobs, management } = on
  switch (act.kind) {
    case 'hold_down':
      return withPids(await jobs.holdDown(act.dc, act.pes))
    case 'let_up':
      return { effect: jobs.letUp(act.dc, act.pes), detail: {} }
    case 'kill_pes':
      return withPids(await jobs.kill(act.dc, act.pes))
    case 'pause_pes':
      return withPids(await jobs.pause(act.dc, act.pes))
    case 'resume_pes':
      return withPids(await jobs.resume(act.dc, act.pes))
    case 'stop_management':
      return withPids(await management(act.dc).stop())
    case 'start_management':
      return withPids(await management(act.dc).start())
    case 'pause_management':
      return withPids(await management(act.dc).pause())
    case 'resume_management':
      return withPids(await management(act.dc).resume())
    case 'store_fault':
      return withPids(await jobs.setStoreFault(act.dc, act.fault))
    case 'restart_operator': {
      const { time, uncertainty, ...detail } = await jobs.restartOperator(act)
      return { effect: { time, uncertainty }, detail }
    }
    case 'apply_rules':
    case 'remove_rules':
    case 'reset_connections':
      return await performOnLink(act, on)
    default:
      return unreachable(act)
  }
}

type LinkAct = TestbedAct & { readonly kind: 'apply_rules' | 'remove_rules' | 'reset_connections' }

async function performOnLink(act: LinkAct, { link, now }: ActTargets): Promise<ActOutcome> {
  const peer = link()
  switch (act.kind) {
    case 'apply_rules': {
      const effects = await Promise.all(act.rules.map(async (rule) => await peer.call('apply', rule)))
      return { effect: sumOf(effects, now()), detail: { ids: act.rules.map(({ id }) => id) } }
    }
    case 'remove_rules': {
      const effects = await Promise.all(act.ids.map(async (id) => await peer.call('remove', { id })))
      return { effect: sumOf(effects, now()), detail: { ids: act.ids } }
    }
    case 'reset_connections': {
      const { from, to, ports } = act
      const { time, uncertainty, ...detail } = await peer.call('reset', { from, to, ports })
      return { effect: { time, uncertainty }, detail }
    }
    default:
      return unreachable(act)
  }
}

function withPids({ pids, time, uncertainty }: ProcessEffect): ActOutcome {
  return { effect: { time, uncertainty }, detail: { pids } }
}

/** From the first one's beginning to the last one's end; `now` where nothing was to do. */
function sumOf(effects: readonly Effect[], now: number): Effect {
  if (effects.length === 0) return { time: now, uncertainty: 0 }
  const begin = Math.min(...effects.map(({ time, uncertainty }) => time - uncertainty))
  const end = Math.max(...effects.map(({ time, uncertainty }) => time + uncertainty))
  return { time: (begin + end) / 2, uncertainty: (end - begin) / 2 }
}
