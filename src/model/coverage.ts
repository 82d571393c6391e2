import type { OperationMode } from './datacenter.ts'
import { faultKinds } from './fault.ts'
import type { DatacenterRef, FaultKind, FaultSpec } from './fault.ts'

/** What a fault strikes. `process`: a part of a job, or the management process; `job`: a whole job; `host`: a machine or all of a DC. */
export const faultClasses = ['network', 'process', 'job', 'disk', 'host', 'message', 'load'] as const
export type FaultClass = (typeof faultClasses)[number]

/** Of a link the direction that suffers, or both; of everything else the DC. */
export const coverageDirections = ['dc1_to_dc2', 'dc2_to_dc1', 'both', 'dc1', 'dc2'] as const
export type CoverageDirection = (typeof coverageDirections)[number]

/** Where in the life of a pair a fault begins; docs/coverage.md says how that is told from the plan. */
export const lifePhases = [
  /** The two have not both heard of each other. */
  'before_contact',
  /** In contact, and not every state has a replica yet. */
  'unprotected',
  /** All well, and nothing else acts. */
  'steady',
  /** Another fault acts that keeps nobody's heartbeats away. */
  'impaired',
  /** Another fault keeps heartbeats away, and nobody has declared anybody down. */
  'detecting',
  /** From DOWN to the end of the replay, in active-passive of the launch. */
  'takeover',
  /** After it, as long as the remote is away, or both hold each other for down. */
  'down',
  /** The remote is back, or heard again, and not everything is replicated again. */
  'returning',
  /** In contact and protected both ways, after a takeover. */
  'failed_back',
] as const
export type LifePhase = (typeof lifePhases)[number]

/** How snapshots are kept where they arrive. */
export const coverageStores = ['files', 'table'] as const
export type CoverageStore = (typeof coverageStores)[number]

const modes: readonly OperationMode[] = ['active-active', 'active-passive']

/** One combination that a suite may try. Plain data: a generator may draw one and aim at it. */
export interface CoverageCell {
  readonly mode: OperationMode
  readonly fault: FaultClass
  readonly direction: CoverageDirection
  readonly phase: LifePhase
  readonly store: CoverageStore
}

/** Where one fault of a scenario falls. */
export interface FaultPlace {
  /** Id of the step. */
  readonly step: string
  readonly cell: CoverageCell
  /** False: the fault falls into this cell or another, as the phase of the heartbeats or the run decides. */
  readonly isSure: boolean
}

/** A cell that a suite tries. Ids of tests, each once. */
export interface CoveredCell extends CoverageCell {
  /** Tests that surely fall into it. */
  readonly tests: readonly string[]
  /** Tests that may. */
  readonly perhaps: readonly string[]
}

/** A combination that makes no sense, and why. */
export interface CoverageRule {
  readonly id: string
  /** A sentence. */
  readonly reason: string
  readonly excludes: (cell: CoverageCell) => boolean
}

/** The directions that a class of faults has. */
export const directionsOf: Readonly<Record<FaultClass, readonly CoverageDirection[]>> = {
  network: ['dc1_to_dc2', 'dc2_to_dc1', 'both', 'dc1', 'dc2'],
  process: ['dc1', 'dc2'],
  job: ['dc1', 'dc2'],
  disk: ['dc1', 'dc2'],
  host: ['dc1', 'dc2'],
  message: ['dc1', 'dc2'],
  load: ['dc1', 'dc2', 'both'],
}

/** Phases in which dc2 of an active-passive pair may run the application. */
const launched: readonly LifePhase[] = ['takeover', 'down', 'returning', 'failed_back']

/** Why cells are left out of what is to be covered. */
export const coverageRules: readonly CoverageRule[] = [
  {
    id: 'direction-of-class',
    reason: 'Only links have a direction, only load goes into both, and everything else strikes one datacenter.',
    excludes: ({ fault, direction }) => !directionsOf[fault].includes(direction),
  },
  {
    id: 'passive-takes-no-load',
    reason: 'Traffic goes into the active datacenter alone.',
    excludes: ({ mode, fault, direction }) => mode === 'active-passive' && fault === 'load' && direction !== 'dc1',
  },
  {
    // A passive side gives no signals (toolkit reference §4.2, tick 4; §5.1).
    id: 'passive-sends-no-snapshots',
    reason: "A passive datacenter sends no snapshots, so dc1's store has nothing to lose before dc2 is active.",
    excludes: ({ mode, fault, direction, phase }) =>
      mode === 'active-passive' && fault === 'disk' && direction === 'dc1' && !launched.includes(phase),
  },
  {
    // Toolkit reference §8: the passive sample has the streams, and never sends on them.
    id: 'passive-sends-no-messages',
    reason: 'The passive application sends the toolkit no special message before it has launched the active one.',
    excludes: ({ mode, fault, direction, phase }) =>
      mode === 'active-passive' && fault === 'message' && direction === 'dc2' && !launched.includes(phase),
  },
]

/** The rule that leaves a cell out, or null when it makes sense. */
export function whyNoCell(cell: CoverageCell): CoverageRule | null {
  return coverageRules.find(({ excludes }) => excludes(cell)) ?? null
}

/** Every cell that makes sense, in the order of the table. */
export function possibleCells(): readonly CoverageCell[] {
  return modes.flatMap((mode) =>
    coverageStores.flatMap((store) =>
      lifePhases.flatMap((phase) =>
        faultClasses.flatMap((fault) =>
          directionsOf[fault]
            .map((direction): CoverageCell => ({ mode, fault, direction, phase, store }))
            .filter((cell) => whyNoCell(cell) === null),
        ),
      ),
    ),
  )
}

/** A text that tells cells apart. */
export function cellKey({ mode, store, phase, fault, direction }: CoverageCell): string {
  return [mode, store, phase, fault, direction].join(' ')
}

/** Of a kind that may strike a whole job or a part of it: the class of the whole job; see `partKinds`. */
const classByKind: Readonly<Record<Exclude<FaultKind, 'custom'>, FaultClass>> = {
  partition: 'network',
  netem: 'network',
  bandwidth: 'network',
  flap: 'network',
  connection_reset: 'network',
  dns: 'network',
  interface_down: 'network',
  kill: 'job',
  crash: 'job',
  pause: 'job',
  restart: 'job',
  operator_restart: 'process',
  cancel_job: 'job',
  orderly_shutdown: 'message',
  special_message: 'message',
  datacenter_outage: 'host',
  host_hang: 'host',
  power_loss: 'host',
  disk_full: 'disk',
  disk_readonly: 'disk',
  disk_slow: 'disk',
  disk_error: 'disk',
  database_lost: 'disk',
  clock_skew: 'host',
  cpu_stress: 'host',
  memory_stress: 'host',
  descriptor_pressure: 'host',
}

/** Kinds that strike some PEs or the management process where their target says so: they are then of the class `process`. */
const partKinds: readonly FaultKind[] = ['kill', 'crash', 'pause', 'restart']
/** Of the network, those that act on a machine's own connection, and so on a datacenter; the others act on links. */
const machineLinkKinds: readonly FaultKind[] = ['dns', 'interface_down']

/** The class of a fault; null for a user's own kind, of which nothing is known. */
export function faultClassOf(fault: FaultSpec<DatacenterRef>): FaultClass | null {
  if (fault.kind === 'custom') return null
  const isPart = 'target' in fault && ('pes' in fault.target || 'management' in fault.target)
  return isPart && partKinds.includes(fault.kind) ? 'process' : classByKind[fault.kind]
}

/**
 * The kinds of faults that fill a cell, for one who wants to aim at it; none for `load`, which an action changes. Of those in
 * both `process` and `job` the target decides: some PEs, or the whole job.
 */
export function kindsFor({ fault, direction }: Pick<CoverageCell, 'fault' | 'direction'>): readonly FaultKind[] {
  const ofClass = faultKinds.filter((kind) => classByKind[kind] === fault)
  if (fault === 'process') return [...partKinds, ...ofClass]
  const isMachine = direction === 'dc1' || direction === 'dc2'
  return fault === 'network' ? ofClass.filter((kind) => machineLinkKinds.includes(kind) === isMachine) : ofClass
}
