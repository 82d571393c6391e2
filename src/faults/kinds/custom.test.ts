import { expect, test } from 'vitest'
import type { FaultSpec } from '../../model/fault.ts'
import type { RegisteredFault } from '../registered-fault.ts'
import { eventsOf, sampleLedger } from '../testing/sample-faults.ts'

const spec: FaultSpec = { kind: 'custom', name: 'brownout', args: { level: 2 } }

function brownout(done: string[]): RegisteredFault {
  return {
    name: 'brownout',
    unavailable: async ({ level }) => (level === 0 ? 'expected `level` to be above 0, got 0' : null),
    inject: async (args, context, injection) => {
      injection.registerUndo(async () => {
        done.push('undone')
        return { evidence: { probe: 'lights', observed: { level: 0 } } }
      })
      await injection.begin()
      done.push('done')
      return { effectiveAt: context.clock.now(), uncertainty: 0, evidence: { probe: 'lights', observed: args } }
    },
  }
}

test('a registered fault acts with its arguments, and is healed, under its own name', async () => {
  const done: string[] = []
  const { pair, ledger } = sampleLedger({ custom: new Map([['brownout', brownout(done)]]) })
  const fault = await ledger.inject(spec, { id: 'b' })
  expect(fault.evidence.observed).toEqual({ level: 2 })
  await fault.heal()
  expect(done).toEqual(['done', 'undone'])
  expect(eventsOf(pair)).toEqual(['fault_requested b', 'fault_effective b', 'fault_heal_requested b', 'fault_healed b'])
  expect(pair.recorded[1]?.detail).toMatchObject({ kind: 'custom', name: 'brownout' })
})

test('it begins at its event', async () => {
  const done: string[] = []
  const { pair, ledger } = sampleLedger({ custom: new Map([['brownout', brownout(done)]]) })
  const when = { event: 'takeover_started', dc: 'dc2', occurrence: 1, afterSeconds: 2, sinceTime: 0 } as const
  const injection = ledger.inject(spec, { when })
  await pair.clock.advance(5)
  pair.tell('dc2', 'takeover_started')
  await pair.clock.advance(1)
  expect(done).toEqual([])
  await pair.clock.advance(1)
  expect(await injection).toMatchObject({ requestedAt: 7, effectiveAt: 7 })
  expect(done).toEqual(['done'])
  await ledger.healAll()
})

test('arguments that it refuses, and a name that nobody registered, are errors', async () => {
  const { ledger } = sampleLedger({ custom: new Map([['brownout', brownout([])]]) })
  await expect(ledger.inject({ ...spec, args: { level: 0 } })).rejects.toThrow('expected `level` to be above 0, got 0')
  await expect(ledger.inject({ ...spec, name: 'blackout' })).rejects.toThrow(
    'no fault of this name is registered. Registered: brownout',
  )
})
