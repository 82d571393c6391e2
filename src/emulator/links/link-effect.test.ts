import { expect, test } from 'vitest'
import type { LinkRule } from '../../model/testbed.ts'
import { linkEffect } from './link-effect.ts'

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
  expect(linkEffect([], route, 0.08)).toEqual({ blocks: null, delaySeconds: 0.08 })
})

test('ignores rules of the other direction and of other ports', () => {
  const rules = [rule({ kind: 'drop' }, { from: 'dc2', to: 'dc1' }), rule({ kind: 'hang' }, { ports: [25_092] })]
  expect(linkEffect(rules, route, 0)).toEqual({ blocks: null, delaySeconds: 0 })
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

test('delays add up', () => {
  const rules = [rule({ kind: 'delay', seconds: 1 }), rule({ kind: 'delay', seconds: 2 }, { ports: [25_091] })]
  expect(linkEffect(rules, route, 0.5).delaySeconds).toBe(3.5)
})
