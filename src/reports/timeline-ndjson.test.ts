import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { referenceCrossDcSettings, type CrossDcSettings } from '../model/crossdc-settings.ts'
import type { Timeline } from '../model/timeline.ts'
import { formatTimeline, parseTimeline, timelineLines, type AskedOfTimeline } from './timeline-ndjson.ts'

const settings: CrossDcSettings = {
  ...referenceCrossDcSettings,
  localDataCenterName: 'dc1',
  crossDCOperationMode: 1,
  remoteDataCenterApplicationMachineNames: '127.1.2.3',
  dataSnapshotStorageDirectory: '/data',
}

const timeline: Timeline = {
  schemaVersion: 1,
  testId: 'KILL-01',
  mode: 'active-active',
  timeScale: 60,
  resolutionSeconds: 0.3,
  seed: 42,
  settings: { dc1: settings, dc2: { ...settings, localDataCenterName: 'dc2' } },
  events: [
    { t: -0.5, event: 'pe_started', dc: 'dc1', uncertainty: 0.1, seenBy: 'testbed', detail: { peId: '1' } },
    { t: 400, event: 'fault_effective', uncertainty: 0, seenBy: 'run', fault: 'cut', detail: { kind: 'partition' } },
  ],
  deliveries: [{ into: 'dc1', key: 'k "0"\n', from: 0, to: 9, outcome: 'accepted', startTime: 1, endTime: 2 }],
  outputs: [{ t: 3, producedBy: 'dc1', origin: 'dc1', channel: 0, counter: 1, key: 'k0', from: 0, to: 9 }],
  states: [
    {
      t: 4,
      producedBy: 'dc2',
      origin: 'dc1',
      key: 'k0',
      intervals: [{ from: 0, to: 9 }],
      checksum: 1,
      expectedChecksum: 1,
      duplicates: [],
      corrupt: 0,
      cause: 'query',
    },
  ],
  measuringFaults: [{ t: 5, dc: 'dc2', message: 'counter jumped from 3 to 5' }],
}

const everything: Timeline = {
  ...timeline,
  load: [
    {
      into: 'dc1',
      name: 'orders',
      warmupUntil: 10,
      slices: [{ from: 0, to: 1, due: 2, accepted: 1, rejected: 0, unknown: 0, skipped: 1, latency: 'HISTFAAA' }],
    },
  ],
  samples: [{ t: 6, source: 'rest dc1 A', name: 'nTuples', value: null, problem: 'not there' }],
  probes: [{ t: 7, name: 'health', when: 'before', value: { open: [1, null] } }],
  snapshots: [{ t: 8, dc: 'dc2', file: 'dc1-0.snapshot', value: 3 }],
  logs: [{ t: 9, dc: 'dc1', level: 'warn', source: 'Ledger', message: 'slow\n"consumer"' }],
}

test('a timeline comes back as it was written', () => {
  expect(parseTimeline(formatTimeline(timeline).split('\n'))).toEqual({ timeline })
  expect(parseTimeline(formatTimeline(everything).split('\n'))).toEqual({ timeline: everything })
})

test('a list that was not collected is told from an empty one', () => {
  const { timeline: without } = parseTimeline(timelineLines(timeline))
  expect(without.logs).toBeUndefined()
  const { timeline: empty } = parseTimeline(timelineLines({ ...timeline, logs: [], load: [] }))
  expect(empty).toEqual({ ...timeline, logs: [], load: [] })
})

test('what was asked comes back too, without passwords', () => {
  const asked: AskedOfTimeline = {
    checks: [
      { kind: 'loss', atMost: { unit: 'seconds', value: 10 }, for: 'cut', severity: 'warning' },
      { kind: 'metric', source: { kind: 'prometheus', url: 'http://me:secret@host/' }, name: 'up', atLeast: 1 },
    ],
    objectives: { rto: { total: 152, drain: 5 } },
    knownIssue: 'Q4',
  }
  const lines = [...timelineLines(everything, asked)]
  expect(lines.join('')).not.toContain('secret')
  const { asked: back, timeline: same } = parseTimeline(lines)
  expect(same).toEqual(everything)
  const [loss, metric] = asked.checks
  expect(back).toEqual({
    ...asked,
    checks: [loss, { ...metric, source: { kind: 'prometheus', url: 'http://host/' } }],
  })
})

test('a header line comes first, then one record a line', () => {
  const records = [...timelineLines(everything)].map((line) => (JSON.parse(line) as { record: string }).record)
  const required = ['timeline', 'event', 'event', 'delivery', 'output', 'state', 'measuring_fault']
  expect(records).toEqual([...required, 'load', 'sample', 'probe', 'snapshot', 'log'])
})

test('an empty timeline is a header alone', () => {
  const empty = { ...timeline, events: [], deliveries: [], outputs: [], states: [], measuringFaults: [] }
  expect([...timelineLines(empty)]).toHaveLength(1)
  expect(parseTimeline(timelineLines(empty))).toEqual({ timeline: empty })
})

test.each([
  ['expected a header line, got an empty file', ''],
  ['line 1: expected JSON, got {"record": "time', '{"record": "time'],
  ['line 1: expected an object, got 7', '7'],
  ['line 1: expected the header of a timeline of schemaVersion 1, got a record of kind "event"', '{"record":"event"}'],
  [
    'line 1: expected the header of a timeline of schemaVersion 1, got version 2',
    '{"record":"timeline","schemaVersion":2}',
  ],
  [
    'line 3: expected a record of a known kind, got "toString"',
    '{"record":"timeline","schemaVersion":1}\n\n{"record":"toString"}',
  ],
  ['line 2: expected a record of a known kind, got undefined', '{"record":"timeline","schemaVersion":1}\n{}'],
])('refuses a broken file: %s', (message, text) => {
  expect(() => parseTimeline(text.split('\n'))).toThrow(SettingsError)
  expect(() => parseTimeline(text.split('\n'))).toThrow(message)
})
