import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import type { GeneratorSpec } from '../model/scenario.ts'
import type { Tuple } from '../model/tuple.ts'
import { addChecksums, tupleChecksum } from '../support/checksum.ts'
import { createGenerator } from './create-generator.ts'
import type { GeneratorRegistry, TupleSpec } from './create-generator.ts'
import type { TupleGenerator } from './tuple-generator.ts'

const place = { seed: 5, origin: 'dc1', ordinal: 0 } as const

async function make(
  generator: GeneratorSpec,
  more: Partial<TupleSpec> = {},
  registered?: GeneratorRegistry,
): Promise<TupleGenerator> {
  return await createGenerator({ generator, keys: 2, sizeBytes: 8, ...more }, { place, registered })
}

async function fileOf(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'generator-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

/** Every number of a key comes once, in order; its checksum fits; and the generator knows what they sum up to. */
function checkTuples(generator: TupleGenerator, tuples: readonly Tuple[]): void {
  const next = new Map<string, number>()
  const sums = new Map<string, number>()
  for (const tuple of tuples) {
    const { key, seq, checksum } = tuple
    expect(seq).toBe(next.get(key) ?? 0)
    expect(checksum).toBe(tupleChecksum(tuple))
    expect(generator.owns(key)).toBe(true)
    next.set(key, seq + 1)
    sums.set(key, addChecksums(sums.get(key) ?? 0, checksum))
  }
  for (const [key, sum] of sums) {
    const to = (next.get(key) ?? 0) - 1
    expect(generator.expectedChecksum(key, [{ from: 0, to }])).toBe(sum)
    expect(generator.expectedChecksum(key, [{ from: 0, to: to + 1 }])).toBe(-1)
    const last = tuples.findLast((tuple) => tuple.key === key)
    expect(generator.expectedChecksum(key, [{ from: to, to }])).toBe(last?.checksum)
  }
  expect([...generator.keys].toSorted()).toEqual([...next.keys()].toSorted())
}

test('random payloads are of the size asked for, no two alike, and the same for the same seed', async () => {
  const generator = await make({ kind: 'random' }, { sizeBytes: 13 })
  const tuples = generator.next(5000)
  checkTuples(generator, tuples)
  expect(new Set(tuples.map(({ payload }) => payload)).size).toBe(5000)
  expect(tuples.every(({ payload }) => payload.length === 13)).toBe(true)
  expect((await make({ kind: 'random' }, { sizeBytes: 13 })).next(5000)).toEqual(tuples)
})

test.each(['sequence', 'random'] as const)('sizes of %s are drawn evenly between their limits', async (kind) => {
  const generator = await make({ kind }, { sizeBytes: 4, sizeBytesMax: 7 })
  const tuples = generator.next(4000)
  checkTuples(generator, tuples)
  const counts = [4, 5, 6, 7].map((size) => tuples.filter(({ payload }) => payload.length === size).length)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4000)
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
})

test('a skew makes keys come unequally often', async () => {
  const generator = await make({ kind: 'sequence' }, { skew: { kind: 'zipf', exponent: 2 }, keys: 8 })
  const tuples = generator.next(1000)
  checkTuples(generator, tuples)
  expect(tuples.filter(({ key }) => key === 'dc1-k00').length).toBeGreaterThan(500)
})

test('a file’s records come over and over, each with a number of its own', async () => {
  const path = await fileOf('a.lines', 'one\ntwo\nthree\n')
  const generator = await make({ kind: 'file', path, format: 'lines' })
  const tuples = [...generator.next(4), ...generator.next(4)]
  checkTuples(generator, tuples)
  expect(tuples.map(({ key, seq, payload }) => `${key} ${seq} ${payload}`)).toEqual([
    'dc1-k00 0 one',
    'dc1-k01 0 two',
    'dc1-k00 1 three',
    'dc1-k01 1 one',
    'dc1-k00 2 two',
    'dc1-k01 2 three',
    'dc1-k00 3 one',
    'dc1-k01 3 two',
  ])
})

test('a file’s records may name their keys', async () => {
  const path = await fileOf('a.csv', 'id,v\nx,1\ny,2\nx,3\n')
  const generator = await make({ kind: 'file', path, format: 'csv', key: 'id' })
  const tuples = generator.next(6)
  checkTuples(generator, tuples)
  expect(tuples.map(({ key, seq }) => `${key} ${seq}`)).toEqual([
    'dc1:x 0',
    'dc1:y 0',
    'dc1:x 1',
    'dc1:x 2',
    'dc1:y 1',
    'dc1:x 3',
  ])
})

test('a record without its key is named by its line, with what it has', async () => {
  const path = await fileOf('a.ndjson', '{"id":"x"}\n{"ID":"y","v":1}\n')
  await expect(make({ kind: 'file', path, format: 'ndjson', key: 'id' })).rejects.toThrow(
    `${path}:2: expected field \`id\`, the key, to be a text or a number, got nothing. The record has ID, v.`,
  )
})

test('a replay has its records’ times, from its first one on, at its speed', async () => {
  const path = await fileOf(
    'a.csv',
    'at,v\n2024-05-01T10:00:00Z,1\n2024-05-01T10:00:10.5Z,2\n2024-05-01T12:00:20+02:00,3\n',
  )
  const replay = { kind: 'replay', path, format: 'csv', time: 'at', speed: 2 } as const
  const generator = await make(replay)
  expect([...(generator.times ?? [])]).toEqual([0, 5.25, 10])
  checkTuples(generator, generator.next(3))
})

test.each([
  ['at\n5\n4\n', ':3: expected times in ascending order, got "4" after a later one. Sort the file by `at`.'],
  [
    'at\n5\nsoon\n',
    ':3: expected field `at`, the time, to be seconds or an ISO 8601 time, got "soon". The record has at.',
  ],
  [
    'time\n5\n',
    ':2: expected field `at`, the time, to be seconds or an ISO 8601 time, got nothing. The record has time.',
  ],
])('a replay of %j is refused by its line', async (text, message) => {
  const path = await fileOf('a.csv', text)
  await expect(make({ kind: 'replay', path, format: 'csv', time: 'at', speed: 1 })).rejects.toThrow(`${path}${message}`)
})

/** A timeline's file with deliveries of two keys. */
const recorded = [
  { record: 'timeline', schemaVersion: 1 },
  { record: 'event', t: 0, event: 'mark', detail: { label: '"delivery"' } },
  {
    record: 'delivery',
    into: 'dc1',
    key: 'dc1-k01',
    from: 0,
    to: 2,
    outcome: 'accepted',
    sentTime: 9,
    startTime: 10,
    endTime: 14,
  },
  { record: 'delivery', into: 'dc1', key: 'dc1-k00', from: 0, to: 0, outcome: 'rejected', startTime: 10, endTime: 10 },
  { record: 'delivery', into: 'dc2', key: 'dc2-k00', from: 0, to: 0, outcome: 'accepted', startTime: 1, endTime: 1 },
]
  .map((line) => JSON.stringify(line))
  .join('\n')

const ofRun = (path: string, speed = 1): GeneratorSpec => ({ kind: 'replay', path, format: 'run', time: 'time', speed })

test('a recorded run comes again key by key, as it was sent', async () => {
  const path = await fileOf('run.ndjson', recorded)
  const generator = await make(ofRun(path, 2))
  expect([...(generator.times ?? [])]).toEqual([0, 0.5, 1, 2])
  const tuples = generator.next(4)
  checkTuples(generator, tuples)
  expect(tuples.map(({ key, seq }) => `${key} ${seq}`)).toEqual(['dc1:k01 0', 'dc1:k00 0', 'dc1:k01 1', 'dc1:k01 2'])
})

test('a results folder with one timeline will do; with two, one has to be named', async () => {
  const folder = join(await fileOf('x', ''), '..')
  await mkdir(join(folder, 'timelines'))
  await expect(make(ofRun(folder))).rejects.toThrow('timelines: expected one timeline to replay, got none.')
  await writeFile(join(folder, 'timelines', 'A-1.ndjson'), recorded)
  expect((await make(ofRun(folder))).times).toHaveLength(4)
  await writeFile(join(folder, 'timelines', 'A-2.ndjson'), recorded)
  await expect(make(ofRun(folder))).rejects.toThrow('got A-1.ndjson, A-2.ndjson. Name one of them.')
})

test.each([
  [recorded.replaceAll('"into":"dc1"', '"into":"dc2"'), 'expected deliveries into dc1, got only such into dc2.'],
  ['{"record":"timeline"}', 'expected deliveries into dc1, got none.'],
  ['{"record":"delivery","into":"dc1"}', ':1: expected a delivery with into, key, from, to and times, got {"record"'],
  ['{"record":"delivery",', ':1: expected a delivery'],
])('a recorded run that has nothing to replay is refused: %#', async (text, message) => {
  const path = await fileOf('run.ndjson', text)
  await expect(make(ofRun(path))).rejects.toThrow(message)
  await expect(make(ofRun('/nowhere'))).rejects.toThrow(
    '/nowhere: expected a results folder or a timeline, got no such file.',
  )
})

/** `count` items of some keys; the ledger's side numbers them. */
const orders: GeneratorRegistry = new Map([
  [
    'orders',
    {
      create: ({ prefix }, { seed, keys, origin }) => {
        let made = 0
        return {
          next: (count) =>
            Array.from({ length: count }, () => {
              made += 1
              return {
                ...(made % 3 === 0 ? {} : { key: `c${made % 2}` }),
                payload: `${typeof prefix === 'string' ? prefix : ''}${seed} ${keys} ${origin} ${made}`,
              }
            }),
        }
      },
    },
  ],
])

test('a registered generator’s items are numbered and checksummed, whatever it says', async () => {
  const generator = await make({ kind: 'custom', name: 'orders', args: { prefix: '#' } }, {}, orders)
  const tuples = generator.next(5)
  checkTuples(generator, tuples)
  expect(tuples.map(({ key, seq, payload }) => `${key} ${seq} ${payload}`)).toEqual([
    'dc1:c1 0 #5 2 dc1 1',
    'dc1:c0 0 #5 2 dc1 2',
    'dc1-k00 0 #5 2 dc1 3',
    'dc1:c0 1 #5 2 dc1 4',
    'dc1:c1 1 #5 2 dc1 5',
  ])
})

test('a registered generator that repeats itself gets other numbers all the same', async () => {
  const same: GeneratorRegistry = new Map([
    [
      'same',
      {
        create: () => ({ next: (count) => Array.from({ length: count }, () => ({ key: 'a', payload: 'x', seq: 0 })) }),
      },
    ],
  ])
  const generator = await make({ kind: 'custom', name: 'same', args: {} }, {}, same)
  const tuples = generator.next(3)
  checkTuples(generator, tuples)
  expect(tuples.map(({ seq }) => seq)).toEqual([0, 1, 2])
})

test.each([
  [() => [], 'expected `next(2)` to give 2 items, got 0 items.'],
  [() => 7, 'expected `next(2)` to give 2 items, got 7.'],
  [() => [{ payload: 'x' }, { payload: 1 }], 'expected item 1 to be {key?: text, payload: text}, got {"payload":1}.'],
  [() => [{ payload: 'x', key: 4 }, null], 'expected item 0 to be {key?: text, payload: text}'],
])('a registered generator that gives something else is named: %#', async (next, message) => {
  const wrong = new Map([['odd', { create: () => ({ next }) }]]) as unknown as GeneratorRegistry
  const generator = await make({ kind: 'custom', name: 'odd', args: {} }, {}, wrong)
  expect(() => generator.next(2)).toThrow(SettingsError)
  expect(() => generator.next(2)).toThrow(`Generator odd: ${message}`)
})

test('a name that nobody registered is refused', async () => {
  const generator = { kind: 'custom', name: 'order', args: {} } as const
  await expect(make(generator, {}, orders)).rejects.toThrow(
    'Expected a registered generator, got "order". Did you mean "orders"?',
  )
  await expect(make(generator)).rejects.toThrow('None is registered.')
})

test('generators of one DC, and of two, never share a key', async () => {
  const path = await fileOf('a.csv', 'id\nk00\nx\n')
  const specs: readonly GeneratorSpec[] = [{ kind: 'sequence' }, { kind: 'file', path, format: 'csv', key: 'id' }]
  const all: string[] = []
  for (const origin of ['dc1', 'dc2'] as const) {
    for (const [index, generator] of [...specs, ...specs].entries()) {
      const made = await createGenerator(
        { generator, keys: 2, sizeBytes: 1 },
        { place: { seed: 1, origin, ordinal: index } },
      )
      made.next(4)
      all.push(...made.keys)
    }
  }
  expect(new Set(all).size).toBe(all.length)
})
