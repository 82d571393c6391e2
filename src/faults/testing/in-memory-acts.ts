/** Test support: an ActControl over a pair that is only data, with armed triggers. Its knobs make acts fail or do nothing. */
import type { Clock } from '../../model/clock.ts'
import { datacenterNames } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventSource, LinkRule, ProcessInfo, StoreProbe } from '../../model/testbed.ts'
import type {
  ActControl,
  ActOutcome,
  PerformedActs,
  StoreFault,
  TestbedAct,
  TestbedTrigger,
} from '../../model/testbed-act.ts'
import { TriggerWatch } from '../trigger-watch.ts'

/** PEs of a DC: all, or some by `indexWithinJob`. */
export interface PesOfDatacenter {
  readonly dc: DatacenterName
  readonly pes?: readonly number[]
}

/** What acts change, kept by the pair that they act on. */
export interface ActWorld {
  /** Of the lease. */
  readonly clock: Clock
  readonly events: EventSource
  readonly rules: LinkRule[]
  /** The PEs that live. */
  pes(): readonly ProcessInfo[]
  /** Kills PEs and answers their pids; `isHeld`: nothing restarts them until `letUp`. */
  kill(target: PesOfDatacenter, isHeld: boolean): readonly number[]
  letUp(target: PesOfDatacenter): void
  /** An operator starts anew. @default nothing */
  restartOperator?(dc: DatacenterName, operator: string): void
}

/** Real milliseconds that a probe of a working store takes. */
const storeMs = 1

/** Pids of the management processes, which no PE has. */
const managementPid: Readonly<Record<DatacenterName, number>> = { dc1: 9001, dc2: 9002 }

export class InMemoryActs implements ActControl {
  /** Everything that was done, in order. */
  readonly performed: TestbedAct[] = []
  readonly stores = new Map<DatacenterName, StoreFault>()
  /** Acts of these kinds are taken and do nothing. */
  readonly idle = new Set<TestbedAct['kind']>()
  /** Acts of these kinds cannot be done. */
  readonly failing = new Set<TestbedAct['kind']>()
  /** Link rules whose id starts so cannot be removed. */
  stuckRules: string | null = null
  /** Triggers that wait. */
  armed = 0
  readonly #world: ActWorld
  readonly #watch: TriggerWatch
  readonly #stopped = new Set<DatacenterName>()
  readonly #pausedPids = new Set<number>()

  constructor(world: ActWorld) {
    this.#world = world
    this.#watch = new TriggerWatch({ events: world.events, clock: world.clock, toSystemTime: (time) => time })
  }

  async perform(
    acts: readonly TestbedAct[],
    { when, signal }: { readonly when?: TestbedTrigger; readonly signal?: AbortSignal } = {},
  ): Promise<PerformedActs> {
    const trigger = when === undefined ? undefined : await this.#await(when, signal)
    const outcomes = acts.map((act) => this.#do(act))
    return trigger === undefined ? { outcomes } : { trigger, outcomes }
  }

  /** Every process of both DCs: the PEs that live and the management processes, with their pauses. */
  processes(): readonly ProcessInfo[] {
    const management = datacenterNames
      .filter((dc) => !this.#stopped.has(dc))
      .map((dc): ProcessInfo => ({ dc, role: 'management', pid: managementPid[dc], jobId: null, peId: null }))
    return [...management, ...this.#world.pes()].map((process) => ({
      ...process,
      isPaused: this.#pausedPids.has(process.pid),
    }))
  }

  /** Whether the DC's management API answers. */
  isAnswering(dc: DatacenterName): boolean {
    return !this.#stopped.has(dc) && !this.#pausedPids.has(managementPid[dc])
  }

  /** Whether the PE lives and goes on. */
  isPaused(pid: number): boolean {
    return this.#pausedPids.has(pid)
  }

  /** What a probe of the DC's store meets. */
  probeStore(dc: DatacenterName): StoreProbe {
    const fault = this.stores.get(dc)
    const mode = fault?.mode
    const isDead = mode === 'error' || mode === 'lost'
    const delayMs = fault?.mode === 'slow' ? (fault.delaySeconds / this.#world.clock.timeScale) * 1000 : 0
    return {
      store: mode === 'lost' ? 'table' : 'files',
      write: isDead || mode === 'full' || mode === 'readonly' ? `failed: ${mode}` : 'ok',
      read: isDead ? `failed: ${mode}` : 'ok',
      delete: isDead || mode === 'readonly' ? `failed: ${mode}` : 'ok',
      ms: storeMs + 3 * delayMs,
    }
  }

  async #await(
    when: TestbedTrigger,
    signal: AbortSignal = new AbortController().signal,
  ): ReturnType<TriggerWatch['wait']> {
    this.armed += 1
    try {
      return await this.#watch.wait(when, signal)
    } finally {
      this.armed -= 1
    }
  }

  #do(act: TestbedAct): ActOutcome {
    if (this.failing.has(act.kind)) throw new TestbedError(`${act.kind} failed`)
    this.performed.push(act)
    const detail = this.idle.has(act.kind) ? {} : this.#change(act)
    return { effect: { time: this.#world.clock.now(), uncertainty: 0 }, detail }
  }

  #change(act: TestbedAct): JsonObject {
    const world = this.#world
    switch (act.kind) {
      case 'hold_down':
        return { pids: this.#kill(act, true) }
      case 'kill_pes':
        return { pids: this.#kill(act, false) }
      case 'let_up':
        world.letUp(act)
        return {}
      case 'pause_pes':
        return { pids: this.#pause(this.#pes(act), true) }
      case 'resume_pes':
        return { pids: this.#pause(this.#pes(act), false) }
      case 'stop_management':
        this.#stopped.add(act.dc)
        this.#pausedPids.delete(managementPid[act.dc])
        return { pids: [managementPid[act.dc]] }
      case 'start_management':
        this.#stopped.delete(act.dc)
        return {}
      case 'pause_management':
        return { pids: this.#pause([managementPid[act.dc]], true) }
      case 'resume_management':
        return { pids: this.#pause([managementPid[act.dc]], false) }
      case 'apply_rules':
        for (const rule of act.rules) if (!world.rules.some(({ id }) => id === rule.id)) world.rules.push(rule)
        return {}
      case 'remove_rules':
        this.#refuseStuck(act.ids)
        world.rules.splice(0, Infinity, ...world.rules.filter(({ id }) => !act.ids.includes(id)))
        return {}
      case 'reset_connections':
        return { connections: 0 }
      case 'store_fault':
        if (act.fault === null) this.stores.delete(act.dc)
        else this.stores.set(act.dc, act.fault)
        return {}
      case 'restart_operator':
        world.restartOperator?.(act.dc, act.operator)
        return {}
      default:
        return act satisfies never
    }
  }

  #refuseStuck(ids: readonly string[]): void {
    const { stuckRules } = this
    const stuck = stuckRules === null ? undefined : ids.find((id) => id.startsWith(stuckRules))
    if (stuck !== undefined) throw new TestbedError(`rule ${stuck} is stuck`)
  }

  #kill(target: PesOfDatacenter, isHeld: boolean): readonly number[] {
    const pids = this.#world.kill(target, isHeld)
    for (const pid of pids) this.#pausedPids.delete(pid)
    return pids
  }

  #pes({ dc, pes }: PesOfDatacenter): readonly number[] {
    return this.#world
      .pes()
      .filter(({ dc: where, indexWithinJob = 0 }) => where === dc && (pes?.includes(indexWithinJob) ?? true))
      .map(({ pid }) => pid)
  }

  #pause(pids: readonly number[], isPaused: boolean): readonly number[] {
    for (const pid of pids) {
      if (isPaused) this.#pausedPids.add(pid)
      else this.#pausedPids.delete(pid)
    }
    return pids
  }
}
