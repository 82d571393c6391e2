// Failures planted in a simulated pair, so that one sees whether a scenario would notice them. Most sit around an application or
// around a PE's share of the toolkit's composite and change what goes in and comes out; the rest the world asks for by the hooks
// below. Without a plant the world has no `Plants` at all, so that they cost nothing. A plant tells of each time it acted: one that
// never came to act proves nothing about the scenario.

import type { Application } from '../../applications/application.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { TestbedAct } from '../../model/testbed-act.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import type { Composite } from '../../toolkit/composite.ts'
import type { Agenda } from './agenda.ts'
import { plantInApplication } from './plants/application-plants.ts'
import { plantInComposite } from './plants/composite-plants.ts'
import { PairMemory } from './plants/pair-memory.ts'

/** A failure to plant. Times are system seconds from the start of dc1's job. */
export type PlantedFailure =
  /** The nth tuple that goes into a DC, from 1: it is dropped, applied twice, comes after the next one of its key, or has a bit flipped. */
  | { readonly kind: TuplePlantKind; readonly into: DatacenterName; readonly nth: number }
  /** A bit is flipped in a replica's checksum, as it is replayed. */
  | { readonly kind: 'replica_corrupted' }
  /** The application does not take in what is replayed. */
  | { readonly kind: 'replay_lost' }
  /** What is replayed is applied twice. */
  | { readonly kind: 'replay_twice' }
  /** From its takeover on a survivor puts nothing out. */
  | { readonly kind: 'output_stalls' }
  /** A DC that falls silent is never declared down. */
  | { readonly kind: 'takeover_never' }
  /** It is declared down at least so many seconds later than it should be. */
  | { readonly kind: 'takeover_late'; readonly bySeconds: number }
  /** It is declared down with the first heartbeat that is missing. */
  | { readonly kind: 'takeover_early' }
  /** A DC declares the other down while all is well, once it keeps a snapshot of it. */
  | { readonly kind: 'takeover_false'; readonly by: DatacenterName }
  /** Both do, at the same time. */
  | { readonly kind: 'both_active' }
  /** A DC reports the other down and up again, three times, and nothing else comes of it. */
  | { readonly kind: 'status_flaps'; readonly by: DatacenterName }
  /** The store keeps the first snapshot of each part, and says that it stored the later ones. */
  | { readonly kind: 'snapshot_stuck' }
  /** An application answers the first signal only. */
  | { readonly kind: 'snapshots_stop' }
  /** Once it declared the other down, a DC is deaf to its heartbeats. */
  | { readonly kind: 'fail_back_never' }
  /** The passive side launches its script not at all, or twice; or the script fails. */
  | { readonly kind: 'script_never' | 'script_twice' | 'script_fails' }
  /** What should end a fault does nothing. */
  | { readonly kind: 'no_heal' }
  /** From a time on, half of the input is refused; or it waits, five seconds of every ten. */
  | { readonly kind: 'input_refused' | 'input_waits'; readonly fromSeconds: number }
  /** An operator logs an error that has nothing to do with any fault. */
  | { readonly kind: 'error_logged' }

export type TuplePlantKind = 'tuple_lost' | 'tuple_duplicated' | 'tuples_swapped' | 'tuple_corrupted'
export type PlantKind = PlantedFailure['kind']

/** Every kind of failure that can be planted. */
export const plantKinds = [
  'tuple_lost',
  'tuple_duplicated',
  'tuples_swapped',
  'tuple_corrupted',
  'replica_corrupted',
  'replay_twice',
  'replay_lost',
  'output_stalls',
  'snapshot_stuck',
  'snapshots_stop',
  'takeover_never',
  'takeover_late',
  'takeover_early',
  'takeover_false',
  'both_active',
  'status_flaps',
  'fail_back_never',
  'script_never',
  'script_twice',
  'script_fails',
  'no_heal',
  'input_refused',
  'input_waits',
  'error_logged',
] as const satisfies readonly PlantKind[]

/** A failure, and who wants to know when it acted. */
export type Plant = PlantedFailure & { readonly tell?: (act: PlantAct) => void }

/** A time that a plant acted. */
export interface PlantAct {
  /** System seconds from the start of dc1's job. */
  readonly time: number
  readonly dc: DatacenterName
}

/** Where something planted sits. */
export interface PlantSite {
  readonly dc: DatacenterName
  readonly settings: CrossDcSettings
  /** Which toolkit the job runs. */
  readonly behaviour: ToolkitBehaviour
  /** System seconds on the lease's clock. */
  readonly now: () => number
}

/** What the plants that hold up input need of the world. */
export interface PlantedWorld {
  readonly agenda: Agenda
  /** The load into that DC is settled up to now. */
  readonly beforeInputChanges: (dc: DatacenterName) => void
  readonly afterInputChanges: (dc: DatacenterName) => void
}

/** Whether an application takes input: as it would, later, or not at all. */
export type PlantedInput = 'taken' | 'waits' | 'refused'

/** All plants of a pair, over all lives of its jobs. */
export class Plants {
  readonly #plants: readonly Plant[]
  readonly #memory = new PairMemory()
  #world: PlantedWorld | undefined
  #isBad = false

  constructor(plants: readonly Plant[]) {
    this.#plants = plants
  }

  /** Once, before any job runs. */
  attach(world: PlantedWorld): void {
    this.#world = world
  }

  /** At every start of a PE, around its share of the composite. */
  wrapComposite(composite: Composite, site: PlantSite): Composite {
    this.#begin(site)
    return this.#plants.reduce(
      (inner, plant) => plantInComposite(inner, { plant, site, memory: this.#memory, tell: this.#teller(plant, site) }),
      composite,
    )
  }

  /** At every start of an application. */
  wrapApplication(application: Application, site: PlantSite): Application {
    return this.#plants.reduce(
      (inner, plant) =>
        plantInApplication(inner, { plant, site, memory: this.#memory, tell: this.#teller(plant, site) }),
      application,
    )
  }

  /** Whether an act is not to be carried out, though the world says that it was. */
  swallows(act: TestbedAct): boolean {
    if (!heals(act)) return false
    const plant = this.#plants.find(({ kind }) => kind === 'no_heal')
    if (plant === undefined) return false
    this.#tell(plant, 'dc' in act ? act.dc : 'dc1')
    return true
  }

  /** Whether the applications of a DC take input now. */
  input(dc: DatacenterName): PlantedInput {
    if (!this.#isBad) return 'taken'
    const plant = this.#inputPlant()
    if (plant === undefined) return 'taken'
    this.#tell(plant, dc)
    return plant.kind === 'input_refused' ? 'refused' : 'waits'
  }

  /** The status that a launch script ends with. */
  scriptStatus(dc: DatacenterName, status: number): number {
    const plant = this.#plants.find(({ kind }) => kind === 'script_fails')
    if (plant === undefined || status === failedStatus) return status
    this.#tell(plant, dc)
    return failedStatus
  }

  /** Time counts from the first start of a PE in dc1, which is its job's but for the start of the process. */
  #begin({ dc, now }: PlantSite): void {
    if (dc !== 'dc1' || this.#memory.startedAt !== null) return
    this.#memory.startedAt = now()
    const plant = this.#inputPlant()
    if (plant !== undefined) this.#world?.agenda.at(now() + plant.fromSeconds, () => this.#turn())
  }

  #inputPlant(): InputPlant | undefined {
    return this.#plants.find(
      (plant): plant is InputPlant => plant.kind === 'input_refused' || plant.kind === 'input_waits',
    )
  }

  /** Good and bad times follow each other to the end. */
  #turn(): void {
    const world = this.#world
    if (world === undefined) return
    for (const dc of ['dc1', 'dc2'] as const) world.beforeInputChanges(dc)
    this.#isBad = !this.#isBad
    for (const dc of ['dc1', 'dc2'] as const) world.afterInputChanges(dc)
    world.agenda.in(turnSeconds, () => this.#turn())
  }

  #teller(plant: Plant, site: PlantSite): () => void {
    return () => plant.tell?.({ time: this.#memory.sinceStart(site.now()), dc: site.dc })
  }

  #tell(plant: Plant, dc: DatacenterName): void {
    plant.tell?.({ time: this.#memory.sinceStart(this.#world?.agenda.now ?? 0), dc })
  }
}

type InputPlant = Extract<Plant, { readonly fromSeconds: number }>

/** How long input is bad, and how long good. */
const turnSeconds = 5
/** As of a program that could not do its work. */
const failedStatus = 1

/** Whether an act ends a fault. */
function heals(act: TestbedAct): boolean {
  switch (act.kind) {
    case 'let_up':
    case 'resume_pes':
    case 'start_management':
    case 'resume_management':
    case 'remove_rules':
      return true
    case 'store_fault':
      return act.fault === null
    case 'hold_down':
    case 'kill_pes':
    case 'pause_pes':
    case 'stop_management':
    case 'pause_management':
    case 'apply_rules':
    case 'reset_connections':
    case 'restart_operator':
      return false
    default:
      return act satisfies never
  }
}
