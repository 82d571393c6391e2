// Every check of the language must fail on a planted violation, pass on the same run without it, and be inconclusive where nothing was
// seen. A kind that is new must get its three cases here: the table is typed over all of them.

import { expect, test } from 'vitest'
import { checkKinds, type AskedCheck, type CheckKind } from '../model/check.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CustomChecks } from './judge-check.ts'
import { judgeCheck } from './evaluate.ts'
import { backlogTimeline, loadTimeline, series, slice, histogram, withSlice } from './testing/load-builder.ts'
import { ended, passiveTimeline } from './testing/passive-timelines.ts'
import {
  bothUp,
  changed,
  delivery,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  output,
  partitionTimeline,
  state,
  takeoverEvents,
} from './testing/timeline-builder.ts'
import { altered, toolkitTimeline } from './testing/toolkit-story.ts'

interface Case {
  readonly asked: AskedCheck
  /** What is planted, in words. */
  readonly violation: string
  readonly violated: Timeline
  readonly clean: Timeline
  /** @default an empty timeline */
  readonly withoutData?: Timeline
}

const million = 1_000_000
const manyTuples = delivery({ to: million - 1, startTime: 40, endTime: 399 })
const never = { is: 'never' } as const
const replicas = (...times: readonly number[]) =>
  times.flatMap((t) => [
    event(t, 'snapshot_stored', { dc: 'dc2', of: 'dc1', detail: { part: '0' } }),
    event(t, 'protected', { dc: 'dc1', of: 'dc2' }),
  ])
const replicated = (...times: readonly number[]): Timeline =>
  changed(killTimeline(), { without: ['protected'], plus: replicas(...times) })
const cutAndHealed = (...plus: Parameters<typeof changed>[1]['plus'] extends infer Plus ? [Plus?] : never): Timeline =>
  emptyTimeline({
    events: [
      ...bothUp,
      ...replicas(195),
      ...faultEvents(400, { fault: 'cut', kind: 'partition' }),
      event(460, 'fault_healed', { fault: 'cut', seenBy: 'run', detail: { kind: 'partition' } }),
      event(495, 'snapshot_stored', { dc: 'dc2', of: 'dc1' }),
      ...(plus[0] ?? []),
      event(1200, 'run_ended', { seenBy: 'run' }),
    ].toSorted((a, b) => a.t - b.t),
  })
const sample = { source: 'rest dc1 LedgerIngest', name: 'nTuplesProcessed' } as const
const beforeFault = state({ t: 390, origin: 'dc2', key: 'own', intervals: [{ from: 0, to: 99 }] })
const stateAfter = (to: number): Timeline =>
  killTimeline({
    states: [
      beforeFault,
      state({ ...beforeFault, t: 890, intervals: [{ from: 0, to }], checksum: to + 1, expectedChecksum: to + 1 }),
    ],
  })
const log = { t: 200, dc: 'dc2', level: 'error', source: 'LedgerMerge' } as const
const custom: CustomChecks = new Map([
  [
    'marked',
    (_, { timeline }) => {
      const marks = timeline.events.filter((each) => each.event === 'mark').length
      if (timeline.events.length === 0) return { verdict: 'inconclusive', message: 'Nothing was seen.' }
      return { verdict: marks > 0 ? 'pass' : 'fail', message: `${marks} marks.` }
    },
  ],
])

const cases: Readonly<Record<CheckKind, Case>> = {
  takeover: {
    asked: { kind: 'takeover', never: false, by: 'dc2', of: 'dc1', within: 121.5 },
    violation: 'a takeover that took one second more than was allowed',
    violated: changed(killTimeline(), {
      without: ['first_output'],
      plus: [event(522.5, 'first_output', { dc: 'dc2', of: 'dc1', seenBy: 'run' })],
    }),
    clean: killTimeline(),
  },
  status: {
    asked: { kind: 'status', dc: 'dc2', remote: 'down', within: 150 },
    violation: 'a status that never came',
    violated: changed(killTimeline(), {
      without: ['remote_down', 'takeover_started', 'takeover_done', 'first_output'],
    }),
    clean: killTimeline(),
  },
  loss: {
    asked: { kind: 'loss', atMost: { unit: 'tuples', value: 0 } },
    violation: 'one tuple lost in a million',
    violated: killTimeline({
      deliveries: [manyTuples],
      states: [
        state({
          intervals: [
            { from: 0, to: 777_776 },
            { from: 777_778, to: million - 1 },
          ],
        }),
      ],
    }),
    clean: killTimeline({ deliveries: [manyTuples], states: [state({ intervals: [{ from: 0, to: million - 1 }] })] }),
  },
  duplicates: {
    asked: { kind: 'duplicates', polarity: never },
    violation: 'one duplicate',
    violated: killTimeline({ states: [state({ duplicates: [{ from: 7, to: 7 }] })] }),
    clean: killTimeline(),
  },
  split_brain: {
    asked: { kind: 'split_brain', polarity: never },
    violation: 'keys that two live datacenters own at once',
    violated: partitionTimeline(),
    clean: killTimeline(),
  },
  mutual_down: {
    asked: { kind: 'mutual_down', polarity: never },
    violation: 'both sides down for each other',
    violated: partitionTimeline(),
    clean: killTimeline(),
  },
  order: {
    asked: { kind: 'order', per: 'key' },
    violation: 'one swap',
    violated: killTimeline({
      outputs: [
        output({ counter: 1, from: 0, to: 4 }),
        output({ counter: 2, from: 6, to: 6 }),
        output({ counter: 3, from: 5, to: 5 }),
      ],
    }),
    clean: killTimeline({
      outputs: [
        output({ counter: 1, from: 0, to: 4 }),
        output({ counter: 2, from: 5, to: 5 }),
        output({ counter: 3, from: 6, to: 6 }),
      ],
    }),
  },
  integrity: {
    asked: { kind: 'integrity' },
    violation: 'one flipped bit',
    violated: killTimeline({ states: [state({ checksum: 360 ^ 1 })] }),
    clean: killTimeline(),
  },
  state: {
    asked: { kind: 'state', dc: 'dc2', equals: 'before_fault' },
    violation: 'one tuple less than before the fault',
    violated: stateAfter(98),
    clean: stateAfter(99),
    withoutData: killTimeline(),
  },
  replication_age: {
    asked: { kind: 'replication_age', dc: 'dc1', atMost: 150 },
    violation: 'one replica a second too old',
    violated: replicated(195, 249),
    clean: replicated(195, 250, 345),
  },
  availability: {
    asked: { kind: 'availability', atLeast: { of: 'absolute', value: 100 }, phase: 'before_fault' },
    violation: 'one tuple that was refused',
    violated: loadTimeline({
      load: [withSlice(series({ from: 50, to: 400 }), slice(200, { accepted: 9, rejected: 1 }))],
    }),
    clean: loadTimeline(),
    withoutData: killTimeline(),
  },
  throughput: {
    asked: { kind: 'throughput', atLeast: { of: 'baseline', percent: 95 }, phase: 'after' },
    violation: 'half as much as before the fault',
    violated: loadTimeline({
      load: [
        series({ from: 50, to: 400 }),
        {
          ...series({ from: 405, to: 900, into: 'dc2' }),
          slices: Array.from({ length: 495 }, (_, index) => slice(405 + index, { accepted: 5, rejected: 5 })),
        },
      ],
    }),
    clean: loadTimeline(),
    withoutData: killTimeline(),
  },
  latency: {
    asked: { kind: 'latency', percentile: 100, atMost: { of: 'absolute', value: 0.1 }, phase: 'whole' },
    violation: 'one slice over the limit',
    violated: loadTimeline({
      load: [withSlice(series({ from: 50, to: 400 }), slice(200, { latency: histogram({ 20: 9, 102: 1 }) }))],
    }),
    clean: loadTimeline(),
    withoutData: killTimeline(),
  },
  error_rate: {
    asked: { kind: 'error_rate', atMost: { of: 'absolute', value: 0 }, phase: 'whole' },
    violation: 'one answer that was lost',
    violated: loadTimeline({
      load: [withSlice(series({ from: 50, to: 400 }), slice(200, { accepted: 9, unknown: 1 }))],
    }),
    clean: loadTimeline(),
    withoutData: killTimeline(),
  },
  backlog_drains: {
    asked: { kind: 'backlog_drains', within: 60 },
    violation: 'inputs that caught up too late',
    violated: backlogTimeline({ stuckUntil: 700 }),
    clean: backlogTimeline(),
    withoutData: killTimeline(),
  },
  fail_back: {
    asked: { kind: 'fail_back', within: 300 },
    violation: 'a replica that one side never got again',
    violated: cutAndHealed(),
    clean: cutAndHealed([event(500, 'snapshot_stored', { dc: 'dc1', of: 'dc2' })]),
  },
  script: {
    asked: { kind: 'script', exit: 0 },
    violation: 'a launch script that failed',
    violated: changed(passiveTimeline(), { plus: [ended(530, { exitCode: 1 })] }),
    clean: changed(passiveTimeline(), { plus: [ended(530, { exitCode: 0 })] }),
    withoutData: killTimeline(),
  },
  prediction: {
    asked: { kind: 'prediction' },
    violation: 'a detection one second after the window',
    violated: changed(killTimeline(), {
      without: ['remote_down', 'takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'],
      plus: takeoverEvents(551, 'dc2'),
    }),
    clean: killTimeline(),
  },
  steady_state: {
    asked: { kind: 'steady_state', probes: ['health'] },
    violation: 'a probe that says something else after the fault',
    violated: killTimeline({
      probes: [
        { t: 390, name: 'health', when: 'before', value: true },
        { t: 880, name: 'health', when: 'after', value: false },
      ],
    }),
    clean: killTimeline({
      probes: [
        { t: 390, name: 'health', when: 'before', value: true },
        { t: 880, name: 'health', when: 'after', value: true },
      ],
    }),
  },
  log_sanity: {
    asked: { kind: 'log_sanity', allow: ['^slow consumer'] },
    violation: 'one unexpected line',
    violated: killTimeline({
      logs: [
        { ...log, message: 'slow consumer' },
        { ...log, message: 'tuple dropped' },
      ],
    }),
    clean: killTimeline({ logs: [{ ...log, message: 'slow consumer' }] }),
  },
  metric: {
    asked: {
      kind: 'metric',
      source: { kind: 'rest', dc: 'dc1', operator: 'LedgerIngest' },
      name: 'nTuplesProcessed',
      atLeast: 100,
    },
    violation: 'a last value below the limit',
    violated: killTimeline({
      samples: [
        { ...sample, t: 100, value: 500 },
        { ...sample, t: 200, value: 99 },
      ],
    }),
    clean: killTimeline({
      samples: [
        { ...sample, t: 100, value: 99 },
        { ...sample, t: 200, value: 100 },
      ],
    }),
    withoutData: killTimeline({
      samples: [
        { ...sample, t: 100, value: 500 },
        { ...sample, t: 200, value: null, problem: 'no such metric' },
      ],
    }),
  },
  probe: {
    asked: { kind: 'probe', name: 'orders', expect: { open: 0 } },
    violation: 'a probe that says otherwise',
    violated: killTimeline({ probes: [{ t: 880, name: 'orders', when: 'after', value: { open: 1 } }] }),
    clean: killTimeline({ probes: [{ t: 880, name: 'orders', when: 'after', value: { open: 0 } }] }),
  },
  toolkit_invariants: {
    asked: { kind: 'toolkit_invariants' },
    violation: 'a DOWN that comes one tick too early',
    violated: altered(toolkitTimeline(), { event: 'remote_down' }, { t: 467 }),
    clean: toolkitTimeline(),
    withoutData: killTimeline({ events: killTimeline().events.map((each) => ({ ...each, seenBy: 'run' })) }),
  },
  custom: {
    asked: { kind: 'custom', name: 'marked', args: {} },
    violation: "a user's own check that says no",
    violated: killTimeline(),
    clean: changed(killTimeline(), { plus: [event(5, 'mark')] }),
  },
}

const table = [...checkKinds, 'custom' as const].map((kind) => ({ kind, ...cases[kind] }))
const verdictOf = (asked: AskedCheck, timeline: Timeline): string => {
  const { verdict, message } = judgeCheck(asked, timeline, custom)
  return `${verdict}: ${message}`
}

test.each(table)('$kind fails on $violation', ({ asked, violated }) => {
  expect(verdictOf(asked, violated)).toMatch(/^fail: /)
})

test.each(table)('$kind passes on the same run without it', ({ asked, clean }) => {
  expect(verdictOf(asked, clean)).toMatch(/^pass: /)
})

test.each(table)('$kind is inconclusive where nothing was seen', ({ asked, withoutData }) => {
  const silent = [emptyTimeline(), ...(withoutData === undefined ? [] : [withoutData])]
  for (const timeline of silent) expect(verdictOf(asked, timeline)).toMatch(/^inconclusive: (?!Check .* broke off)/)
})

test.each(table)('$kind is inconclusive of a step that never began', ({ asked, clean }) => {
  expect(verdictOf({ ...asked, for: 'nobody' }, clean)).toBe(
    'inconclusive: Step nobody never began, so there was no time to judge.',
  )
})
