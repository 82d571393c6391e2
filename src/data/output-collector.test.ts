import { expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { OutputCollector } from './output-collector.ts'

/** A run of channel 0, unless said otherwise. */
function run(counter: number, [key, from, to]: readonly [string, number, number], more: JsonObject = {}): JsonObject {
  return { producedBy: 'dc1', origin: 'dc1', channel: 0, counter, key, from, to, ...more }
}

/** Each list of items is one read, at times 1, 2, …. */
function collect(...reads: readonly (readonly JsonObject[])[]): OutputCollector {
  const collector = new OutputCollector()
  for (const [index, items] of reads.entries()) collector.take({ dc: 'dc1', job: '1', items, time: index + 1 })
  return collector
}

const runsOf = (collector: OutputCollector): readonly unknown[] =>
  collector.outputs().map(({ key, from, to, t, counter }) => [key, from, to, t, counter])

test('puts runs of a key together that one read brought', () => {
  const collector = collect([run(1, ['a', 0, 1]), run(2, ['b', 0, 0]), run(3, ['a', 2, 4])], [run(4, ['a', 5, 5])])
  expect(runsOf(collector)).toEqual([
    ['a', 0, 4, 1, 1],
    ['b', 0, 0, 1, 2],
    ['a', 5, 5, 2, 4],
  ])
  expect(collector.measuringFaults()).toEqual([])
})

test('duplicates, inversions and gaps in the numbers stay as they came', () => {
  const items = [run(1, ['a', 0, 4]), run(2, ['a', 3, 6]), run(3, ['a', 1, 1]), run(4, ['a', 8, 9])]
  expect(runsOf(collect(items))).toEqual([
    ['a', 0, 4, 1, 1],
    ['a', 3, 6, 1, 2],
    ['a', 1, 1, 1, 3],
    ['a', 8, 9, 1, 4],
  ])
})

test('a key of another origin is another key', () => {
  expect(runsOf(collect([run(1, ['a', 0, 1]), run(2, ['a', 2, 3], { origin: 'dc2' })]))).toHaveLength(2)
})

test('a gap in the counter is a measuring fault that says how much is missing', () => {
  const collector = collect([run(1, ['a', 0, 1])], [run(4, ['a', 6, 7])])
  expect(collector.measuringFaults()).toEqual([
    {
      t: 2,
      dc: 'dc1',
      message:
        "Expected output 2 of channel 0 of job 1 in dc1, got 4: 2 were dropped from the sink's buffer or read by someone else.",
    },
  ])
  expect(runsOf(collector)).toHaveLength(2)
})

test('so is a first output that is not the first', () => {
  expect(collect([run(2, ['a', 0, 1])]).measuringFaults()).toHaveLength(1)
})

test('channels count for themselves', () => {
  const other = { channel: 1 }
  const items = [run(1, ['a', 0, 0]), run(1, ['b', 0, 0], other), run(2, ['b', 1, 1], other), run(2, ['a', 1, 1])]
  expect(collect(items).measuringFaults()).toEqual([])
})

test('another job of the DC counts from 1 again', () => {
  const collector = collect([run(1, ['a', 0, 0]), run(2, ['a', 1, 1])])
  collector.take({ dc: 'dc1', job: '2', items: [run(1, ['a', 2, 2])], time: 1 })
  expect(collector.measuringFaults()).toEqual([])
  expect(runsOf(collector)).toHaveLength(2)
})

test('the same job that counts from 1 again has lost what was not read', () => {
  const [fault] = collect([run(1, ['a', 0, 0]), run(2, ['a', 1, 1])], [run(1, ['a', 2, 2])]).measuringFaults()
  expect(fault?.message).toContain('the channel began again')
})

test('outputs that come twice point to the sink', () => {
  const [fault] = collect([run(1, ['a', 0, 0]), run(2, ['a', 1, 1])], [run(2, ['a', 1, 1])]).measuringFaults()
  expect(fault?.message).toContain('Does it have consumingReads: true?')
})

test.each([
  [{ counter: '1' }, 'Expected `counter` to be a whole number from 0 and up in the output {'],
  [{ from: -1 }, 'Expected `from`'],
  [{ key: 3 }, 'Expected `key` to be a text'],
  [{ origin: 'dc3' }, 'Expected `origin` to be dc1 or dc2'],
  [{ producedBy: 'dc2' }, 'Expected an output of dc1 from its sink, got one of dc2'],
])('an item that is none is a measuring fault: %j', (more, message) => {
  const collector = collect([run(1, ['a', 0, 0], more)])
  expect(collector.outputs()).toEqual([])
  expect(collector.measuringFaults()).toMatchObject([{ t: 1, dc: 'dc1', message: expect.stringContaining(message) }])
})
