import type { DatacenterName } from '../../model/datacenter.ts'
import { datacenterNames } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type { OperatorTarget, PeTarget, ProcessControl, ProcessInfo, StoreProbe } from '../../model/testbed.ts'
import type { World } from '../world/world.ts'
import type { WorldPe } from '../world/pe.ts'
import { restartOperator as restartWorldOperator } from '../world/acts.ts'
import { performNow } from './act-control.ts'
import type { VirtualTime } from './virtual-time.ts'

interface ProcessOptions {
  readonly world: World
  readonly time: VirtualTime
  /** Something was done to the pair. */
  readonly changed: () => void
}

/** Made up, as all of them are: there are no processes. */
const linkPid = 1

/** The processes of a simulated pair, as if it had some. */
export function createProcessControl(options: ProcessOptions): ProcessControl {
  const { world } = options
  return {
    list: async () => await Promise.resolve(listed(world)),
    holdDown: async ({ dc }) => {
      const { effect, detail } = performNow({ kind: 'hold_down', dc }, options)
      return await Promise.resolve({ ...effect, pids: pidsOf(detail) })
    },
    letUp: async ({ dc }) => await Promise.resolve(performNow({ kind: 'let_up', dc }, options).effect),
    restartPe: async (target) => await restartPe(target, options),
    restartOperator: async (target) => await Promise.resolve(restartOperator(target, options)),
    probeStore: async ({ dc }) => await Promise.resolve(probeStore(dc, options)),
  }
}

function listed(world: World): readonly ProcessInfo[] {
  const link: ProcessInfo = { dc: null, role: 'link', pid: linkPid, jobId: null, peId: null, isPaused: false }
  return [
    ...datacenterNames.flatMap((dc) => managementOf(world, dc)),
    link,
    ...datacenterNames.flatMap((dc) => pesOf(world, dc)),
  ]
}

function managementOf(world: World, dc: DatacenterName): readonly ProcessInfo[] {
  const { management, managementPid: pid } = world.datacenters[dc]
  if (management === 'stopped') return []
  return [{ dc, role: 'management', pid, jobId: null, peId: null, isPaused: management === 'paused' }]
}

function pesOf(world: World, dc: DatacenterName): readonly ProcessInfo[] {
  return world.datacenters[dc]
    .jobs()
    .flatMap(({ id: jobId, pes }) =>
      pes.flatMap(({ id: peId, pid, index: indexWithinJob, isPaused }): readonly ProcessInfo[] =>
        pid === null ? [] : [{ dc, role: 'pe', pid, jobId, peId, indexWithinJob, isPaused }],
      ),
    )
}

async function restartPe(target: PeTarget, options: ProcessOptions): ReturnType<ProcessControl['restartPe']> {
  const { world, time, changed } = options
  const pe = findPe(target, world)
  const { now } = world
  const release = time.hold()
  try {
    const launchCount = await new Promise<number>((resolve) => {
      pe.restart((count) => {
        time.woke()
        resolve(count)
      })
      changed()
    })
    return { time: now, uncertainty: 0, pid: pe.pid ?? 0, launchCount }
  } finally {
    release()
  }
}

function findPe({ dc, peId }: PeTarget, world: World): WorldPe {
  const pes = world.datacenters[dc].jobs().flatMap((job) => job.pes)
  const found = pes.find(({ id }) => id === peId)
  if (found !== undefined) return found
  const there = pes.map(({ id }) => id).join(', ') || 'none'
  throw new TestbedError(`${dc} has no PE ${peId}; there are: ${there}.`)
}

function restartOperator(
  { dc, operator, jobId }: OperatorTarget,
  options: ProcessOptions,
): Awaited<ReturnType<ProcessControl['restartOperator']>> {
  const { world, changed } = options
  const of = { dc, operator, ...(jobId === undefined ? {} : { jobId }) }
  const restarted = restartWorldOperator(of, world)
  changed()
  return { time: world.now, uncertainty: 0, ...restarted }
}

function probeStore(dc: DatacenterName, { world, time }: ProcessOptions): StoreProbe {
  const holder = world.datacenters[dc]
    .jobs()
    .map(({ storingPe }) => storingPe)
    .find((pe) => pe?.status === 'running')
  if (holder === undefined) {
    throw new TestbedError(`Expected a running PE in ${dc} that stores snapshots, so that its store can be probed.`)
  }
  if (holder.isPaused) {
    throw new TestbedError(`PE ${holder.id} in ${dc} is paused: it cannot say what its snapshot store does.`)
  }
  const { seconds, ...said } = holder.probeStore()
  return { ...said, ms: (seconds / time.clock.timeScale) * 1000 }
}

function pidsOf(detail: JsonObject): readonly number[] {
  const found = detail['pids']
  return Array.isArray(found) ? found.filter((pid) => typeof pid === 'number') : []
}
