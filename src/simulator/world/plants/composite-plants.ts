// Plants around a PE's share of the composite CrossDCFailover: what they change of its inputs and of what it answers.

import type { DatacenterName } from '../../../model/datacenter.ts'
import { otherDatacenter } from '../../../model/datacenter.ts'
import type { Composite } from '../../../toolkit/composite.ts'
import type { ToolkitEffect, ToolkitInput } from '../../../toolkit/io.ts'
import { event } from '../../../toolkit/machines/events.ts'
import type { Plant, PlantSite } from '../plant.ts'
import type { PairMemory } from './pair-memory.ts'

/** A plant at its place. */
export interface Planted {
  readonly plant: Plant
  readonly site: PlantSite
  readonly memory: PairMemory
  /** It acted. */
  readonly tell: () => void
}

/** What a plant makes of an input; it hands on to `inner` what it lets through. */
type Handle = (input: ToolkitInput, inner: Composite) => readonly ToolkitEffect[]

/** The composite with the failure in it; the composite itself where the failure has no place there. */
export function plantInComposite(inner: Composite, planted: Planted): Composite {
  const handle = handlerOf(planted)
  const watch = watcherOf(planted)
  return {
    handle: (input) => {
      const effects = handle === undefined ? inner.handle(input) : handle(input, inner)
      watch(effects)
      return effects
    },
    restartOperator: (operator) => inner.restartOperator(operator),
    get state() {
      return inner.state
    },
  }
}

/** Remembers what other plants wait for. */
function watcherOf({ site, memory }: Planted): (effects: readonly ToolkitEffect[]) => void {
  if (site.settings.crossDCOperationMode === 1) memory.activeDatacenters.add(site.dc)
  return (effects) => {
    for (const effect of effects) {
      if (effect.kind !== 'event') continue
      // Here `of` is the DC whose state is safe now, and `dc` the one that keeps it.
      if (effect.event === 'protected') memory.protectedDatacenters.add(otherDatacenter(site.dc))
      if (effect.event === 'remote_down') memory.sawDown.add(site.dc)
    }
  }
}

function handlerOf(planted: Planted): Handle | undefined {
  const { plant, site } = planted
  switch (plant.kind) {
    case 'takeover_never':
      return postponing(planted, () => true)
    case 'takeover_late':
      return postponing(planted, late(planted, plant.bySeconds))
    case 'takeover_early':
      return hasty(planted)
    case 'takeover_false':
      return plant.by === site.dc ? falsely(planted, () => isKept(planted, otherDatacenter(site.dc))) : undefined
    case 'both_active':
      return falsely(planted, () => [...planted.memory.activeDatacenters].every((dc) => isKept(planted, dc)))
    case 'status_flaps':
      return plant.by === site.dc ? flapping(planted) : undefined
    case 'snapshot_stuck':
      return stuck(planted)
    case 'fail_back_never':
      return deaf(planted)
    case 'error_logged':
      return logging(planted)
    default:
      return undefined
  }
}

function isKept({ memory }: Planted, dc: DatacenterName): boolean {
  return memory.protectedDatacenters.has(dc)
}

const watchdog = 'RemoteDataCenterHeartbeatWatchdog'

/** Whether the watchdog in this PE is about to count a tick: its generator's own, or one from another PE. */
function isWatchdogTick(input: ToolkitInput, inner: Composite): boolean {
  if (input.kind === 'tuple') return input.to === watchdog && input.tuple.kind === 'tick'
  const { operators } = inner.state
  return input.kind === 'tick' && watchdog in operators && 'HeartbeatSignalGenerator' in operators
}

/** How the watchdog counts (toolkit reference §4.3), followed from outside. */
class Misses {
  /** The miss with which the remote is declared down. */
  readonly limit: number
  #count = 0

  constructor({ settings, behaviour }: PlantSite) {
    const allowed = settings.consecutiveHeartbeatMissesAllowed
    // Quirk Q1: DOWN comes with miss A + 1; as documented, with miss A.
    this.limit = behaviour.quirks.Q1 ? allowed + 1 : Math.max(1, allowed)
  }

  get count(): number {
    return this.#count
  }

  /** Whether the remote is to be declared down with this tick. */
  get isOver(): boolean {
    return this.#count >= this.limit
  }

  follow(input: ToolkitInput, inner: Composite): void {
    if (input.kind === 'post' && input.portOffset === 0) this.#count = 0
    else if (isWatchdogTick(input, inner)) this.#count += 1
  }
}

/** A word for the watchdog alone, which no counter shows. */
function tell(inner: Composite, tuple: 'sign_of_life' | 'tick'): readonly ToolkitEffect[] {
  return inner.handle({ kind: 'tuple', to: watchdog, tuple: { kind: tuple } })
}

/** Signs of life that nobody gave, for as long as `goesOn` says, from the tick on at which the remote should be declared down. */
function postponing(planted: Planted, goesOn: () => boolean): Handle {
  const misses = new Misses(planted.site)
  return (input, inner) => {
    misses.follow(input, inner)
    const isDue = isWatchdogTick(input, inner) && misses.isOver && inner.state.remoteStatus === 'up'
    // With A = 0 the tick behind the sign of life says down all the same (toolkit reference §1.4, no. 7).
    if (!isDue || misses.limit <= 1 || !goesOn()) return inner.handle(input)
    planted.tell()
    return [...tell(inner, 'sign_of_life'), ...inner.handle(input)]
  }
}

/** After the last sign of life the watchdog takes A intervals more, so the signs end as many earlier. */
function late({ site }: Planted, bySeconds: number): () => boolean {
  const { heartbeatExchangeInterval, consecutiveHeartbeatMissesAllowed } = site.settings
  const rest = heartbeatExchangeInterval * consecutiveHeartbeatMissesAllowed
  let first: number | null = null
  let last = 0
  return () => {
    first ??= site.now()
    const isLate = last - first + rest >= bySeconds
    if (last > 0 && isLate) return false
    last = site.now()
    return true
  }
}

/** With A = 255 the counter wraps and never says down (toolkit reference §1.4, no. 7). */
const ticksMax = 300

/** Ticks that nobody gave, until the remote counts as down. */
function forceDown(inner: Composite): readonly ToolkitEffect[] {
  const effects: ToolkitEffect[] = []
  for (let ticks = 0; ticks < ticksMax && inner.state.remoteStatus === 'up'; ticks += 1) {
    effects.push(...tell(inner, 'tick'))
  }
  return effects
}

/** Down at the second tick in a row without a heartbeat: one tick between two heartbeats is the rule. */
function hasty(planted: Planted): Handle {
  const misses = new Misses(planted.site)
  return (input, inner) => {
    misses.follow(input, inner)
    const isSilent = isWatchdogTick(input, inner) && misses.count === 2 && !misses.isOver
    if (!isSilent || inner.state.remoteStatus !== 'up') return inner.handle(input)
    const effects = forceDown(inner)
    if (effects.length > 0) planted.tell()
    return [...effects, ...inner.handle(input)]
  }
}

/** Down once, at the first tick at which `isTime`, though heartbeats come. */
function falsely(planted: Planted, isTime: () => boolean): Handle {
  const { plant, site, memory } = planted
  const id = `${plant.kind} ${site.dc}`
  return (input, inner) => {
    const isDue = isWatchdogTick(input, inner) && !memory.done.has(id) && inner.state.remoteStatus === 'up'
    if (!isDue || !isTime()) return inner.handle(input)
    memory.done.add(id)
    const effects = forceDown(inner)
    if (effects.length > 0) planted.tell()
    return [...effects, ...inner.handle(input)]
  }
}

const flapsMax = 3

/** Down at one tick and up at the next; only who is told of it differs, the watchdog holds the remote for up all along. */
function flapping(planted: Planted): Handle {
  const { site, memory } = planted
  const of = otherDatacenter(site.dc)
  let flaps = 0
  let isDown = false
  return (input, inner) => {
    const isDue = isWatchdogTick(input, inner) && inner.state.remoteStatus === 'up' && isKept(planted, of)
    if (!isDue || (flaps === flapsMax && !isDown) || (flaps === 0 && memory.done.has(site.dc)))
      return inner.handle(input)
    memory.done.add(site.dc)
    isDown = !isDown
    if (isDown) {
      flaps += 1
      planted.tell()
    }
    const told: readonly ToolkitEffect[] = [
      event(isDown ? 'remote_down' : 'remote_up', of),
      { kind: 'emit_status', active: !isDown, isPlanned: false },
    ]
    return [...told, ...inner.handle(input)]
  }
}

/** What is stored is what was stored first. */
function stuck({ site, memory, tell: acted }: Planted): Handle {
  const idOf = (name: string): string => `${site.dc}/${name}`
  const stored = (effect: ToolkitEffect): ToolkitEffect => {
    if (effect.kind === 'store_delete') memory.firstSnapshots.delete(idOf(effect.name))
    if (effect.kind === 'store_delete_all') {
      for (const id of memory.firstSnapshots.keys()) if (id.startsWith(`${site.dc}/`)) memory.firstSnapshots.delete(id)
    }
    if (effect.kind !== 'store_write') return effect
    const first = memory.firstSnapshots.get(idOf(effect.name))
    if (first === undefined) {
      memory.firstSnapshots.set(idOf(effect.name), effect.body)
      return effect
    }
    acted()
    return { ...effect, body: first }
  }
  return (input, inner) => inner.handle(input).map(stored)
}

/** Heartbeats are answered and count for nothing. */
function deaf({ site, memory, tell: acted }: Planted): Handle {
  return (input, inner) => {
    const isHeartbeat = input.kind === 'post' && input.portOffset === 0
    if (!isHeartbeat || !memory.sawDown.has(site.dc)) return inner.handle(input)
    acted()
    return [{ kind: 'accept_post', postId: input.postId }]
  }
}

/** Once, after the first contact. */
function logging({ memory, tell: acted }: Planted): Handle {
  return (input, inner) => {
    const effects = inner.handle(input)
    if (memory.done.has('error_logged') || input.kind !== 'tick' || inner.state.remoteStatus !== 'up') return effects
    memory.done.add('error_logged')
    acted()
    const text = 'Planted failure: an error that no fault explains.'
    return [...effects, { kind: 'trace', level: 'error', aspect: 'Planted', text }]
  }
}
