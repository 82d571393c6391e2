import { describe, expect, test } from 'vitest'
import { checkKinds } from '../model/check.ts'
import type { AskedCheck } from '../model/check.ts'
import { head, scenarioOf } from './testing/load-text.ts'
import { rightChecks } from './testing/snippets.ts'

const checksOf = (...lines: readonly string[]): readonly AskedCheck[] =>
  scenarioOf(
    `${head}mode: active-passive\npost_failover_validation_checks:\n${lines.map((line) => `  - ${line}\n`).join('')}`,
  ).checks

test('every kind is in the snippets, but those that need a registered probe', () => {
  const kinds = new Set(checksOf(...rightChecks).map(({ kind }) => kind))
  expect(checkKinds.filter((kind) => !kinds.has(kind))).toEqual(['steady_state', 'probe'])
})

const whole = { phase: 'whole' } as const

describe('reads', () => {
  test.each<[string, AskedCheck]>([
    ['takeover', { kind: 'takeover', never: false }],
    ['takeover: never', { kind: 'takeover', never: true }],
    ['takeover: { never: true, by: secondary }', { kind: 'takeover', never: true, by: 'dc2' }],
    [
      'status: { dc: dc2, remote: down, within: 150 s, changes: { at_most: 1 } }',
      { kind: 'status', dc: 'dc2', remote: 'down', within: 150, changesAtMost: 1 },
    ],
    ['loss: { at_most: 0 tuples }', { kind: 'loss', atMost: { unit: 'tuples', value: 0 } }],
    ['loss: { at_least: 1 tuple }', { kind: 'loss', atLeast: { unit: 'tuples', value: 1 } }],
    ['duplicates', { kind: 'duplicates', polarity: { is: 'never' } }],
    ['split_brain: { at_most: 30 s }', { kind: 'split_brain', polarity: { is: 'at_most', seconds: 30 } }],
    ['order: { per: stream }', { kind: 'order', per: 'stream' }],
    ['state: { dc: primary, equals: before_fault }', { kind: 'state', dc: 'dc1', equals: 'before_fault' }],
    ['replication_age: { dc: dc1, at_most: 4 min }', { kind: 'replication_age', dc: 'dc1', atMost: 240 }],
    [
      'availability: { at_least: 99.9 %, phase: outage }',
      { kind: 'availability', atLeast: { of: 'absolute', value: 99.9 }, phase: 'outage' },
    ],
    [
      'throughput: { at_least: 95 % of baseline, at_most: 100/s }',
      {
        kind: 'throughput',
        atLeast: { of: 'baseline', percent: 95 },
        atMost: { of: 'absolute', value: 100 },
        ...whole,
      },
    ],
    [
      'latency: { at_most: 250 ms }',
      { kind: 'latency', percentile: 99, atMost: { of: 'absolute', value: 0.25 }, ...whole },
    ],
    [
      'error_rate: { at_most: 120 % of baseline }',
      { kind: 'error_rate', atMost: { of: 'baseline', percent: 120 }, ...whole },
    ],
    ['backlog_drains: { within: 60 s }', { kind: 'backlog_drains', within: 60 }],
    ['fail_back', { kind: 'fail_back' }],
    ['script', { kind: 'script', launched: 1 }],
    ['log_sanity: { allow: ["a.*b"] }', { kind: 'log_sanity', allow: ['a.*b'] }],
    [
      'metric: { source: { rest: { dc: dc1 } }, name: n, at_least: -1 }',
      { kind: 'metric', source: { kind: 'rest', dc: 'dc1' }, name: 'n', atLeast: -1 },
    ],
    [
      'metric: { source: { jmx: { url: "http://h/j", mbean: "a:b=c" } }, name: n, at_most: 1 }',
      { kind: 'metric', source: { kind: 'jmx', url: 'http://h/j', mbean: 'a:b=c' }, name: 'n', atMost: 1 },
    ],
    ['toolkit_invariants', { kind: 'toolkit_invariants' }],
    ['toolkit_invariants: { only: [replay_whole] }', { kind: 'toolkit_invariants', only: ['replay_whole'] }],
    ['{ integrity: , severity: warning }', { kind: 'integrity', severity: 'warning' }],
  ])('%s', (line, check) => {
    expect(checksOf(line)).toEqual([check])
  })
})
