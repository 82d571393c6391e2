import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quirkIds } from '../model/toolkit-behaviour.ts'
import type { OperatorName } from './operators.ts'
import { compositeOperatorNames } from './operators.ts'
import { CompositeProbe, fromDc2, quirksWithout, snapshotOfDc2 } from './testing/composite-probe.ts'
import { inseparableOperators, JoinedComposites } from './testing/joined-composites.ts'
import type { JobAction } from './testing/joined-composites.ts'
import { referenceSettings } from './testing/reference-settings.ts'

const part = fc.constantFrom('0', '1', '2')

const body: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(fromDc2()) },
  { weight: 4, arbitrary: part.map((name) => snapshotOfDc2(name)) },
  part.map((name) => snapshotOfDc2(name, { dataSnapshot: new Uint8Array(0) })),
  fc.constant(fromDc2({ heartbeatMsgType: 3 })),
  part.map((name) => fromDc2({ heartbeatMsgType: 4, dataSnapshot: snapshotOfDc2(name) })),
  fc.uint8Array({ maxLength: 30 }),
)

const entries = fc.option(
  fc.array(
    part.map((name) => ({ name: `dc2-${name}.snapshot`, body: snapshotOfDc2(name) })),
    { maxLength: 3 },
  ),
)

const actionWith = (pairs: number): fc.Arbitrary<JobAction> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<JobAction>({ kind: 'tick' }) },
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('post' as const), portOffset: fc.nat({ max: pairs }), body }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('sent' as const),
        pick: fc.nat({ max: 5 }),
        result: fc.constantFrom(
          { kind: 'answer', status: 204 } as const,
          { kind: 'answer', status: 500 } as const,
          { kind: 'exception', text: 'refused' } as const,
        ),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('store' as const),
        error: fc.constantFrom(null, null, 'errno 28'),
        read: fc.constantFrom(
          { kind: 'body', body: snapshotOfDc2('0') } as const,
          { kind: 'error', error: 'errno 2' } as const,
          { kind: 'dropped' } as const,
        ),
        entries,
      }),
    },
    {
      weight: 3,
      arbitrary: part.map((name): JobAction => ({ kind: 'answer', part: name, blob: new Uint8Array([1]) })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('OrderlyShutdown', 'SendMeDataFromSnapshotFiles', 'x')
        .map((message): JobAction => ({ kind: 'special', message })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...compositeOperatorNames(pairs))
        .map((operator): JobAction => ({ kind: 'restart', operator })),
    },
  )

const settings = fc.record({
  consecutiveHeartbeatMissesAllowed: fc.constantFrom(0, 1, 2),
  dataSnapshotExchangeInterval: fc.constantFrom(30, 60, 90),
  crossDCOperationMode: fc.constantFrom(0, 1, 1),
  dataSnapshotJdbcUrl: fc.constantFrom('', 'jdbc:sqlite:x'),
  dataSnapshotStorageDirectory: fc.constantFrom('', '/snapshots'),
  retainOlderDataSnapshotsAtStartup: fc.boolean(),
  sendDataSnapshotsToOriginDCAtStartup: fc.boolean(),
  remoteDataCenterApplicationMachineNames: fc.constantFrom('a', 'a,b'),
  sendToAllRemoteMachines: fc.boolean(),
})

/** A job: its settings, how it is dealt out to PEs, and what happens to it. */
const job = fc.integer({ min: 1, max: 3 }).chain((pairs) => {
  const groups = inseparableOperators(pairs)
  return fc.record({
    values: settings.map((drawn) => ({ ...drawn, numberOfHttpSenderReceiverPairs: pairs })),
    off: fc.subarray([...quirkIds]),
    peCount: fc.integer({ min: 2, max: 4 }),
    peOfGroup: fc.array(fc.nat(), { minLength: groups.length, maxLength: groups.length }),
    groups: fc.constant(groups),
    actions: fc.array(actionWith(pairs), { maxLength: 120 }),
  })
})

describe('a composite dealt out to PEs', () => {
  test('does the same as the whole one', () => {
    fc.assert(
      fc.property(job, ({ values, off, peCount, peOfGroup, groups, actions }) => {
        const common = {
          settings: { ...referenceSettings('dc1'), ...values },
          behaviour: { quirks: quirksWithout(...off), isFused: false },
        }
        const peOf = (operator: OperatorName): number =>
          (peOfGroup[groups.findIndex((group) => group.includes(operator))] ?? 0) % peCount
        const pes = Array.from({ length: peCount }, (_, pe) => (operator: OperatorName) => peOf(operator) === pe)
        const whole = new JoinedComposites({ ...common, pes: [() => true] })
        const dealt = new JoinedComposites({ ...common, pes })
        for (const action of actions) expect(dealt.act(action)).toEqual(whole.act(action))
        expect(dealt.counts()).toEqual(whole.counts())
        expect(dealt.remembered).toEqual(whole.remembered)
      }),
      { numRuns: 400 },
    )
  })

  test('has tuples for others come out, and takes those for its own', () => {
    const generator = new CompositeProbe({ isHosted: (operator) => operator === 'HeartbeatSignalGenerator' })
    expect(generator.started).toEqual(['tick in 40'])
    expect(generator.tick()).toEqual([
      'tick → HeartbeatMessagePreparer',
      'tick → RemoteDataCenterHeartbeatWatchdog',
      'tick in 30',
    ])
    const preparer = new CompositeProbe({ isHosted: (operator) => operator === 'HeartbeatMessagePreparer' })
    expect(preparer.started).toEqual([])
    expect(preparer.give({ kind: 'tuple', to: 'HeartbeatMessagePreparer', tuple: { kind: 'tick' } })).toEqual([
      'delete all files',
      'store_emptied → RemoteDataCenterWatchdog',
      'message type 1 #1 dc1 → CrossDataCenterSender1',
    ])
  })

  test('shows the counts of its own operators only', () => {
    const probe = new CompositeProbe({ isHosted: (operator) => operator === 'RemoteDCDataMerger' })
    expect(Object.keys(probe.composite.state.operators)).toEqual(['RemoteDCDataMerger'])
  })

  test('refuses a POST whose receiver another PE holds', () => {
    const probe = new CompositeProbe({ isHosted: (operator) => !operator.startsWith('CrossDataCenterReceiver') })
    expect(probe.heartbeat()).toEqual(['error: No receiver at base port + 0'])
  })
})
