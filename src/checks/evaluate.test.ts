import { expect, test } from 'vitest'
import type { CheckSpec } from '../model/check.ts'
import { toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { evaluateTimeline } from './evaluate.ts'
import type { Facts } from './facts.ts'
import {
  changed,
  emptyTimeline,
  event,
  killTimeline,
  orderlyTimeline,
  partitionTimeline,
  state,
} from './testing/timeline-builder.ts'

const never = { is: 'never' } as const
const everyCheck: readonly CheckSpec[] = [
  { kind: 'takeover', never: false, by: 'dc2', of: 'dc1', within: 152 },
  { kind: 'loss', atMost: { unit: 'seconds', value: 151 } },
  { kind: 'duplicates', polarity: never },
  { kind: 'split_brain', polarity: never },
  { kind: 'mutual_down', polarity: never },
  { kind: 'order', per: 'key' },
  { kind: 'integrity' },
  { kind: 'prediction' },
]
const objectives = { rto: { total: 152 }, lossPercent: 1 }

test('a good run passes every check, in the order of the scenario, promises last', () => {
  const evaluation = evaluateTimeline({ timeline: killTimeline(), checks: everyCheck, objectives })
  expect(evaluation).toMatchObject({ verdict: 'pass', reason: 'All 10 checks passed.', notes: [] })
  expect(evaluation.checks.map(({ check }) => check)).toEqual([
    ...everyCheck.map(({ kind }) => kind),
    'rto_total',
    'loss_percent',
  ])
})

test('an empty timeline passes no check', () => {
  const evaluation = evaluateTimeline({ timeline: emptyTimeline(), checks: everyCheck, objectives })
  expect(new Set(evaluation.checks.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']))
})

test('the reason names the first check that decided', () => {
  const timeline = killTimeline({ outputs: [], states: [state({ intervals: [{ from: 0, to: 300 }] })] })
  const { verdict, reason } = evaluateTimeline({ timeline, checks: everyCheck, objectives })
  expect(verdict).toBe('fail')
  expect(reason).toMatch(/^loss_percent: Lost 59 tuples/)
})

test('a run that asserts nothing is inconclusive', () => {
  expect(evaluateTimeline({ timeline: killTimeline(), checks: [], objectives: {} })).toMatchObject({
    verdict: 'inconclusive',
    reason: 'Nothing was asserted: the scenario has neither checks nor objectives.',
  })
})

test('a check that breaks off is inconclusive, and the others are still judged', () => {
  const broken = { kind: 'duplicates' } as unknown as CheckSpec
  const evaluation = evaluateTimeline({
    timeline: killTimeline(),
    checks: [broken, { kind: 'integrity' }],
    objectives: {},
  })
  expect(evaluation.checks.map(({ check, verdict }) => [check, verdict])).toEqual([
    ['duplicates', 'inconclusive'],
    ['integrity', 'pass'],
  ])
  expect(evaluation.reason).toMatch(/^duplicates: Check duplicates broke off: /)
})

test('a kind that does not exist is inconclusive', () => {
  const unknown = { kind: 'divination' } as unknown as CheckSpec
  const [result] = evaluateTimeline({ timeline: killTimeline(), checks: [unknown], objectives: {} }).checks
  expect(result).toMatchObject({ check: 'divination', verdict: 'inconclusive' })
})

test('a cut is told with its split brain and its lasting silence', () => {
  const { notes } = evaluateTimeline({ timeline: partitionTimeline(), checks: [], objectives: {} })
  expect(notes).toEqual([
    'Split brain: both datacenters processed the same keys from 521 s to 900 s (379 ± 0 s, and still so at the end).',
    'Both datacenters hold each other for down since 530 s and send no heartbeats, also after the heal: neither side will recover by itself until one application is restarted (quirk Q4).',
  ])
})

test('an orderly shutdown is told, and so are measuring faults', () => {
  const measuringFaults = [{ t: 5, dc: 'dc1', message: 'counter jumped from 3 to 5' }] as const
  const { notes } = evaluateTimeline({ timeline: orderlyTimeline({ measuringFaults }), checks: [], objectives: {} })
  expect(notes).toEqual([
    'dc1 was shut down in an orderly way; it was still declared down, with nothing to replay (quirk Q3).',
    'Measuring fault in dc1: counter jumped from 3 to 5',
  ])
})

test('without Q3 an orderly shutdown is no surprise', () => {
  const toolkit = { quirks: toolkitProfiles.documented, isFused: false }
  const timeline = { ...orderlyTimeline(), toolkit }
  expect(evaluateTimeline({ timeline, checks: [], objectives: {} }).notes).toEqual([])
})

test('what healing did after the end of the run changes nothing', () => {
  const after = [
    event(901, 'fault_healed', { fault: 'kill-1', dc: 'dc1', seenBy: 'run' }),
    event(902, 'job_cancelled', { dc: 'dc2' }),
    event(903, 'job_started', { dc: 'dc1' }),
    event(904, 'remote_up', { dc: 'dc2', of: 'dc1' }),
  ]
  for (const timeline of [killTimeline(), partitionTimeline()]) {
    const before = evaluateTimeline({ timeline, checks: everyCheck, objectives })
    expect(evaluateTimeline({ timeline: changed(timeline, { plus: after }), checks: everyCheck, objectives })).toEqual(
      before,
    )
  }
})

test('a report of nothing after a replay is a first output, and holds nothing', () => {
  const empty = state({ t: 521.5, key: '', intervals: [], cause: 'replay' })
  const { takeovers, loss, checks } = evaluateTimeline({
    timeline: changed(killTimeline({ states: [empty] }), { without: ['first_output'] }),
    checks: [{ kind: 'integrity' }, { kind: 'duplicates', polarity: { is: 'never' } }],
    objectives: {},
  })
  expect(takeovers).toMatchObject([{ basis: 'first_output', totalSeconds: 121.5 }])
  expect(loss).toMatchObject({ lostTuples: 360, acceptedTuples: 360 })
  // It tells of dc1's keys only, so dc2's own are not known.
  expect(checks).toMatchObject([{ verdict: 'inconclusive' }, { verdict: 'inconclusive' }])
})

test('speaks of a single check as one', () => {
  const checks = [{ kind: 'integrity' }] as const
  expect(evaluateTimeline({ timeline: killTimeline(), checks, objectives: {} }).reason).toBe('The one check passed.')
})

test('a check of a user’s own cannot change what the others see', () => {
  const custom = new Map([
    [
      'careless',
      (_: object, facts: Facts) => {
        ;(facts.timeline.deliveries as unknown[]).splice(0)
        return { verdict: 'pass', message: 'Done.' } as const
      },
    ],
  ])
  const careless = { kind: 'custom', name: 'careless', args: {} } as const
  const loss = { kind: 'loss', atMost: { unit: 'tuples', value: 0 } } as const
  const timeline = killTimeline({ states: [state({ intervals: [{ from: 0, to: 349 }] })] })
  const { checks } = evaluateTimeline({ timeline, checks: [careless, loss], objectives: {}, custom })
  expect(checks.map(({ verdict }) => verdict)).toEqual(['pass', 'fail'])
})
