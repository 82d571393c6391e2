import { expect, test } from 'vitest'
import { runFuzz } from './run-fuzz.ts'
import type { FuzzOptions, FuzzProgress } from './run-fuzz.ts'
import type { FuzzCase } from './fuzz-case.ts'
import type { RunOutcome } from './judge-run.ts'

const held: RunOutcome = { kind: 'held' }
const violated = (invariant: 'replay_whole' | 'no_duplicates'): RunOutcome => ({
  kind: 'violated',
  invariant,
  message: `${invariant} does not hold`,
})
const withKill = ({ faults }: FuzzCase): boolean => faults.some(({ kind }) => kind === 'kill')
const judging = (judge: (drawn: FuzzCase) => RunOutcome): Pick<FuzzOptions, 'judge'> => ({
  judge: async (drawn) => await Promise.resolve(judge(drawn)),
})

test('the same seed gives the same runs', async () => {
  const seen: string[][] = [[], []]
  for (const runs of seen) {
    const judge = judging((drawn) => {
      runs.push(JSON.stringify(drawn))
      return held
    })
    await runFuzz({ runs: 20, seed: 3, ...judge })
  }
  expect(seen[0]).toEqual(seen[1])
  expect(new Set(seen[0]).size).toBe(20)
})

test('the runs of a longer fuzz begin with those of a shorter one', async () => {
  const seeds: number[][] = [[], []]
  for (const [index, runs] of [5, 10].entries()) {
    const judge = async (_: FuzzCase, seed: number): Promise<RunOutcome> => {
      seeds[index]?.push(seed)
      return await Promise.resolve(held)
    }
    await runFuzz({ runs, seed: 3, judge })
  }
  expect(seeds[1]?.slice(0, 5)).toEqual(seeds[0])
})

test('a finding is shrunk, once for each invariant', async () => {
  const judge = judging((drawn) => (withKill(drawn) ? violated('replay_whole') : held))
  const { found, findings } = await runFuzz({ runs: 200, seed: 1, ...judge })
  expect(findings).toBeGreaterThan(1)
  expect(found).toHaveLength(1)
  expect(found[0]?.smallest.faults).toEqual(
    [{ kind: 'kill', dc: 'dc1', pe: null, at: 1, hold: 1 }].map((fault) =>
      expect.objectContaining({ kind: fault.kind, dc: fault.dc, pe: fault.pe }),
    ),
  )
  expect(found[0]?.invariant).toBe('replay_whole')
})

test('shrinking keeps to the reason', async () => {
  const judge = judging((drawn) => {
    if (drawn.faults.length >= 2 && withKill(drawn)) return violated('replay_whole')
    return drawn.faults.length === 1 ? violated('no_duplicates') : held
  })
  const { found } = await runFuzz({ runs: 100, seed: 1, ...judge })
  expect(found.find(({ invariant }) => invariant === 'replay_whole')?.smallest.faults).toHaveLength(2)
})

test('it ends with so many findings', async () => {
  const judge = judging(() => violated('replay_whole'))
  const result = await runFuzz({ runs: 50, seed: 1, findingsMax: 1, ...judge })
  expect(result).toMatchObject({ runs: 1, isCutShort: true })
})

test('it ends when it is asked to, with what was found', async () => {
  const ends = new AbortController()
  const judge = judging(() => violated('replay_whole'))
  const result = await runFuzz({ runs: 50, seed: 1, signal: ends.signal, ...judge, onProgress: () => ends.abort() })
  expect(result.found).toHaveLength(1)
  expect(result).toMatchObject({ runs: 1, isCutShort: true })
})

test('what could not be judged is counted, and no finding', async () => {
  const judge = judging(() => ({ kind: 'inconclusive', reason: 'nothing was seen' }))
  const result = await runFuzz({ runs: 5, seed: 1, ...judge })
  expect(result).toMatchObject({ inconclusive: 5, findings: 0, found: [] })
})

test('more and more cells of the coverage map are come to', async () => {
  const seen: FuzzProgress[] = []
  await runFuzz({ runs: 300, seed: 1, ...judging(() => held), onProgress: (progress) => seen.push(progress) })
  const covered = seen.map(({ cells }) => cells.covered)
  expect(covered).toEqual(covered.toSorted((a, b) => a - b))
  expect(covered.at(-1)).toBeGreaterThan(200)
})

test('runs of the toolkit as it is hold every invariant', { timeout: 60_000 }, async () => {
  const result = await runFuzz({ runs: 30, seed: 11, minutes: 10 })
  expect(result.found).toEqual([])
  expect(result.inconclusive).toBeLessThan(5)
})
