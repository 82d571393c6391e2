/**
 * The load path, in a process of its own: generator and exchange client, as traffic uses them, against an HTTP server that takes
 * everything; every batch is made, serialised and sent. Then one body of as many tuples, serialised once, sent over and over, by the
 * client's transport and by autocannon in turn, so that both meet the same machine. Prints one JSON object. Arguments: URL, tuples a batch.
 */
import assert from 'node:assert/strict'
import autocannon from 'autocannon'
import { createSequenceGenerator } from '../src/data/sequence-generator.ts'
import { resolveConnection } from '../src/streams/connection-options.ts'
import { createExchangeClient } from '../src/streams/exchange-client.ts'
import { ExchangeTransport } from '../src/streams/exchange-transport.ts'
import { monotonicNowMs } from '../src/support/monotonic-clock.ts'
import { processorSeconds } from './processor-time.ts'

/** What it prints. */
export interface InjectFigures {
  readonly tuplesPerSecond: number
  readonly own: SendRate
  readonly peer: SendRate
}

/** Requests of one body, by the clock and by the sender's processor. */
interface SendRate {
  readonly perSecond: number
  readonly perProcessorSecond: number
}

const [, , url = '', batchText = ''] = process.argv
const batchTuples = Number(batchText)
/** As many requests under way as the client has connections. */
const connections = 16
const seconds = 3
const turns = 10

/** How often something was sent, and in how long a time. */
interface Turn {
  readonly count: number
  readonly seconds: number
}

/** Calls `act` again and again, so many at once, for a turn. */
async function repeat(act: () => Promise<void>): Promise<Turn> {
  const begin = monotonicNowMs()
  let count = 0
  const lane = async (): Promise<void> => {
    while (monotonicNowMs() - begin < seconds * 1000) {
      await act()
      count += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, lane))
  return { count, seconds: (monotonicNowMs() - begin) / 1000 }
}

/** Autocannon's own time: it takes some to begin and to end, in which it sends nothing. */
async function repeatByPeer(): Promise<Turn> {
  const options = { url: endpoint.url, method: 'POST', body, headers, connections, duration: seconds } as const
  const { '2xx': count, duration } = await autocannon(options)
  return { count, seconds: duration }
}

async function measured(turn: () => Promise<Turn>): Promise<SendRate> {
  const processor = processorSeconds()
  const taken = await turn()
  return {
    perSecond: Math.round(taken.count / taken.seconds),
    perProcessorSecond: Math.round(taken.count / (processorSeconds() - processor)),
  }
}

/** The best of each: what else the machine does only ever makes it slower. */
function best(rates: readonly SendRate[]): SendRate {
  return {
    perSecond: Math.max(...rates.map(({ perSecond }) => perSecond)),
    perProcessorSecond: Math.max(...rates.map(({ perProcessorSecond }) => perProcessorSecond)),
  }
}

const account = { url, username: 'bench', password: 'bench' }
const generator = createSequenceGenerator({ seed: 1, keys: 16, sizeBytes: 32, origin: 'dc1', ordinal: 0 })
const endpoint = { kind: 'inject', operator: 'LedgerIngest', url: `${url}/ingest` } as const

const exchange = createExchangeClient(account)
const batches: SendRate[] = []
for (let turn = 0; turn < turns; turn += 1) {
  batches.push(
    await measured(
      async () =>
        await repeat(async () => {
          const { outcome } = await exchange.inject(endpoint, generator.next(batchTuples))
          assert.equal(outcome, 'accepted')
        }),
    ),
  )
}
exchange.close()

const body = Buffer.from(JSON.stringify({ items: generator.next(batchTuples) }))
const headers = {
  authorization: 'Basic YmVuY2g6YmVuY2g=',
  accept: 'application/json',
  'content-type': 'application/json',
}
const transport = new ExchangeTransport(resolveConnection(account))
const send = async (): Promise<void> => {
  const answer = await transport.send({ method: 'POST', url: endpoint.url, body })
  assert(answer.kind === 'answered' && answer.status === 204)
}
const [own, peer]: [SendRate[], SendRate[]] = [[], []]
for (let turn = 0; turn < turns; turn += 1) {
  own.push(await measured(async () => await repeat(send)))
  peer.push(await measured(repeatByPeer))
}
transport.close()
const figures: InjectFigures = {
  tuplesPerSecond: best(batches).perSecond * batchTuples,
  own: best(own),
  peer: best(peer),
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
