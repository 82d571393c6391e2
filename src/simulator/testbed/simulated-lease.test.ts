import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { TestbedError } from '../../model/errors.ts'
import type { LeasedPair, PairSettings, TestbedEvent } from '../../model/testbed.ts'
import { openSimulatedTestbed } from './simulated-testbed.ts'
import { runLedger, tuples } from './testing/running-ledger.ts'

async function leased(settings: Partial<PairSettings> = {}): Promise<LeasedPair> {
  const testbed = openSimulatedTestbed()
  onTestFinished(async () => await testbed[Symbol.asyncDispose]())
  return await testbed.lease({ holder: 'a test', ...settings })
}

async function connected(): Promise<LeasedPair> {
  const pair = await leased()
  await runLedger(pair, 'dc1')
  await runLedger(pair, 'dc2')
  await pair.clock.sleep(100)
  return pair
}

test('acts at an event are performed at that very moment, also at one that came before', async () => {
  const pair = await connected()
  const when = {
    event: 'heartbeat_received',
    dc: 'dc2',
    occurrence: 1,
    afterSeconds: 0.25,
    sinceTime: pair.clock.now(),
  } as const
  const { trigger, outcomes } = await pair.acts.perform([{ kind: 'kill_pes', dc: 'dc2' }], { when })
  expect(outcomes[0]?.effect).toEqual({ time: (trigger?.time ?? 0) + 0.25, uncertainty: 0 })
  const past = { ...when, sinceTime: 0, afterSeconds: 0 }
  const late = await pair.acts.perform([{ kind: 'pause_pes', dc: 'dc1' }], { when: past })
  expect(late.trigger?.time).toBeLessThan(trigger?.time ?? 0)
})

test('acts that wait are disarmed by their signal', async () => {
  const pair = await connected()
  const off = new AbortController()
  const when = { event: 'remote_down', dc: 'dc2', occurrence: 1, afterSeconds: 0, sinceTime: 0 } as const
  const armed = pair.acts.perform([{ kind: 'kill_pes', dc: 'dc2' }], { when, signal: off.signal })
  off.abort(new Error('never mind'))
  await expect(armed).rejects.toThrow('never mind')
  await pair.processes.holdDown({ dc: 'dc1' })
  await pair.clock.sleep(400)
  await expect(pair.datacenters.dc2.streams.processingElements('1')).resolves.toMatchObject([{ launchCount: 1 }])
})

test('an act that cannot be done says which, and what was done before it', async () => {
  const pair = await connected()
  const acts = [
    { kind: 'pause_pes', dc: 'dc1' },
    { kind: 'kill_pes', dc: 'dc1', pes: [7] },
  ] as const
  await expect(pair.acts.perform(acts)).rejects.toThrow(
    /^Act 2 of 2, kill_pes, failed: .* Done before it, and not undone: pause_pes\.$/,
  )
})

test('events come with their exact times, and each subscription ends by itself', async () => {
  const pair = await leased()
  const seen: TestbedEvent[] = []
  const end = pair.events.subscribe((event) => seen.push(event))
  await runLedger(pair, 'dc1')
  end()
  await pair.datacenters.dc1.streams.cancelJob('1')
  expect(seen.map(({ event, time }) => [event, time])).toEqual([
    ['job_submitted', 0],
    ['pe_started', 0],
    ['job_started', 0],
    ['job_healthy', 0],
  ])
  expect(await pair.eventLog()).toMatch(/"event":"job_cancelled"/)
})

test('a PE that is restarted comes back with a higher launch count; an operator alone starts anew', async () => {
  const pair = await connected()
  const before = pair.clock.now()
  const restarted = await pair.processes.restartPe({ dc: 'dc1', peId: '1' })
  expect(restarted).toMatchObject({ time: before, launchCount: 2 })
  await pair.clock.sleep(10)
  const operator = 'CrossDCFailover.RemoteDataCenterWatchdog'
  await expect(pair.processes.restartOperator({ dc: 'dc1', operator })).resolves.toMatchObject({
    jobId: '1',
    peId: '1',
  })
  await expect(pair.processes.restartPe({ dc: 'dc1', peId: '9' })).rejects.toThrow('dc1 has no PE 9; there are: 1.')
})

test('the processes are listed as if there were some', async () => {
  const pair = await connected()
  await pair.acts.perform([
    { kind: 'pause_pes', dc: 'dc2' },
    { kind: 'stop_management', dc: 'dc1' },
  ])
  const listed = (await pair.processes.list()).map(({ dc, role, isPaused = false }) => [dc, role, isPaused])
  expect(listed).toEqual([
    ['dc2', 'management', false],
    [null, 'link', false],
    ['dc1', 'pe', false],
    ['dc2', 'pe', true],
  ])
})

test('a link is probed without any time passing, and says how long it would have taken', async () => {
  const pair = await leased({ linkDelaySeconds: 0.3, timeScale: 10 })
  await runLedger(pair, 'dc2')
  const before = pair.clock.now()
  const port = { from: 'dc1', to: 'dc2', port: 25_091 } as const
  await expect(pair.links.probe(port)).resolves.toMatchObject({ outcome: 'answered', status: 200, tookMs: 120 })
  await pair.links.apply({ id: 'cut', from: 'dc1', to: 'dc2', ports: 'all', effect: { kind: 'drop' } })
  await expect(pair.links.probe(port)).resolves.toMatchObject({ outcome: 'no_connection' })
  await pair.links.remove('cut')
  expect(await pair.links.rules()).toEqual([])
  expect(pair.clock.now()).toBe(before)
})

test('a store is probed by the PE that has it', async () => {
  const pair = await connected()
  await expect(pair.processes.probeStore({ dc: 'dc1' })).resolves.toMatchObject({
    store: 'files',
    write: 'ok',
    read: 'ok',
  })
  await pair.acts.perform([{ kind: 'store_fault', dc: 'dc1', fault: { mode: 'readonly' } }])
  expect((await pair.processes.probeStore({ dc: 'dc1' })).write).not.toBe('ok')
  await pair.processes.holdDown({ dc: 'dc1' })
  await expect(pair.processes.probeStore({ dc: 'dc1' })).rejects.toThrow(/^Expected a running PE in dc1 that stores/)
})

test('what it cannot do it names', async () => {
  const pair = await leased()
  const sab = await pair.applicationBundle('builtin:ledger')
  const launch = { dc: 'dc2', sab, parameters: {}, script: { kind: 'file', path: 'launch.sh', args: [] } } as const
  await expect(pair.installLaunchScript(launch)).rejects.toThrow(
    /^The simulated testbed runs no processes, and so not the launch script launch\.sh of dc2\. Run this scenario on/,
  )
  await expect(pair.installLaunchScript({ ...launch, script: { kind: 'hang' } })).rejects.toThrow('`configFileName`')
  await expect(pair.applicationBundle('my.sab')).rejects.toThrow(TestbedError)
  const only = { dc: 'dc1', remote: { host: '127.0.0.1', port: 25_090 }, crossDcPort: 25_090 } as const
  await expect(leased({ only })).rejects.toThrow('The simulated testbed has no dc1 alone')
})

test('a lease leaves nothing to the next one, whatever was done in it', async () => {
  const testbed = openSimulatedTestbed()
  const first = await testbed.lease({ holder: 'first' })
  const { endpoints } = await runLedger(first, 'dc1')
  await runLedger(first, 'dc2')
  await first.datacenters.dc1.exchange.inject(endpoints.ingest, tuples(5))
  await first.clock.sleep(400)
  await first.acts.perform([
    { kind: 'store_fault', dc: 'dc2', fault: { mode: 'full' } },
    { kind: 'pause_management', dc: 'dc2' },
    { kind: 'hold_down', dc: 'dc1' },
    { kind: 'apply_rules', rules: [{ id: 'cut', from: 'dc1', to: 'dc2', ports: 'all', effect: { kind: 'drop' } }] },
  ])
  await first[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  await using second = await testbed.lease({ holder: 'second' })
  expect(second.clock.now()).toBe(0)
  await expect(second.datacenters.dc2.streams.jobs()).resolves.toEqual([])
  expect(await second.links.rules()).toEqual([])
  expect(await second.logs()).toEqual([])
})

test('time stands still once the lease is over', async () => {
  const pair = await connected()
  const before = pair.clock.now()
  void pair.clock.sleep(1000)
  await pair[Symbol.asyncDispose]()
  for (let turns = 0; turns < 20; turns += 1) await turn()
  expect(pair.clock.now()).toBe(before)
})
