import { startSupervisor } from '../src/emulator/supervisor-client.ts'
import { noopFaultJournal } from '../src/faults/fault-journal.ts'
import type { LeasedPair } from '../src/model/testbed.ts'
import { Session } from '../src/run/session.ts'
import { openEmbeddedTestbed } from '../src/testbeds.ts'

/** Two emulated datacenters with healthy ledger jobs; `end` leaves nothing. */
export interface RunningPair {
  readonly pair: LeasedPair
  readonly end: () => Promise<void>
}

/** Brings everything up from nothing. */
export async function startRunningPair(): Promise<RunningPair> {
  const supervisor = await startSupervisor()
  const testbed = await openEmbeddedTestbed(supervisor.endpoint)
  const pair = await testbed.lease({ holder: 'bench' })
  const nothing = { dc1: {}, dc2: {} }
  const definition = {
    sab: { dc1: 'builtin:ledger', dc2: 'builtin:ledger' },
    submissionParameters: nothing,
    crossdc: nothing,
    opts: {},
  }
  const session = new Session({
    pair,
    capabilities: testbed.capabilities(),
    definition: { mode: 'active-active', ...definition },
    testId: 'bench',
    seed: 0,
    journal: noopFaultJournal,
  })
  await session.start()
  const end = async (): Promise<void> => {
    await session[Symbol.asyncDispose]()
    await pair[Symbol.asyncDispose]()
    await testbed[Symbol.asyncDispose]()
    await supervisor.close()
  }
  return { pair, end }
}
