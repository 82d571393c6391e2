import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { JsonValue } from '../model/json.ts'
import { probeReads } from './registered-probe.ts'
import { noRunExtensions, performRegistered } from './run-extensions.ts'
import type { RegisteredAction } from './run-extensions.ts'
import { decodeStoredSnapshots } from './stored-snapshots.ts'
import type { SnapshotDecoder } from './stored-snapshots.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { sampleSession } from './testing/sample-session.ts'

// Actions, probes and decoders of a user's own, as a run calls them.

const never = new AbortController().signal

async function perform(action: unknown, signal = never): Promise<unknown> {
  const session = sampleSession(new InMemoryPair())
  // What a file in JavaScript may export.
  const actions = new Map([['page', action as RegisteredAction]])
  const extensions = { ...noRunExtensions, actions }
  return await performRegistered({ name: 'page', args: { who: 'me' } }, { extensions, session, signal })
}

test('an action gets its arguments, and what it answers is what JSON makes of it', async () => {
  expect(await perform(async ({ who }: { who: string }) => ({ who, at: new Date(0) }))).toEqual({
    who: 'me',
    at: '1970-01-01T00:00:00.000Z',
  })
  expect(await perform(async () => undefined)).toEqual({})
})

test.for([
  ['a list', [1], '[1]'],
  ['a number', 3, '3'],
  ['what JSON cannot hold', { n: 1n }, 'object that JSON cannot hold'],
] as const)('an action that answers %s is told so', async ([_title, answer, got]) => {
  await expect(perform(async () => answer)).rejects.toThrow(
    `The action page: expected it to answer nothing, or data that JSON can hold under names, got ${got}.`,
  )
})

test('an action that hangs ends with the run, by the run’s own reason', async () => {
  const end = new AbortController()
  const performed = perform(async () => await new Promise<never>(() => {}), end.signal)
  end.abort(new Error('the run is over'))
  await expect(performed).rejects.toThrow('the run is over')
})

test('an action that nobody registered, and one that throws, are named', async () => {
  await expect(perform(undefined)).rejects.toThrow('The action page is not registered here.')
  await expect(perform(async () => await Promise.reject(new Error('no pager')))).rejects.toThrow(
    'The action page failed: no pager',
  )
})

test('a probe says what JSON makes of it, and nothing where that holds nothing', async () => {
  const session = sampleSession(new InMemoryPair())
  const read = async (said: unknown): Promise<JsonValue | undefined> => {
    const probes = new Map([['depth', { read: async () => said as JsonValue }]])
    const context = () => ({ datacenters: session.pair.datacenters, jobId: () => null })
    return await probeReads(['depth'], { probes, context }).get('depth')?.(never)
  }
  expect(await read({ at: new Date(0) })).toEqual({ at: '1970-01-01T00:00:00.000Z' })
  await expect(read(undefined)).rejects.toThrow('expected the probe to say something that JSON can hold, got nothing')
})

async function decoded(decode: SnapshotDecoder['decode'], files: readonly string[]): Promise<readonly unknown[]> {
  const storageDirectory = await mkdtemp(join(tmpdir(), 'failover-snapshots-'))
  onTestFinished(async () => await rm(storageDirectory, { recursive: true }))
  for (const name of files) await writeFile(join(storageDirectory, name), name)
  const { datacenters } = new InMemoryPair()
  const of = {
    dc1: { ...datacenters.dc1, storageDirectory },
    dc2: { ...datacenters.dc2, storageDirectory: join(storageDirectory, 'gone') },
  }
  return await decodeStoredSnapshots({ decode }, { datacenters: of, now: () => 7 })
}

test('a decoder reads each file of the stores by its name; a store that is no folder has none', async () => {
  const decode: SnapshotDecoder['decode'] = (blob, { dc, file }) => ({ bytes: blob.length, dc, file })
  expect(await decoded(decode, ['b', 'aa'])).toEqual([
    { t: 7, dc: 'dc1', file: 'aa', value: { bytes: 2, dc: 'dc1', file: 'aa' } },
    { t: 7, dc: 'dc1', file: 'b', value: { bytes: 1, dc: 'dc1', file: 'b' } },
  ])
})

test('of a file that a decoder cannot read it is said why', async () => {
  const broken: SnapshotDecoder['decode'] = () => {
    throw new Error('not my format')
  }
  expect(await decoded(broken, ['a'])).toEqual([{ t: 7, dc: 'dc1', file: 'a', value: null, problem: 'not my format' }])
  for (const { answer, got } of [
    { answer: Promise.resolve(1), got: 'a promise' },
    { answer: 1n, got: 'bigint that JSON cannot hold' },
  ]) {
    expect(await decoded(() => answer as unknown as JsonValue, ['a'])).toMatchObject([
      { value: null, problem: `expected the decoder to give what JSON can hold, got ${got}` },
    ])
  }
})

test('no more than 256 files of a store are decoded', async () => {
  const files = Array.from({ length: 257 }, (_, index) => `file-${index}`)
  expect(await decoded(() => 1, files)).toHaveLength(256)
})
