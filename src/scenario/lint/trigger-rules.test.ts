import { expect, test } from 'vitest'
import { messagesOf, rulesOf } from './testing/findings.ts'

const takeover = 'post_failover_validation_checks: [log_sanity]\n'
const passive = 'mode: active-passive\n'
const off = 'crossdc: { dataSnapshotExchangeInterval: 888888888 }\n'

/** dc1 dies; then a step waits for an event. */
const after = (event: string, more = ''): string =>
  `fault_scenario:\n  - kill: { target: dc1.job }\n    id: outage\n    at: 400 s\n  - mark: seen\n    when: ${event}\n${takeover}${more}`

test.each([
  ['dc2.script_launched', '', 'only a passive side launches a script, and both are active.'],
  ['dc1.script_launched', passive, 'dc1 is the active side, and launches nothing.'],
  ['dc2.protected', passive, 'dc2 sends no snapshots, since it is passive.'],
  ['dc1.snapshot_stored', passive, 'dc2 sends no snapshots, since it is passive.'],
  ['dc1.snapshot_signal', off, 'dc1 sends no snapshots, since they are off in `crossdc`.'],
  ['dc2.snapshot_returned', '', 'sendDataSnapshotsToOriginDCAtStartup is off in both DCs.'],
  ['dc1.remote_down', '', 'no other step keeps dc2 from being heard.'],
  ['dc1.takeover_started', '', 'no other step keeps dc2 from being heard.'],
  ['outage.fault_healed', '', '`outage` is held to the end of the run.'],
  ['dc1.protected', 'opts: { run_for: 189 s }\n', 'it comes at 190 s, and the run ends at 189 s.'],
])('%s cannot come', (event, more, why) => {
  const early = more.includes('run_for') ? after(event, more).replace('400 s', '100 s') : after(event, more)
  expect(messagesOf('trigger-impossible', early)).toEqual([
    `\`mark\` waits for \`${event}\`, which cannot come: ${why}`,
  ])
})

test.each([
  ['dc2.script_launched', passive],
  ['dc1.protected', passive],
  ['dc2.snapshot_stored', ''],
  ['dc1.snapshot_signal', 'crossdc: { dc2: { dataSnapshotExchangeInterval: 888888888 } }\n'],
  ['dc2.snapshot_returned', 'crossdc: { sendDataSnapshotsToOriginDCAtStartup: true }\n'],
  ['dc2.remote_down', ''],
  ['survivor.takeover_done', ''],
  ['dc1.remote_up', ''],
  ['outage.fault_effective', ''],
  ['dc1.protected', 'opts: { run_for: 700 s }\n'],
])('%s can come', (event, more) => {
  expect(rulesOf(after(event, more))).toEqual([])
})

test('a step does not bring about what it waits for, but may bring about what ends it', () => {
  const check = 'post_failover_validation_checks: [log_sanity]\n'
  const own = 'fault_scenario: [{ kill: { target: dc1.job }, when: dc2.remote_down }]\n'
  expect(rulesOf(own + check)).toEqual(['trigger-impossible'])
  const end = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s, until: dc2.remote_down }]\n'
  expect(rulesOf(end + check)).toEqual([])
  const wrong = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s, until: dc1.remote_down }]\n'
  expect(rulesOf(wrong + check)).toEqual(['trigger-impossible'])
})

test('a wait is a trigger too, and a number of an event as well', () => {
  const wait = 'fault_scenario: [{ wait: { for: dc2.remote_down } }]\n'
  expect(rulesOf(wait + takeover)).toEqual(['trigger-impossible'])
  const nth = (end: string): string =>
    `fault_scenario:\n  - kill: { target: dc1.job }\n    when: dc1.snapshot_signal\n    occurrence: 3\n${takeover}opts: { run_for: ${end} }\n`
  // 190 s, 340 s, 490 s
  expect(messagesOf('trigger-impossible', nth('489 s'))).toEqual([
    '`kill` waits for no. 3 of `dc1.snapshot_signal`, which cannot come: it comes at 490 s, and the run ends at 489 s.',
  ])
  expect(rulesOf(nth('490 s'))).toEqual([])
})

test('leaves open what a command brings about', () => {
  expect(
    rulesOf(`fault_scenario: [{ exec: "./kill.sh" }, { mark: down, when: dc1.remote_down }]\n${takeover}`),
  ).toEqual([])
})
