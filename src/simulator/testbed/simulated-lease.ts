import { builtinBundle } from '../../applications/builtin-bundle.ts'
import type { Clock } from '../../model/clock.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import type { ActControl } from '../../model/testbed-act.ts'
import type {
  ApplicationVariant,
  DatacenterAccess,
  EventSource,
  LaunchScriptRequest,
  LeasedPair,
  LinkControl,
  PairSettings,
  ProcessControl,
  TestbedEvent,
} from '../../model/testbed.ts'
import type { LogLine } from '../../model/timeline.ts'
import { WorldLoad } from '../load/world-load.ts'
import type { Plant } from '../world/plant.ts'
import { World } from '../world/world.ts'
import { createActControl, performNow } from './act-control.ts'
import { InMemoryExchangeClient } from './exchange-client.ts'
import { launchPlan } from './launch-script.ts'
import { createProcessControl } from './process-control.ts'
import { originOf } from './refusals.ts'
import { InMemoryStreamsClient } from './streams-client.ts'
import { VirtualTime } from './virtual-time.ts'

/** Where the toolkit's receivers listen unless the settings say otherwise (toolkit reference §1.2, crossDCHttpPort). */
const defaultBasePort = 25090

interface LeaseOptions {
  readonly settings: PairSettings
  readonly timeScale: number
  readonly plants: readonly Plant[]
  readonly onRelease: () => void
}

/** Two simulated datacenters, made for this lease and gone with it. */
export class SimulatedLease implements LeasedPair {
  readonly name = 'simulated'
  readonly clock: Clock
  readonly datacenters: PerDatacenter<DatacenterAccess>
  readonly links: LinkControl
  readonly processes: ProcessControl
  readonly acts: ActControl
  readonly events: EventSource
  readonly carrier: WorldLoad
  readonly #options: LeaseOptions
  readonly #world: World
  readonly #time: VirtualTime
  readonly #clients: readonly { readonly streams: InMemoryStreamsClient; readonly exchange: InMemoryExchangeClient }[]
  readonly #lost = new AbortController()
  readonly #listeners = new Set<(event: TestbedEvent) => void>()
  readonly #watchers = new Set<() => void>()
  readonly #seen: TestbedEvent[] = []
  #isReleased = false

  constructor(options: LeaseOptions) {
    const { settings, timeScale, plants } = options
    const { seed = 0, linkDelaySeconds = 0 } = settings
    this.#options = options
    const world = new World({ seed, linkDelaySeconds, plants })
    this.#world = world
    this.carrier = new WorldLoad(world, { onSettled: () => this.#handOver() })
    this.#time = new VirtualTime({
      agenda: world.agenda,
      timeScale,
      onDone: () => this.#handOver(),
      onStuck: (error) => this.#lost.abort(error),
    })
    const time = this.#time
    this.clock = time.clock
    world.subscribe((event) => this.#tell(event))
    const changed = (): void => this.#changed()
    const onChange = (watcher: () => void): (() => void) => {
      this.#watchers.add(watcher)
      return () => void this.#watchers.delete(watcher)
    }
    const dc1 = this.#accessTo('dc1', onChange)
    const dc2 = this.#accessTo('dc2', onChange)
    this.datacenters = { dc1, dc2 }
    this.#clients = [dc1, dc2]
    const on = { world, time, changed }
    this.acts = createActControl(on)
    this.processes = createProcessControl(on)
    this.links = {
      apply: async (rule) => await Promise.resolve(performNow({ kind: 'apply_rules', rules: [rule] }, on).effect),
      remove: async (ruleId) => await Promise.resolve(performNow({ kind: 'remove_rules', ids: [ruleId] }, on).effect),
      rules: async () => await Promise.resolve(world.links.rules()),
      // An observer outside of virtual time: what it would have met there and how long it would have taken, without taking it.
      probe: async (connection) => {
        const { tookSeconds, ...met } = world.links.probe(connection)
        return await Promise.resolve({ ...met, tookMs: (tookSeconds / timeScale) * 1000 })
      },
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

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async applicationBundle(sab: string, variant?: ApplicationVariant): Promise<Uint8Array> {
    return await Promise.resolve(builtinBundle(sab, variant))
  }

  async installFile(file: { dc: DatacenterName; name: string; content: string }): Promise<string> {
    return await Promise.resolve(this.#install(file))
  }

  async installLaunchScript(launch: LaunchScriptRequest): Promise<{ readonly command: string }> {
    const plan = launchPlan(launch)
    const { launchPlans } = this.#world.datacenters[launch.dc]
    const command = `sh /${launch.dc}/launch-${launchPlans.size + 1}.sh`
    launchPlans.set(command, plan)
    return await Promise.resolve({ command })
  }

  /** Nothing is ever late in virtual time. */
  async latenessSeconds(): Promise<number> {
    return await Promise.resolve(0)
  }

  async eventLog(): Promise<string> {
    return await Promise.resolve(this.#seen.map((event) => `${JSON.stringify(event)}\n`).join(''))
  }

  async logs(): Promise<readonly LogLine[]> {
    return await Promise.resolve([...this.#world.logs])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isReleased) return
    this.#isReleased = true
    await Promise.resolve()
    try {
      this.#clear()
    } finally {
      this.#options.onRelease()
    }
  }

  /** @throws TestbedError when something is still there */
  #clear(): void {
    this.#listeners.clear()
    this.#watchers.clear()
    for (const { streams, exchange } of this.#clients) {
      streams.close()
      exchange.close()
    }
    this.#time[Symbol.dispose]()
    this.carrier[Symbol.dispose]()
    const world = this.#world
    for (const dc of datacenterNames) {
      const datacenter = world.datacenters[dc]
      datacenter.management = 'running'
      datacenter.storeFault = null
    }
    for (const { id } of world.links.rules()) world.links.remove(id)
    world.dispose()
    const left = world.leftovers()
    if (left.length > 0) throw new TestbedError(`The simulated pair was not left clean: ${left.join(', ')}.`)
  }

  #accessTo(
    name: DatacenterName,
    onChange: (watcher: () => void) => () => void,
  ): DatacenterAccess & { readonly streams: InMemoryStreamsClient; readonly exchange: InMemoryExchangeClient } {
    const datacenter = this.#world.datacenters[name]
    const served = { datacenter, time: this.#time, onChange }
    return {
      name,
      streams: new InMemoryStreamsClient(served),
      exchange: new InMemoryExchangeClient(served, this.#world),
      crossDcUrl: `${originOf(name)}:${defaultBasePort}`,
      remoteMachineNames: otherDatacenter(name),
      storageDirectory: datacenter.storageDirectory,
    }
  }

  #install(file: { readonly dc: DatacenterName; readonly name: string; readonly content: string }): string {
    const { dc, name, content } = file
    const path = `/${dc}/${name}`
    this.#world.datacenters[dc].files.set(path, content)
    return path
  }

  #tell(event: TestbedEvent): void {
    this.#seen.push(event)
    if (this.#listeners.size > 0) this.#time.woke()
    for (const listener of this.#listeners) listener(event)
    this.#changed()
  }

  #changed(): void {
    if (this.#watchers.size === 0) return
    this.#time.woke()
    for (const watcher of this.#watchers) watcher()
  }

  #handOver(): void {
    for (const { exchange } of this.#clients) exchange.handOver()
  }
}
