import { describe, expect, test } from 'vitest'
import type { Application, ApplicationEffect } from '../../../applications/application.ts'
import { createLedger } from '../../../applications/ledger.ts'
import { createPassiveSample } from '../../../applications/passive-sample.ts'
import type { LedgerStateItem } from '../../../model/ledger.ts'
import type { TupleRun } from '../../../model/load-carrier.ts'
import { defaultBehaviour } from '../../../model/toolkit-behaviour.ts'
import type { Tuple } from '../../../model/tuple.ts'
import { tupleChecksum } from '../../../support/checksum.ts'
import { runChecksums } from '../../../support/run-checksum.ts'
import type { HeartbeatMessage } from '../../../toolkit/io.ts'
import { referenceSettings } from '../../../toolkit/testing/reference-settings.ts'
import { Plants, type Plant, type PlantAct, type PlantedFailure } from '../plant.ts'

function tuple(key: string, seq: number): Tuple {
  const bare = { key, seq, payload: 'x' }
  return { ...bare, checksum: tupleChecksum(bare) }
}

/** Tuples 0 to 3 of keys a and b, in turn. */
const tuples = [0, 1, 2, 3].flatMap((seq) => [tuple('a', seq), tuple('b', seq)])

const signal: HeartbeatMessage = {
  heartbeatMsgType: 2,
  heartbeatCnt: 6n,
  dataCenterOrigin: 'dc1',
  dataSnapshot: new Uint8Array(0),
  dataSnapshotOrigin: '',
}

function plantedIn(application: Application, failure: PlantedFailure): { application: Application; acts: PlantAct[] } {
  const acts: PlantAct[] = []
  const plant: Plant = { ...failure, tell: (act) => acts.push(act) }
  const settings = referenceSettings('dc1')
  const site = { dc: 'dc1', settings, behaviour: defaultBehaviour, now: () => 0 } as const
  return { application: new Plants([plant]).wrapApplication(application, site), acts }
}

function ledger(failure: PlantedFailure): { application: Application; acts: PlantAct[] } {
  return plantedIn(createLedger({ datacenter: 'dc1', channels: 1 }), failure)
}

/** dc2's snapshot of the tuples, ready to be replayed in dc1. */
function replica(): HeartbeatMessage {
  const other = createLedger({ datacenter: 'dc2', channels: 1 })
  other.ingest(tuples)
  const [part] = other.signal(signal)
  if (part?.kind !== 'snapshot') throw new Error('Expected a snapshot')
  return { ...signal, dataCenterOrigin: 'dc2', dataSnapshot: part.blob, dataSnapshotOrigin: part.part }
}

function statesOf(effects: readonly ApplicationEffect[]): readonly LedgerStateItem[] {
  return effects.flatMap((effect) => (effect.kind === 'state' ? [effect.item] : []))
}

function query(application: Application): readonly LedgerStateItem[] {
  return statesOf(application.command({ command: 'query', queryId: 'q', argument: '' }))
}

/** Runs of a key that the tuples make up. */
function runsOf(items: readonly Tuple[]): readonly TupleRun[] {
  return ['a', 'b'].flatMap((key) => {
    const own = items.filter((item) => item.key === key).map(({ seq }) => seq)
    const [from, to] = [own[0], own.at(-1)]
    return from === undefined || to === undefined ? [] : [{ key, from, to, checksum: runChecksums(key).sum(from, to) }]
  })
}

/** The runs that come out for key a. */
function outputs(application: Application, items: readonly Tuple[], asRuns = false): readonly string[] {
  return (asRuns ? (application.ingestRuns?.(runsOf(items)) ?? []) : application.ingest(items)).flatMap((effect) =>
    effect.kind === 'output' && effect.item.key === 'a' ? [`${effect.item.from}-${effect.item.to}`] : [],
  )
}

/** The sum of the checksums of a's tuples 0 to 3. */
const wholeSum = tuples.filter(({ key }) => key === 'a').reduce((sum, { checksum }) => (sum + checksum) >>> 0, 0)

describe.each([
  { way: 'at once', batch: 8, asRuns: false, nth: 3 },
  { way: 'one by one', batch: 1, asRuns: false, nth: 3 },
  { way: 'in runs', batch: 8, asRuns: true, nth: 2 },
  { way: 'in short runs', batch: 2, asRuns: true, nth: 3 },
])('a tuple given $way', ({ batch, asRuns, nth }) => {
  const whole = asRuns ? runChecksums('a').sum(0, 3) : wholeSum

  function given(failure: PlantedFailure): {
    state: LedgerStateItem | undefined
    runs: readonly string[]
    acts: number
  } {
    const { application, acts } = ledger(failure)
    const runs: string[] = []
    for (let at = 0; at < tuples.length; at += batch)
      runs.push(...outputs(application, tuples.slice(at, at + batch), asRuns))
    return { state: query(application).find(({ key }) => key === 'a'), runs, acts: acts.length }
  }

  test('tuple_lost: the second of a is in no state', () => {
    const { state, acts } = given({ kind: 'tuple_lost', into: 'dc1', nth })
    expect(state?.intervals).toEqual([
      { from: 0, to: 0 },
      { from: 2, to: 3 },
    ])
    expect(acts).toBe(1)
  })

  test('tuple_duplicated: the second of a was applied twice', () => {
    const { state, acts } = given({ kind: 'tuple_duplicated', into: 'dc1', nth })
    expect(state?.intervals).toEqual([{ from: 0, to: 3 }])
    expect(state?.duplicates).toEqual([{ from: 1, to: 1 }])
    expect(acts).toBe(1)
  })

  test('tuples_swapped: the second of a comes out after the next of its key, and nothing is lost', () => {
    const { state, runs, acts } = given({ kind: 'tuples_swapped', into: 'dc1', nth })
    expect(state?.intervals).toEqual([{ from: 0, to: 3 }])
    expect(state?.checksum).toBe(whole)
    const order = runs.map((run) => Number(run.split('-')[0]))
    expect(order.indexOf(1)).toBeGreaterThan(order.indexOf(2))
    expect(acts).toBe(1)
  })

  test('tuple_corrupted: the second of a does not fit its checksum', () => {
    const { state, acts } = given({ kind: 'tuple_corrupted', into: 'dc1', nth })
    expect(state?.corrupt).toBe(1)
    expect(acts).toBe(1)
  })

  test('nothing happens to the tuples of the other DC, nor where fewer come', () => {
    expect(given({ kind: 'tuple_lost', into: 'dc2', nth: 3 })).toMatchObject({ acts: 0, state: { checksum: whole } })
    expect(given({ kind: 'tuple_lost', into: 'dc1', nth: 9 })).toMatchObject({ acts: 0, state: { checksum: whole } })
  })
})

describe('plants around an application', () => {
  test('replica_corrupted: the sums of what is replayed do not hold', () => {
    const { application, acts } = ledger({ kind: 'replica_corrupted' })
    const a = statesOf(application.replay(replica())).find(({ key }) => key === 'a')
    expect(a?.intervals).toEqual([{ from: 0, to: 3 }])
    expect(a?.checksum).not.toBe(wholeSum)
    expect(acts).toHaveLength(1)
  })

  test('replay_twice: all that is replayed counts as applied twice', () => {
    const { application } = ledger({ kind: 'replay_twice' })
    application.replay(replica())
    expect(query(application).find(({ key }) => key === 'a')).toMatchObject({
      duplicates: [{ from: 0, to: 3 }],
      checksum: wholeSum,
    })
  })

  test('replay_lost: nothing of what is replayed is there', () => {
    const { application, acts } = ledger({ kind: 'replay_lost' })
    expect(application.replay(replica())).toEqual([])
    expect(query(application).map(({ key }) => key)).toEqual([''])
    expect(acts).toHaveLength(1)
  })

  test('output_stalls: from the replay on only queries are answered', () => {
    const { application, acts } = ledger({ kind: 'output_stalls' })
    expect(outputs(application, tuples.slice(0, 2))).toEqual(['0-0'])
    expect(application.replay(replica())).toEqual([])
    expect(application.ingest(tuples.slice(2))).toEqual([])
    expect(query(application).filter(({ origin }) => origin === 'dc1')).toHaveLength(2)
    expect(acts).toHaveLength(2)
  })

  test('snapshots_stop: only the first signal is answered', () => {
    const { application, acts } = ledger({ kind: 'snapshots_stop' })
    expect(application.signal(signal)).toHaveLength(1)
    expect(application.signal(signal)).toEqual([])
    expect(acts).toHaveLength(1)
  })

  test('a replica that is no ledger’s is left as it is', () => {
    const { application, acts } = ledger({ kind: 'replica_corrupted' })
    expect(() => application.replay({ ...replica(), dataSnapshot: new Uint8Array([9, 9]) })).toThrow('ledger snapshot')
    expect(acts).toEqual([])
  })

  test.each([
    { kind: 'script_never', launches: 0 },
    { kind: 'script_twice', launches: 2 },
    { kind: 'takeover_never', launches: 1 },
  ] as const)('$kind: a passive side launches its script $launches times', ({ kind, launches }) => {
    const surroundings = {
      datacenter: 'dc1',
      localDataCenterName: 'dc1',
      crossDCOperationMode: 0,
      parameters: {},
      random: () => 0,
      unixSeconds: () => 0,
    } as const
    const passive = createPassiveSample({ surroundings, shellScriptName: 'sh x', timerTickPeriod: 60 })
    const { application, acts } = plantedIn(passive, { kind })
    const effects = application.status(false, { isPlanned: false })
    expect(effects.filter((effect) => effect.kind === 'launch')).toHaveLength(launches)
    expect(acts).toHaveLength(launches === 1 ? 0 : 1)
    expect(application.status(true, { isPlanned: false }).filter((effect) => effect.kind === 'launch')).toEqual([])
  })
})
