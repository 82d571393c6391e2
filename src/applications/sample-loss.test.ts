import { expect, test } from 'vitest'
import { sampleLoss } from './sample-loss.ts'
import type { SampleMap } from './sample-map.ts'

const mapOf = (...keys: readonly string[]): SampleMap =>
  new Map(keys.map((s1) => [s1, { s1, i1: 0, f1: 0, b1: false }]))

test.each([
  ['all replayed', mapOf('dc1_1_5', 'dc1_6_65'), mapOf('dc1_1_5', 'dc1_6_65'), [6, 6, 0, 0]],
  ['two rounds of five lost', mapOf('dc1_1_5', 'dc1_6_65', 'dc1_11_125'), mapOf('dc1_1_5'), [11, 1, 10, 120]],
  ['nothing replayed', mapOf('dc1_3_5'), mapOf(), [3, 0, 3, 36]],
  ['nothing generated', mapOf(), mapOf(), [0, 0, 0, 0]],
  ['more replayed than generated since', mapOf('dc1_2_900'), mapOf('dc1_7_500'), [2, 7, 0, 0]],
  [
    'other DCs’ and strange keys beside it',
    mapOf('dc1_4_5', 'dc2_9_5', 'dc1', 'x_dc1_8_5'),
    mapOf('dc2_4_5'),
    [4, 0, 4, 48],
  ],
  ['numbers by their value, not their text', mapOf('dc1_10_5', 'dc1_9_5'), mapOf('dc1_9_5'), [10, 9, 1, 12]],
] as const)('tells the loss of a channel: %s', (...[, generated, replayed, expected]) => {
  const loss = sampleLoss({ dataCenterName: 'dc1', generated, replayed })
  expect([loss.lastGenerated, loss.lastReplayed, loss.lostIterations, loss.lostSeconds]).toEqual(expected)
})

test('takes a data center name with underscores as it is', () => {
  const generated = mapOf('my_dc_1_12_5')
  expect(sampleLoss({ dataCenterName: 'my_dc_1', generated, replayed: mapOf() }).lastGenerated).toBe(12)
})
