// Link rules as the holder of a lease sets them.

import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { LinkRuleEffect } from '../model/testbed.ts'
import { runLedger, runLedgers, useTestbed, type TestPair } from './testing/testbed.ts'

const lease = useTestbed()
const basePort = 25_091

async function apply({ pair }: TestPair, effect: LinkRuleEffect): Promise<void> {
  await pair.links.apply({ id: 'r', from: 'dc1', to: 'dc2', ports: 'all', effect })
}

/** System seconds that a probe takes. */
async function probeSeconds({ pair }: TestPair): Promise<number> {
  const probe = await pair.links.probe({ from: 'dc1', to: 'dc2', port: basePort })
  expect(probe.outcome).toBe('answered')
  return (probe.tookMs * pair.clock.timeScale) / 1000
}

test('delays with a jitter and a rate lengthen a probe by as much system time, until they go', async () => {
  const lab = await lease()
  await runLedger(lab, 'dc2')
  await apply(lab, { kind: 'delay', seconds: 6, jitterSeconds: 1 })
  // There and back, twice: the connection, and the question.
  expect(await probeSeconds(lab)).toBeGreaterThanOrEqual(20)
  await lab.pair.links.remove('r')
  await apply(lab, { kind: 'rate', bitsPerSecond: 80 })
  expect(await probeSeconds(lab)).toBeGreaterThanOrEqual(10)
  await lab.pair.links.remove('r')
  expect(await probeSeconds(lab)).toBeLessThan(10)
})

test('a snapshot that needs longer than its line has is late, and nothing else happens', async () => {
  const lab = await lease()
  await runLedgers(lab)
  await lab.events.seen('protected', 'dc1')
  await apply(lab, { kind: 'rate', bitsPerSecond: 1000 })
  const begun = lab.pair.clock.now()
  const later = (event: 'snapshot_signal' | 'snapshot_stored', dc: 'dc1' | 'dc2'): number =>
    lab.events.of(event, dc).filter(({ time }) => time > begun).length
  await lab.events.seen('snapshot_stored', 'dc2', lab.events.of('snapshot_stored', 'dc2').length + 2)
  const signal = lab.events.of('snapshot_signal', 'dc1').find(({ time }) => time > begun)
  const stored = lab.events.of('snapshot_stored', 'dc2').find(({ time }) => time > (signal?.time ?? 0))
  expect((stored?.time ?? 0) - (signal?.time ?? 0)).toBeGreaterThan(1)
  expect(later('snapshot_signal', 'dc1')).toBeGreaterThan(0)
  expect(lab.events.of('remote_down')).toEqual([])
})

test.each([
  [{ kind: 'rate', bitsPerSecond: 0 }, 'Expected `bitsPerSecond` to be a number from 1 up, got 0.'],
  [{ kind: 'rate' }, 'Expected `bitsPerSecond` to be a number from 1 up, got nothing.'],
  [{ kind: 'delay', seconds: 1, jitterSeconds: -1 }, 'Expected `jitterSeconds` to be a number from 0 up, got -1.'],
  [{ kind: 'loss' }, 'Expected `effect.kind` to be drop, reject, hang, delay or rate, got "loss".'],
])('refuses %j', async (effect, message) => {
  const lab = await lease()
  // Anything may come over the control connection.
  await expect(apply(lab, effect as LinkRuleEffect)).rejects.toThrow(message)
  await expect(lab.pair.links.rules()).resolves.toEqual([])
})

test('a reset ends the open connections of its direction and says how many', async () => {
  const lab = await lease()
  await runLedgers(lab)
  const { remoteMachineNames: host } = lab.pair.datacenters.dc1
  const socket = connect({ host, port: basePort })
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  })
  // The link's word that the far side was reached.
  await once(socket, 'data')
  const reset = { kind: 'reset_connections', from: 'dc1', to: 'dc2', ports: [basePort] } as const
  const other = { ...reset, from: 'dc2', to: 'dc1', ports: [basePort + 1] } as const
  const { outcomes } = await lab.pair.acts.perform([other, reset])
  expect(outcomes.map(({ detail }) => detail)).toEqual([{ connections: 0 }, { connections: expect.any(Number) }])
  expect(outcomes[1]?.detail['connections']).toBeGreaterThanOrEqual(1)
  await expect(ended).resolves.toBe('ECONNRESET')
})
