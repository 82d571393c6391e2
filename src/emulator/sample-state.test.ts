// What the samples of toolkit reference §8 hold, as jobs: parts in the other DC's store, operators in REST, state after a crash.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { decodeSampleMap } from '../applications/sample-map.ts'
import { decodeHeartbeatMessage } from '../toolkit/codec.ts'
import { compositeOperatorNames } from '../toolkit/operators.ts'
import { CheckpointFile } from './pe/checkpoint-file.ts'
import { call, eventually, runLedger, useTestbed, type AnyJson, type TestPair } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 20_000 })
const lease = useTestbed()

const parts = ['0', '1', '2', '3', '4']

/** A healthy job of a sample in dc1, whose snapshots a ledger's toolkit in dc2 keeps. */
async function run(leased: TestPair, sab: string, parameters: Readonly<Record<string, string>> = {}): Promise<AnyJson> {
  const job = await runLedger(leased, 'dc1', { sab, parameters })
  await runLedger(leased, 'dc2', { parameters })
  return job
}

/** The keys of dc1's generator that dc2 has snapshots of, by iteration. */
function storedKeys({ pair }: TestPair): ReadonlyMap<number, string> {
  const folder = pair.datacenters.dc2.storageDirectory
  const maps = readdirSync(folder).map((name) => {
    const { dataSnapshot } = decodeHeartbeatMessage(readFileSync(join(folder, name)))
    return decodeSampleMap(dataSnapshot)
  })
  return new Map(maps.flatMap((map) => [...map].map(([key, { i1 }]) => [i1, key] as const)))
}

/** All five parts have been stored once more, the whole of a signal from now on. */
async function nextSnapshot({ events }: TestPair): Promise<void> {
  await events.seen('snapshot_stored', 'dc2', events.of('snapshot_stored', 'dc2').length + 2 * parts.length)
}

test('the sample answers a signal with five parts of its keys, which two pairs carry', async () => {
  const leased = await lease()
  await run(leased, 'builtin:sample', { numberOfHttpSenderReceiverPairs: '2' })
  await nextSnapshot(leased)
  const { dc1, dc2 } = leased.pair.datacenters
  expect(readdirSync(dc2.storageDirectory).toSorted()).toEqual(parts.map((part) => `dc1-${part}.snapshot`))
  expect(storedKeys(leased).get(1)).toMatch(/^dc1_1_\d+$/)
  const { hostname } = new URL(dc1.crossDcUrl)
  const statuses = [25_091, 25_092, 25_093].map(
    async (port) => (await fetch(`http://${hostname}:${port}/ports/info`)).status,
  )
  await expect(Promise.all(statuses)).resolves.toEqual([200, 200, 200])
  await expect(fetch(`http://${hostname}:25094/ports/info`)).rejects.toThrow('fetch failed')
})

test('REST shows every operator of the composite by the name that the samples give it, beside the sample’s own', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1', { sab: 'builtin:sample' })
  const names: readonly string[] = (await call(dc1, job.operators)).body.operators.map(({ name }: AnyJson) => name)
  const invocation = 'CrossDCFailover.'
  const inComposite = names.filter((name) => name.startsWith(invocation)).map((name) => name.slice(invocation.length))
  expect(inComposite.toSorted()).toEqual([...compositeOperatorNames(1)].toSorted())
  expect(names).toEqual(
    expect.arrayContaining(['TestDataGenerator', 'SomeApplicationLogic[4]', 'SpecialMessageSignalReceiver']),
  )
})

test.each([
  ['builtin:sample', false],
  ['builtin:cr-sample', true],
])('%s has its state of before a crash again: %s', async (sab, isKept) => {
  const leased = await lease()
  const job = await run(leased, sab)
  await nextSnapshot(leased)
  const first = storedKeys(leased).get(1)
  const directory = join(leased.pair.datacenters.dc1.storageDirectory, '..')
  const checkpoint = new CheckpointFile({ directory, dc: 'dc1', jobId: job.id })
  if (isKept) await eventually('a checkpoint', () => checkpoint.read() ?? undefined)
  const [pe] = (await leased.pair.processes.list()).filter(({ role, dc }) => role === 'pe' && dc === 'dc1')
  process.kill(pe?.pid ?? 0, 'SIGKILL')
  await leased.events.seen('job_healthy', 'dc1', 2)
  await nextSnapshot(leased)
  expect(first).toMatch(/^dc1_1_\d+$/)
  expect(storedKeys(leased).get(1) === first).toBe(isKept)
})
