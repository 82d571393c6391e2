import { describe, expect, test } from 'vitest'
import type { TrafficSpec } from '../model/scenario.ts'
import { head, scenarioOf } from './testing/load-text.ts'

const trafficOf = (text: string): readonly TrafficSpec[] =>
  scenarioOf(`${head}fault_scenario: [{ crash: { target: dc1.job } }]\npre_failover_data: ${text}\n`).traffic

const standard = {
  generator: { kind: 'sequence' },
  rate: 10,
  keys: 16,
  sizeBytes: 64,
  into: ['dc1'],
  until: 'end',
} as const

describe('reads', () => {
  test.each<[string, string, object]>([
    ['what is left out', '{ rate: 600/min }', standard],
    [
      'sizes, DCs and ends',
      '{ rate: 10/s, keys: 4, size: { min: 64 B, max: 4 KiB }, into: both, count: 9, until: fault }',
      { ...standard, keys: 4, sizeBytesMax: 4096, into: ['dc1', 'dc2'], count: 9, until: 'fault' },
    ],
    ['one size written as a range', '{ rate: 10/s, size: { min: 64 B, max: 64 B } }', standard],
    [
      'skew, warm-up and redirection',
      '{ rate: 10/s, skew: { zipf: 1.1 }, warmup: 30 s, redirect: { to: survivor, after: 5 s } }',
      {
        ...standard,
        skew: { kind: 'zipf', exponent: 1.1 },
        warmupSeconds: 30,
        redirect: { to: 'survivor', afterSeconds: 5 },
      },
    ],
    ['redirect: none', '{ rate: 10/s, redirect: none }', standard],
    [
      'a redirection at once',
      '{ rate: 10/s, redirect: {} }',
      { ...standard, redirect: { to: 'survivor', afterSeconds: 0 } },
    ],
    ['arrivals by chance', '{ rate: 10/s, arrival: poisson }', { ...standard, arrival: { kind: 'poisson' } }],
    [
      'a ramp',
      '{ rate: 10/s, arrival: { ramp: { to: 200/s, over: 5 min } } }',
      { ...standard, arrival: { kind: 'ramp', toRate: 200, overSeconds: 300 } },
    ],
    [
      'bursts',
      '{ rate: 10/s, arrival: { burst: { to: 500/s, every: 60 s, for: 5 s } } }',
      { ...standard, arrival: { kind: 'burst', peakRate: 500, everySeconds: 60, forSeconds: 5 } },
    ],
    ['random payloads', '{ rate: 10/s, generator: random }', { ...standard, generator: { kind: 'random' } }],
    ['a generator as a key', '{ rate: 10/s, generator: { sequence: } }', standard],
    [
      'a file, its format by its ending',
      '{ rate: 10/s, generator: { file: { path: README.md } } }',
      { ...standard, generator: { kind: 'file', path: expect.stringMatching(/^\/.*README\.md$/), format: 'lines' } },
    ],
    [
      'a replay, which needs no rate',
      '{ generator: { replay: { path: package.json, format: ndjson, key: k } } }',
      {
        ...standard,
        rate: 0,
        generator: {
          kind: 'replay',
          path: expect.stringMatching(/package\.json$/),
          format: 'ndjson',
          time: 'time',
          key: 'k',
          speed: 1,
        },
      },
    ],
  ])('%s', (_title, text, traffic) => {
    expect(trafficOf(text)).toEqual([traffic])
  })
})

test('an item of a mix gets its share of the rate, which stands in the first', () => {
  expect(
    trafficOf('[{ rate: 100/s, share: 60 % }, { share: 30 %, generator: random }, { rate: 100/s, share: 10 % }]'),
  ).toMatchObject([
    { name: 'sequence', rate: 60 },
    { name: 'random', rate: 30, generator: { kind: 'random' } },
    { name: 'sequence-2', rate: 10 },
  ])
})

test('shares of thirds may be rounded to 100 %', () => {
  expect(trafficOf('[{ rate: 90/s, share: 33.33333 % }, { share: 33.33333 % }, { share: 33.33334 % }]')).toHaveLength(3)
})

test('without shares each item of a list has a rate of its own', () => {
  expect(trafficOf('[{ name: orders, rate: 100/s }, { rate: 20/s, into: dc2 }]')).toMatchObject([
    { name: 'orders', rate: 100, into: ['dc1'] },
    { name: 'sequence', rate: 20, into: ['dc2'] },
  ])
})
