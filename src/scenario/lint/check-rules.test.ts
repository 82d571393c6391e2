import { expect, test } from 'vitest'
import { findingsOf, messagesOf, rulesOf } from './testing/findings.ts'

const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
const traffic = 'pre_failover_data: { rate: 20/s }\n'
const checks = (list: string): string => `post_failover_validation_checks: [${list}]\n`
const runFor = (time: string): string => `opts: { run_for: ${time} }\n`
const off = 'crossdc: { dataSnapshotExchangeInterval: 888888888 }\n'

test.each([
  ['loss: { at_most: 100 % }', ''],
  ['loss: { at_least: 0 tuples }', ''],
  ['availability: { at_least: 0 % }', ''],
  ['availability: { at_most: 100 % }', ''],
  ['error_rate: { at_most: 100 % }', ''],
  ['throughput: { at_least: 0/s }', ''],
  ['duplicates: { at_most: 15 min }', runFor('900 s')],
  ['mutual_down: { at_most: 901 s }', runFor('900 s')],
  ['replication_age: { dc: dc1, at_most: 900 s }', runFor('900 s')],
  ['status: { dc: dc2, changes: { at_most: 60 } }', runFor('900 s')],
])('%s cannot fail', (check, opts) => {
  expect(rulesOf(`${traffic}${kill}${checks(check)}${opts}`)).toEqual(['check-cannot-fail'])
})

test.each([
  ['loss: { at_most: 99 % }', ''],
  ['loss: { at_least: 0 tuples, at_most: 5000 tuples }', ''],
  ['availability: { at_least: 0.1 % }', ''],
  ['availability: { at_least: 0 %, at_most: 99 % }', ''],
  ['throughput: { at_least: 20/s }', ''],
  ['throughput: { at_least: 0/s, at_most: 10/s }', ''],
  ['latency: { at_most: 100 % of baseline }', ''],
  ['duplicates: { at_most: 899 s }', runFor('900 s')],
  ['duplicates: { at_most: 1 h }', ''],
  ['replication_age: { dc: dc1, at_most: 899 s }', runFor('900 s')],
  ['status: { dc: dc2, changes: { at_most: 59 } }', runFor('900 s')],
  ['status: { dc: dc2, remote: down, changes: { at_most: 1000 } }', runFor('900 s')],
])('%s can fail', (check, opts) => {
  expect(rulesOf(`${traffic}${kill}${checks(check)}${opts}`)).toEqual([])
})

test('that no takeover comes cannot fail where none can come, and may in a calm hour that is watched', () => {
  const never = checks('takeover: never')
  expect(messagesOf('check-cannot-fail', never)).toEqual([
    'The check `takeover` cannot fail: there is no step, and nothing to wait for, that could provoke one.',
  ])
  expect(rulesOf(`${never}${runFor('1 h')}`)).toEqual([])
  const patient = 'crossdc: { consecutiveHeartbeatMissesAllowed: 255 }\n'
  expect(rulesOf(`${kill}${never}${patient}`)).toEqual(['check-cannot-fail'])
  expect(rulesOf(`fault_scenario: [{ disk_full: { target: dc1 }, at: 400 s }]\n${never}`)).toEqual([])
})

test.each([
  ['loss: { at_least: 101 % }', ''],
  ['loss: { at_least: 5000 tuples, at_most: 4999 tuples }', ''],
  ['availability: { at_least: 100.1 % }', ''],
  ['availability: { at_least: 60 %, at_most: 50 % }', ''],
  ['throughput: { at_least: 20.1/s }', ''],
  ['latency: { at_least: 3 s, at_most: 2 s }', ''],
  ['metric: { source: { rest: { dc: dc1 } }, name: n, at_least: 2, at_most: 1 }', ''],
  ['replication_age: { dc: dc1, at_most: 1 h }', off],
])('%s cannot pass', (check, more) => {
  expect(rulesOf(`${traffic}${kill}${checks(check)}${more}`)).toEqual(['check-cannot-pass'])
})

test.each([
  ['loss: { at_least: 10 tuples, at_most: 10000 tuples }'],
  ['loss: { at_least: 10 tuples, at_most: 99 % }'],
  ['loss: { at_least: 5000 tuples, at_most: 5000 tuples }'],
  ['availability: { at_least: 100 % }'],
  ['availability: { at_least: 50 %, at_most: 50 % }'],
  ['throughput: { at_least: 20/s }'],
  ['metric: { source: { rest: { dc: dc1 } }, name: n, at_least: 1, at_most: 1 }'],
])('%s can pass', (check) => {
  expect(rulesOf(`${traffic}${kill}${checks(check)}`)).toEqual([])
})

test('a throughput above what is sent now may come with a burst, a ramp or a change of the load', () => {
  const asked = checks('throughput: { at_least: 50/s }')
  expect(rulesOf(`pre_failover_data: { rate: 20/s, into: both }\n${kill}${asked}`)).toEqual(['check-cannot-pass'])
  expect(rulesOf(`pre_failover_data: { rate: 25/s, into: both }\n${kill}${asked}`)).toEqual([])
  const burst = 'pre_failover_data: { rate: 20/s, arrival: { burst: { to: 60/s, every: 60 s, for: 5 s } } }\n'
  expect(rulesOf(`${burst}${kill}${asked}`)).toEqual([])
  const load = 'fault_scenario: [{ load: 60/s, at: 300 s }, { kill: { target: dc1.job }, at: 400 s }]\n'
  expect(rulesOf(`${traffic}${load}${asked}`)).toEqual([])
})

test.each([
  ['takeover, takeover: { never: true, by: dc1 }', []],
  ['takeover: { by: dc2 }, takeover: { never: true, by: dc2 }', ['never-takeover-fails', 'checks-contradict']],
  ['takeover: { by: dc2, of: dc1 }, takeover: { never: true, by: dc1 }', []],
  ['split_brain: never, split_brain: expected', ['checks-contradict']],
  ['split_brain: never, mutual_down: expected', []],
])('%s', (list, expected) => {
  expect(rulesOf(kill + checks(list))).toEqual(expect.arrayContaining(expected))
  expect(rulesOf(kill + checks(list))).toHaveLength(expected.length)
})

test('a contradiction names the line of the other check', () => {
  const list = 'post_failover_validation_checks:\n  - split_brain: never\n  - integrity\n  - split_brain: expected\n'
  expect(findingsOf(`${traffic}${kill}${list}`)).toEqual([
    {
      rule: 'checks-contradict',
      severity: 'error',
      message: 'The check `split_brain` asks the opposite of the one in line 6: one of the two fails.',
      position: { file: 'a.yaml', line: 8, column: 5 },
      advice: 'Keep one of them, or scope them with `for`.',
    },
  ])
})

test('what is about tuples needs traffic, unless a step of the user’s may send some', () => {
  const asked = `${checks('order, integrity, takeover')}expected_data_loss_seconds: 151\n`
  expect(rulesOf(kill + asked)).toEqual(Array.from({ length: 3 }, () => 'check-without-traffic'))
  expect(rulesOf(traffic + kill + asked)).toEqual([])
  expect(rulesOf(`fault_scenario: [{ exec: "./send.sh" }]\n${asked}`)).toEqual([])
})

test.each([
  ['149 s', ['replication-age-below-period']],
  ['150 s', []],
])('a replica may be %s old', (age, expected) => {
  expect(rulesOf(checks(`replication_age: { dc: dc1, at_most: ${age} }`) + runFor('900 s'))).toEqual(expected)
})

test('something critical must be judged', () => {
  const judged = (fields: string): boolean => findingsOf(fields).every(({ rule }) => rule !== 'nothing-judged')
  expect(judged(kill)).toBe(false)
  expect(judged(kill + checks('{ takeover: { by: dc2 }, severity: warning }'))).toBe(false)
  expect(judged(kill + checks('takeover'))).toBe(true)
  expect(judged(`${kill}expected_recovery_time_seconds: 160`)).toBe(true)
  expect(judged('fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }, { check: takeover, at: 700 s }]')).toBe(
    true,
  )
})
