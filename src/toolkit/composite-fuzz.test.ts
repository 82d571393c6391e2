import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quirkIds } from '../model/toolkit-behaviour.ts'
import type { QuirkId } from '../model/toolkit-behaviour.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { createRandom } from '../support/random.ts'
import { decodeHeartbeatMessage, encodeHeartbeatMessage } from './codec.ts'
import { createComposite } from './composite.ts'
import { ToolkitCrashError } from './errors.ts'
import type { HeartbeatMessage, ToolkitEffect, ToolkitInput } from './io.ts'
import { quirksWithout } from './testing/composite-probe.ts'
import { referenceSettings } from './testing/reference-settings.ts'

const message: fc.Arbitrary<HeartbeatMessage> = fc.record({
  heartbeatMsgType: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.nat()),
  heartbeatCnt: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  dataCenterOrigin: fc.constantFrom('dc2', 'dc1', '', '../x'),
  dataSnapshot: fc.uint8Array({ maxLength: 4 }),
  dataSnapshotOrigin: fc.constantFrom('0', '1', '', 'a/b'),
})

const nested = fc
  .tuple(message, message)
  .map(([outer, inner]) => ({ ...outer, dataSnapshot: encodeHeartbeatMessage(inner) }))

const body = fc.oneof(fc.oneof(message, nested).map(encodeHeartbeatMessage), fc.uint8Array({ maxLength: 40 }))

const number = fc.integer({ min: -1, max: 20 })
const text = fc.constantFrom('dc2-0.snapshot', 'dc2-0', '', 'x')

const input: fc.Arbitrary<ToolkitInput> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ToolkitInput>({ kind: 'tick' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('post' as const),
      postId: number,
      portOffset: fc.integer({ min: -1, max: 4 }),
      body,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sent' as const),
      sendId: fc.integer({ min: -1, max: 60 }),
      result: fc.oneof(
        fc.nat({ max: 599 }).map((status) => ({ kind: 'answer', status }) as const),
        fc.constant({ kind: 'exception', text: 'refused' } as const),
      ),
    }),
  },
  fc.record({
    kind: fc.constant('snapshot' as const),
    signal: message,
    part: fc.constantFrom('0', '1'),
    blob: fc.uint8Array({ maxLength: 3 }),
  }),
  fc.constant<ToolkitInput>({ kind: 'signal_answered' }),
  fc
    .constantFrom('OrderlyShutdown', 'SendMeDataFromSnapshotFiles', 'x')
    .map((word): ToolkitInput => ({ kind: 'special', message: word })),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('stored' as const),
      name: text,
      error: fc.constantFrom(null, 'errno 28'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('store_read' as const),
      requestId: number,
      name: text,
      result: fc.oneof(
        body.map((found) => ({ kind: 'body', body: found }) as const),
        fc.constant({ kind: 'error', error: 'errno 2' } as const),
        fc.constant({ kind: 'dropped' } as const),
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('store_read_all' as const),
      requestId: number,
      entries: fc.option(fc.array(fc.record({ name: text, body: fc.option(body) }), { maxLength: 3 })),
    }),
  },
)

const values: fc.Arbitrary<Partial<CrossDcSettings>> = fc.record({
  consecutiveHeartbeatMissesAllowed: fc.constantFrom(0, 1, 4, 255),
  heartbeatExchangeInterval: fc.constantFrom(0, 0.5, 30),
  dataSnapshotExchangeInterval: fc.constantFrom(1, 30, 60),
  crossDCOperationMode: fc.integer({ min: 0, max: 2 }),
  localDataCenterName: fc.constantFrom('dc1', 'elsewhere'),
  numberOfHttpSenderReceiverPairs: fc.integer({ min: 1, max: 3 }),
  dataSnapshotJdbcUrl: fc.constantFrom('', 'jdbc:sqlite:x'),
  dataSnapshotStorageDirectory: fc.constantFrom('', '/snapshots'),
  retainOlderDataSnapshotsAtStartup: fc.boolean(),
  sendDataSnapshotsToOriginDCAtStartup: fc.boolean(),
  remoteDataCenterApplicationMachineNames: fc.constantFrom('a', 'a,b', 'a, b', ' a', ''),
  sendToAllRemoteMachines: fc.boolean(),
})

const life = fc.record({
  values,
  off: fc.subarray([...quirkIds]),
  isFused: fc.boolean(),
  seed: fc.nat(),
  inputs: fc.array(input, { maxLength: 150 }),
})

interface Life {
  readonly values: Partial<CrossDcSettings>
  readonly off: readonly QuirkId[]
  readonly isFused: boolean
  readonly seed: number
  readonly inputs: readonly ToolkitInput[]
}

/** Each input of a life with its effects. */
function live({
  values: drawn,
  off,
  isFused,
  seed,
  inputs,
}: Life): readonly (readonly [ToolkitInput, readonly ToolkitEffect[]])[] {
  const composite = createComposite({
    settings: { ...referenceSettings('dc1'), ...drawn },
    random: createRandom(seed),
    parts: 1,
    behaviour: { quirks: quirksWithout(...off), isFused },
  })
  const all: readonly ToolkitInput[] = [{ kind: 'start' }, ...inputs]
  return all.map((given) => [given, composite.handle(given)] as const)
}

const effectsOf = (steps: ReturnType<typeof live>): readonly ToolkitEffect[] => steps.flatMap(([, effects]) => effects)

const ofKind = <Kind extends ToolkitEffect['kind']>(
  effects: readonly ToolkitEffect[],
  kind: Kind,
): readonly (ToolkitEffect & { readonly kind: Kind })[] =>
  effects.filter((effect): effect is ToolkitEffect & { readonly kind: Kind } => effect.kind === kind)

function always(holds: (steps: ReturnType<typeof live>, drawn: Life) => void): void {
  fc.assert(
    fc.property(life, (drawn) => holds(live(drawn), drawn)),
    { numRuns: 400 },
  )
}

describe('a composite fed with anything in any order', () => {
  test('alternates the remote’s status, beginning with UP', () => {
    always((steps) => {
      const statuses = ofKind(effectsOf(steps), 'emit_status').map(({ active }) => active)
      expect(statuses).toEqual(statuses.map((_, index) => index % 2 === 0))
    })
  })

  test('replays only what a DOWN, a special message or a message of type 4 asked for', () => {
    always((steps) => {
      let returned = 0
      let given4 = 0
      for (const [given, effects] of steps) {
        if (given.kind === 'special' && given.message === 'SendMeDataFromSnapshotFiles') return
        if (ofKind(effects, 'emit_status').some(({ active }) => !active)) return
        if (given.kind === 'post' && given.portOffset > 0 && given.body[0] === 4) returned += 1
        const replays = ofKind(effects, 'emit_replay')
        for (const { message: replayed } of replays) expect(replayed.heartbeatMsgType).toBe(4)
        given4 += replays.length
        expect(given4).toBeLessThanOrEqual(returned)
      }
    })
  })

  test('after an orderly shutdown reports and stores nothing, and makes no signal and no heartbeat', () => {
    always((steps) => {
      const at = steps.findIndex(([given]) => given.kind === 'special' && given.message === 'OrderlyShutdown')
      const later = at === -1 ? [] : effectsOf(steps.slice(at))
      expect([...ofKind(later, 'emit_status'), ...ofKind(later, 'store_write')]).toEqual([])
      // Only the preparer's own messages name no part here.
      const own = ofKind(later, 'send')
        .map(({ body: sent }) => decodeHeartbeatMessage(sent))
        .filter(({ dataSnapshotOrigin }) => dataSnapshotOrigin === '')
      const notice = own.find(({ heartbeatMsgType }) => heartbeatMsgType === 3)
      if (notice === undefined) return
      // What was made before may still go out.
      const madeBefore = [
        ...own.filter(({ heartbeatMsgType }) => heartbeatMsgType === 1),
        ...ofKind(later, 'emit_signal').map(({ signal }) => signal),
      ]
      for (const { heartbeatCnt } of madeBefore) expect(heartbeatCnt).toBeLessThan(notice.heartbeatCnt)
    })
  })

  test('numbers its heartbeats in strict order', () => {
    always((steps) => {
      const sends = ofKind(effectsOf(steps), 'send').filter(({ portOffset }) => portOffset === 0)
      const counts = sends.map(({ body: sent }) => decodeHeartbeatMessage(sent).heartbeatCnt)
      // One message may go to several machines.
      const distinct = counts.filter((count, index) => count !== counts[index - 1])
      expect(distinct).toEqual([...new Set(distinct)].toSorted((a, b) => (a < b ? -1 : 1)))
    })
  })

  test('has one send under way on each port at most', () => {
    always((steps) => {
      const underWay = new Map<number, number>()
      for (const [given, effects] of steps) {
        if (given.kind === 'sent') {
          for (const [port, id] of underWay) if (id === given.sendId) underWay.delete(port)
        }
        for (const { portOffset, sendId } of ofKind(effects, 'send')) {
          expect(underWay.has(portOffset)).toBe(false)
          underWay.set(portOffset, sendId)
        }
      }
    })
  })

  test('answers a POST once or holds it, and asks for no read twice', () => {
    always((steps) => {
      const posts = steps.filter(([given]) => given.kind === 'post').length
      expect(ofKind(effectsOf(steps), 'accept_post').length).toBeLessThanOrEqual(posts)
      const ids = effectsOf(steps).flatMap((effect) =>
        effect.kind === 'store_read' || effect.kind === 'store_read_all' ? [effect.requestId] : [],
      )
      expect(new Set(ids).size).toBe(ids.length)
    })
  })

  test('throws nothing but a crash, and that only for a snapshot interval below 1 s', () => {
    const seen = new Set<string>()
    const endOf = (drawn: Life): string => {
      try {
        live(drawn)
        return 'lives'
      } catch (error) {
        if (error instanceof ToolkitCrashError) return 'crashes'
        throw error
      }
    }
    fc.assert(
      fc.property(life, fc.constantFrom(0, 0.5, 0.999, -0.2), (drawn, dataSnapshotExchangeInterval) => {
        expect(endOf(drawn)).toBe('lives')
        seen.add(endOf({ ...drawn, values: { ...drawn.values, dataSnapshotExchangeInterval } }))
      }),
      { numRuns: 300 },
    )
    expect(seen).toEqual(new Set(['lives', 'crashes']))
  })
})
