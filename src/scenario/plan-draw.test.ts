import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ActionStep, FaultStep, GroupStep, RandomBudget, Step } from '../model/step.ts'
import { allSteps } from '../model/step.ts'
import { drawnStepsAtMost, drawSteps, longestSeconds } from './plan-draw.ts'

const kill = (id: string, forSeconds?: number): FaultStep => ({
  id,
  fault: { kind: 'kill', target: { dc: 'dc1' } },
  ...(forSeconds === undefined ? {} : { forSeconds }),
  heal: 'end',
})
const random = (id: string, steps: readonly Step[], budget: Partial<RandomBudget> = {}): GroupStep => ({
  id,
  group: 'random',
  steps,
  budget: { count: 3, gapSeconds: { min: 0, max: 0 }, ...budget },
})
const ids = (steps: readonly Step[]): readonly string[] => allSteps(steps).map(({ id }) => id)

test('draws the same from the same seed, whatever stands beside the group, and something else from another', () => {
  const group = random('chaos', [kill('a'), kill('b'), kill('c'), kill('d')], { count: 20 })
  const drawn = drawSteps([group], 7)
  expect(drawSteps([kill('before'), group], 7)[1]).toEqual(drawn[0])
  expect(drawSteps([group], 8)).not.toEqual(drawn)
  expect(drawn).toMatchObject([{ id: 'chaos', group: 'sequence' }])
  expect(drawn[0]).not.toHaveProperty('budget')
})

test('draws by a seed of the group’s own, whatever the run’s', () => {
  const group = random('chaos', [kill('a'), kill('b'), kill('c')], { count: 20, seed: 5 })
  expect(drawSteps([group], 1)).toEqual(drawSteps([group], 2))
})

test('keeps the id of what is drawn first, and numbers what is drawn again', () => {
  const [group] = drawSteps([random('chaos', [kill('a')], { gapSeconds: { min: 5, max: 5 } }), kill('a-2')], 1)
  expect(ids(group === undefined ? [] : [group])).toEqual(['chaos', 'a', 'chaos-gap-2', 'a-3', 'chaos-gap-3', 'a-4'])
})

test('names a copy where the original named itself', () => {
  const cut: FaultStep = {
    ...kill('cut'),
    until: { event: { of: 'step', step: 'inner', event: 'fault_effective' }, since: 'cut' },
    during: [
      {
        id: 'inner',
        action: { kind: 'heal', step: 'cut' },
        when: { event: { of: 'step', step: 'other', event: 'fault_healed' } },
      },
      { id: 'look', action: { kind: 'check', check: { kind: 'integrity', for: 'cut' } } },
      { id: 'wait', action: { kind: 'wait', until: { event: { of: 'step', step: 'cut', event: 'fault_effective' } } } },
    ],
  }
  const [group] = drawSteps([random('chaos', [cut], { count: 2 })], 1)
  expect((group as GroupStep).steps[1]).toMatchObject({
    id: 'cut-2',
    until: { event: { step: 'inner-2' }, since: 'cut-2' },
    during: [
      { id: 'inner-2', action: { step: 'cut-2' }, when: { event: { step: 'other' } } },
      { id: 'look-2', action: { check: { for: 'cut-2' } } },
      { id: 'wait-2', action: { until: { event: { step: 'cut-2' } } } },
    ],
  })
})

test('draws groups within groups and within faults, with ids that are all different', () => {
  const inner = random('inner', [kill('a'), kill('b')], { count: 4 })
  const other = random('other', [kill('d'), kill('e-2')], { count: 2 })
  const outer = random('outer', [inner, { ...kill('c'), during: [other] }], { count: 4 })
  const steps: readonly Step[] = [{ id: 'both', group: 'parallel', steps: [outer] }]
  assert(
    property(integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      const all = ids(drawSteps(steps, seed))
      expect(new Set(all).size).toBe(all.length)
      expect(all.length).toBeLessThanOrEqual(drawnStepsAtMost(steps))
      expect(JSON.stringify(drawSteps(steps, seed))).not.toContain('"random"')
    }),
    { numRuns: 50 },
  )
})

test('never draws more than its budget', () => {
  const budget = { count: 50, seconds: 100, gapSeconds: { min: 1, max: 9.5 } }
  const endless: FaultStep = {
    ...kill('endless'),
    until: { event: { of: 'datacenter', dc: 'dc2', event: 'remote_down' } },
  }
  const group = random('chaos', [kill('short', 10), kill('long', 40), kill('too-long', 101), endless], budget)
  assert(
    property(integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      const [drawn] = drawSteps([group], seed) as readonly [GroupStep]
      const gaps = drawn.steps.filter((step): step is ActionStep => 'action' in step)
      expect(longestSeconds(drawn)).toBeLessThanOrEqual(100)
      expect(drawn.steps.length).toBeGreaterThan(2)
      expect(ids(drawn.steps).filter((id) => id.startsWith('too-long') || id.startsWith('endless'))).toEqual([])
      expect(drawn.steps.at(-1)).toHaveProperty('fault')
      for (const { action } of gaps) {
        expect(action).toMatchObject({ kind: 'wait' })
        expect(longestSeconds({ id: 'x', action })).toBeGreaterThanOrEqual(1)
        expect(longestSeconds({ id: 'x', action })).toBeLessThanOrEqual(9.5)
      }
    }),
    { numRuns: 100 },
  )
})

describe('the longest that a step takes', () => {
  const wait = (seconds: number): ActionStep => ({ id: `w${seconds}`, action: { kind: 'wait', seconds } })
  test.each<readonly [string, Step, number]>([
    ['a fault for a time', kill('a', 10), 10],
    ['a fault that is held with the run', kill('a'), 0],
    ['a fault with steps inside that take longer', { ...kill('a', 10), during: [{ ...wait(8), at: 5 }] }, 13],
    [
      'a wait for an event with a limit',
      {
        id: 'a',
        action: { kind: 'wait', until: { event: { of: 'step', step: 'b', event: 'fault_healed' } }, within: 9 },
      },
      9,
    ],
    [
      'a wait for an event',
      { id: 'a', action: { kind: 'wait', until: { event: { of: 'step', step: 'b', event: 'fault_healed' } } } },
      Infinity,
    ],
    [
      'a flap',
      {
        id: 'a',
        heal: 'end',
        fault: {
          kind: 'flap',
          from: 'dc1',
          to: 'dc2',
          direction: 'both',
          ports: 'all',
          how: 'drop',
          downSeconds: 3,
          upSeconds: 2,
          times: 4,
        },
      },
      20,
    ],
    ['a sequence', { id: 'a', group: 'sequence', steps: [wait(1), wait(2)] }, 3],
    ['a parallel group', { id: 'a', group: 'parallel', steps: [wait(1), wait(2)] }, 2],
    ['a background group', { id: 'a', group: 'background', steps: [wait(1)] }, 0],
    ['a random group', random('a', [wait(1), wait(2)], { count: 3, gapSeconds: { min: 0, max: 5 } }), 16],
    ['a random group with a limit', random('a', [wait(1), wait(2)], { count: 3, seconds: 4 }), 4],
  ])('%s', (_title, step, seconds) => {
    expect(longestSeconds(step)).toBe(seconds)
  })
})
