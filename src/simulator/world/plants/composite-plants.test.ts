import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../../model/crossdc-settings.ts'
import { defaultBehaviour } from '../../../model/toolkit-behaviour.ts'
import { createRandom } from '../../../support/random.ts'
import { createComposite } from '../../../toolkit/composite.ts'
import type { Composite } from '../../../toolkit/composite.ts'
import { encodeHeartbeatMessage } from '../../../toolkit/codec.ts'
import type { ToolkitEffect, ToolkitInput } from '../../../toolkit/io.ts'
import { referenceSettings } from '../../../toolkit/testing/reference-settings.ts'
import { Plants, type Plant, type PlantAct, type PlantedFailure } from '../plant.ts'

const interval = 30

/** dc1's composite with a failure in it: heartbeats every 30 s from t = 40 s on, and what it answers. */
class Planted {
  readonly acts: PlantAct[] = []
  readonly effects: { readonly t: number; readonly effect: ToolkitEffect }[] = []
  readonly composite: Composite
  #now = 0
  #posts = 0
  #isStored = false

  constructor(failure: PlantedFailure, more: Partial<CrossDcSettings> = {}) {
    const plant: Plant = { ...failure, tell: (act) => this.acts.push(act) }
    const settings = { ...referenceSettings('dc1'), ...more }
    const site = { dc: 'dc1', settings, behaviour: defaultBehaviour, now: () => this.#now } as const
    const composite = createComposite({ settings, random: createRandom(1), parts: 1 })
    this.composite = new Plants([plant]).wrapComposite(composite, site)
    this.give({ kind: 'start' })
    this.#now = 10
  }

  give(input: ToolkitInput): void {
    for (const effect of this.composite.handle(input)) {
      this.effects.push({ t: this.#now, effect })
      if (effect.kind === 'send')
        this.give({ kind: 'sent', sendId: effect.sendId, result: { kind: 'answer', status: 204 } })
      if (effect.kind === 'store_write') this.give({ kind: 'stored', name: effect.name, error: null })
    }
  }

  /** So many intervals, each a tick and, unless the remote is silent, a heartbeat; the first has a snapshot too. */
  run(intervals: number, remote: 'speaks' | 'silent' = 'speaks'): this {
    for (let left = intervals; left > 0; left -= 1) {
      this.#now += interval
      this.give({ kind: 'tick' })
      if (remote === 'silent') continue
      this.post(0, {})
      if (!this.#isStored) this.snapshot(1)
    }
    return this
  }

  snapshot(content: number): void {
    this.#isStored = true
    this.post(1, { heartbeatMsgType: 2, dataSnapshot: new Uint8Array([content]), dataSnapshotOrigin: '0' })
  }

  post(portOffset: number, values: Partial<Parameters<typeof encodeHeartbeatMessage>[0]>): void {
    this.#posts += 1
    const body = encodeHeartbeatMessage({
      heartbeatMsgType: 1,
      heartbeatCnt: 1n,
      dataCenterOrigin: 'dc2',
      dataSnapshot: new Uint8Array(0),
      dataSnapshotOrigin: '',
      ...values,
    })
    this.give({ kind: 'post', postId: this.#posts, portOffset, body })
  }

  /** When the application was told so. */
  statuses(): readonly string[] {
    return this.effects.flatMap(({ t, effect }) =>
      effect.kind === 'emit_status' ? [`${effect.active ? 'up' : 'down'} ${t}`] : [],
    )
  }

  times(event: string): readonly number[] {
    return this.effects.flatMap(({ t, effect }) => (effect.kind === 'event' && effect.event === event ? [t] : []))
  }
}

describe('plants around the composite', () => {
  test('takeover_never: a silent remote is never declared down, and the acts begin when it should be', () => {
    const planted = new Planted({ kind: 'takeover_never' }).run(5).run(20, 'silent')
    expect(planted.statuses()).toEqual(['up 40'])
    // The last heartbeat came at 160 s; the fifth tick after it is at 310 s.
    expect(planted.acts[0]).toEqual({ time: 310, dc: 'dc1' })
  })

  test('takeover_never leaves a remote alone that speaks', () => {
    expect(new Planted({ kind: 'takeover_never' }).run(20).acts).toEqual([])
  })

  test.each([
    { bySeconds: 1, down: 430 },
    { bySeconds: 120, down: 430 },
    { bySeconds: 121, down: 460 },
    { bySeconds: 200, down: 520 },
  ])('takeover_late by $bySeconds s: down at $down s instead of 310 s', ({ bySeconds, down }) => {
    const planted = new Planted({ kind: 'takeover_late', bySeconds }).run(5).run(30, 'silent')
    expect(planted.statuses()).toEqual(['up 40', `down ${down}`])
  })

  test('takeover_early: down at the second tick without a heartbeat', () => {
    const planted = new Planted({ kind: 'takeover_early' }).run(5).run(20, 'silent')
    expect(planted.statuses()).toEqual(['up 40', 'down 220'])
  })

  test.each(['takeover_never', 'takeover_early', 'takeover_false'] as const)(
    '%s does not act where settings leave it no way',
    (kind) => {
      const failure: PlantedFailure = kind === 'takeover_false' ? { kind, by: 'dc1' } : { kind }
      const allowed = kind === 'takeover_never' ? 0 : 255
      const planted = new Planted(failure, { consecutiveHeartbeatMissesAllowed: allowed }).run(5).run(20, 'silent')
      expect(planted.acts).toEqual([])
    },
  )

  test('takeover_false: down once, with a replay to begin, though heartbeats come; then up again', () => {
    const planted = new Planted({ kind: 'takeover_false', by: 'dc1' }).run(6)
    expect(planted.statuses()).toEqual(['up 40', 'down 70', 'up 70'])
    expect(planted.times('takeover_started')).toEqual([70])
    expect(planted.acts).toHaveLength(1)
  })

  test('takeover_false waits until a snapshot is kept', () => {
    const planted = new Planted({ kind: 'takeover_false', by: 'dc1' })
    planted.give({ kind: 'tick' })
    planted.post(0, {})
    planted.give({ kind: 'tick' })
    expect(planted.statuses()).toEqual(['up 10'])
  })

  test('takeover_false of the other DC leaves this one alone', () => {
    expect(new Planted({ kind: 'takeover_false', by: 'dc2' }).run(6).statuses()).toEqual(['up 40'])
  })

  test('both_active: this DC goes down by itself, before it has said another word', () => {
    const planted = new Planted({ kind: 'both_active' }, { crossDCOperationMode: 0 }).run(3)
    expect(planted.statuses()).toEqual(['up 40', 'down 70', 'up 70'])
  })

  test('status_flaps: three times down and up, and nothing replayed', () => {
    const planted = new Planted({ kind: 'status_flaps', by: 'dc1' }).run(12)
    expect(planted.statuses()).toEqual(
      [70, 130, 190].reduce<string[]>((all, t) => [...all, `down ${t}`, `up ${t + 30}`], ['up 40']),
    )
    expect(planted.times('takeover_started')).toEqual([])
    expect(planted.acts).toHaveLength(3)
  })

  test('snapshot_stuck: what is stored later is what was stored first, and is said to be stored', () => {
    const planted = new Planted({ kind: 'snapshot_stuck' }).run(2)
    planted.snapshot(2)
    const bodies = planted.effects.flatMap(({ effect }) => (effect.kind === 'store_write' ? [effect.body] : []))
    expect(bodies).toHaveLength(2)
    expect(bodies[1]).toEqual(bodies[0])
    expect(planted.times('snapshot_stored')).toHaveLength(2)
    expect(planted.acts).toHaveLength(1)
  })

  test('fail_back_never: heartbeats after a down are answered and count for nothing', () => {
    const planted = new Planted({ kind: 'fail_back_never' }).run(5).run(6, 'silent').run(5)
    expect(planted.statuses()).toEqual(['up 40', 'down 310'])
    const accepted = planted.effects.filter(({ effect }) => effect.kind === 'accept_post')
    expect(accepted).toHaveLength(5 + 1 + 5)
    expect(planted.acts).toHaveLength(5)
  })

  test('error_logged: one error that no fault explains', () => {
    const planted = new Planted({ kind: 'error_logged' }).run(5)
    const errors = planted.effects.filter(({ effect }) => effect.kind === 'trace' && effect.level === 'error')
    expect(errors).toHaveLength(1)
  })
})
