import { expect, test } from 'vitest'
import { linesOf, messagesOf, rulesOf } from './testing/findings.ts'

const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
const takeover = 'post_failover_validation_checks: [takeover]\n'
const traffic = 'pre_failover_data: { rate: 20/s }\n'
const within = (seconds: number): string =>
  `${kill}post_failover_validation_checks: [takeover: { by: dc2, within: ${seconds} s }]\n`

test.each([
  [
    'before the window',
    `${kill}${takeover}expected_recovery_time_seconds: 90`,
    ['error objective-before-detection @ 5'],
  ],
  ['inside it', `${kill}${takeover}expected_recovery_time_seconds: 91`, ['warning objective-within-detection @ 5']],
  [
    'of detection, inside it',
    `${kill}${takeover}expected_recovery_time_seconds: { detection: 149, total: 152 }`,
    ['warning objective-within-detection @ 5'],
  ],
  ['after it', `${kill}${takeover}expected_recovery_time_seconds: 150`, []],
  [
    "before the window of the observer's own settings",
    `${kill}${takeover}expected_recovery_time_seconds: 150\ncrossdc: { dc2: { heartbeatExchangeInterval: 60 } }`,
    ['error objective-before-detection @ 5'],
  ],
  ['of a check, before the window', within(90), ['error objective-before-detection @ 4']],
  ['of a check, inside it', within(149), ['warning objective-within-detection @ 4']],
  ['of a check, after it', within(150), []],
  [
    'of a DOWN, before the window',
    `${kill}post_failover_validation_checks: [status: { dc: dc2, remote: down, within: 60 s }]\n`,
    ['error objective-before-detection @ 4'],
  ],
])('judges a limit %s', (_what, fields, expected) => {
  expect(linesOf(fields)).toEqual(expected)
})

test('an orderly shutdown is noticed at once where the notice counts as DOWN', () => {
  const shutdown = 'fault_scenario: [{ orderly_shutdown: { target: dc1 }, at: 400 s }]\n'
  const fields = `${shutdown}${takeover}expected_recovery_time_seconds: 10\n`
  expect(rulesOf(fields)).toEqual(['objective-before-detection'])
  expect(rulesOf(`${fields}opts: { toolkit: documented }`)).toEqual([])
})

test('the delay of a launch script comes on top, but not for detection', () => {
  const fields = `mode: active-passive\nlaunch_script: { delay: 100 s }\n${kill}${takeover}`
  expect(rulesOf(`${fields}expected_recovery_time_seconds: 190`)).toEqual(['objective-before-detection'])
  expect(rulesOf(`${fields}expected_recovery_time_seconds: 249`)).toEqual(['objective-within-detection'])
  expect(rulesOf(`${fields}expected_recovery_time_seconds: 250`)).toEqual([])
  expect(rulesOf(`${fields}expected_recovery_time_seconds: { detection: 150 }`)).toEqual([])
})

test('what was silent before is noticed sooner, so that nothing is sure of a second fault', () => {
  const two =
    'fault_scenario: [{ partition: { between: [dc1, dc2] }, at: 400 s, for: 80 s }, { kill: { target: dc1.job }, at: 470 s }]\n'
  expect(rulesOf(`${two}${takeover}expected_recovery_time_seconds: 60`)).toEqual(['objective-within-detection'])
})

test('a phase may last as long as the whole, and no longer', () => {
  const objective = (detection: number): string =>
    `${kill}${takeover}expected_recovery_time_seconds: { total: 160, detection: ${detection} }`
  expect(rulesOf(objective(160))).toEqual([])
  expect(rulesOf(objective(161))).toEqual(['phase-limit-above-total'])
})

// Signals come at 190 s and 340 s, so that a death at 400 s costs 60 s, and with an interval of drift 90 s.
test.each([
  ['seconds', 'expected_data_loss_seconds: 89', ['loss-below-period']],
  ['seconds enough', 'expected_data_loss_seconds: 90', []],
  ['percent', 'expected_data_loss_percentage: 22.4', ['loss-below-period']],
  ['percent enough', 'expected_data_loss_percentage: 22.5', []],
  ['tuples', 'post_failover_validation_checks: [loss: { at_most: 1799 tuples }]', ['loss-below-period']],
  ['tuples enough', 'post_failover_validation_checks: [loss: { at_most: 1800 tuples }]', []],
])('compares a limited loss with what lies after the last snapshot, in %s', (_what, limit, expected) => {
  expect(rulesOf(`${traffic}${kill}${limit}`)).toEqual(expected)
})

test('a death at no given time may cost a whole period', () => {
  const steps = 'fault_scenario: [{ kill: { target: dc1.job }, when: dc1.protected, after: 60 s }]\n'
  expect(rulesOf(`${traffic}${steps}expected_data_loss_seconds: 149`)).toEqual(['loss-below-period'])
  expect(rulesOf(`${traffic}${steps}expected_data_loss_seconds: 150`)).toEqual([])
})

test('before the first snapshot all may be lost, and without any the whole state', () => {
  const early = kill.replace('400', '150')
  expect(messagesOf('loss-below-period', `${traffic}${early}expected_data_loss_seconds: 149`)).toEqual([
    'At most 149 s may be lost, but `kill` may cost up to 150 s: everything since its start.',
  ])
  const off = 'crossdc: { dataSnapshotExchangeInterval: 888888888 }\n'
  expect(messagesOf('loss-below-period', `${traffic}${kill}${off}expected_data_loss_seconds: 1000`)).toEqual([
    'At most 1000 s may be lost, but `kill` may cost the whole state: it never sends a snapshot.',
  ])
})

test.each([
  [
    'an orderly shutdown',
    'fault_scenario: [{ orderly_shutdown: { target: dc1 }, at: 400 s }, { cancel_job: { target: dc1 } }]',
  ],
  [
    'traffic that was let finish',
    'fault_scenario: [{ quiesce: , at: 300 s }, { kill: { target: dc1.job }, at: 600 s }]',
  ],
  ['the death of a DC without traffic', 'fault_scenario: [{ kill: { target: dc2.job }, at: 400 s }]'],
  ['a cut', 'fault_scenario: [{ partition: { between: [dc1, dc2] }, at: 400 s, for: 200 s }]'],
])('says nothing of the loss after %s', (_what, steps) => {
  expect(rulesOf(`${traffic}${steps}\nexpected_data_loss_seconds: 0`)).toEqual([])
})
