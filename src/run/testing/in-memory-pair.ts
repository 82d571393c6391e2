/** Test support: a leased pair that is only data, in virtual time. After a death the other DC takes over all that was accepted. */
import type { Clock } from '../../model/clock.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import type {
  ApplicationVariant,
  DatacenterAccess,
  Effect,
  LaunchScriptRequest,
  LeasedPair,
  LinkControl,
  LinkRule,
  ProcessControl,
  ProcessInfo,
  TestbedEvent,
} from '../../model/testbed.ts'
import type { EventName } from '../../model/timeline.ts'
import { createVirtualClock } from '../../support/virtual-clock.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import { InMemoryActs } from '../../faults/testing/in-memory-acts.ts'
import { InMemoryDatacenter } from './in-memory-datacenter.ts'

/** From a death to the other DC's DOWN: within the window of the reference settings. */
const detectionSeconds = 130

const replaySeconds = 0.5

/** From a script's start to the health of the job that it submits. */
const launchSeconds = 20

/** The process of every script. */
const scriptPid = 7

const outcomes = {
  drop: 'no_connection',
  reject: 'refused',
  hang: 'no_answer',
  delay: 'answered',
  rate: 'answered',
  packets: 'answered',
} as const

/** Time goes 60 times as fast as real time would, so that reading and sending take few steps. */
const timeScale = 60

export class InMemoryPair implements LeasedPair {
  readonly name = 'memory'
  readonly clock: Clock
  readonly virtual: VirtualClock = createVirtualClock(1000)
  readonly sites: PerDatacenter<InMemoryDatacenter>
  readonly datacenters: PerDatacenter<DatacenterAccess>
  readonly installed: { readonly dc: DatacenterName; readonly name: string; readonly content: string }[] = []
  /** What was asked for, in order. */
  readonly bundles: { readonly sab: string; readonly variant: ApplicationVariant }[] = []
  readonly launches: LaunchScriptRequest[] = []
  readonly rules: LinkRule[] = []
  readonly links: LinkControl = this.#links()
  readonly processes: ProcessControl = this.#processes()
  readonly acts: InMemoryActs
  readonly events = {
    subscribe: (listener: (event: TestbedEvent) => void): (() => void) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    },
  }

  readonly #listeners = new Set<(event: TestbedEvent) => void>()
  readonly #lost = new AbortController()
  readonly lost = this.#lost.signal

  constructor() {
    this.clock = { ...this.virtual, timeScale }
    this.sites = { dc1: this.#site('dc1'), dc2: this.#site('dc2') }
    this.datacenters = { dc1: this.sites.dc1.access, dc2: this.sites.dc2.access }
    this.acts = new InMemoryActs({
      clock: this.clock,
      events: this.events,
      rules: this.rules,
      pes: () => this.#pes(),
      kill: ({ dc }) => {
        this.#die(dc)
        return [1]
      },
      letUp: () => undefined,
    })
  }

  /** Says that something happened now. */
  tell(dc: DatacenterName, event: EventName, detail?: JsonObject): void {
    const said = { ...this.#now(), event, dc, of: otherDatacenter(dc), ...(detail === undefined ? {} : { detail }) }
    for (const listener of this.#listeners) listener(said)
  }

  /** Does something at a time of the lease's clock. */
  at(time: number, act: () => void): void {
    void this.virtual.until(time).then(act)
  }

  /** The testbed itself breaks. */
  lose(): void {
    this.#lost.abort(new TestbedError('The supervisor is gone.'))
  }

  /** Moves time on, from one sleeper to the next, until the work is done. @throws Error when nobody sleeps and it never is. */
  async drive<T>(work: Promise<T>): Promise<T> {
    const state = { isSettled: false }
    const settle = (): void => void (state.isSettled = true)
    work.then(settle, settle)
    for (let idle = 0; !state.isSettled; idle += 1) {
      const due = this.virtual.nextDue()
      if (due !== undefined) idle = 0
      if (idle > 1000) throw new Error('Expected the work to end, but nothing sleeps that could still end it.')
      await this.virtual.advance(due === undefined ? 0 : Math.max(0, due - this.virtual.now()))
    }
    return await work
  }

  async applicationBundle(sab: string, variant: ApplicationVariant = {}): Promise<Uint8Array> {
    this.bundles.push({ sab, variant })
    return new Uint8Array()
  }

  async installFile(file: { dc: DatacenterName; name: string; content: string }): Promise<string> {
    this.installed.push(file)
    return `/files/${file.dc}/${file.name}`
  }

  async installLaunchScript(launch: LaunchScriptRequest): Promise<{ readonly command: string }> {
    this.launches.push(launch)
    return { command: `launch in ${launch.dc}` }
  }

  async latenessSeconds(): Promise<number> {
    if (this.lost.aborted) throw new TestbedError('The supervisor is gone.')
    return 0
  }

  async eventLog(): Promise<string | null> {
    return null
  }

  async logs(): Promise<readonly []> {
    return []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Only data: nothing is left.
  }

  #site(dc: DatacenterName): InMemoryDatacenter {
    const tell = (event: EventName, detail?: JsonObject): void => this.tell(dc, event, detail)
    return new InMemoryDatacenter({ name: dc, clock: this.clock, tell })
  }

  #links(): LinkControl {
    return {
      apply: async (rule) => {
        this.rules.push(rule)
        return this.#now()
      },
      remove: async (id) => {
        const { stuckRules } = this.acts
        if (stuckRules !== null && id.startsWith(stuckRules)) throw new Error(`rule ${id} is stuck`)
        const index = this.rules.findIndex((rule) => rule.id === id)
        if (index >= 0) this.rules.splice(index, 1)
        return this.#now()
      },
      rules: async () => [...this.rules],
      probe: async ({ from, to }) => {
        const rule = this.rules.find((one) => one.from === from && one.to === to)
        return { outcome: rule === undefined ? 'answered' : outcomes[rule.effect.kind], tookMs: 1 }
      },
    }
  }

  #processes(): ProcessControl {
    return {
      list: async () => this.acts.processes(),
      probeStore: async ({ dc }) => this.acts.probeStore(dc),
      holdDown: async ({ dc }) => {
        this.#die(dc)
        return { ...this.#now(), pids: [1] }
      },
      letUp: async () => this.#now(),
      restartPe: async () => ({ ...this.#now(), pid: 1, launchCount: 2 }),
      restartOperator: async () => ({ ...this.#now(), jobId: '1', peId: '1' }),
    }
  }

  #pes(): readonly ProcessInfo[] {
    const { dc1, dc2 } = this.sites
    return [dc1, dc2]
      .filter(({ isUp }) => isUp)
      .map(({ access, jobId }) => ({ dc: access.name, role: 'pe', pid: 1, jobId, peId: jobId, indexWithinJob: 0 }))
  }

  #die(dc: DatacenterName): void {
    const dead = this.sites[dc]
    const survivor = this.sites[otherDatacenter(dc)]
    dead.isDead = true
    this.tell(dc, 'pe_exited', { signal: 'SIGKILL' })
    const { jobId, ledger } = dead
    this.at(this.virtual.now() + detectionSeconds, () => {
      if (dead.jobId !== jobId || !survivor.isUp) return
      const observer = survivor.access.name
      this.tell(observer, 'remote_down')
      if (survivor.isPassive) {
        survivor.stored = ledger[dc]
        this.#launch(survivor)
        return
      }
      this.tell(observer, 'takeover_started')
      this.at(this.virtual.now() + replaySeconds, () => {
        survivor.replay(dc, ledger[dc])
        this.tell(observer, 'snapshot_replayed', { part: 0 })
        this.tell(observer, 'takeover_done')
      })
    })
  }

  #launch(site: InMemoryDatacenter): void {
    const dc = site.access.name
    const launch = this.launches.findLast((one) => one.dc === dc)
    if (launch === undefined) throw new Error(`Expected a launch script in ${dc}, got none.`)
    const { script, parameters } = launch
    this.tell(dc, 'script_launched', { command: `launch in ${dc}`, pid: scriptPid })
    if (script.kind === 'exit') {
      const detail = { pid: scriptPid, exitCode: script.status, signal: null }
      this.at(this.virtual.now() + 1, () => this.tell(dc, 'script_ended', detail))
    }
    const request = { bundleId: 'launched', submissionParameters: parameters }
    const delay = script.kind === 'submit' ? script.delaySeconds : Infinity
    if (delay < Infinity) this.at(this.virtual.now() + delay + launchSeconds, () => site.launch(request))
  }

  #now(): Effect {
    return { time: this.virtual.now(), uncertainty: 0 }
  }
}
