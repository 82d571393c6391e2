import { expect, test } from 'vitest'
import type { LogLine, Timeline } from '../model/timeline.ts'
import { deriveFacts } from './judge-check.ts'
import { checkLogSanity } from './log-sanity.ts'
import { passiveTimeline } from './testing/passive-timelines.ts'
import {
  changed,
  event,
  faultEvents,
  killTimeline,
  orderlyTimeline,
  partitionTimeline,
  settingsOf,
} from './testing/timeline-builder.ts'

function line(fields: Partial<LogLine>): LogLine {
  return {
    t: 450,
    dc: 'dc2',
    level: 'error',
    source: 'CrossDCSender',
    message: '127.0.0.1: Connection refused',
    ...fields,
  }
}

function judge(logs: readonly LogLine[], timeline: Timeline = killTimeline(), allow: readonly string[] = []): string {
  const { verdict, message } = checkLogSanity({ kind: 'log_sanity', allow }, deriveFacts({ ...timeline, logs }))
  return `${verdict}: ${message}`
}

test('what faults bring about is expected, before and after them it is not', () => {
  expect(judge([line({})])).toBe('pass: Nothing unexpected was logged.')
  expect(judge([line({ t: 200 })])).toBe(
    'fail: 1 unexpected line was logged; first by CrossDCSender in dc2 at 200 s: error 127.0.0.1: Connection refused',
  )
  expect(
    judge(
      [line({ t: 1100 })],
      changed(partitionTimeline(), { without: ['run_ended'], plus: [event(1200, 'run_ended')] }),
    ),
  ).toMatch(/^fail/)
})

test('while the other datacenter is dead, only what that explains is expected', () => {
  expect(judge([line({ message: 'tuple dropped' })])).toMatch(/^fail/)
})

test.each([
  {
    what: 'the notice of an orderly shutdown',
    logged: line({
      t: 401,
      dc: 'dc1',
      source: 'Heartbeat-Message-Preparer',
      message: 'Orderly shutdown: the remote data center is told',
    }),
    where: orderlyTimeline(),
    elsewhere: killTimeline(),
  },
  {
    what: 'what a passive side says of itself',
    logged: line({ t: 60, source: 'Application_Logic', message: 'The remote data center is up.' }),
    where: passiveTimeline(),
    elsewhere: killTimeline(),
  },
  {
    what: 'an idle operator of the database',
    logged: line({
      t: 1,
      source: 'CrossDCSnapshotJdbc',
      message: 'SnapshotRemover: not all of its parameters are set',
    }),
    where: killTimeline(),
    elsewhere: killTimeline({
      settings: { dc1: settingsOf('dc1'), dc2: settingsOf('dc2', { dataSnapshotJdbcUrl: 'jdbc:db2://host/db' }) },
    }),
  },
  {
    what: 'a full disk',
    logged: line({ dc: 'dc1', source: 'RemoteDC-Watchdog', message: 'Cannot write dc2-0.snapshot: ENOSPC' }),
    where: changed(partitionTimeline(), { plus: faultEvents(440, { fault: 'full', kind: 'disk_full', dc: 'dc1' }) }),
    elsewhere: partitionTimeline(),
  },
])('expects $what where it belongs and nowhere else', ({ logged, where, elsewhere }) => {
  expect(judge([logged], where)).toMatch(/^pass/)
  expect(judge([logged], elsewhere)).toMatch(/^fail/)
})

test('a missing configuration object is no fault: settings come from a file', () => {
  const message = 'The instance has no application configuration CrossDCFailover.'
  expect(judge([line({ t: -2, source: 'Runtime', message })])).toMatch(/^pass/)
})

test('what is allowed by an expression is expected anywhere', () => {
  const logs = [line({ t: 200, message: 'slow consumer 7' })]
  expect(judge(logs, killTimeline(), [String.raw`^slow consumer \d$`])).toMatch(/^pass/)
  expect(judge(logs, killTimeline(), ['^consumer'])).toMatch(/^fail/)
})

test('without logs nothing is known; without lines all is well', () => {
  expect(judge([])).toBe('pass: Nothing was logged at level warn or above.')
  expect(checkLogSanity({ kind: 'log_sanity', allow: [] }, deriveFacts(killTimeline())).verdict).toBe('inconclusive')
})

test('lines that were left out might have been unexpected', () => {
  const note = line({
    t: 10,
    source: 'testbed',
    message: '5 earlier lines of dc2 were left out: only the last 10000 of a lease are kept.',
  })
  expect(judge([note, line({})])).toMatch(/^inconclusive/)
  expect(judge([note, line({ message: 'tuple dropped' })])).toMatch(/^fail/)
})
