import { cellKey, possibleCells } from '../../model/coverage.ts'
import type { ToolkitInvariant } from '../../model/check.ts'
import { scenarioCoverage } from '../../scenario/coverage/fault-places.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { createRandom } from '../../support/random.ts'
import type { Random } from '../../support/random.ts'
import { drawCase } from './draw-case.ts'
import type { FuzzCase } from './fuzz-case.ts'
import { scenarioOf } from './fuzz-scenario.ts'
import { judgeRun } from './judge-run.ts'
import type { RunOutcome } from './judge-run.ts'
import { shrinkCase } from './shrink-case.ts'

/** What is to be fuzzed. */
export interface FuzzOptions {
  /** @default 1000 */
  readonly runs?: number
  readonly seed: number
  /** Simulated minutes that a run takes at most. @default 20 */
  readonly minutes?: number
  /** Called after each run. */
  readonly onProgress?: (progress: FuzzProgress) => void
  readonly signal?: AbortSignal
  /** Stop at so many findings. @default none */
  readonly findingsMax?: number
  /** Real milliseconds that shrinking one finding may take. @default 20000 */
  readonly shrinkLimitMs?: number
  /** Judges one run; for tests of what runs it. @default in a simulated pair */
  readonly judge?: (drawn: FuzzCase, seed: number) => Promise<RunOutcome>
}

/** How far it has come. */
export interface FuzzProgress {
  readonly runs: number
  readonly findings: number
  /** Runs that could not be judged. */
  readonly inconclusive: number
  /** Cells of the coverage map that some run fell into, and how many there are. */
  readonly cells: { readonly covered: number; readonly possible: number }
  readonly elapsedMs: number
}

/** A schedule under which an invariant does not hold. */
export interface FuzzFinding {
  /** The number of the run, from 1. */
  readonly run: number
  /** Of this run alone: it gives the run again. */
  readonly runSeed: number
  readonly invariant: ToolkitInvariant
  readonly message: string
  /** As it was drawn. */
  readonly drawn: FuzzCase
  /** The smallest found that violates the same invariant. */
  readonly smallest: FuzzCase
  /** What it violates, in its own words. */
  readonly smallestMessage: string
  readonly shrinkTries: number
}

/** What came of it. */
export interface FuzzResult extends FuzzProgress {
  readonly seed: number
  readonly found: readonly FuzzFinding[]
  /** It was ended before all runs were made. */
  readonly isCutShort: boolean
}

/** Runs are drawn so often, and that is carried out which comes to most cells that no run has come to yet. */
const candidates = 2
const defaults = { runs: 1000, minutes: 20, findingsMax: Infinity, shrinkLimitMs: 20_000 }

/**
 * Draws schedules, simulates them and shrinks those under which an invariant does not hold, one finding for each invariant: the
 * same one is hardly ever another one's doing. The same seed gives the same runs.
 */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { runs = defaults.runs, seed, findingsMax = defaults.findingsMax, onProgress, signal } = options
  const fuzz = new Fuzz(options)
  for (let run = 1; run <= runs; run += 1) {
    if (signal?.aborted === true || fuzz.found.length >= findingsMax) break
    await fuzz.run(run)
    onProgress?.(fuzz.progress())
  }
  const progress = fuzz.progress()
  return { ...progress, seed, found: fuzz.found, isCutShort: progress.runs < runs }
}

class Fuzz {
  readonly #options: FuzzOptions
  readonly #random: Random
  readonly #covered = new Set<string>()
  readonly #possible = new Set(possibleCells().map(cellKey))
  readonly #seen = new Set<ToolkitInvariant>()
  readonly #startedAt = monotonicNowMs()
  readonly found: FuzzFinding[] = []
  #runs = 0
  #inconclusive = 0
  #violations = 0

  constructor(options: FuzzOptions) {
    this.#options = options
    this.#random = createRandom(options.seed)
  }

  progress(): FuzzProgress {
    return {
      runs: this.#runs,
      findings: this.#violations,
      inconclusive: this.#inconclusive,
      cells: { covered: this.#covered.size, possible: this.#possible.size },
      elapsedMs: monotonicNowMs() - this.#startedAt,
    }
  }

  async run(run: number): Promise<void> {
    const random = this.#random.fork(`run ${run}`)
    const runSeed = random.nextUint32()
    const drawn = this.#draw(random)
    const outcome = await this.#judge(drawn, runSeed)
    this.#runs = run
    if (outcome.kind === 'inconclusive') this.#inconclusive += 1
    if (outcome.kind !== 'violated') return
    this.#violations += 1
    if (this.#seen.has(outcome.invariant)) return
    this.#seen.add(outcome.invariant)
    this.found.push(await this.#shrink({ run, runSeed, drawn, ...outcome }))
  }

  /** Of several that which comes to most empty cells; the first one where none does. */
  #draw(random: Random): FuzzCase {
    const limits = { secondsMax: 60 * (this.#options.minutes ?? defaults.minutes) }
    let best: { readonly drawn: FuzzCase; readonly cells: readonly string[]; readonly fresh: number } | undefined
    for (let one = 0; one < candidates; one += 1) {
      const drawn = drawCase(random.fork(`candidate ${one}`), limits)
      const cells = this.#cellsOf(drawn)
      const fresh = cells.filter((cell) => !this.#covered.has(cell)).length
      if (best === undefined || fresh > best.fresh) best = { drawn, cells, fresh }
    }
    for (const cell of best?.cells ?? []) this.#covered.add(cell)
    return best?.drawn ?? drawCase(random, limits)
  }

  #cellsOf(drawn: FuzzCase): readonly string[] {
    const scenario = scenarioOf(drawn, { testId: 'FUZZ', description: 'drawn' })
    const { places } = scenarioCoverage(scenario, { seed: 0 })
    return [...new Set(places.map(({ cell }) => cellKey(cell)))].filter((key) => this.#possible.has(key))
  }

  async #judge(drawn: FuzzCase, runSeed: number): Promise<RunOutcome> {
    const { judge, signal } = this.#options
    if (judge !== undefined) return await judge(drawn, runSeed)
    return await judgeRun(scenarioOf(drawn, { testId: 'FUZZ', description: 'drawn' }), runSeed, signal)
  }

  async #shrink(
    failing: Pick<FuzzFinding, 'run' | 'runSeed' | 'drawn' | 'invariant' | 'message'>,
  ): Promise<FuzzFinding> {
    const { drawn, runSeed, invariant } = failing
    let smallestMessage = failing.message
    const { smallest, tries } = await shrinkCase(drawn, {
      timeLimitMs: this.#options.shrinkLimitMs ?? defaults.shrinkLimitMs,
      now: monotonicNowMs,
      fails: async (smaller) => {
        if (this.#options.signal?.aborted === true) return false
        const outcome = await this.#judge(smaller, runSeed)
        const isSame = outcome.kind === 'violated' && outcome.invariant === invariant
        if (isSame) smallestMessage = outcome.message
        return isSame
      },
    })
    return { ...failing, smallest, smallestMessage, shrinkTries: tries }
  }
}
