import fc from 'fast-check'
import { caseArbitrary } from './case-arbitrary.ts'
import type { FuzzCase, FuzzFault, FuzzRhythm } from './fuzz-case.ts'
import { carriedOut } from './fuzz-faults.ts'
import { rounderNumbers } from './rounder-numbers.ts'

interface ShrinkOptions {
  /** Whether a case still fails for the same reason. */
  readonly fails: (drawn: FuzzCase) => Promise<boolean>
  /** Real milliseconds after which the smallest one found by then is taken. */
  readonly timeLimitMs: number
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number
}

/** What shrinking came to. */
export interface Shrunk {
  readonly smallest: FuzzCase
  /** How many cases were tried. */
  readonly tries: number
  /** Whether the time was up before nothing smaller failed. */
  readonly isCutShort: boolean
}

/**
 * The smallest case that still fails: fewest faults first, then shortest, then roundest numbers. `fails` must say yes of `failing`
 * itself.
 */
export async function shrinkCase(failing: FuzzCase, options: ShrinkOptions): Promise<Shrunk> {
  const attempt = new Attempt(options)
  // What is left out anyhow would be tried again and again.
  const carried = { ...failing, faults: carriedOut(failing) }
  const withFew = await fewerFaults(carried, attempt)
  const plain = await plainer(withFew, attempt)
  const round = await rounder(plain, attempt)
  return { smallest: round, tries: attempt.tries, isCutShort: attempt.isOver }
}

/** Tries cases, each once, until the time is up. */
class Attempt {
  readonly #options: ShrinkOptions
  readonly #known = new Map<string, boolean>()
  readonly #until: number
  tries = 0

  constructor(options: ShrinkOptions) {
    this.#options = options
    this.#until = options.now() + options.timeLimitMs
  }

  get isOver(): boolean {
    return this.#options.now() >= this.#until
  }

  async fails(drawn: FuzzCase): Promise<boolean> {
    const carried = { ...drawn, faults: carriedOut(drawn) }
    const key = JSON.stringify(carried)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.isOver) return false
    this.tries += 1
    const isFailing = await this.#options.fails(carried)
    this.#known.set(key, isFailing)
    return isFailing
  }
}

/** Halves, then single faults, are left out as long as it goes on failing: most faults of a schedule have nothing to do with it. */
async function fewerFaults(start: FuzzCase, attempt: Attempt): Promise<FuzzCase> {
  let smallest = start
  for (let size = Math.ceil(start.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < smallest.faults.length;) {
      const without = { ...smallest, faults: smallest.faults.filter((_, at) => at < from || at >= from + size) }
      if (await attempt.fails(without)) smallest = without
      else from += size
    }
  }
  return smallest
}

/** As fast-check has it: every field towards its plainest value, faults left out where two had to go at once. */
async function plainer(start: FuzzCase, attempt: Attempt): Promise<FuzzCase> {
  let smallest = start
  const property = fc.asyncProperty(caseArbitrary, async (drawn) => {
    if (!(await attempt.fails(drawn))) return true
    smallest = { ...drawn, faults: carriedOut(drawn) }
    return false
  })
  await fc.check(property, { examples: [[start]], numRuns: 1, seed: 1, endOnFailure: false })
  return smallest
}

/** Each number by the roundest near it, the shortest time first. */
async function rounder(start: FuzzCase, attempt: Attempt): Promise<FuzzCase> {
  let smallest = start
  for (const number of numbersOf(start)) {
    const value = number.of(smallest)
    if (value === null) continue
    for (const better of rounderNumbers(value, number.steps)) {
      const changed = number.with(smallest, better)
      if (!(await attempt.fails(changed))) continue
      smallest = changed
      break
    }
  }
  return smallest
}

/** A number of a case, and by which steps it may be rounded. */
interface CaseNumber {
  readonly steps: readonly number[]
  readonly of: (drawn: FuzzCase) => number | null
  readonly with: (drawn: FuzzCase, value: number) => FuzzCase
}

const tenthSteps = [6000, 3000, 1000, 600, 300, 100, 50, 10]
const secondSteps = [600, 300, 100, 60, 30, 10, 5]

function numbersOf(start: FuzzCase): readonly CaseNumber[] {
  const faults = start.faults.flatMap((_, index) => [
    ...(['at', 'hold', 'delayTenths'] as const).map((name) => faultNumber(index, name, tenthSteps)),
    ...(['downSeconds', 'upSeconds', 'delayMs', 'jitterMs'] as const).map((name) =>
      faultNumber(index, name, secondSteps),
    ),
  ])
  const rhythms = (['heartbeatSeconds', 'snapshotSeconds', 'delaySeconds'] as const).flatMap((name) => [
    rhythmNumber('both', name),
    rhythmNumber('dc2', name),
  ])
  return [
    ...rhythms,
    {
      steps: tenthSteps,
      of: ({ offsetTenths }) => offsetTenths,
      with: (drawn, offsetTenths) => ({ ...drawn, offsetTenths }),
    },
    ...faults,
    {
      steps: secondSteps,
      of: ({ tailSeconds }) => tailSeconds,
      with: (drawn, tailSeconds) => ({ ...drawn, tailSeconds }),
    },
  ]
}

function faultNumber(index: number, name: string, steps: readonly number[]): CaseNumber {
  return {
    steps,
    of: ({ faults }) => {
      const value: unknown = Object.entries(faults[index] ?? {}).find(([key]) => key === name)?.[1]
      return typeof value === 'number' ? value : null
    },
    with: (drawn, value) => ({
      ...drawn,
      faults: drawn.faults.map((fault, at): FuzzFault => (at === index ? { ...fault, [name]: value } : fault)),
    }),
  }
}

function rhythmNumber(of: 'both' | 'dc2', name: keyof FuzzRhythm): CaseNumber {
  const rhythmIn = (drawn: FuzzCase): FuzzRhythm | null => (of === 'dc2' ? drawn.dc2 : drawn.settings.rhythm)
  return {
    steps: secondSteps,
    of: (drawn) => rhythmIn(drawn)?.[name] ?? null,
    with: (drawn, value) => {
      const rhythm = rhythmIn(drawn)
      if (rhythm === null) return drawn
      const changed = { ...rhythm, [name]: value }
      return of === 'dc2' ? { ...drawn, dc2: changed } : { ...drawn, settings: { ...drawn.settings, rhythm: changed } }
    },
  }
}
