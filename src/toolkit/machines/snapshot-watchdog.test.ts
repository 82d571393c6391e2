import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { createRandom } from '../../support/random.ts'
import { encodeHeartbeatMessage } from '../codec.ts'
import type { HeartbeatMessage, ToolkitEffect } from '../io.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { SnapshotWatchdog } from './snapshot-watchdog.ts'

function createWatchdog(
  options: { values?: Partial<CrossDcSettings>; seed?: number; parts?: number } = {},
): SnapshotWatchdog {
  const { values = {}, seed = 1, parts = 1 } = options
  return new SnapshotWatchdog({
    settings: { ...referenceSettings('dc1'), ...values },
    random: createRandom(seed),
    parts,
  })
}

const snapshot = (part: string, values: Partial<HeartbeatMessage> = {}): HeartbeatMessage => ({
  heartbeatMsgType: 2,
  heartbeatCnt: 6n,
  dataCenterOrigin: 'dc2',
  dataSnapshot: new Uint8Array([1, 2, 3]),
  dataSnapshotOrigin: part,
  ...values,
})

function receive(watchdog: SnapshotWatchdog, message: HeartbeatMessage): readonly ToolkitEffect[] {
  return watchdog.receive(encodeHeartbeatMessage(message))
}

/** Receives and stores each part. */
function store(watchdog: SnapshotWatchdog, ...parts: readonly string[]): void {
  for (const part of parts) {
    receive(watchdog, snapshot(part))
    watchdog.stored(null)
  }
}

const kinds = (effects: readonly ToolkitEffect[]): string[] =>
  effects.map((effect) => (effect.kind === 'event' ? effect.event : effect.kind))

function requests(effects: readonly ToolkitEffect[]): { requestId: number; name: string }[] {
  return effects.flatMap((effect) =>
    effect.kind === 'store_read' ? [{ requestId: effect.requestId, name: effect.name }] : [],
  )
}

describe('SnapshotWatchdog', () => {
  test('writes what it received byte for byte, under the name of the remote and the part', () => {
    const watchdog = createWatchdog()
    const body = encodeHeartbeatMessage(snapshot('3'))
    expect(watchdog.receive(body)).toEqual([{ kind: 'store_write', name: 'dc2-3.snapshot', body }])
    expect(watchdog.remembered).toEqual(['dc2-3.snapshot'])
    expect(watchdog.stored(null)).toEqual([
      {
        kind: 'event',
        event: 'snapshot_stored',
        of: 'dc2',
        detail: { name: 'dc2-3.snapshot', part: '3', bytes: 3, count: 6 },
      },
      { kind: 'event', event: 'protected', of: 'dc2', detail: { count: 6 } },
    ])
  })

  test('deletes and forgets the stored snapshot when an empty one comes', () => {
    const watchdog = createWatchdog()
    store(watchdog, '0')
    const effects = receive(watchdog, snapshot('0', { dataSnapshot: new Uint8Array(0) }))
    expect(effects).toContainEqual({ kind: 'store_delete', name: 'dc2-0.snapshot' })
    expect(watchdog.remembered).toEqual([])
    expect(watchdog.status(false)).toEqual([])
  })

  test('loses the earlier snapshot too when a write fails', () => {
    const watchdog = createWatchdog()
    store(watchdog, '0')
    receive(watchdog, snapshot('0'))
    const effects = watchdog.stored('ENOSPC')
    expect(kinds(effects)).toEqual(['trace', 'toolkit_error', 'store_delete', 'snapshot_deleted'])
    expect(watchdog.remembered).toEqual([])
  })

  test('keeps a later write of the same name when an earlier one fails', () => {
    const watchdog = createWatchdog()
    receive(watchdog, snapshot('0'))
    receive(watchdog, snapshot('0'))
    expect(kinds(watchdog.stored('EIO'))).toEqual(['trace', 'toolkit_error'])
    watchdog.stored(null)
    expect(watchdog.remembered).toEqual(['dc2-0.snapshot'])
  })

  test('at a DOWN reads each remembered snapshot, deletes it right behind, and emits it as it was', () => {
    const watchdog = createWatchdog()
    store(watchdog, '0', '1')
    const effects = watchdog.status(false)
    expect(kinds(effects)).toEqual(['takeover_started', 'store_read', 'store_delete', 'store_read', 'store_delete'])
    const [first, second] = requests(effects)
    expect(new Set([first?.name, second?.name])).toEqual(new Set(['dc2-0.snapshot', 'dc2-1.snapshot']))
    const replayed = watchdog.read(first?.requestId ?? 0, encodeHeartbeatMessage(snapshot('0')))
    expect(replayed[0]).toEqual({ kind: 'emit_replay', message: snapshot('0') })
    expect(kinds(replayed)).toEqual(['emit_replay', 'snapshot_replayed', 'snapshot_deleted'])
    const last = watchdog.read(second?.requestId ?? 0, encodeHeartbeatMessage(snapshot('1')))
    expect(last.at(-1)).toEqual({
      kind: 'event',
      event: 'takeover_done',
      of: 'dc2',
      detail: { parts: 2, remembered: 2 },
    })
    expect(watchdog.submitted).toBe(2)
  })

  test('replays in an order that the seed decides', () => {
    const orderOf = (seed: number): string => {
      const watchdog = createWatchdog({ seed })
      store(watchdog, '0', '1', '2', '3', '4')
      return requests(watchdog.status(false))
        .map(({ name }) => name)
        .join()
    }
    expect(orderOf(1)).toBe(orderOf(1))
    expect(new Set([1, 2, 3, 4, 5].map(orderOf)).size).toBeGreaterThan(1)
  })

  test.each([
    ['is not there', null],
    ['is empty', new Uint8Array(0)],
    ['is cut short', encodeHeartbeatMessage(snapshot('0')).subarray(0, 20)],
  ])('ends the takeover with fewer parts when a file %s, and tells', (_, body) => {
    const watchdog = createWatchdog()
    store(watchdog, '0')
    const [request] = requests(watchdog.status(false))
    const effects = watchdog.read(request?.requestId ?? 0, body)
    expect(kinds(effects)).toEqual(['trace', 'toolkit_error', 'snapshot_deleted', 'takeover_done'])
    expect(effects.at(-1)).toMatchObject({ detail: { parts: 0, remembered: 1 } })
    expect(watchdog.submitted).toBe(0)
  })

  test('replays nothing at a second DOWN without new snapshots', () => {
    const watchdog = createWatchdog()
    store(watchdog, '0')
    watchdog.status(false)
    watchdog.status(true)
    expect(watchdog.status(false)).toEqual([])
  })

  test('in mode 0 keeps files and names at a DOWN, in mode 2 takes over', () => {
    const passive = createWatchdog({ values: { crossDCOperationMode: 0 } })
    store(passive, '0')
    expect(passive.status(false)).toEqual([])
    expect(passive.remembered).toEqual(['dc2-0.snapshot'])
    const other = createWatchdog({ values: { crossDCOperationMode: 2 } })
    store(other, '0')
    expect(requests(other.status(false))).toHaveLength(1)
  })

  test('deletes and forgets everything at an orderly shutdown of the remote', () => {
    const watchdog = createWatchdog()
    store(watchdog, '0', '1')
    const effects = receive(watchdog, snapshot('', { heartbeatMsgType: 3, dataSnapshot: new Uint8Array(0) }))
    expect(kinds(effects)).toEqual(['store_delete', 'snapshot_deleted', 'store_delete', 'snapshot_deleted'])
    expect(watchdog.status(false)).toEqual([])
  })

  test('remembers names whose files the first tick deleted, and finds nothing at the DOWN (Q7)', () => {
    const watchdog = createWatchdog()
    store(watchdog, '0')
    expect(watchdog.storeEmptied()).toMatchObject([
      { event: 'snapshot_deleted', of: 'dc2', detail: { name: 'dc2-0.snapshot', reason: 'startup' } },
    ])
    expect(watchdog.remembered).toEqual(['dc2-0.snapshot'])
    const [request] = requests(watchdog.status(false))
    expect(kinds(watchdog.read(request?.requestId ?? 0, null))).toContain('toolkit_error')
  })

  test('gives a returned snapshot to the application as type 4 and stores nothing', () => {
    const watchdog = createWatchdog()
    const inner = snapshot('2', { dataCenterOrigin: 'dc1' })
    const effects = receive(
      watchdog,
      snapshot('', { heartbeatMsgType: 4, dataSnapshot: encodeHeartbeatMessage(inner) }),
    )
    expect(effects[0]).toEqual({ kind: 'emit_replay', message: { ...inner, heartbeatMsgType: 4 } })
    expect(watchdog.remembered).toEqual([])
    expect(watchdog.submitted).toBe(1)
    const broken = snapshot('', { heartbeatMsgType: 4, dataSnapshot: new Uint8Array([1]) })
    expect(kinds(receive(watchdog, broken))).toEqual(['trace', 'toolkit_error'])
  })

  test('is deaf once closed', () => {
    const watchdog = createWatchdog()
    store(watchdog, '0')
    watchdog.close()
    expect(receive(watchdog, snapshot('1'))).toEqual([])
    expect(watchdog.status(false)).toEqual([])
  })
})
