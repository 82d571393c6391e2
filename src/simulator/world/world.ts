import { EventMoments } from '../../support/event-moments.ts'
import { HeldPes } from '../../applications/hosting/held-pes.ts'
import { receiverName } from '../../toolkit/operators.ts'
import { silentMachine } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import type { ActOutcome, PerformedActs, TestbedAct, TestbedTrigger } from '../../model/testbed-act.ts'
import type { TestbedEvent } from '../../model/testbed.ts'
import type { LogLine } from '../../model/timeline.ts'
import { createRandom } from '../../support/random.ts'
import type { SendResult } from '../../toolkit/io.ts'
import { performAct } from './acts.ts'
import { Agenda } from './agenda.ts'
import type { Entry } from './agenda.ts'
import { WorldDatacenter } from './datacenter.ts'
import type { MachinePost } from './job-run.ts'
import { WorldLinks } from './links.ts'
import type { Listener, Post } from './links.ts'
import type { WorldPe } from './pe.ts'
import { Plants } from './plant.ts'
import type { Plant } from './plant.ts'

/** What a world is made of. */
export interface WorldOptions {
  /** Of what the toolkit and the network leave to chance. */
  readonly seed: number
  /** One way, system seconds. @default 0 */
  readonly linkDelaySeconds?: number
  /** Failures that are planted. @default none */
  readonly plants?: readonly Plant[]
}

/** A load that flows into a DC as intervals. */
export interface LoadListener {
  /** What reads its effect, or changes what becomes of it, comes now: what is due until now is to be taken in. */
  settle(): void
  /** Whether it is taken in may be another from now on. */
  changed(): void
}

/** So many lines of logs are kept: the last ones. */
const logLinesMax = 10_000

/**
 * Two datacenters in virtual time: discrete events, one thread, seeded. The same options and the same calls at the same times give the
 * same events. Nothing happens between two entries of the agenda.
 */
export class World {
  readonly agenda = new Agenda()
  readonly seed: number
  readonly links: WorldLinks
  readonly held = new HeldPes()
  readonly plants: Plants | undefined
  readonly datacenters: Readonly<Record<DatacenterName, WorldDatacenter>>
  readonly #listeners = new Set<(event: TestbedEvent) => void>()
  readonly #sinkListeners = new Set<(dc: DatacenterName, sink: 'output' | 'state') => void>()
  readonly #loads: Readonly<Record<DatacenterName, Set<LoadListener>>> = { dc1: new Set(), dc2: new Set() }
  readonly #moments = new EventMoments()
  readonly #armed = new Set<Armed>()
  #logs: LogLine[] = []
  #isSettling = false
  #lastPid = 1000

  constructor({ seed, linkDelaySeconds = 0, plants = [] }: WorldOptions) {
    this.seed = seed
    this.plants = plants.length === 0 ? undefined : new Plants(plants)
    this.links = new WorldLinks({
      agenda: this.agenda,
      random: createRandom(seed).fork('links'),
      delaySeconds: linkDelaySeconds,
      listener: (to, port) => this.#listenerAt(to, port)?.listener ?? 'none',
      deliver: (post, answer) => this.#deliver(post, answer),
    })
    this.datacenters = { dc1: new WorldDatacenter('dc1', this), dc2: new WorldDatacenter('dc2', this) }
    this.plants?.attach({
      agenda: this.agenda,
      beforeInputChanges: (dc) => this.settle(dc),
      afterInputChanges: (dc) => this.loadChanged(dc),
    })
  }

  get now(): number {
    return this.agenda.now
  }

  /** What was logged at level warn and above, oldest first; only the last lines are kept. */
  get logs(): readonly LogLine[] {
    return this.#logs
  }

  /** Calls back for each event from now on; returns what ends it. */
  subscribe(listener: (event: TestbedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Calls back when something was put into a sink of the DC's application; returns what ends it. */
  onSink(listener: (dc: DatacenterName, sink: 'output' | 'state') => void): () => void {
    this.#sinkListeners.add(listener)
    return () => void this.#sinkListeners.delete(listener)
  }

  putOut(dc: DatacenterName, sink: 'output' | 'state'): void {
    for (const listener of this.#sinkListeners) listener(dc, sink)
  }

  emit(event: Omit<TestbedEvent, 'time' | 'uncertainty'>): void {
    const stamped: TestbedEvent = { time: this.now, uncertainty: 0, ...event }
    this.#moments.add(stamped)
    for (const armed of this.#armed) armed.look()
    for (const listener of this.#listeners) listener(stamped)
  }

  log(line: LogLine): void {
    this.#logs.push(line)
    if (this.#logs.length > 2 * logLinesMax) this.#logs = this.#logs.slice(-logLinesMax)
  }

  /** Has a load told when it is to be brought up to date; returns what ends it. */
  addLoad(dc: DatacenterName, load: LoadListener): () => void {
    this.#loads[dc].add(load)
    return () => void this.#loads[dc].delete(load)
  }

  /** Brings what flows into a DC up to date. */
  settle(dc: DatacenterName): void {
    // What a load brings about may lead here again.
    if (this.#isSettling || this.#loads[dc].size === 0) return
    this.#isSettling = true
    try {
      for (const load of this.#loads[dc]) load.settle()
    } finally {
      this.#isSettling = false
    }
  }

  loadChanged(dc: DatacenterName): void {
    for (const load of this.#loads[dc]) load.changed()
  }

  nextPid(): number {
    this.#lastPid += 1
    return this.#lastPid
  }

  /** A POST of a sender in a DC. */
  post(from: DatacenterName, { machine, ...post }: MachinePost, done: (result: SendResult) => void): void {
    this.links.post({ from, to: machineOwner(from, machine), ...post }, done)
  }

  /** Does it now. @throws TestbedError when it cannot be done */
  perform(act: TestbedAct): ActOutcome {
    if (this.plants?.swallows(act) === true) return { effect: { time: this.now, uncertainty: 0 }, detail: {} }
    return performAct(act, this)
  }

  /**
   * Has acts performed at an event, also at one that came before; `done` is told once what came of it. Returns what calls it off.
   * @throws TestbedError when it can no longer be told whether the event came
   */
  arm(acts: readonly TestbedAct[], when: TestbedTrigger, done: (result: PerformedActs | Error) => void): () => void {
    const armed = new Armed({ when, moments: this.#moments, agenda: this.agenda }, (trigger) => {
      this.#armed.delete(armed)
      try {
        done({ trigger, outcomes: acts.map((act) => this.perform(act)) })
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    })
    this.#armed.add(armed)
    armed.look()
    return () => {
      this.#armed.delete(armed)
      armed.callOff()
    }
  }

  /** What of a lease is still there, each in a few words. */
  leftovers(): readonly string[] {
    const rules = this.links.rules().map(({ id }) => `link rule ${id}`)
    return datacenterNames.reduce<readonly string[]>((found, dc) => {
      const { management, storeFault } = this.datacenters[dc]
      const jobs = this.datacenters[dc].jobs().map(({ id }) => `job ${id} of ${dc}`)
      const stored = [...this.datacenters[dc].stored().keys()].map((name) => `snapshot ${name} in ${dc}`)
      const faults = storeFault === null ? [] : [`store fault ${storeFault.mode} of ${dc}`]
      const halted = management === 'running' ? [] : [`${dc}'s management is ${management}`]
      return [...found, ...jobs, ...stored, ...faults, ...halted]
    }, rules)
  }

  /** Ends everything; nothing happens any more. */
  dispose(): void {
    for (const armed of this.#armed) armed.callOff()
    this.#armed.clear()
    this.#listeners.clear()
    this.#sinkListeners.clear()
    for (const dc of datacenterNames) this.#loads[dc].clear()
    for (const dc of datacenterNames) this.datacenters[dc].clear()
    this.agenda.clear()
  }

  #listenerAt(
    to: DatacenterName,
    port: number,
  ): { readonly pe: WorldPe; readonly offset: number; readonly listener: Listener } | undefined {
    for (const job of this.datacenters[to].jobs()) {
      for (const pe of job.pes) {
        const offset = pe.portOffset(port)
        if (offset !== null) return { pe, offset, listener: pe.isPaused ? 'paused' : 'there' }
      }
    }
    return undefined
  }

  #deliver(
    {
      to,
      port,
      path,
      body,
    }: { readonly to: DatacenterName; readonly port: number; readonly path: string; readonly body: Uint8Array },
    answer: (status: number) => void,
  ): void {
    const listener = this.#listenerAt(to, port)
    if (listener === undefined) return
    const { offset, pe } = listener
    // Any other path is unknown there (toolkit reference §3.1).
    if (path !== `/crossdcrx/${receiverName(offset)}/ports/output/0/inject`) return answer(404)
    pe.post(offset, { body, answer })
  }
}

/** Acts that wait for an event. */
class Armed {
  readonly #of: { readonly when: TestbedTrigger; readonly moments: EventMoments; readonly agenda: Agenda }
  readonly #fire: (trigger: { readonly time: number; readonly uncertainty: number }) => void
  #entry: Entry | null = null

  constructor(
    of: { readonly when: TestbedTrigger; readonly moments: EventMoments; readonly agenda: Agenda },
    fire: (trigger: { readonly time: number; readonly uncertainty: number }) => void,
  ) {
    this.#of = of
    this.#fire = fire
  }

  look(): void {
    if (this.#entry !== null) return
    const { when, moments, agenda } = this.#of
    const trigger = moments.of(when)
    if (trigger === undefined) return
    // Also one that is past is not set off within what emitted it, which may be the very PE that is to be killed.
    this.#entry = agenda.at(trigger.time + when.afterSeconds, () => this.#fire(trigger))
  }

  callOff(): void {
    this.#entry?.cancel()
  }
}

/** Whose machine it is. On its own machine a DC is `localhost` to itself (toolkit reference §7, situation 55). */
function machineOwner(from: DatacenterName, machine: string): Post['to'] {
  if (machine === silentMachine) return silentMachine
  if (machine === 'localhost' || machine === '127.0.0.1' || machine === from) return from
  // A DC's one machine has its name.
  return machine === otherDatacenter(from) ? otherDatacenter(from) : null
}
