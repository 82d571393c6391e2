import { describe, expect, test } from 'vitest'
import { MessageFormatError } from '../toolkit/errors.ts'
import { encodeSampleMap } from './sample-map.ts'
import { createSample } from './sample.ts'
import { snapshotsOf } from './testing/ledger-traffic.ts'
import {
  countersOf,
  generate,
  iterationsOf,
  mapsOf,
  message,
  surroundingsOf,
  tracesOf,
} from './testing/sample-surroundings.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('TestDataGenerator', () => {
  test('gives its first tuple at the start and asks for the next after 12 seconds', () => {
    const sample = createSample(surroundingsOf())
    const next = [{ kind: 'schedule_timer', timer: 'TestDataGenerator', afterSeconds: 12 }]
    expect(sample.start()).toEqual(next)
    expect(iterationsOf(sample)).toEqual([1])
    expect(sample.timer()).toEqual(next)
    expect(iterationsOf(sample)).toEqual([1, 2])
  })

  test('makes keys of name, iteration and time, and marks even iterations', () => {
    const surroundings = surroundingsOf({ localDataCenterName: 'north' })
    const sample = createSample(surroundings)
    sample.start()
    surroundings.advance(12)
    sample.timer()
    const tuples = mapsOf(sample).flatMap((map) => [...map])
    const byIteration = tuples.sort(([, left], [, right]) => left.i1 - right.i1)
    expect(byIteration).toMatchObject([
      ['north_1_1000', { s1: 'north_1_1000', i1: 1, b1: false }],
      ['north_2_1012', { s1: 'north_2_1012', i1: 2, b1: true }],
    ])
  })

  test.each([
    [0, 0],
    [0.5, 0.412],
  ])('scales the random number %d to %d', (random, f1) => {
    const sample = createSample(surroundingsOf({ random: () => random }))
    sample.start()
    expect(mapsOf(sample).flatMap((map) => [...map.values()])).toMatchObject([{ f1 }])
  })

  test('deals its tuples out to five channels in turn', () => {
    const sample = createSample(surroundingsOf())
    generate(sample, 23)
    const maps = mapsOf(sample)
    expect(maps.map(({ size }) => size).sort((left, right) => left - right)).toEqual([4, 4, 5, 5, 5])
    const rests = maps.map((map) => new Set([...map.values()].map(({ i1 }) => i1 % 5)))
    expect(rests.map(({ size }) => size)).toEqual([1, 1, 1, 1, 1])
    const channelOf = (iteration: number): number =>
      maps.findIndex((map) => [...map.values()].some(({ i1 }) => i1 === iteration))
    for (const iteration of range(1, 22)) expect(channelOf(iteration + 1)).toBe((channelOf(iteration) + 1) % 5)
    expect(iterationsOf(sample)).toEqual(range(1, 23))
  })

  test.each([
    [0, 0],
    [0.99, 4],
  ])('begins its round at a channel that Streams leaves open: drawn %d, channel %d', (random, channel) => {
    const sample = createSample(surroundingsOf({ random: () => random }))
    sample.start()
    expect(mapsOf(sample).map(({ size }) => size)).toEqual(range(0, 4).map((index) => (index === channel ? 1 : 0)))
  })
})

describe('a snapshot signal', () => {
  test('is answered by every channel with its whole map, also with an empty one', () => {
    const sample = createSample(surroundingsOf())
    generate(sample, 2)
    const signal = message({ dataCenterOrigin: 'dc1', heartbeatCnt: 11n })
    const effects = sample.signal(signal)
    const snapshots = effects.filter(({ kind }) => kind === 'snapshot')
    expect(snapshots).toMatchObject(range(0, 4).map((part) => ({ signal, part: String(part) })))
    expect(tracesOf(effects)).toHaveLength(5)
    expect(tracesOf(effects)[0]).toMatch(/^info Application_Logic: _XXXXX_ Channel 0: sent a snapshot/)
  })
})

describe('a status', () => {
  test.each([
    [true, false, 'up'],
    [false, false, 'down, by failure or for maintenance'],
    [false, true, 'down, as it had announced'],
  ])('active %s, planned %s, is traced by every channel and changes nothing', (active, isPlanned, text) => {
    const sample = createSample(surroundingsOf())
    generate(sample, 3)
    const effects = sample.status(active, { isPlanned })
    expect(tracesOf(effects)).toEqual(
      range(0, 4).map((channel) => {
        return `info Application_Logic: _XXXXX_ Channel ${channel}: the remote data center is ${text}.`
      }),
    )
    expect(effects).toHaveLength(5)
    expect(iterationsOf(sample)).toEqual([1, 2, 3])
  })
})

describe('a replay', () => {
  test('brings the other DC’s entries into the channel of the same number only', () => {
    const failed = createSample(surroundingsOf({ localDataCenterName: 'dc2' }))
    generate(failed, 10)
    const survivor = createSample(surroundingsOf())
    for (const snapshot of snapshotsOf(failed, 'dc2')) survivor.replay(snapshot)
    const keys = (maps: ReturnType<typeof mapsOf>): unknown => maps.map((map) => [...map.keys()].sort())
    expect(keys(mapsOf(survivor))).toEqual(keys(mapsOf(failed)))
  })

  test('changes nothing when it comes again', () => {
    const failed = createSample(surroundingsOf({ localDataCenterName: 'dc2' }))
    generate(failed, 10)
    const survivor = createSample(surroundingsOf())
    const snapshots = snapshotsOf(failed, 'dc2')
    for (const snapshot of [...snapshots, ...snapshots]) survivor.replay(snapshot)
    expect(iterationsOf(survivor)).toEqual(range(1, 10))
  })

  test.each(['5', '-1', '00', '', 'x'])('of the part %j, which it has not, is ignored', (dataSnapshotOrigin) => {
    const sample = createSample(surroundingsOf())
    // The blob is garbage: nobody looks at it.
    expect(sample.replay(message({ dataSnapshotOrigin, dataSnapshot: new Uint8Array([0xff]) }))).toEqual([])
  })

  const blob = encodeSampleMap(new Map([['dc2_1_5', { s1: 'dc2_1_5', i1: 1, f1: 0.25, b1: false }]]), () => 0)

  test('is traced entry by entry, and in total', () => {
    const sample = createSample(surroundingsOf())
    expect(tracesOf(sample.replay(message({ dataSnapshotOrigin: '3', dataSnapshot: blob })))).toEqual([
      'info Application_Logic: _XXXXX_ Channel 3: took over what dc2 held: key dc2_1_5, value {s1="dc2_1_5", i1=1, f1=0.25, b1=false}.',
      'info Application_Logic: _XXXXX_ Channel 3: completed the takeover from dc2: 1 entries.',
    ])
  })

  test('of type 4 is traced as this DC’s own state', () => {
    const own = message({ heartbeatMsgType: 4, dataCenterOrigin: 'dc1', dataSnapshotOrigin: '3', dataSnapshot: blob })
    const sample = createSample(surroundingsOf())
    expect(tracesOf(sample.replay(own))).toEqual([
      'info Application_Logic: _XXXXX_ Channel 3: restored what dc1 held before it went down: key dc2_1_5, value {s1="dc2_1_5", i1=1, f1=0.25, b1=false}.',
      'info Application_Logic: _XXXXX_ Channel 3: restored the state that dc1 had before it went down: 1 entries.',
    ])
    expect(iterationsOf(sample)).toEqual([1])
  })

  test('of bytes that are no map is refused, and takes nothing in', () => {
    const sample = createSample(surroundingsOf())
    const cut = message({ dataSnapshotOrigin: '0', dataSnapshot: new Uint8Array([2, ...blob.subarray(1)]) })
    expect(() => sample.replay(cut)).toThrow(MessageFormatError)
    expect(iterationsOf(sample)).toEqual([])
  })
})

describe('a line at the SpecialMessagePort', () => {
  test.each(['OrderlyShutdown', 'SendMeDataFromSnapshotFiles'])('passes %s on to the toolkit', (word) => {
    const sample = createSample(surroundingsOf())
    expect(sample.specialMessageLine(word)).toMatchObject([
      { kind: 'special', message: word },
      { kind: 'trace', level: 'info', aspect: 'Special_Message_Sender' },
    ])
    expect(sample.specialMessageLine(`${word}\r`)[0]).toEqual({ kind: 'special', message: word })
  })

  test.each(['', 'orderlyshutdown', 'OrderlyShutdown ', ' OrderlyShutdown', 'OrderlyShutdown now', 'toString'])(
    'lets %j not pass',
    (line) => {
      const sample = createSample(surroundingsOf())
      expect(sample.specialMessageLine(line)).toEqual([])
      expect(countersOf(sample, 'SpecialMessageSignalReceiver')).toEqual([[], [1]])
      expect(countersOf(sample, 'SpecialMessageSender')).toEqual([[1], [0]])
    },
  )
})

test('counts what its operators took and gave', () => {
  const sample = createSample(surroundingsOf({ random: () => 0 }))
  generate(sample, 6)
  sample.signal(message())
  sample.status(true, { isPlanned: false })
  sample.replay(message({ dataSnapshotOrigin: '9' }))
  sample.replay(message({ dataSnapshotOrigin: '9' }))
  sample.specialMessageLine('OrderlyShutdown')
  const logic = sample.operators().filter(({ name }) => name.startsWith('SomeApplicationLogic'))
  expect(logic.map(({ name, processed, submitted }) => [name, processed, submitted])).toEqual([
    ['SomeApplicationLogic[0]', [2, 1, 1, 2], [1]],
    ['SomeApplicationLogic[1]', [1, 1, 1, 2], [1]],
    ['SomeApplicationLogic[2]', [1, 1, 1, 2], [1]],
    ['SomeApplicationLogic[3]', [1, 1, 1, 2], [1]],
    ['SomeApplicationLogic[4]', [1, 1, 1, 2], [1]],
  ])
  expect(countersOf(sample, 'TestDataGenerator')).toEqual([[], [6]])
  expect(countersOf(sample, 'SpecialMessageSender')).toEqual([[1], [1]])
})
