import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MessageFormatError } from '../toolkit/errors.ts'
import type { Application } from './application.ts'
import { decodeCheckpoint, encodeCheckpoint } from './cr-sample-checkpoint.ts'
import { createCrSample } from './cr-sample.ts'
import { createSample } from './sample.ts'
import { snapshotsOf } from './testing/ledger-traffic.ts'
import { isRefusalOrNothing, refusalOf } from './testing/refusal.ts'
import { countersOf, generate, iterationsOf, mapsOf, message, surroundingsOf } from './testing/sample-surroundings.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** The state of the checkpoint that the region's timer makes. */
function checkpointOf(application: Application): Uint8Array {
  const [effect] = application.timer('ConsistentRegion')
  expect(effect?.kind).toBe('checkpoint')
  return effect?.kind === 'checkpoint' ? effect.state : new Uint8Array(0)
}

describe('the consistent region', () => {
  test('makes its first checkpoint after 120 seconds and asks for the next each time', () => {
    const sample = createCrSample(surroundingsOf())
    const next = { kind: 'schedule_timer', timer: 'ConsistentRegion', afterSeconds: 120 }
    expect(sample.start({ checkpoint: null })).toEqual([
      { kind: 'schedule_timer', timer: 'TestDataGenerator', afterSeconds: 12 },
      next,
    ])
    expect(sample.timer('ConsistentRegion')).toMatchObject([{ kind: 'checkpoint' }, next])
    expect(sample.timer('TestDataGenerator')).toMatchObject([{ timer: 'TestDataGenerator' }])
    expect(iterationsOf(sample)).toEqual([1, 2])
  })

  test('gives a new process what the checkpoint held, and repeats the iterations after it', () => {
    const surroundings = surroundingsOf()
    const sample = createCrSample(surroundings)
    generate(sample, 10)
    const checkpoint = checkpointOf(sample)
    const held = mapsOf(sample)
    for (let more = 0; more < 4; more += 1) sample.timer('TestDataGenerator')
    expect(iterationsOf(sample)).toEqual(range(1, 14))

    surroundings.advance(300)
    const restarted = createCrSample(surroundings)
    restarted.start({ checkpoint })
    expect(iterationsOf(restarted)).toEqual(range(1, 11))
    const keys = mapsOf(restarted).flatMap((map) => [...map.keys()])
    expect(keys).toContain('dc1_11_1300')
    for (const [channel, map] of mapsOf(restarted).entries()) {
      for (const [key, tuple] of held[channel] ?? []) expect(map.get(key)).toEqual(tuple)
    }
  })

  test('forgets what was taken over after the checkpoint, and keeps what was taken over before (situation 59)', () => {
    const failed = createSample(surroundingsOf({ localDataCenterName: 'dc2' }))
    generate(failed, 5)
    const [first, ...others] = snapshotsOf(failed, 'dc2')
    const survivor = createCrSample(surroundingsOf())
    survivor.start({ checkpoint: null })
    if (first !== undefined) survivor.replay(first)
    const checkpoint = checkpointOf(survivor)
    for (const snapshot of others) survivor.replay(snapshot)
    const taken = (application: Application): number =>
      mapsOf(application).flatMap((map) => [...map.keys()].filter((key) => key.startsWith('dc2_'))).length
    expect(taken(survivor)).toBe(5)

    const restarted = createCrSample(surroundingsOf())
    restarted.start({ checkpoint })
    expect(taken(restarted)).toBe(1)
  })

  test('begins empty where there is no checkpoint', () => {
    const sample = createCrSample(surroundingsOf())
    sample.start({ checkpoint: null })
    expect(iterationsOf(sample)).toEqual([1])
  })
})

describe('a checkpoint', () => {
  const tuple = fc.record({ s1: fc.string(), i1: fc.nat(), f1: fc.double(), b1: fc.boolean() })
  const entries = fc.array(fc.tuple(fc.string(), tuple), { maxLength: 5 }).map((list) => new Map(list))
  const state = fc.record({ iteration: fc.nat(), channels: fc.array(entries, { minLength: 5, maxLength: 5 }) })

  test('is read back as it was written', () => {
    fc.assert(
      fc.property(state, (value) => {
        expect(decodeCheckpoint(encodeCheckpoint(value))).toEqual(value)
      }),
    )
  })

  test('of any other bytes is read or refused, and nothing else is thrown', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array([1, 5, ...bytes])),
    )
    fc.assert(
      fc.property(hostile, (bytes) => {
        const sample = createCrSample(surroundingsOf())
        expect(refusalOf(() => sample.start({ checkpoint: bytes }))).toSatisfy(isRefusalOrNothing)
      }),
    )
  })

  test.each([
    ['nothing', '', 'the format number'],
    ['another format', '02', 'format 1, got 2'],
    ['a byte too many', '0105000000000000', '1 bytes more'],
    ['four channels', '010500000000', 'the number of entries'],
    ['a channel of 4 thousand million entries', '010580ffffffff', 'a key'],
  ])('of %s is refused', (_what, text, expected) => {
    const checkpoint = new Uint8Array(Buffer.from(text, 'hex'))
    expect(() => createCrSample(surroundingsOf()).start({ checkpoint })).toThrow(expected)
    expect(() => createCrSample(surroundingsOf()).start({ checkpoint })).toThrow(MessageFormatError)
  })
})

test('counts what goes through the Functors between the toolkit and the region', () => {
  const sample = createCrSample(surroundingsOf())
  sample.start({ checkpoint: null })
  sample.signal(message())
  sample.status(true, { isPlanned: false })
  sample.status(false, { isPlanned: false })
  sample.replay(message({ dataSnapshotOrigin: '9' }))
  sample.specialMessageLine('OrderlyShutdown')
  sample.specialMessageLine('Nonsense')
  expect(countersOf(sample, 'DataSnapshotSignal')).toEqual([[1], [1]])
  expect(countersOf(sample, 'RemoteDataCenterStatus')).toEqual([[2], [2]])
  expect(countersOf(sample, 'ProcessDataFromRemoteDC')).toEqual([[1], [1]])
  expect(countersOf(sample, 'MySerializedDataSnapshotMessage')).toEqual([[5], [5]])
  expect(countersOf(sample, 'MySpecialMessage')).toEqual([[1], [1]])
  expect(countersOf(sample, 'MyJCP')).toEqual([[], []])
  expect(countersOf(sample, 'SomeApplicationLogic[4]')).toBeDefined()
})
