import { describe, expect, test } from 'vitest'
import { toolkitInvariants, type ToolkitInvariant } from '../model/check.ts'
import type { Timeline } from '../model/timeline.ts'
import { toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { judgeCheck } from './evaluate.ts'
import { changed, event, faultEvents, output, settingsOf, state } from './testing/timeline-builder.ts'
import { altered, toolkitTimeline } from './testing/toolkit-story.ts'

const judge = (timeline: Timeline, ...only: readonly ToolkitInvariant[]): string => {
  const { verdict, message } = judgeCheck(
    { kind: 'toolkit_invariants', ...(only.length > 0 ? { only } : {}) },
    timeline,
  )
  return `${verdict}: ${message}`
}
const clean = toolkitTimeline()
const observer = { dc: 'dc2', of: 'dc1' } as const
const healed = (t: number) => event(t, 'fault_healed', { fault: 'kill-1', seenBy: 'run', detail: { kind: 'kill' } })

test('a run by the book holds all that it can show', () => {
  expect(judge(clean)).toMatch(/^pass: 1\d invariants held/)
})

test('the toolkit has to be watched at work', () => {
  expect(judge({ ...clean, events: clean.events.map((each) => ({ ...each, seenBy: 'run' })) })).toMatch(/^inconclusive/)
})

test('what is asked for by name must have had something to look at', () => {
  expect(judge(clean, 'silent_after_shutdown')).toBe(
    'inconclusive: The run had nothing to judge silent_after_shutdown by.',
  )
})

test('a violation of another invariant than those asked for is not told', () => {
  const late = altered(clean, { event: 'snapshot_stored', dc: 'dc2' }, null)
  expect(judge(late)).toMatch(/^fail: snapshots_stored/)
  expect(judge(late, 'status_alternates')).toMatch(/^pass/)
})

/** dc1 says at 300 s that it shuts down; dc2 has a snapshot of it. */
const orderly = changed(
  toolkitTimeline({
    events: clean.events.filter(
      ({ event: name, t }) => t < 330 || !(name.startsWith('snapshot') || name.startsWith('takeover')),
    ),
  }),
  { plus: [event(300, 'orderly_shutdown', { dc: 'dc1', of: 'dc2' })] },
)

const violations: Readonly<Record<ToolkitInvariant, readonly (readonly [string, Timeline])[]>> = {
  status_alternates: [
    ['UP twice', changed(clean, { plus: [event(70.02, 'remote_up', observer)] })],
    ['DOWN before any UP', changed(clean, { plus: [event(30, 'remote_down', observer)] })],
  ],
  up_on_contact: [
    ['a contact that is no UP', altered(clean, { event: 'remote_up', dc: 'dc1' }, null)],
    ['an UP without a contact', altered(clean, { event: 'remote_up', dc: 'dc2' }, { t: 20 })],
  ],
  silence_window: [
    ['a DOWN one tick early', altered(clean, { event: 'remote_down' }, { t: 467 })],
    ['a DOWN one tick late', altered(clean, { event: 'remote_down' }, { t: 527 })],
    ['no DOWN at all', altered(clean, { event: 'remote_down' }, null)],
  ],
  down_has_cause: [
    [
      'a DOWN without any fault',
      changed(
        toolkitTimeline({
          events: clean.events.filter(
            (each) =>
              each.event !== 'fault_requested' && each.event !== 'fault_effective' && each.event !== 'pe_exited',
          ),
        }),
        {},
      ),
    ],
  ],
  heartbeats_flow: [
    [
      'a heartbeat that is answered and never comes',
      altered(clean, { event: 'heartbeat_received', dc: 'dc2', from: 100 }, null),
    ],
    [
      'a DC that stops sending',
      {
        ...clean,
        events: clean.events.filter(
          (each) =>
            !(
              each.dc === 'dc2' &&
              each.t > 110 &&
              each.event.startsWith('heartbeat_') &&
              each.event !== 'heartbeat_received'
            ),
        ),
      },
    ],
  ],
  silent_when_down: [
    [
      'heartbeats to one that is down',
      changed(clean, {
        plus: [527, 557, 587].map((t, at) =>
          event(t, 'heartbeat_failed', { ...observer, detail: { count: 19 + at, text: '' } }),
        ),
      }),
    ],
  ],
  silent_after_shutdown: [
    [
      'a heartbeat after the notice',
      changed(clean, {
        plus: [
          event(378, 'orderly_shutdown', observer),
          ...[560].map((t) => event(t, 'heartbeat_failed', { ...observer, detail: { count: 30, text: '' } })),
        ],
      }),
    ],
    ['a signal after the notice', changed(clean, { plus: [event(310, 'orderly_shutdown', observer)] })],
  ],
  signals_on_schedule: [
    [
      'a signal out of turn',
      altered(clean, { event: 'snapshot_signal', dc: 'dc1', from: 200 }, { detail: { count: 11 } }),
    ],
    [
      'no second signal',
      { ...clean, events: clean.events.filter(({ event: name, t }) => name !== 'snapshot_signal' || t < 200) },
    ],
    [
      'a number that is used twice',
      altered(clean, { event: 'heartbeat_sent', dc: 'dc1', from: 80 }, { detail: { count: 2 } }),
    ],
  ],
  snapshots_stored: [
    [
      'another name',
      altered(
        clean,
        { event: 'snapshot_stored', dc: 'dc2' },
        { detail: { name: 'dc1-1.snapshot', part: '0', count: 6 } },
      ),
    ],
    ['a snapshot that is answered and not stored', altered(clean, { event: 'snapshot_stored', dc: 'dc2' }, null)],
    ['a snapshot that nobody asked for', altered(clean, { event: 'snapshot_signal', dc: 'dc1' }, null)],
  ],
  snapshots_kept: [
    ['a snapshot that stays after a notice', changed(orderly, {})],
    ['a deletion as replayed before the replay', altered(clean, { event: 'snapshot_deleted' }, { t: 450 })],
    [
      'a deletion for a shutdown that was not',
      changed(clean, {
        plus: [
          event(450, 'snapshot_deleted', {
            ...observer,
            detail: { name: 'dc1-0.snapshot', part: '0', reason: 'orderly_shutdown' },
          }),
        ],
      }),
    ],
    [
      'a deletion at the start, in the middle',
      changed(clean, {
        plus: [
          event(450, 'snapshot_deleted', {
            ...observer,
            detail: { name: 'dc1-0.snapshot', part: '0', reason: 'startup' },
          }),
        ],
      }),
    ],
  ],
  replay_only_after_down: [
    ['a replay without DOWN', altered(clean, { event: 'takeover_started' }, { t: 450 })],
    [
      'a second replay for one DOWN',
      changed(clean, { plus: [event(600, 'takeover_started', { ...observer, detail: { parts: 0 } })] }),
    ],
  ],
  replay_whole: [
    ['a replay that does not end', altered(clean, { event: 'takeover_done' }, null)],
    [
      'no replay at all',
      { ...clean, events: clean.events.filter(({ t, event: name }) => t !== 497 || name === 'remote_down') },
    ],
    ['a part left out', altered(clean, { event: 'snapshot_replayed' }, null)],
    [
      'a part twice',
      {
        ...clean,
        events: clean.events.flatMap((each) => (each.event === 'snapshot_replayed' ? [each, each] : [each])),
      },
    ],
  ],
  loss_within_bound: [
    [
      'tuples of a replayed snapshot that are gone',
      { ...clean, states: [state({ intervals: [{ from: 0, to: 200 }] })] },
    ],
  ],
  no_duplicates: [
    [
      'a tuple there twice',
      { ...clean, states: [state({ intervals: [{ from: 0, to: 310 }], duplicates: [{ from: 7, to: 7 }] })] },
    ],
  ],
  order_kept: [
    [
      'a tuple that overtook another',
      { ...clean, outputs: [output({ from: 5, to: 9 }), output({ counter: 2, from: 4, to: 4 })] },
    ],
  ],
  checksums_hold: [
    [
      'a sum that does not fit',
      { ...clean, states: [{ ...state({ intervals: [{ from: 0, to: 310 }] }), checksum: 1 }] },
    ],
  ],
  faults_healed: [
    [
      'a healing that failed',
      changed(clean, {
        plus: [
          event(600, 'fault_heal_requested', { fault: 'kill-1', seenBy: 'run' }),
          event(610, 'fault_failed', { fault: 'kill-1', seenBy: 'run' }),
        ],
      }),
    ],
    [
      'a healing that never ended',
      changed(clean, { plus: [event(590, 'fault_heal_requested', { fault: 'kill-1', seenBy: 'run' })] }),
    ],
  ],
  profile_recovers: [
    [
      'a DC that came back and is not seen',
      changed(clean, {
        plus: [healed(510), event(505, 'pe_started', { dc: 'dc1', detail: { jobId: '1', peId: '2' } })],
      }),
    ],
  ],
}

describe.each(toolkitInvariants)('%s', (name) => {
  test.each(violations[name])('is violated by %s', (_, timeline) => {
    expect(judge(timeline, name)).toMatch(new RegExp(`^fail: ${name} `))
  })
})

test('without quirk Q3 the notice is the DOWN, and no window holds for it', () => {
  const quirks = { ...toolkitProfiles['ibm-1.0.1'], Q3: false }
  const planned = altered(clean, { event: 'remote_down' }, { t: 405, detail: { isPlanned: true } })
  expect(judge({ ...planned, toolkit: { quirks, isFused: false } }, 'silence_window')).toMatch(/^pass/)
})

test('two sides that both said DOWN stay silent for ever, which is quirk Q4 and no violation', () => {
  const cut = changed(clean, {
    without: ['pe_exited', 'fault_requested', 'fault_effective'],
    plus: [
      ...faultEvents(399, { fault: 'cut', kind: 'partition' }),
      event(490.5, 'remote_down', { dc: 'dc1', of: 'dc2' }),
      event(520, 'fault_healed', { fault: 'cut', seenBy: 'run', detail: { kind: 'partition' } }),
    ],
  })
  expect(judge({ ...cut, states: [] }, 'profile_recovers')).toMatch(/^inconclusive/)
  const quirks = { ...toolkitProfiles['ibm-1.0.1'], Q4: false }
  expect(judge({ ...cut, states: [], toolkit: { quirks, isFused: false } }, 'profile_recovers')).toMatch(/^fail/)
})

test('a passive side replays nothing', () => {
  const settings = { ...clean.settings, dc2: settingsOf('dc2', { crossDCOperationMode: 0 }) }
  expect(judge({ ...clean, settings }, 'replay_only_after_down')).toMatch(/^fail: .* passive/)
})
