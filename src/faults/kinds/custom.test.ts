import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { FaultLedger } from '../fault-ledger.ts'
import type { FaultSpec } from '../../model/fault.ts'
import type { Injection, Undo } from '../fault-kind.ts'
import type { RegisteredFault, RegisteredInjection } from '../registered-fault.ts'
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

describe('code that does not do what it should', () => {
  const proof = { probe: 'lights', observed: {} }
  const undo = async (): Promise<typeof undone> => undone
  const undone = { evidence: proof }
  const effective = { effectiveAt: 1, uncertainty: 0, evidence: proof }
  /** A ledger with one kind, whose parts may be of any shape, as in JavaScript. */
  const ledgerOf = (kind: object): FaultLedger => {
    const registered = kind as RegisteredFault
    return sampleLedger({ custom: new Map([['brownout', registered]]) }).ledger
  }

  test('cannot act before it has said how it is undone', async () => {
    const done: string[] = []
    const ledger = ledgerOf({
      inject: async (_args: unknown, _context: unknown, injection: Injection) => {
        await injection.begin()
        done.push('acted')
        return effective
      },
    })
    await expect(ledger.inject(spec)).rejects.toThrow(
      'Fault brownout registered no undo: call `injection.registerUndo`',
    )
    expect(done).toEqual([])
  })

  test('that asks for nothing at all is told so', async () => {
    const ledger = ledgerOf({ inject: async () => effective })
    await expect(ledger.inject(spec)).rejects.toThrow('Fault brownout registered no undo')
  })

  test('that did not wait for its turn is undone', async () => {
    const done: string[] = []
    const ledger = ledgerOf({
      inject: async (_args: unknown, _context: unknown, injection: Injection) => {
        injection.registerUndo(async () => {
          done.push('undone')
          return undone
        })
        return effective
      },
    })
    await expect(ledger.inject(spec)).rejects.toThrow('did not wait for its turn: await `injection.begin()`')
    expect(done).toEqual(['undone'])
  })

  test('registers one undo, not two', async () => {
    const ledger = ledgerOf({
      inject: async (_args: unknown, _context: unknown, injection: Injection) => {
        injection.registerUndo(undo)
        injection.registerUndo(undo)
        return await Promise.resolve(effective)
      },
    })
    await expect(ledger.inject(spec)).rejects.toThrow('called `injection.registerUndo` twice')
  })

  test.for([
    [undefined, 'got nothing'],
    [{ ...effective, effectiveAt: '1' }, 'got {"effectiveAt":"1"'],
    [{ ...effective, effectiveAt: Number.NaN }, 'got {"effectiveAt":null'],
    [{ ...effective, uncertainty: -1 }, '"uncertainty":-1'],
    [{ ...effective, evidence: { probe: 'lights', observed: 3 } }, '"observed":3'],
    [{ ...effective, evidence: { probe: 'lights', observed: { n: 1n } } }, 'got object that JSON cannot hold'],
  ] as const)('answers when it took hold, and not %o', async ([answer, got]) => {
    const ledger = ledgerOf({
      inject: async (_args: unknown, _context: unknown, injection: Injection) => {
        injection.registerUndo(undo)
        await injection.begin()
        return answer
      },
    })
    await expect(ledger.inject(spec)).rejects.toThrow('expected `inject` to answer { effectiveAt: seconds')
    await expect(ledger.inject(spec)).rejects.toThrow(got)
  })

  test('whose undo proves nothing is not taken for undone', async () => {
    const ledger = ledgerOf({
      inject: async (_args: unknown, _context: unknown, injection: Injection) => {
        injection.registerUndo((async () => ({})) as unknown as Undo)
        await injection.begin()
        return effective
      },
    })
    const fault = await ledger.inject(spec)
    await expect(fault.heal()).rejects.toThrow(
      'could not be undone: expected its undo to answer { evidence: { probe: text, observed: data } } that proves it gone, got {}.',
    )
  })

  test('that hangs is given up in real time, told by its signal, and undone; so is an undo that hangs', async () => {
    const done: string[] = []
    const hang = async (): Promise<never> => await new Promise<never>(() => {})
    const hanging = (where: 'inject' | 'undo'): FaultLedger =>
      ledgerOf({
        timeoutRealSeconds: 0.02,
        inject: async (_args: unknown, _context: unknown, injection: RegisteredInjection) => {
          injection.registerUndo(async () => {
            done.push('undone')
            return where === 'undo' ? await hang() : undone
          })
          injection.signal.addEventListener('abort', () => done.push('told'))
          await injection.begin()
          return where === 'inject' ? await hang() : effective
        },
      })
    await expect(hanging('inject').inject(spec)).rejects.toThrow(
      'Injecting the fault brownout did not end within 0.02 s (real time).',
    )
    expect(done.splice(0)).toEqual(['told', 'undone'])
    const fault = await hanging('undo').inject(spec)
    await expect(fault.heal()).rejects.toThrow('Undoing the fault brownout did not end within 0.02 s (real time).')
  })

  test('that waits for its event has all the time that the event takes', async () => {
    const { pair, ledger } = sampleLedger({
      custom: new Map([['brownout', { ...brownout([]), timeoutRealSeconds: 0.01 }]]),
    })
    const when = { event: 'takeover_started', dc: 'dc2', occurrence: 1, afterSeconds: 0, sinceTime: 0 } as const
    const injection = ledger.inject(spec, { when })
    // Real time, longer than the code itself may take.
    await setTimeout(40)
    pair.tell('dc2', 'takeover_started')
    await pair.clock.advance(1)
    expect((await injection).spec).toEqual(spec)
    await ledger.healAll()
  })

  test('that cannot even say whether it can be injected is told by its name', async () => {
    const ledger = ledgerOf({ ...brownout([]), unavailable: async () => await Promise.reject(new Error('no route')) })
    await expect(ledger.inject(spec)).rejects.toThrow('Fault brownout: `unavailable` failed: no route')
  })
})
