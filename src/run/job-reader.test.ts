import { expect, test } from 'vitest'
import type { ExchangeClient } from '../model/exchange-client.ts'
import type { JsonObject } from '../model/json.ts'
import { JobReader } from './job-reader.ts'
import type { SinkRead } from './job-reader.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { runningJob } from './testing/sample-session.ts'

/** A reader whose reads take a second, and what it did. */
class ReaderTrial implements AsyncDisposable {
  readonly pair = new InMemoryPair()
  readonly asked: string[] = []
  readonly reads: SinkRead[] = []
  readonly failures: unknown[] = []
  underWayMax = 0
  failing = false
  readonly reader: JobReader
  #underWay = 0

  constructor() {
    const exchange: ExchangeClient = {
      ...this.pair.datacenters.dc1.exchange,
      retrieve: async ({ operator }) => await this.#retrieve(operator),
    }
    this.reader = new JobReader({
      job: runningJob('dc1'),
      exchange,
      clock: this.pair.clock,
      onRead: (read) => this.reads.push(read),
      onFailure: (error) => this.failures.push(error),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pair.drive(this.reader[Symbol.asyncDispose]())
  }

  async #retrieve(operator: string): Promise<readonly JsonObject[]> {
    this.asked.push(operator)
    this.#underWay += 1
    this.underWayMax = Math.max(this.underWayMax, this.#underWay)
    await this.pair.clock.sleep(1)
    this.#underWay -= 1
    if (this.failing) throw new Error('connection refused')
    return [{ operator }]
  }
}

test('reads now and then, the states before the outputs, and says between which times', async () => {
  await using trial = new ReaderTrial()
  await trial.pair.virtual.advance(7.5)
  expect(trial.asked).toEqual(['LedgerState', 'LedgerOutput', 'LedgerState', 'LedgerOutput'])
  expect(trial.reads).toMatchObject([
    { before: 1000, after: 1002, states: [{ operator: 'LedgerState' }], outputs: [{ operator: 'LedgerOutput' }] },
    { before: 1005, after: 1007 },
  ])
})

test('reads that are asked for at once go one after another', async () => {
  await using trial = new ReaderTrial()
  await trial.pair.drive(Promise.all([trial.reader.readNow(), trial.reader.readNow()]))
  expect(trial.underWayMax).toBe(1)
  expect(trial.reads.slice(0, 3).map(({ before }) => before)).toEqual([1000, 1002, 1004])
})

test('a read that fails is told, and reading goes on', async () => {
  await using trial = new ReaderTrial()
  trial.failing = true
  await trial.pair.virtual.advance(2)
  trial.failing = false
  await trial.pair.virtual.advance(10)
  expect(trial.failures).toEqual([new Error('connection refused')])
  expect(trial.reads.length).toBeGreaterThan(0)
})

test('disposal lets the read under way finish, and ends the reading', async () => {
  const trial = new ReaderTrial()
  await trial.pair.virtual.advance(0.5)
  await trial[Symbol.asyncDispose]()
  expect(trial.reads).toHaveLength(1)
  await trial.pair.virtual.advance(100)
  expect(trial.reads).toHaveLength(1)
  expect(trial.pair.virtual.sleepers()).toBe(0)
})

test('where the testbed tells what sinks get, nobody asks, and each read has its exact time', async () => {
  const pair = new InMemoryPair()
  const told = new Map<string, (items: readonly JsonObject[]) => void>()
  const ended: string[] = []
  const reads: SinkRead[] = []
  const exchange: ExchangeClient = {
    ...pair.datacenters.dc1.exchange,
    retrieve: async () => await Promise.reject(new Error('nobody should ask')),
    follow: ({ operator }, onItems) => {
      told.set(operator, onItems)
      return () => void ended.push(operator)
    },
  }
  const failures: unknown[] = []
  const reader = new JobReader({
    job: runningJob('dc1'),
    exchange,
    clock: pair.clock,
    onRead: (read) => reads.push(read),
    onFailure: (error) => failures.push(error),
  })
  await pair.virtual.advance(50)
  told.get('LedgerOutput')?.([{ from: 1 }])
  told.get('LedgerState')?.([{ key: 'a' }])
  expect(reads).toMatchObject([
    { outputs: [{ from: 1 }], states: [], before: 1050, after: 1050 },
    { outputs: [], states: [{ key: 'a' }], before: 1050, after: 1050 },
  ])
  expect(failures).toEqual([])
  await pair.drive(reader[Symbol.asyncDispose]())
  expect(ended).toEqual(['LedgerState', 'LedgerOutput'])
})
