import { sourceBufferSize } from '../../applications/hosting/endpoint-buffers.ts'
import { datacenterNames } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { ExchangeEndpoint } from '../../model/exchange-client.ts'
import type { CarriedLoad, CarriedPlace, Intake, LoadCarrier, TupleRun } from '../../model/load-carrier.ts'
import type { Entry } from '../world/agenda.ts'
import type { LoadListener, World } from '../world/world.ts'
import type { WorldPe } from '../world/pe.ts'
import { HeldRuns } from './held-runs.ts'

/**
 * Carries even load into the world's jobs as intervals. The world says when what was due must have been taken in, and when it may be
 * taken otherwise from then on (`World.addLoad`); beside that, all loads are settled every so often, so that outputs are put out and
 * read while nothing else happens. They are always settled together, in both DCs: figures of the whole system, such as the backlog, are
 * then right at every moment at which something was read.
 *
 * Of a request's way only its end is modelled: where it would be answered, refused, or waited for (src/data/carried-traffic.ts says
 * what becomes of the tuples). What an application that is held up does not take waits in its source's buffer, as on the emulator, and
 * is lost with the PE; tuples that come one by one have a buffer of the same size of their own.
 */
export class WorldLoad implements LoadCarrier, Disposable {
  readonly #world: World
  readonly #periodSeconds: number
  readonly #onSettled: (() => void) | undefined
  readonly #loads = new Set<Place>()
  readonly #held = new Map<WorldPe, HeldRuns>()
  readonly #leave: readonly (() => void)[]
  #lastSettled = 0
  #isSettling = false
  #timer: Entry | undefined

  constructor(
    world: World,
    options: {
      /** System seconds between two settlements at most. @default 60 */
      readonly periodSeconds?: number
      /** Called after each settlement, before what it was for happens: what was put out until then can still be read. @default nobody reads */
      readonly onSettled?: () => void
    } = {},
  ) {
    const { periodSeconds = 60, onSettled } = options
    this.#world = world
    this.#periodSeconds = periodSeconds
    this.#onSettled = onSettled
    const listener: LoadListener = { settle: () => this.#settleAll(), changed: () => this.#changed() }
    this.#leave = [
      ...datacenterNames.map((dc) => world.addLoad(dc, listener)),
      world.subscribe(({ event, dc, detail }) => {
        if (event === 'operator_restarted' && dc !== undefined) this.#forgetHeld(dc, detail?.['operator'])
      }),
    ]
  }

  join(load: CarriedLoad): CarriedPlace {
    const place: Place = { load, entry: undefined }
    this.#loads.add(place)
    this.#arm()
    return {
      settleIn: (seconds) => {
        place.entry?.cancel()
        place.entry = this.#world.agenda.in(Math.max(seconds, leastSeconds), () => this.settle())
      },
      leave: () => {
        place.entry?.cancel()
        this.#loads.delete(place)
      },
    }
  }

  settle(): void {
    // By way of the world, which keeps settlements from leading to settlements.
    this.#world.settle('dc1')
  }

  intake(dc: DatacenterName, endpoint: ExchangeEndpoint): Intake {
    const { management } = this.#world.datacenters[dc]
    const pe = this.#peOf(dc, endpoint)
    if (management === 'stopped' || pe === undefined || pe.status !== 'running' || pe.pid === null) return refuses
    const planted = this.#world.plants?.input(dc) ?? 'taken'
    if (planted === 'refused') return refuses
    if (management === 'paused' || pe.isPaused || planted === 'waits') return waits
    if (pe.takesInput) return takesAll
    return { kind: 'takes', room: Math.max(0, sourceBufferSize - (this.#held.get(pe)?.tuples ?? 0)) }
  }

  give(dc: DatacenterName, endpoint: ExchangeEndpoint, runs: readonly TupleRun[]): void {
    const pe = this.#peOf(dc, endpoint)
    if (pe === undefined) throw new RangeError(`Expected a job of ${dc} behind ${endpoint.url}, got none.`)
    if (pe.takesInput) {
      ingest(pe, runs)
      return
    }
    const held = this.#held.get(pe) ?? new HeldRuns(pe.launchCount)
    this.#held.set(pe, held)
    held.add(runs)
  }

  [Symbol.dispose](): void {
    for (const leave of this.#leave) leave()
    this.#timer?.cancel()
    for (const { entry } of this.#loads) entry?.cancel()
    this.#loads.clear()
  }

  #settleAll(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    try {
      this.#lastSettled = this.#world.now
      this.#passOnHeld()
      for (const { load } of this.#loads) load.settle()
      this.#onSettled?.()
    } finally {
      this.#isSettling = false
    }
  }

  /** Something is taken otherwise from now on: what has waited meets that at once. */
  #changed(): void {
    this.#settleAll()
  }

  /** What waited for applications that take input again; a PE that was started anew knows nothing of it. */
  #passOnHeld(): void {
    for (const [pe, held] of this.#held) {
      const isGone = pe.pid === null || pe.launchCount !== held.launchCount
      if (!isGone && !pe.takesInput) continue
      this.#held.delete(pe)
      if (!isGone) ingest(pe, held.runs)
    }
  }

  #forgetHeld(dc: DatacenterName, operator: unknown): void {
    for (const [pe] of this.#held) {
      if (operator === 'LedgerIngest' && this.#world.datacenters[dc].pes().includes(pe)) this.#held.delete(pe)
    }
  }

  /** Wakes when nothing was settled for a while. */
  #arm(): void {
    if (this.#timer !== undefined) return
    const { agenda } = this.#world
    const dueAt = Math.max(agenda.now + leastSeconds, this.#lastSettled + this.#periodSeconds)
    this.#timer = agenda.at(dueAt, () => {
      this.#timer = undefined
      if (this.#loads.size === 0) return
      // Something else may have had it settled meanwhile.
      if (agenda.now >= this.#lastSettled + this.#periodSeconds) this.settle()
      this.#arm()
    })
  }

  #peOf(dc: DatacenterName, { url }: ExchangeEndpoint): WorldPe | undefined {
    const jobId = /\/jobs\/([^/]+)\//.exec(url)?.[1]
    return jobId === undefined ? undefined : this.#world.datacenters[dc].job(jobId)?.applicationPe
  }
}

/** A load, and when it wants to be settled. */
interface Place {
  readonly load: CarriedLoad
  entry: Entry | undefined
}

/** Rounding between two clocks must not have a load ask for the same moment for ever. */
const leastSeconds = 1e-9

const refuses: Intake = { kind: 'refuses' }
const waits: Intake = { kind: 'waits' }
const takesAll: Intake = { kind: 'takes', room: Infinity }

function ingest(pe: WorldPe, runs: readonly TupleRun[]): void {
  const tuples = runs.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  pe.actAtOnce((application) => application.ingestRuns?.(runs) ?? [], tuples)
}
