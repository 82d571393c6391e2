import { describe, expect, test } from 'vitest'
import { bothUp, emptyTimeline, event, faultEvents, takeoverEvents } from '../../checks/testing/timeline-builder.ts'
import type { Timeline, TimelineEvent } from '../../model/timeline.ts'
import { compareEvents, type Difference } from './compare-events.ts'

/** dc1 dies at 400 s; dc2 keeps its snapshots, notices at 520 s and takes over. */
const usual: readonly TimelineEvent[] = [
  ...bothUp,
  event(190, 'snapshot_signal', { dc: 'dc1', of: 'dc2' }),
  event(191, 'snapshot_stored', { dc: 'dc2', of: 'dc1', detail: { part: '0' } }),
  event(191, 'snapshot_stored', { dc: 'dc2', of: 'dc1', detail: { part: '1' } }),
  event(191, 'protected', { dc: 'dc1', of: 'dc2' }),
  ...faultEvents(400, { fault: 'outage', kind: 'kill', dc: 'dc1' }),
  ...takeoverEvents(520, 'dc2', 2),
  event(700, 'run_ended', { seenBy: 'run' }),
]

function timeline(events: readonly TimelineEvent[], fields: Partial<Timeline> = {}): Timeline {
  return emptyTimeline({ events, ...fields })
}

/** What differs when the other run had these events. */
function compare(events: readonly TimelineEvent[], fields: Partial<Timeline> = {}): readonly Difference[] {
  return compareEvents({ one: timeline(usual), other: timeline(events, fields), toleranceSeconds: 2 })
}

const without = (name: string): readonly TimelineEvent[] => usual.filter((each) => each.event !== name)
const later = (name: string, seconds: number): readonly TimelineEvent[] =>
  usual.map((each) => (each.event === name ? { ...each, t: each.t + seconds } : each))

describe('two timelines', () => {
  test('that are the same do not differ', () => {
    expect(compare(usual)).toEqual([])
  })

  test('differ in a time beyond the tolerance, told with both times', () => {
    expect(compare(later('remote_down', 2.5))).toEqual([
      { kind: 'time', what: 'dc2 remote_down', one: 520, other: 522.5, allowed: 2 },
      expect.objectContaining({ kind: 'order' }),
    ])
  })

  test.each([
    { seconds: 2, count: 0 },
    { seconds: 2.1, count: 1 },
    { seconds: -2.1, count: 1 },
  ])('$seconds s later than the other: $count differences', ({ seconds, count }) => {
    expect(compare(later('snapshot_signal', seconds))).toHaveLength(count)
  })

  test('may lie further apart by what is not known of either', () => {
    expect(compare(later('snapshot_signal', 4), { resolutionSeconds: 2 })).toEqual([])
    expect(compare(later('snapshot_signal', 4.1), { resolutionSeconds: 2 })).toHaveLength(1)
    const vague = later('snapshot_signal', 4).map((each) => ({ ...each, uncertainty: 1 }))
    expect(compare(vague)).toHaveLength(1)
    expect(compare(vague, { resolutionSeconds: 1 })).toEqual([])
  })

  test('differ where a thing is missing', () => {
    expect(compare(without('snapshot_signal'))).toEqual([
      { kind: 'missing', what: 'dc1 snapshot_signal', one: 190, other: null },
    ])
  })

  test('differ where a thing came once more, and that one is named', () => {
    const more = [...usual, event(300, 'snapshot_signal', { dc: 'dc1', of: 'dc2' })]
    expect(compare(more)).toEqual([{ kind: 'missing', what: 'dc1 snapshot_signal, no. 2', one: null, other: 300 }])
  })

  test('differ where one of several is missing, whichever it is', () => {
    const two = [...usual, event(340, 'snapshot_signal', { dc: 'dc1' }), event(490, 'snapshot_signal', { dc: 'dc1' })]
    const [one, other] = [timeline(two), timeline(two.filter(({ t }) => t !== 340))]
    expect(compareEvents({ one, other, toleranceSeconds: 2 })).toEqual([
      { kind: 'missing', what: 'dc1 snapshot_signal, no. 2', one: 340, other: null },
    ])
  })

  test('differ in the DC of a thing', () => {
    const elsewhere = usual.map((each) => (each.event === 'snapshot_signal' ? { ...each, dc: 'dc2' as const } : each))
    expect(compare(elsewhere).map(({ what }) => what)).toEqual(['dc1 snapshot_signal', 'dc2 snapshot_signal'])
  })

  test('differ in a part that is replayed', () => {
    const other = usual.map((each) =>
      each.event === 'snapshot_stored' && each.detail?.['part'] === '1' ? { ...each, detail: { part: '2' } } : each,
    )
    expect(compare(other)).toHaveLength(2)
  })

  test('do not differ in the order of parts, which the toolkit leaves open', () => {
    const parts = usual.filter(({ event: name }) => name === 'snapshot_stored').toReversed()
    expect(compare([...without('snapshot_stored'), ...parts])).toEqual([])
  })

  test('differ where a takeover begins before the DOWN that it follows, however close they are', () => {
    const swapped = later('remote_down', 0.5)
    expect(compare(swapped)).toEqual([expect.objectContaining({ kind: 'order', one: 'remote_down' })])
  })

  test('differ in the time of a fault', () => {
    expect(compare(later('fault_effective', 5)).map(({ what }) => what)).toEqual(['dc1 fault_effective outage'])
  })

  test('do not differ in what only a run that went on for longer could see', () => {
    const more = [...usual.filter(({ event: name }) => name !== 'run_ended'), event(699, 'remote_up', { dc: 'dc2' })]
    expect(compare([...more, event(900, 'run_ended', { seenBy: 'run' })])).toEqual([])
  })

  test('do not differ in heartbeats, nor in what the run only read', () => {
    expect(compare([...usual, event(100, 'heartbeat_sent', { dc: 'dc1' })])).toEqual([])
    expect(compare([...usual, event(521, 'snapshot_replayed', { dc: 'dc2', seenBy: 'run' })])).toEqual([])
  })
})
