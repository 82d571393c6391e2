import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FaultError, HealError } from '../model/errors.ts'
import type { FaultKind, FaultSpec } from '../model/fault.ts'
import { createFileFaultJournal, noopFaultJournal } from './fault-journal.ts'
import { FaultLedger } from './fault-ledger.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'

const allKinds: readonly FaultKind[] = ['partition', 'kill', 'cancel_job', 'orderly_shutdown']
const cut: FaultSpec = { kind: 'partition', from: 'dc1', to: 'dc2', direction: 'both', ports: 'all', how: 'drop' }
const kill: FaultSpec = { kind: 'kill', target: { dc: 'dc1' } }

function ledgerOf(pair: InMemoryPair): FaultLedger {
  return new FaultLedger({ context: pair.context, journal: noopFaultJournal })
}

function eventsOf(pair: InMemoryPair): readonly string[] {
  return pair.recorded.map(({ event, fault }) => `${event} ${fault}`)
}

test('a fault is requested, effective with its evidence, and healed at the end of its block', async () => {
  const pair = new InMemoryPair(allKinds)
  {
    await using fault = await ledgerOf(pair).inject(cut, { id: 'cut' })
    expect(fault.evidence.observed['probes']).toHaveLength(4)
    expect(pair.rules.map(({ id }) => id)).toEqual(['cut:dc1-dc2', 'cut:dc2-dc1'])
  }
  expect(pair.rules).toEqual([])
  expect(eventsOf(pair)).toEqual([
    'fault_requested cut',
    'fault_effective cut',
    'fault_heal_requested cut',
    'fault_healed cut',
  ])
})

test('a one-way partition of the heartbeat port leaves the rest alone', async () => {
  const pair = new InMemoryPair(allKinds)
  await ledgerOf(pair).inject({ ...cut, direction: 'one-way', ports: 'heartbeat', how: 'reject' })
  expect(pair.rules).toMatchObject([{ from: 'dc1', to: 'dc2', ports: [25091], effect: { kind: 'reject' } }])
})

test.for<{ spec: FaultSpec; knob: (pair: InMemoryPair) => void; message: RegExp }>([
  { spec: cut, knob: (pair) => void (pair.areLinksLeaky = true), message: /had no effect: .*still answered/ },
  { spec: kill, knob: (pair) => void (pair.areProcessesImmortal = true), message: /had no effect: .*still running: 1/ },
  {
    spec: { kind: 'orderly_shutdown', target: { dc: 'dc1' } },
    knob: (pair) => void (pair.specialMessageError = new Error('refused')),
    message: /the toolkit did not close/,
  },
])('$spec.kind without effect is an error, and what was begun is undone', async ({ spec, knob, message }) => {
  const pair = new InMemoryPair(allKinds)
  knob(pair)
  const ledger = ledgerOf(pair)
  await expect(ledger.inject(spec, { id: 'f' })).rejects.toThrow(message)
  expect(pair.rules).toEqual([])
  expect(ledger.active).toEqual([])
  expect(eventsOf(pair)).toContain('fault_failed f')
})

test('heals newest first', async () => {
  const pair = new InMemoryPair(allKinds)
  const ledger = ledgerOf(pair)
  await ledger.inject(cut, { id: 'first' })
  await ledger.inject(kill, { id: 'second' })
  await ledger.healAll()
  expect(eventsOf(pair).filter((line) => line.startsWith('fault_healed'))).toEqual([
    'fault_healed second',
    'fault_healed first',
  ])
})

test('heals the remaining faults when one heal fails, and then throws', async () => {
  const pair = new InMemoryPair(allKinds)
  const ledger = ledgerOf(pair)
  await ledger.inject({ ...cut, direction: 'one-way' }, { id: 'a' })
  await ledger.inject({ ...cut, direction: 'one-way', ports: 'snapshot' }, { id: 'b' })
  await ledger.inject(kill, { id: 'c' })
  pair.acts.stuckRules = 'b:dc1-dc2'
  await expect(ledger.healAll()).rejects.toThrow(/Fault b \(partition\) could not be undone: rule b:dc1-dc2 is stuck/)
  expect(pair.rules.map(({ id }) => id)).toEqual(['b:dc1-dc2'])
  expect(ledger.active).toEqual(['b'])
})

test('several failed heals come as one AggregateError', async () => {
  const pair = new InMemoryPair(allKinds)
  const ledger = ledgerOf(pair)
  await ledger.inject(kill)
  await ledger.inject({ kind: 'cancel_job', target: { dc: 'dc2' } })
  pair.areNewJobsUnhealthy = true
  const error: unknown = await ledger.healAll().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(AggregateError)
  expect((error as AggregateError).errors).toEqual([expect.any(HealError), expect.any(HealError)])
})

test('a fault is healed once, however often it is asked', async () => {
  const pair = new InMemoryPair(allKinds)
  const ledger = ledgerOf(pair)
  const fault = await ledger.inject(cut, { id: 'cut' })
  const [one, two] = await Promise.all([fault.heal(), fault.heal()])
  await ledger.healAll()
  expect(one).toBe(two)
  expect(eventsOf(pair).filter((line) => line === 'fault_healed cut')).toHaveLength(1)
})

test('a job that another heal has put back is not submitted twice', async () => {
  const pair = new InMemoryPair(allKinds)
  const ledger = ledgerOf(pair)
  await ledger.inject({ kind: 'orderly_shutdown', target: { dc: 'dc1' } })
  await ledger.inject({ kind: 'cancel_job', target: { dc: 'dc1' } })
  await ledger.healAll()
  expect(pair.jobs.get('dc1')).toBe('3')
})

test('what the testbed cannot do is refused by name, before anything happens', async () => {
  const pair = new InMemoryPair(['kill'])
  await expect(ledgerOf(pair).inject(cut)).rejects.toThrow('this testbed cannot inject "partition". It can: kill.')
  expect(pair.recorded).toEqual([])
})

test('a kill without a job is refused with the reason', async () => {
  const pair = new InMemoryPair(allKinds)
  pair.jobs.delete('dc1')
  await expect(ledgerOf(pair).inject(kill)).rejects.toThrow(
    new FaultError('Fault kill-1 (kill) cannot be injected: dc1 has no job to kill.'),
  )
})

test('the journal holds a fault before it acts, and how it ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'))
  try {
    const path = join(folder, 'logs', 'faults.ndjson')
    const pair = new InMemoryPair(allKinds)
    const ledger = new FaultLedger({ context: pair.context, journal: createFileFaultJournal(path) })
    const states = (): readonly string[] =>
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { state: string }).state)
    await ledger.inject(cut)
    expect(states()).toEqual(['registered', 'effective'])
    await ledger.healAll()
    expect(states()).toEqual(['registered', 'effective', 'healed'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an injection under way is finished before it is healed, and none begins after the end', async () => {
  const pair = new InMemoryPair(allKinds)
  const ledger = ledgerOf(pair)
  const injection = ledger.inject(cut, { id: 'cut' })
  await ledger[Symbol.asyncDispose]()
  await injection
  expect(pair.rules).toEqual([])
  expect(eventsOf(pair).at(-1)).toBe('fault_healed cut')
  await expect(ledger.inject(cut)).rejects.toThrow('comes too late')
})

test('a standalone job that is gone with its process was killed all the same, and is put back', async () => {
  const pair = new InMemoryPair(allKinds)
  pair.areJobsStandalone = true
  const fault = await ledgerOf(pair).inject(kill)
  expect(fault.evidence.observed).toMatchObject({ killedPids: [1, 2], peStatus: ['job 1 is gone'] })
  await fault.heal()
  expect(pair.jobs.get('dc1')).toBe('3')
})

test('a kill whose job is there and does not tell of its PEs is an error', async () => {
  const pair = new InMemoryPair(allKinds)
  pair.arePesHidden = true
  await expect(ledgerOf(pair).inject(kill)).rejects.toThrow('PEs of job 1 are not there')
})

const takeover = { event: 'takeover_started', dc: 'dc2', occurrence: 1, afterSeconds: 2, sinceTime: 0 } as const

test('a fault that waits for an event strikes inside the testbed, and is requested at that time', async () => {
  const pair = new InMemoryPair(allKinds)
  const injection = ledgerOf(pair).inject(kill, { id: 'kill', when: takeover })
  await pair.clock.advance(5)
  expect(pair.acts.armed).toBe(1)
  expect(pair.recorded).toEqual([])
  pair.tell('dc2', 'takeover_started')
  await pair.clock.advance(3)
  expect(await injection).toMatchObject({ requestedAt: 7, effectiveAt: 7 })
  expect(pair.recorded).toMatchObject([
    { event: 'fault_requested', t: 7 },
    { event: 'fault_effective', t: 7 },
  ])
})

test.for<FaultSpec>([
  { kind: 'cancel_job', target: { dc: 'dc1' } },
  { kind: 'orderly_shutdown', target: { dc: 'dc1' } },
])('$kind, which is no act of the testbed, waits for its event all the same', async (spec) => {
  const pair = new InMemoryPair(allKinds)
  const injection = ledgerOf(pair).inject(spec, { when: { ...takeover, occurrence: 2 } })
  for (let count = 0; count < 2; count += 1) {
    await pair.clock.advance(5)
    expect(pair.recorded).toEqual([])
    pair.tell('dc2', 'takeover_started')
  }
  await pair.clock.advance(2)
  expect((await injection).requestedAt).toBe(12)
})

test.for<FaultSpec>([kill, { kind: 'cancel_job', target: { dc: 'dc1' } }])(
  '$kind that is called off while it waits has done nothing, and nothing is undone',
  async (spec) => {
    const pair = new InMemoryPair(allKinds)
    const ledger = ledgerOf(pair)
    const off = new AbortController()
    const injection = ledger.inject(spec, { when: takeover, signal: off.signal })
    injection.catch(() => undefined)
    await pair.clock.advance(1)
    off.abort(new Error('enough'))
    await expect(injection).rejects.toThrow('enough')
    await pair.clock.advance(1)
    pair.tell('dc2', 'takeover_started')
    await pair.clock.advance(5)
    expect(pair.recorded).toEqual([])
    expect(pair.jobs.get('dc1')).toBe('1')
    expect(ledger.active).toEqual([])
    expect(pair.acts.armed).toBe(0)
  },
)

test('healing all calls off what still waits', async () => {
  const pair = new InMemoryPair(allKinds)
  const ledger = ledgerOf(pair)
  const injection = ledger.inject(cut, { id: 'cut', when: takeover })
  injection.catch(() => undefined)
  await pair.clock.advance(1)
  await ledger.healAll()
  await expect(injection).rejects.toThrow('Fault cut was called off: what it waited for had not come by the end.')
  expect(pair.rules).toEqual([])
})

test('a fault left to teardown still counts for those beside it, and is not healed', async () => {
  const pair = new InMemoryPair([...allKinds, 'disk_full', 'disk_error'])
  const ledger = ledgerOf(pair)
  await ledger.inject({ kind: 'disk_full', target: { dc: 'dc1' } }, { id: 'left' })
  ledger.abandon('left')
  const other = await ledger.inject({ kind: 'disk_error', target: { dc: 'dc1' } })
  await other.heal()
  await ledger.healAll()
  expect(pair.acts.stores.get('dc1')).toEqual({ mode: 'full' })
  expect(ledger.active).toEqual([])
})

test('a kind that nothing implements is refused, whatever a testbed claims', async () => {
  const pair = new InMemoryPair(['dns'])
  const spec: FaultSpec = { kind: 'dns', target: { dc: 'dc1' }, how: 'blackhole' }
  await expect(ledgerOf(pair).inject(spec)).rejects.toThrow('Expected a kind of fault that is implemented (partition, ')
})
