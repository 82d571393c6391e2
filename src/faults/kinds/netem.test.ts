import { expect, test } from 'vitest'
import type { FaultSpec, NetemFault } from '../../model/fault.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const wan: NetemFault = {
  kind: 'netem',
  from: 'dc1',
  to: 'dc2',
  direction: 'one-way',
  ports: 'all',
  delaySeconds: 0.08,
  jitterSeconds: 0.01,
}

test('delay, jitter and rate become rules, proved by slower probes and marked as proxied', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject({ ...wan, rateBitsPerSecond: 1e6 }, { id: 'wan' })
  expect(pair.rules).toMatchObject([
    { id: 'wan:dc1-dc2:delay', ports: [25091, 25092], effect: { kind: 'delay', seconds: 0.08, jitterSeconds: 0.01 } },
    { id: 'wan:dc1-dc2:rate', effect: { kind: 'rate', bitsPerSecond: 1e6 } },
  ])
  expect(fault.evidence.observed).toMatchObject({
    by: 'proxy',
    leastMs: expect.closeTo(63),
    before: [{ tookMs: 1 }, {}],
  })
  await fault.heal()
  expect(pair.rules).toEqual([])
})

test('a delay that does not show in the probes is an error, and its rules are gone', async () => {
  const { pair, ledger } = sampleLedger()
  pair.areLinksLeaky = true
  await expect(ledger.inject(wan)).rejects.toThrow(
    'netem dc1 → dc2 had no effect: dc1 → dc2:25091 in 1.0 ms, dc1 → dc2:25092 in 1.0 ms answered. Expected at least 63.0 ms (real time).',
  )
  expect(pair.rules).toEqual([])
})

test('a rate whose rule is not in force is an error', async () => {
  const { pair, ledger } = sampleLedger()
  pair.acts.idle.add('apply_rules')
  const { delaySeconds: _delay, jitterSeconds: _jitter, ...ends } = wan
  const spec: FaultSpec = { ...ends, kind: 'bandwidth', rateBitsPerSecond: 1000 }
  await expect(ledger.inject(spec, { id: 'b' })).rejects.toThrow('bandwidth dc1 → dc2 had no effect: b:dc1-dc2:rate')
})

test.for<[Partial<NetemFault>, string]>([
  [{ lossPercent: 1, corruptPercent: 1 }, "this testbed's netem has no loss, corrupt. It has delay, jitter, rate"],
  [{ delaySeconds: 0, jitterSeconds: 0 }, 'expected a delay, a jitter, a rate or a share of packets, got none'],
  [{ jitterSeconds: 0.09 }, 'expected a jitter of at most the delay (0.08 s), got 0.09 s'],
  [{ rateBitsPerSecond: 0 }, 'expected a rate above 0, got 0 bit/s. To let nothing through, use partition'],
])('%o is refused', async ([fields, message]) => {
  const { pair, ledger } = sampleLedger()
  await expect(ledger.inject({ ...wan, ...fields })).rejects.toThrow(message)
  expect(pair.recorded).toEqual([])
})

test('a testbed without netem has nothing of it', async () => {
  const { ledger } = sampleLedger({ netem: undefined })
  await expect(ledger.inject(wan)).rejects.toThrow('has no delay, jitter. It has nothing')
})

test('shares of packets become a rule of their own, where the testbed can do that', async () => {
  const { pair, ledger } = sampleLedger({ netem: { can: ['loss', 'duplicate', 'reorder'], by: 'simulation' } })
  const { delaySeconds: _delay, jitterSeconds: _jitter, ...ends } = wan
  await ledger.inject({ ...ends, lossPercent: 5, reorderPercent: 1 }, { id: 'wan' })
  const effect = { kind: 'packets', lossPercent: 5, corruptPercent: 0, duplicatePercent: 0, reorderPercent: 1 }
  expect(pair.rules).toMatchObject([{ id: 'wan:dc1-dc2:packets', effect }])
})
