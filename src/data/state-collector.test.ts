import { expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { StateCollector } from './state-collector.ts'

const report: JsonObject = {
  producedBy: 'dc2',
  origin: 'dc1',
  key: 'dc1-k00',
  intervals: [{ from: 0, to: 9 }],
  checksum: 55,
  duplicates: [],
  corrupt: 0,
  cause: 'query',
  channel: 0,
  channels: 1,
  queryId: 'q1',
  index: 0,
  count: 1,
  replayOf: 'dc1',
}

function collect(...items: readonly JsonObject[]): StateCollector {
  const collector = new StateCollector({
    expectedChecksum: ({ origin, key, intervals }) =>
      origin === 'dc1' && key === 'dc1-k00' ? intervals.length * 55 : -1,
  })
  collector.take({ dc: 'dc2', job: '1', items, time: 3 })
  return collector
}

const progressOf = (...items: readonly JsonObject[]): unknown => collect(...items).answerTo('dc2', 'q1')

test('keeps a report with its time and what its checksum should be', () => {
  expect(collect(report).states()).toEqual([
    {
      producedBy: 'dc2',
      origin: 'dc1',
      key: 'dc1-k00',
      intervals: [{ from: 0, to: 9 }],
      checksum: 55,
      duplicates: [],
      corrupt: 0,
      cause: 'query',
      t: 3,
      expectedChecksum: 55,
    },
  ])
})

test('a channel that holds nothing sums up to nothing', () => {
  const empty = { ...report, key: '', intervals: [], checksum: 0, origin: 'dc2' }
  expect(collect(empty).states()).toMatchObject([{ key: '', checksum: 0, expectedChecksum: 0 }])
})

test('an answer is complete when every channel has sent every item', () => {
  const two = { ...report, channels: 2, count: 2 }
  const first = [two, { ...two, index: 1 }]
  expect(progressOf()).toEqual({ isComplete: false, description: 'no channel has answered' })
  expect(progressOf(two)).toEqual({ isComplete: false, description: '0 of 2 channels have answered in full' })
  expect(progressOf(...first)).toEqual({ isComplete: false, description: '1 of 2 channels have answered in full' })
  const empty = { ...report, channels: 2, channel: 1, count: 0, key: '', intervals: [] }
  expect(progressOf(...first, empty)).toEqual({
    isComplete: true,
    description: '2 of 2 channels have answered in full',
  })
})

test('an item that came twice does not make an answer complete', () => {
  const two = { ...report, count: 2 }
  expect(progressOf(two, two)).toMatchObject({ isComplete: false })
})

test('answers to other queries and reports after replays do not count', () => {
  const collector = collect({ ...report, queryId: 'q0' }, { ...report, queryId: '', cause: 'replay' })
  expect(collector.answerTo('dc2', 'q1').isComplete).toBe(false)
  expect(collector.answerTo('dc1', 'q0').isComplete).toBe(false)
  expect(collector.answerTo('dc2', 'q0').isComplete).toBe(true)
  expect(collector.states()).toHaveLength(2)
})

test.each([
  [{ intervals: [{ from: 3, to: 2 }] }, 'Expected `intervals` to be a list of intervals in the state report {'],
  [{ intervals: 'none' }, 'Expected `intervals`'],
  [{ duplicates: [null] }, 'Expected `duplicates`'],
  [{ checksum: 0.5 }, 'Expected `checksum`'],
  [{ cause: 'whim' }, 'Expected `cause` to be replay or query'],
  [{ producedBy: 'dc1' }, 'Expected a state report of dc2 from its sink, got one of dc1'],
])('an item that is none is a measuring fault: %j', (more, message) => {
  const collector = collect({ ...report, ...more })
  expect(collector.states()).toEqual([])
  expect(collector.measuringFaults()).toMatchObject([{ t: 3, dc: 'dc2', message: expect.stringContaining(message) }])
  expect(collector.answerTo('dc2', 'q1').isComplete).toBe(false)
})
