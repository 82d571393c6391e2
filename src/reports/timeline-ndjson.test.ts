import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { referenceCrossDcSettings, type CrossDcSettings } from '../model/crossdc-settings.ts'
import type { Timeline } from '../model/timeline.ts'
import { formatTimeline, parseTimeline, timelineLines } from './timeline-ndjson.ts'

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

test('a timeline comes back as it was written', () => {
  expect(parseTimeline(formatTimeline(timeline).split('\n'))).toEqual(timeline)
})

test('a header line comes first, then one record a line', () => {
  const records = [...timelineLines(timeline)].map((line) => (JSON.parse(line) as { record: string }).record)
  expect(records).toEqual(['timeline', 'event', 'event', 'delivery', 'output', 'state', 'measuring_fault'])
})

test('an empty timeline is a header alone', () => {
  const empty = { ...timeline, events: [], deliveries: [], outputs: [], states: [], measuringFaults: [] }
  expect([...timelineLines(empty)]).toHaveLength(1)
  expect(parseTimeline(timelineLines(empty))).toEqual(empty)
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
