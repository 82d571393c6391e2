// A long run’s timeline through every check at once. What it takes is printed, not asserted: a slow machine is no failure. On a core
// of 2 GHz it was half a second.

import { expect, test } from 'vitest'
import type { AskedCheck } from '../model/check.ts'
import type { DeliverySpan, ObservedOutput, Timeline, TimelineEvent } from '../model/timeline.ts'
import { evaluateTimeline } from './evaluate.ts'
import { series } from './testing/load-builder.ts'
import {
  bothUp,
  delivery,
  event,
  faultEvents,
  killTimeline,
  output,
  state,
  takeoverEvents,
} from './testing/timeline-builder.ts'

const keys = 100
const spansPerKey = 100
const tuplesPerSpan = 1000
const end = 100_000

/** Heartbeats and snapshots both ways, ten cuts that were healed in time, and the end of dc1. */
function manyEvents(): readonly TimelineEvent[] {
  const beats = Array.from({ length: 24_000 }, (_, index) => index * 4).flatMap((t): readonly TimelineEvent[] => [
    event(t, 'heartbeat_sent', { dc: 'dc1', of: 'dc2' }),
    event(t, 'heartbeat_received', { dc: 'dc2', of: 'dc1' }),
    event(t + 1, 'heartbeat_sent', { dc: 'dc2', of: 'dc1' }),
    event(t + 1, 'heartbeat_received', { dc: 'dc1', of: 'dc2' }),
  ])
  const snapshots = Array.from({ length: 600 }, (_, count) => 195 + count * 150).flatMap((t, count) => [
    event(t - 1, 'snapshot_signal', { dc: 'dc1', of: 'dc2', detail: { count } }),
    event(t, 'snapshot_stored', { dc: 'dc2', of: 'dc1', detail: { part: '0', count } }),
    event(t, 'protected', { dc: 'dc1', of: 'dc2' }),
  ])
  const cuts = Array.from({ length: 10 }, (_, index) => ({ fault: `cut-${index}`, t: 5000 + index * 5000 })).flatMap(
    ({ fault, t }) => [
      ...faultEvents(t, { fault, kind: 'partition' }),
      event(t + 30, 'fault_healed', { fault, seenBy: 'run', detail: { kind: 'partition' } }),
    ],
  )
  const death = [...faultEvents(90_100, { fault: 'kill', kind: 'kill', dc: 'dc1' }), ...takeoverEvents(90_230, 'dc2')]
  const all = [...bothUp, ...beats, ...snapshots, ...cuts, ...death, event(end, 'run_ended', { seenBy: 'run' })]
  return all.toSorted((a, b) => a.t - b.t)
}

/** Each key's tuples in a hundred spans up to the fault, every thousandth tuple lost. */
function manyTuples(): Pick<Timeline, 'deliveries' | 'outputs' | 'states'> {
  const deliveries: DeliverySpan[] = []
  const outputs: ObservedOutput[] = []
  const states = Array.from({ length: keys }, (_, key) => {
    const runs = Array.from({ length: spansPerKey }, (__, run) => ({ from: run * 1000, to: run * 1000 + 998 }))
    return state({ t: end - 10, key: `k${key}`, intervals: runs })
  })
  for (let span = 0; span < spansPerKey; span += 1) {
    for (let key = 0; key < keys; key += 1) {
      const [from, to] = [span * tuplesPerSpan, (span + 1) * tuplesPerSpan - 1]
      const startTime = 50 + span * 900
      deliveries.push(delivery({ key: `k${key}`, from, to, startTime, endTime: startTime + 899 }))
      outputs.push(output({ key: `k${key}`, from, to, t: startTime + 900 + key / keys, counter: outputs.length + 1 }))
    }
  }
  return { deliveries, outputs, states }
}

const checks: readonly AskedCheck[] = [
  { kind: 'takeover', never: false, by: 'dc2' },
  { kind: 'status', dc: 'dc2', remote: 'down' },
  { kind: 'loss', atMost: { unit: 'percent', value: 1 } },
  { kind: 'loss', atMost: { unit: 'percent', value: 1 }, for: 'kill' },
  { kind: 'duplicates', polarity: { is: 'never' } },
  { kind: 'split_brain', polarity: { is: 'never' } },
  { kind: 'mutual_down', polarity: { is: 'never' } },
  { kind: 'order', per: 'stream' },
  { kind: 'integrity' },
  { kind: 'state', dc: 'dc2', equals: 'reference' },
  { kind: 'replication_age', dc: 'dc1', atMost: 151 },
  { kind: 'availability', atLeast: { of: 'absolute', value: 99 }, phase: 'whole' },
  { kind: 'latency', percentile: 99, atMost: { of: 'absolute', value: 1 }, phase: 'before_fault' },
  { kind: 'backlog_drains', within: 60 },
  { kind: 'prediction' },
]

test('judges 100,000 events and 10,000 spans by every check', () => {
  const load = [series({ from: 50, to: 1050 })]
  const timeline = killTimeline({ events: manyEvents(), ...manyTuples(), load })
  expect(timeline.events.length).toBeGreaterThan(97_000)
  expect(timeline.deliveries).toHaveLength(10_000)
  // The processor's time, for the clock's also tells what else the machine does.
  const before = process.cpuUsage()
  const evaluation = evaluateTimeline({ timeline, checks, objectives: { rto: { total: 152 } } })
  const took = process.cpuUsage(before).user / 1000
  process.stdout.write(
    `${timeline.events.length} events, ${timeline.deliveries.length} spans: ${took.toFixed(0)} ms of processor time\n`,
  )
  expect(evaluation.loss).toMatchObject({ lostTuples: keys * spansPerKey, acceptedTuples: 10_000_000 })
  expect(evaluation.checks.filter(({ message }) => message.includes('broke off'))).toEqual([])
})
