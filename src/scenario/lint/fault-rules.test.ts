import { expect, test } from 'vitest'
import { messagesOf, rulesOf } from './testing/findings.ts'

const quiet = 'post_failover_validation_checks: [log_sanity]\n'
const failBack = 'post_failover_validation_checks: [fail_back]\n'
const steps = (...list: readonly string[]): string => `fault_scenario:\n${list.map((one) => `  - ${one}\n`).join('')}`

test.each([
  ['held to the end', ['{ kill: { target: dc1.job }, at: 400 s }'], true],
  ['left to the end', ['{ kill: { target: dc1.job }, at: 400 s, heal: none }'], true],
  ['over after a time', ['{ kill: { target: dc1.job }, at: 400 s, for: 300 s }'], false],
  ['over at an event', ['{ kill: { target: dc1.job }, at: 400 s, until: dc2.takeover_done }'], false],
  ['healed by a step', ['{ kill: { target: dc1.job }, at: 400 s, id: a }', '{ heal: a, at: 900 s }'], false],
  [
    'ended by a restart',
    ['{ cancel_job: { target: dc1 }, at: 400 s }', '{ restart: { target: dc1.job }, at: 900 s }'],
    false,
  ],
  ['of a store', ['{ disk_full: { target: dc1 }, at: 400 s }'], false],
])('a fail-back needs an end of a fault: one %s', (_what, list, isFound) => {
  expect(rulesOf(steps(...list) + failBack)).toEqual(isFound ? ['fault-without-end'] : [])
})

test.each([
  ['a second kill', '{ kill: { target: dc1.job }, at: 600 s }', true],
  ['a crash that follows at once', '{ crash: { target: dc1.job } }', true],
  ['a pause of a PE', '{ pause: { target: "dc1.pe[0]" }, at: 600 s }', true],
  ['an orderly shutdown', '{ orderly_shutdown: { target: dc1 }, at: 600 s }', true],
  ['a kill before', '{ kill: { target: dc1.job }, at: 300 s, for: 50 s }', false],
  ['a kill of the other DC', '{ kill: { target: dc2.job }, at: 600 s }', false],
  ['a kill at some event', '{ kill: { target: dc1.job }, when: dc2.remote_down }', false],
  ['a kill of the management process', '{ kill: { target: dc1.management }, at: 600 s }', false],
  ['a restart', '{ restart: { target: dc1.job }, at: 600 s }', false],
  ['a full store', '{ disk_full: { target: dc1 }, at: 600 s }', false],
])('a dead job and %s', (_what, later, isFound) => {
  const list = steps('{ kill: { target: dc1.job }, at: 400 s }', later)
  expect(rulesOf(list + quiet)).toEqual(isFound ? ['fault-on-dead-job'] : [])
})

test('a job that is dead for a time is dead for no longer', () => {
  const at = (time: string): string =>
    steps('{ kill: { target: dc1.job }, at: 400 s, for: 100 s }', `{ crash: { target: dc1.job }, at: ${time} }`)
  expect(rulesOf(at('499 s') + quiet)).toEqual(['fault-on-dead-job'])
  expect(rulesOf(at('500 s') + quiet)).toEqual([])
  const during = steps(
    '{ kill: { target: dc1.job }, at: 400 s, for: 100 s, during: [{ crash: { target: dc1.job }, at: 5 s }] }',
  )
  expect(rulesOf(during + quiet)).toEqual(['fault-on-dead-job'])
})

test('a job that was told to shut down can be cancelled, and one PE of several leaves others', () => {
  const shutdown = steps('{ orderly_shutdown: { target: dc1 }, at: 400 s }', '{ cancel_job: { target: dc1 } }')
  expect(rulesOf(shutdown + quiet)).toEqual([])
  const one = steps('{ kill: { target: "dc1.pe[0]" }, at: 400 s }', '{ kill: { target: "dc1.pe[1]" }, at: 500 s }')
  expect(rulesOf(one + quiet)).toEqual([])
})

test('PEs count from 0 to as many as a job has', () => {
  const target = (index: number, pes: number): string =>
    `${steps(`{ crash: { target: "dc1.pe[${index}]" }, at: 400 s }`)}${quiet}opts: { pes: ${pes} }\n`
  expect(rulesOf(target(1, 2))).toEqual([])
  expect(messagesOf('target-missing', target(2, 2))).toEqual([
    '`crash` acts on pe[2], but each job has 2 PEs (`opts.pes`), counted from 0.',
  ])
  expect(rulesOf(steps('{ crash: { target: "dc1.pe[2]" }, at: 400 s }') + quiet)).toEqual([])
})

test('there is a survivor once a fault may have made one', () => {
  const survivor = '{ kill: { target: survivor.job }, at: 900 s }'
  expect(rulesOf(steps(survivor) + quiet)).toEqual(['role-unknown'])
  expect(rulesOf(steps('{ disk_full: { target: dc1 }, at: 400 s }', survivor) + quiet)).toEqual(['role-unknown'])
  expect(rulesOf(steps('{ pause: { target: dc1.job }, at: 400 s }', survivor) + quiet)).toEqual([])
  expect(rulesOf(steps('{ exec: "./kill.sh" }', survivor) + quiet)).toEqual([])
})

test('cross-DC ports are the base port and those of the pairs', () => {
  const port = (list: string, crossdc = ''): string =>
    `${steps(`{ partition: { between: [dc1, dc2], ports: ${list} }, at: 400 s, for: 60 s }`)}${quiet}${crossdc}`
  expect(rulesOf(port('[25091, 25092]'))).toEqual([])
  expect(messagesOf('ports-unused', port('[25091, 25093]'))).toEqual([
    '`partition` names port 25093, which no cross-DC connection uses: heartbeats go to 25091, snapshots to 25092.',
  ])
  expect(rulesOf(port('[25093]', 'crossdc: { numberOfHttpSenderReceiverPairs: 2 }'))).toEqual([])
  expect(rulesOf(port('[25091]', 'crossdc: { crossDCHttpPort: 26000 }'))).toEqual(['ports-unused'])
})

test('a special message is suggested', () => {
  const said = steps('{ special_message: { target: dc1, message: SendMeDataFromSnapshots }, at: 400 s }')
  expect(messagesOf('special-message-unknown', said + quiet)).toEqual([
    '`special_message` sends "SendMeDataFromSnapshots", which the toolkit ignores without a word.',
  ])
})

test('what is shorter than 2 ms of real time is refused, and loss at more than four times the speed', () => {
  const pause = (time: string, scale: number): string =>
    `${steps(`{ pause: { target: dc1.job }, at: 400 s, for: ${time} }`)}${quiet}opts: { time_scale: ${scale} }\n`
  expect(rulesOf(pause('120 ms', 60))).toEqual([])
  expect(rulesOf(pause('119 ms', 60))).toEqual(['too-short-for-scale'])
  const netem = (scale: number): string =>
    `${steps('{ netem: { between: [dc1, dc2], loss: 1 % }, at: 400 s }')}${quiet}opts: { time_scale: ${scale} }\n`
  expect(rulesOf(netem(4))).toEqual([])
  expect(rulesOf(netem(5))).toEqual(['loss-needs-slow-time'])
})
