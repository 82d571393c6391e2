/**
 * The load path, in a process of its own, for some seconds: generator and exchange client, as traffic uses them, against an HTTP server
 * that takes everything; every batch is made, serialised and sent. Or, with a file, its body alone, sent over and over by the client's
 * transport, which is what a load generator for HTTP does. Prints requests a second. Arguments: URL, tuples a batch, file of the body.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createSequenceGenerator } from '../src/data/sequence-generator.ts'
import { resolveConnection } from '../src/streams/connection-options.ts'
import { createExchangeClient } from '../src/streams/exchange-client.ts'
import { ExchangeTransport } from '../src/streams/exchange-transport.ts'
import { monotonicNowMs } from '../src/support/monotonic-clock.ts'

const [, , url = '', batchText = '', bodyFile] = process.argv
const batchTuples = Number(batchText)
/** As many requests under way as the client has connections. */
const connections = 16
const seconds = 4

/** Calls `act` again and again, so many at once; returns how often a second. */
async function rate(act: () => Promise<void>): Promise<number> {
  const begin = monotonicNowMs()
  let count = 0
  const lane = async (): Promise<void> => {
    while (monotonicNowMs() - begin < seconds * 1000) {
      await act()
      count += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, lane))
  return (count * 1000) / (monotonicNowMs() - begin)
}

async function batches(): Promise<number> {
  const generator = createSequenceGenerator({ seed: 1, keys: 16, sizeBytes: 32, origin: 'dc1', ordinal: 0 })
  const endpoint = { kind: 'inject', operator: 'LedgerIngest', url: `${url}/ingest` } as const
  const exchange = createExchangeClient({ url, username: 'bench', password: 'bench' })
  const perSecond = await rate(async () => {
    const { outcome } = await exchange.inject(endpoint, generator.next(batchTuples))
    assert.equal(outcome, 'accepted')
  })
  exchange.close()
  return perSecond
}

async function oneBody(file: string): Promise<number> {
  const body = readFileSync(file)
  const transport = new ExchangeTransport(resolveConnection({ url, username: 'bench', password: 'bench' }))
  const perSecond = await rate(async () => {
    const answer = await transport.send({ method: 'POST', url: `${url}/ingest`, body })
    assert(answer.kind === 'answered' && answer.status === 204)
  })
  transport.close()
  return perSecond
}

process.stdout.write(`${await (bodyFile === undefined ? batches() : oneBody(bodyFile))}\n`)
