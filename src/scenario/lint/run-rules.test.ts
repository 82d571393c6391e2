import { expect, test } from 'vitest'
import { rulesOf } from './testing/findings.ts'

const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
const takeover = 'post_failover_validation_checks: [takeover]\n'
const never = 'post_failover_validation_checks: [takeover: never]\n'
const runFor = (seconds: number): string => `opts: { run_for: ${seconds} s }\n`

// dc1 is declared down 490 s to 550 s after the start.
test.each([
  [490, ['run-ends-before-takeover']],
  [491, ['run-ends-within-detection']],
  [550, ['run-ends-within-detection']],
  [551, []],
])('a takeover is expected in a run of %d s', (end, expected) => {
  expect(rulesOf(kill + takeover + runFor(end))).toEqual(expected)
})

test.each([
  [490, ['never-takeover-unwatched']],
  [491, []],
])('no takeover is to come in a run of %d s', (end, expected) => {
  const cut = 'fault_scenario: [{ partition: { between: [dc1, dc2] }, at: 400 s, for: 60 s }]\n'
  expect(rulesOf(cut + never + runFor(end))).toEqual(expected)
})

test('the first of several takeovers decides whether the run is long enough', () => {
  const two =
    'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s, for: 300 s }, { crash: { target: dc2.job }, at: 900 s }]\n'
  expect(rulesOf(two + takeover + runFor(1000))).toEqual([])
  expect(rulesOf(`${two}post_failover_validation_checks: [takeover: { of: dc2 }]\n${runFor(990)}`)).toContain(
    'run-ends-before-takeover',
  )
})

test('a run is given up after its end, and not before', () => {
  expect(rulesOf(`${kill}${takeover}${runFor(600)}timeout: 600 s`)).toEqual(['timeout-before-end'])
  expect(rulesOf(`${kill}${takeover}${runFor(600)}timeout: 601 s`)).toEqual([])
  const held = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s, for: 300 s }]\n'
  expect(rulesOf(`${held}${takeover}timeout: 700 s`)).toEqual(['timeout-before-end'])
  expect(rulesOf(`${held}${takeover}timeout: 701 s`)).toEqual([])
})

test('a known issue is a quirk that is on', () => {
  const known = (issue: string, toolkit: string): string =>
    `known_issue: "${issue}"\n${kill}${takeover}opts: { toolkit: ${toolkit} }\n`
  expect(rulesOf(known('Q4: silent', 'documented'))).toEqual(['known-issue-quirk-off'])
  expect(rulesOf(known('Q4: silent', '{ profile: ibm-1.0.1, quirks: { Q4: off } }'))).toEqual(['known-issue-quirk-off'])
  expect(rulesOf(known('Q4: silent', '{ profile: ibm-1.0.1, quirks: { Q5: off } }'))).toEqual([])
  expect(rulesOf(known('FAQ42 and 3Q4', 'documented'))).toEqual([])
})
