import type { Clock } from '../model/clock.ts'
import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import type {
  ApplicationVariant,
  EventSource,
  LaunchScriptRequest,
  LinkControl,
  ProcessControl,
  TestbedEvent,
} from '../model/testbed.ts'
import { TestbedError } from '../model/errors.ts'
import type { ActControl } from '../model/testbed-act.ts'
import type { LogLine } from '../model/timeline.ts'
import { createScaledClock } from '../support/scaled-clock.ts'
import { createActControl, performOne, pidsOf } from './act-control.ts'
import { builtinBundle } from '../applications/builtin-bundle.ts'
import { installLaunchScript } from './install-launch-script.ts'
import type { Peer } from './rpc/message-peer.ts'
import type { ControlMethods, EmulatedDatacenter, GrantedLease } from './supervisor/control-protocol.ts'

/** The supervisor itself gives a restart less than that. */
const restartTimeoutMs = 20_000
/** A probe of a slow link has two steps of up to 25 s. */
const linkProbeTimeoutMs = 60_000
/** The supervisor itself waits less for a store, however slow. */
const probeTimeoutMs = 150_000

interface EmulatedLeaseOptions {
  readonly supervisor: Peer<ControlMethods>
  readonly grant: GrantedLease
  readonly onRelease: () => void
}

/** A pair as its holder sees it: every method is a call to the supervisor, the clock is the same in all processes. */
export class EmulatedLease implements AsyncDisposable {
  readonly name: string
  readonly clock: Clock
  readonly datacenters: PerDatacenter<EmulatedDatacenter>
  readonly links: LinkControl
  readonly processes: ProcessControl
  readonly acts: ActControl
  readonly events: EventSource
  readonly #lost = new AbortController()
  #isSupervisorGone = false
  readonly #options: EmulatedLeaseOptions
  readonly #listeners = new Set<(event: TestbedEvent) => void>()
  #release: Promise<void> | undefined

  constructor(options: EmulatedLeaseOptions) {
    this.#options = options
    const { grant, supervisor } = options
    const { leaseId, originMs, timeScale } = grant
    this.name = grant.name
    this.clock = createScaledClock({ originMs, timeScale })
    this.datacenters = presentOnly(grant.datacenters)
    this.acts = createActControl({ supervisor, leaseId })
    this.links = {
      apply: async (rule) => (await performOne(this.acts, { kind: 'apply_rules', rules: [rule] })).effect,
      remove: async (ruleId) => (await performOne(this.acts, { kind: 'remove_rules', ids: [ruleId] })).effect,
      rules: async () => await supervisor.call('rules', { leaseId }),
      probe: async (connection) =>
        await supervisor.call('probe', { leaseId, ...connection }, { timeoutMs: linkProbeTimeoutMs }),
    }
    this.processes = {
      list: async () => await supervisor.call('processes', { leaseId }),
      holdDown: async ({ dc }) => {
        const { effect, detail } = await performOne(this.acts, { kind: 'hold_down', dc })
        return { ...effect, pids: pidsOf(detail) }
      },
      letUp: async ({ dc }) => (await performOne(this.acts, { kind: 'let_up', dc })).effect,
      restartPe: async (target) =>
        await supervisor.call('restartPe', { leaseId, ...target }, { timeoutMs: restartTimeoutMs }),
      restartOperator: async (target) => await supervisor.call('restartOperator', { leaseId, ...target }),
      probeStore: async ({ dc }) => await supervisor.call('probeStore', { leaseId, dc }, { timeoutMs: probeTimeoutMs }),
    }
    this.events = {
      subscribe: (listener) => {
        // A set holds a function once; each subscription has one of its own.
        const own = (event: TestbedEvent): void => listener(event)
        this.#listeners.add(own)
        return () => void this.#listeners.delete(own)
      },
    }
  }

  /** Aborts when a process of the testbed's own ended, or the supervisor did. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** The supervisor has ended, and all that it held with it. */
  loseSupervisor(): void {
    this.#isSupervisorGone = true
    this.#lose("the testbed's supervisor has ended.")
  }

  #lose(why: string): void {
    this.#lost.abort(new TestbedError(`The testbed was lost: ${why}`))
  }

  /** Passes an event of this lease on to its subscribers. */
  emit(event: TestbedEvent): void {
    // One that is held down was stopped by an act.
    const isHeld = event.detail?.['isHeld'] === true
    if (event.event === 'management_exited' && !isHeld) {
      this.#lose(`the management process of ${event.dc} ended (${how(event)}).`)
    }
    if (event.event === 'link_exited') this.#lose(`the process of the WAN links ended (${how(event)}).`)
    for (const listener of this.#listeners) listener(event)
  }

  async applicationBundle(sab: string, variant?: ApplicationVariant): Promise<Uint8Array> {
    return await Promise.resolve(builtinBundle(sab, variant))
  }

  async installFile(file: { dc: DatacenterName; name: string; content: string }): Promise<string> {
    return await this.#options.supervisor.call('installFile', { leaseId: this.#options.grant.leaseId, ...file })
  }

  async installLaunchScript(launch: LaunchScriptRequest): Promise<{ readonly command: string }> {
    return await installLaunchScript(launch, {
      timeScale: this.clock.timeScale,
      install: async (file) => await this.installFile(file),
    })
  }

  async latenessSeconds(): Promise<number> {
    return await this.#options.supervisor.call('lateness', { leaseId: this.#options.grant.leaseId })
  }

  async eventLog(): Promise<string> {
    return await this.#options.supervisor.call('eventLog', { leaseId: this.#options.grant.leaseId })
  }

  async logs(): Promise<readonly LogLine[]> {
    return await this.#options.supervisor.call('logs', { leaseId: this.#options.grant.leaseId })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release ??= this.#giveBack()
    await this.#release
  }

  async #giveBack(): Promise<void> {
    const { supervisor, grant, onRelease } = this.#options
    this.#listeners.clear()
    try {
      // A supervisor that is gone has ended everything that it held.
      if (!this.#isSupervisorGone) await supervisor.call('release', { leaseId: grant.leaseId })
    } finally {
      onRelease()
    }
  }
}

/** In a lease of one DC alone, asking for the other one says so. */
function presentOnly(granted: Partial<PerDatacenter<EmulatedDatacenter>>): PerDatacenter<EmulatedDatacenter> {
  const datacenters = { ...granted }
  for (const dc of datacenterNames.filter((name) => granted[name] === undefined)) {
    Object.defineProperty(datacenters, dc, {
      get: (): never => {
        throw new TestbedError(`The lease has ${Object.keys(granted).join(', ')} only: there is no ${dc} here.`)
      },
    })
  }
  // What is not there throws, so that whatever is read is a datacenter.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return datacenters as PerDatacenter<EmulatedDatacenter>
}

function how({ detail }: TestbedEvent): string {
  const { pid, code, signal } = detail ?? {}
  return JSON.stringify({ pid, ...(signal === null ? { exitStatus: code } : { signal }) })
}
