import { expect, test } from 'vitest'
import type { LinkRule } from '../model/testbed.ts'
import { createRandom } from './random.ts'
import { drawDelaySeconds, linkEffect } from './link-effect.ts'

const route = { from: 'dc1', to: 'dc2', port: 25_091 } as const
const rule = (effect: LinkRule['effect'], about: Partial<LinkRule> = {}): LinkRule => ({
  id: 'r',
  from: 'dc1',
  to: 'dc2',
  ports: 'all',
  effect,
  ...about,
})

test('does nothing without rules but for the pair’s own delay', () => {
  const delays = [{ seconds: 0.08, jitterSeconds: 0 }]
  expect(linkEffect([], route, 0.08)).toEqual({ blocks: null, delays, rates: [] })
})

test('ignores rules of the other direction and of other ports', () => {
  const rules = [
    rule({ kind: 'drop' }, { from: 'dc2', to: 'dc1' }),
    rule({ kind: 'hang' }, { ports: [25_092] }),
    rule({ kind: 'rate', bitsPerSecond: 1 }, { from: 'dc2', to: 'dc1' }),
    rule({ kind: 'delay', seconds: 1 }, { ports: [25_092] }),
  ]
  expect(linkEffect(rules, route, 0)).toEqual({ blocks: null, delays: [], rates: [] })
})

test.each([
  [['reject', 'hang'], 'hang'],
  [['hang', 'drop'], 'drop'],
  [['drop', 'reject'], 'drop'],
] as const)('of %j the most severe holds, in either order', (kinds, expected) => {
  const rules = kinds.map((kind) => rule({ kind }))
  expect(linkEffect(rules, route, 0).blocks).toBe(expected)
  expect(linkEffect(rules.toReversed(), route, 0).blocks).toBe(expected)
})

const random = createRandom(7)

test('delays add up', () => {
  const rules = [rule({ kind: 'delay', seconds: 1 }), rule({ kind: 'delay', seconds: 2 }, { ports: [25_091] })]
  expect(drawDelaySeconds(linkEffect(rules, route, 0.5).delays, random)).toBe(3.5)
})

test('draws a jitter evenly around its delay', () => {
  const { delays } = linkEffect([rule({ kind: 'delay', seconds: 0.08, jitterSeconds: 0.01 })], route, 0)
  const drawn = Array.from({ length: 4000 }, () => drawDelaySeconds(delays, random))
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0.07)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(0.09)
  const quarters = [0.07, 0.075, 0.08, 0.085].map((from) => drawn.filter((s) => s >= from && s < from + 0.005).length)
  // 1000 each, give or take five standard deviations.
  for (const count of quarters) expect(Math.abs(count - 1000)).toBeLessThan(140)
})

test('a jitter greater than its delay never makes time run back', () => {
  const { delays } = linkEffect([rule({ kind: 'delay', seconds: 0.01, jitterSeconds: 0.02 })], route, 0)
  const drawn = Array.from({ length: 1000 }, () => drawDelaySeconds(delays, random))
  expect(Math.min(...drawn)).toBe(0)
  expect(Math.max(...drawn)).toBeGreaterThan(0.029)
})

test('tells each rate with the rule by which it is shared', () => {
  const rules = [
    rule({ kind: 'rate', bitsPerSecond: 9 }, { id: 'a' }),
    rule({ kind: 'rate', bitsPerSecond: 8 }, { id: 'b', ports: [25_091] }),
  ]
  const rates = [
    { ruleId: 'a', bitsPerSecond: 9 },
    { ruleId: 'b', bitsPerSecond: 8 },
  ]
  expect(linkEffect(rules, route, 0).rates).toEqual(rates)
})
