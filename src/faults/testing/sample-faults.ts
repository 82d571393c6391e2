/** Test support: a ledger on a pair that is only data, and what it wrote down. */
import { faultKinds } from '../../model/fault.ts'
import { noopFaultJournal } from '../fault-journal.ts'
import { FaultLedger } from '../fault-ledger.ts'
import type { FaultContext } from '../context.ts'
import { InMemoryPair } from './in-memory-pair.ts'

/** A pair on which every kind of the language is allowed, and a ledger of it. */
export function sampleLedger(fields: Partial<FaultContext> = {}): {
  readonly pair: InMemoryPair
  readonly ledger: FaultLedger
} {
  const pair = new InMemoryPair(faultKinds, fields)
  return { pair, ledger: new FaultLedger({ context: pair.context, journal: noopFaultJournal }) }
}

/** `fault_effective cut`, in the order recorded. */
export function eventsOf(pair: InMemoryPair): readonly string[] {
  return pair.recorded.map(({ event, fault }) => `${event} ${fault}`)
}
