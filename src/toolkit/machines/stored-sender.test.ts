import { describe, expect, test } from 'vitest'
import type { StoredEntry } from '../io.ts'
import { snapshotOfDc2 } from '../testing/composite-probe.ts'
import { effectTexts, eventNames } from '../testing/effect-texts.ts'
import { StoredSender } from './stored-sender.ts'

function createSender(): StoredSender {
  let last = 0
  return new StoredSender({ nextRequestId: () => (last += 1) })
}

function given(entries: readonly StoredEntry[] | null): readonly string[] {
  const sender = createSender()
  sender.send()
  return effectTexts(sender.read(1, entries))
}

describe('StoredSender', () => {
  test('reads everything that is stored', () => {
    const sender = createSender()
    expect(sender.send()).toEqual([{ kind: 'store_read_all', requestId: 1, reader: 'failure' }])
    expect([sender.awaits(1), sender.awaits(2)]).toEqual([true, false])
    sender.read(1, [])
    expect(sender.awaits(1)).toBe(false)
  })

  test('gives each stored snapshot once, as it was, and deletes each', () => {
    const entries = [
      { name: 'dc2-1.snapshot', body: snapshotOfDc2('1') },
      { name: 'old-7.snapshot', body: snapshotOfDc2('7', { dataCenterOrigin: 'old' }) },
    ]
    expect(given(entries)).toEqual([
      'replay type 2 #6 dc2 part 1 1 B → RemoteDCDataMerger',
      'delete dc2-1.snapshot',
      'replay type 2 #6 old part 7 1 B → RemoteDCDataMerger',
      'delete old-7.snapshot',
    ])
  })

  test.each([
    ['cannot be read', null, 'error: Cannot read x.snapshot'],
    ['is empty', new Uint8Array(0), 'error: Skipped x.snapshot: it is empty'],
    [
      'is cut short',
      snapshotOfDc2('0').subarray(0, 20),
      expect.stringMatching(/^error: Skipped x\.snapshot: Expected/),
    ],
  ])('deletes a snapshot that %s too', (_, body, expected) => {
    expect(given([{ name: 'x.snapshot', body }])).toEqual([expected, 'delete x.snapshot'])
  })

  test('does nothing when nothing is stored, or when a table’s reader says nothing', () => {
    expect(given([])).toEqual([])
    expect(given(null)).toEqual([])
  })

  test('counts requests and snapshots given', () => {
    const sender = createSender()
    sender.send()
    sender.send()
    sender.read(1, [
      { name: 'a', body: snapshotOfDc2('0') },
      { name: 'b', body: null },
    ])
    expect([sender.processed, sender.submitted]).toEqual([2, 1])
  })

  test('tells how many were given of those there were', () => {
    const sender = createSender()
    sender.send()
    const effects = sender.read(1, [
      { name: 'a', body: null },
      { name: 'b', body: snapshotOfDc2('0') },
    ])
    expect(eventNames(effects)).toEqual([
      'takeover_started',
      'toolkit_error',
      'snapshot_replayed',
      'snapshot_deleted',
      'takeover_done',
    ])
    expect(effects.at(-1)).toMatchObject({ of: 'dc2', detail: { parts: 1, remembered: 2, cause: 'special_message' } })
  })
})
