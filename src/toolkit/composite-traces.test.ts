import { describe, expect, test } from 'vitest'
import { CompositeProbe, snapshotOfDc2 } from './testing/composite-probe.ts'

/** Aspects and levels of the traces, which effect texts leave out below `error` (toolkit reference §6). */
function tracesOf({ effects }: CompositeProbe): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === 'trace' ? [`${effect.level} ${effect.aspect}`] : []))
}

const entry = { name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }

const situations: readonly (readonly [string, (probe: CompositeProbe) => void, readonly string[]])[] = [
  ['a heartbeat', (probe) => probe.heartbeat(), ['info RemoteDC-Heartbeat-Watchdog']],
  ['a heartbeat that is garbage', (probe) => probe.post(0, new Uint8Array(1)), ['error RemoteDC-Heartbeat-Watchdog']],
  ['a stored snapshot', (probe) => probe.snapshot('0'), ['info RemoteDC-Watchdog']],
  [
    'a snapshot that cannot be written',
    (probe) => {
      probe.post(1, snapshotOfDc2('0'))
      probe.stored('errno 28')
    },
    ['error RemoteDC-Watchdog'],
  ],
  [
    'a refused POST',
    (probe) => {
      probe.tick()
      probe.sent('refused')
    },
    ['error CrossDCSender'],
  ],
  [
    'an answer other than 200 and 204',
    (probe) => {
      probe.tick()
      probe.sent(404)
    },
    ['info CrossDCSender'],
  ],
  ['OrderlyShutdown', (probe) => probe.special('OrderlyShutdown'), ['error Heartbeat-Message-Preparer']],
  [
    'SendMeDataFromSnapshotFiles with nothing stored',
    (probe) => {
      probe.special('SendMeDataFromSnapshotFiles')
      probe.read([])
    },
    ['info SendSnapshotFilesData'],
  ],
  [
    'SendMeDataFromSnapshotFiles with an empty file',
    (probe) => {
      probe.special('SendMeDataFromSnapshotFiles')
      probe.read([{ ...entry, body: new Uint8Array(0) }])
    },
    ['error SendSnapshotFilesData'],
  ],
]

describe('traces of the composite', () => {
  test.each(situations)('at %s', (...[, act, expected]) => {
    const probe = new CompositeProbe()
    act(probe)
    expect(tracesOf(probe)).toEqual(expected)
  })

  test('at the sending back of stored snapshots: an error', () => {
    const probe = new CompositeProbe({ values: { sendDataSnapshotsToOriginDCAtStartup: true } })
    probe.heartbeat()
    probe.read([entry])
    expect(tracesOf(probe)).toEqual(['error Heartbeat-Message-Preparer'])
  })

  test('say nothing of UP and DOWN, which only the application traces', () => {
    const probe = new CompositeProbe({ values: { consecutiveHeartbeatMissesAllowed: 0 } })
    expect(probe.heartbeat()).toContain('UP')
    // The one trace is that of the heartbeat.
    expect(tracesOf(probe)).toEqual(['info RemoteDC-Heartbeat-Watchdog'])
    expect(probe.tick()).toContain('DOWN')
    expect(tracesOf(probe)).toEqual([])
  })
})
