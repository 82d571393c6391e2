import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FaultError } from '../model/errors.ts'
import type { FaultSpec, InjectedFault } from '../model/fault.ts'
import type { InMemoryPair } from './testing/in-memory-pair.ts'
import { sampleLedger } from './testing/sample-faults.ts'

const ends = { from: 'dc1', to: 'dc2', direction: 'both', ports: 'all' } as const
const job = { dc: 'dc1' } as const
const pe = { dc: 'dc1', pes: [0] } as const
const management = { dc: 'dc1', management: true } as const

/** All about dc1, where they meet. */
const faults: readonly FaultSpec[] = [
  { kind: 'kill', target: job },
  { kind: 'kill', target: pe },
  { kind: 'kill', target: management },
  { kind: 'crash', target: job },
  { kind: 'pause', target: job },
  { kind: 'pause', target: pe },
  { kind: 'pause', target: management },
  { kind: 'restart', target: job },
  { kind: 'restart', target: pe },
  { kind: 'restart', target: management },
  { kind: 'cancel_job', target: job },
  { kind: 'orderly_shutdown', target: job },
  { kind: 'datacenter_outage', target: job },
  { kind: 'host_hang', target: job },
  { kind: 'disk_full', target: job },
  { kind: 'disk_error', target: job },
  { kind: 'partition', ...ends, how: 'drop' },
  { kind: 'netem', ...ends, delaySeconds: 1 },
]

/** Faults of which some are refused, and the order in which the others are healed. */
const drill = fc.record({
  specs: fc.array(fc.constantFrom(...faults), { minLength: 2, maxLength: 4 }),
  order: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
})

function everything(pair: InMemoryPair): object {
  return {
    answering: pair.acts.isAnswering('dc1'),
    processes: pair.acts
      .processes()
      .map(({ dc, role, isPaused }) => `${dc} ${role}${isPaused ? ' paused' : ''}`)
      .toSorted(),
    rules: pair.rules,
    stores: [...pair.acts.stores],
  }
}

test('faults that meet are refused or put back, in whatever order they are healed', async () => {
  const clean = everything(sampleLedger().pair)
  await fc.assert(
    fc.asyncProperty(drill, async ({ specs, order }) => {
      const { pair, ledger } = sampleLedger()
      const injected: InjectedFault[] = []
      for (const spec of specs) {
        try {
          injected.push(await pair.drive(ledger.inject(spec)))
        } catch (error) {
          if (!(error instanceof FaultError && error.message.includes('cannot be injected'))) throw error
        }
      }
      const healing = injected.toSorted((one, other) => rank(injected, order, one) - rank(injected, order, other))
      for (const fault of healing) await pair.drive(fault.heal())
      expect({ ...everything(pair), hasJob: pair.jobs.has('dc1') }).toEqual({ ...clean, hasJob: true })
    }),
    { numRuns: 400, seed: 20_260_101 },
  )
})

function rank(injected: readonly InjectedFault[], order: readonly number[], fault: InjectedFault): number {
  return order[injected.indexOf(fault)] ?? 0
}
