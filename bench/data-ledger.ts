/**
 * The delivery ledger alone, in a process of its own: ids taken in one by one as sent and accepted, then as received, every
 * thousandth missing, and the loss worked out. Prints one JSON object. Needs `--expose-gc` for the memory.
 */
import assert from 'node:assert/strict'
import { DeliveryLedger } from '../src/data/delivery-ledger.ts'
import { IntervalSet } from '../src/support/interval-set.ts'
import { KeyTable } from '../src/support/key-table.ts'
import { processorSeconds } from './processor-time.ts'

/** What it prints. */
export interface LedgerFigures {
  readonly tuplesPerSecond: number
  readonly bytesPerTuple: number
  /** For as many ids as the peer in Python takes. */
  readonly peerSeconds: number
}

const keys = Array.from({ length: 16 }, (_, index) => `dc1-k${String(index).padStart(2, '0')}`)
const batchTuples = 1000
const timedTuples = 20_000_000
const heldTuples = 100_000_000
const rounds = 5
const [, , peerText = ''] = process.argv
const peerTuples = Number(peerText)

interface Taken {
  readonly ledger: DeliveryLedger
  readonly received: KeyTable<IntervalSet>
}

/** Sends and receives so many ids, keys in turn, and checks that exactly those that are missing are found to be. */
function takeIn(count: number): Taken {
  const ledger = new DeliveryLedger({ toleranceSeconds: 0.6 })
  const received = new KeyTable<IntervalSet>()
  const nothing = (): IntervalSet => new IntervalSet()
  const batch = Array.from({ length: batchTuples }, () => ({ key: '', seq: 0 }))
  for (let first = 0; first < count; first += batchTuples) {
    for (let index = 0; index < batchTuples; index += 1) {
      const tuple = batch[index]
      if (tuple === undefined) continue
      const id = first + index
      tuple.key = keys[id % keys.length] ?? ''
      tuple.seq = Math.floor(id / keys.length)
    }
    const time = first / 1e6
    ledger.record({ into: 'dc1', tuples: batch, outcome: 'accepted', sentTime: time - 0.001, time })
    for (let index = 0; index < batchTuples - 1; index += 1) {
      const tuple = batch[index]
      if (tuple !== undefined) received.at(tuple.key, nothing).add(tuple.seq, tuple.seq)
    }
  }
  const lost = keys.reduce((sum, key) => {
    return sum + ledger.missing('dc1', key, received.get(key) ?? new IntervalSet()).lost.count
  }, 0)
  assert.equal(lost, count / batchTuples)
  return { ledger, received }
}

function seconds(count: number): number {
  const begin = processorSeconds()
  takeIn(count)
  return processorSeconds() - begin
}

function heldBytes(): number {
  assert(globalThis.gc !== undefined, 'Expected node --expose-gc')
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const best = (count: number): number => Math.min(...Array.from({ length: rounds }, () => seconds(count)))

const tuplesPerSecond = Math.round(timedTuples / best(timedTuples))
const peerSeconds = best(peerTuples)
const before = heldBytes()
const held = takeIn(heldTuples)
const bytesPerTuple = Number(((heldBytes() - before) / heldTuples).toFixed(4))
assert.equal(held.ledger.totals().accepted, heldTuples)
const figures: LedgerFigures = { tuplesPerSecond, bytesPerTuple, peerSeconds }
process.stdout.write(`${JSON.stringify(figures)}\n`)
