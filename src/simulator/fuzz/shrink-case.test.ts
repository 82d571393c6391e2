import { expect, test } from 'vitest'
import { createRandom } from '../../support/random.ts'
import { drawFault } from './draw-case.ts'
import { fuzzFaultKinds, plainestCase, referenceRhythm } from './fuzz-case.ts'
import type { FuzzCase, FuzzFault } from './fuzz-case.ts'
import { carriedOut } from './fuzz-faults.ts'
import { shrinkCase } from './shrink-case.ts'
import type { Shrunk } from './shrink-case.ts'

const has = ({ faults }: FuzzCase, matches: (fault: FuzzFault) => boolean): boolean => faults.some(matches)
const shrink = async (failing: FuzzCase, fails: (drawn: FuzzCase) => boolean, timeLimitMs = 60_000): Promise<Shrunk> =>
  await shrinkCase(failing, { fails: async (drawn) => await Promise.resolve(fails(drawn)), timeLimitMs, now: () => 0 })

/** A schedule of twenty faults that can all stand beside each other. */
function twenty(seed: number): FuzzCase {
  const random = createRandom(seed)
  const limits = { secondsMax: 400, rhythm: referenceRhythm, pes: 2, kinds: fuzzFaultKinds }
  const faults: FuzzFault[] = []
  for (let start = 0; faults.length < 20; start += 20_000) {
    const fault = drawFault(random, limits)
    const placed = { ...fault, at: fault.at + start }
    if (carriedOut({ ...plainestCase, store: 'table', pes: 2, faults: [placed] }).length === 1) faults.push(placed)
  }
  return {
    ...plainestCase,
    store: 'table',
    pes: 2,
    faults,
    settings: {
      ...plainestCase.settings,
      rhythm: { heartbeatSeconds: 17, misses: 3, snapshotSeconds: 85, delaySeconds: 23 },
    },
    traffic: { tuplesPerSecond: 3, keys: 4, into: 'both' },
    offsetTenths: 137,
    tailSeconds: 411,
  }
}

test.each([1, 2, 3, 4, 5])(
  'of twenty faults those that matter are left, wherever they stand (seed %i)',
  async (seed) => {
    const failing = twenty(seed)
    const [first, , , fourth] = failing.faults
    const last = failing.faults.at(-2)
    const kinds = [first, fourth, last].map((fault) => fault?.kind)
    const fails = (drawn: FuzzCase): boolean => kinds.every((kind) => has(drawn, (fault) => fault.kind === kind))
    const { smallest } = await shrink(failing, fails)
    expect(smallest.faults).toHaveLength(new Set(kinds).size)
    expect(fails(smallest)).toBe(true)
  },
)

test('everything that does not matter becomes plain', async () => {
  const { smallest } = await shrink(twenty(7), () => true)
  expect(smallest).toEqual(plainestCase)
})

test('times become as short as they may, and round', async () => {
  const kill: FuzzFault = { kind: 'kill', dc: 'dc2', pe: null, at: 4173, hold: 2391 }
  const failing = { ...plainestCase, faults: [kill], tailSeconds: 127 }
  const { smallest } = await shrink(failing, (drawn) =>
    has(drawn, (fault) => fault.kind === 'kill' && fault.at >= 1875 && fault.hold >= 917),
  )
  expect(smallest.faults).toEqual([{ kind: 'kill', dc: 'dc1', pe: null, at: 2000, hold: 1200 }])
  expect(smallest.tailSeconds).toBe(0)
})

test('settings that matter stay, towards what they need', async () => {
  const { smallest } = await shrink(twenty(3), ({ settings }) => (settings.rhythm?.misses ?? 4) < 4)
  expect(smallest.settings.rhythm).toEqual({ heartbeatSeconds: 1, misses: 0, snapshotSeconds: 1, delaySeconds: 0 })
  expect(smallest.faults).toEqual([])
})

test('what is tried once is not tried again', async () => {
  const seen = new Set<string>()
  const failing = twenty(2)
  await shrink(failing, (drawn) => {
    const key = JSON.stringify(drawn)
    expect(seen.has(key)).toBe(false)
    seen.add(key)
    return drawn.faults.length >= 2
  })
  expect(seen.size).toBeGreaterThan(3)
})

test('when the time is up the smallest found by then is taken', async () => {
  let ms = 0
  const failing = twenty(4)
  const shrunk = await shrinkCase(failing, {
    fails: async ({ faults }) => {
      ms += 10
      return await Promise.resolve(faults.length >= 3)
    },
    timeLimitMs: 35,
    now: () => ms,
  })
  expect(shrunk.isCutShort).toBe(true)
  expect(shrunk.tries).toBe(4)
  expect(shrunk.smallest.faults.length).toBeLessThan(20)
  expect(shrunk.smallest.faults.length).toBeGreaterThanOrEqual(3)
})
