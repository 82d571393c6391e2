import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { defaultBehaviour, quirkIds, toolkitProfiles } from '../model/toolkit-behaviour.ts'
import type { QuirkId, Quirks } from '../model/toolkit-behaviour.ts'
import { CompositeProbe, fromDc2, quirksWithout, snapshotOfDc2 } from './testing/composite-probe.ts'
import { PairSimulation } from './testing/pair-simulation.ts'
import { referenceSettings } from './testing/reference-settings.ts'

/** A DC without a deletion at its start, whose remote is UP. */
function createUp(off: readonly QuirkId[], values: Partial<CrossDcSettings> = {}): CompositeProbe {
  const probe = new CompositeProbe({
    quirks: quirksWithout(...off),
    values: { retainOlderDataSnapshotsAtStartup: true, ...values },
  })
  if (off.includes('Q9')) probe.read([])
  probe.heartbeat()
  return probe
}

/** The ticks, from 1, among the next `count` that bring what begins like this. */
function ticksWith(probe: CompositeProbe, options: { count: number; what: string; answers?: boolean }): number[] {
  return Array.from({ length: options.count }, (_, index) => {
    const texts = [...probe.tick(), ...probe.sent()]
    if (options.answers) probe.heartbeat()
    return texts.some((text) => text.startsWith(options.what)) ? [index + 1] : []
  }).flat()
}

describe('each quirk, on and off', () => {
  test('Q1: DOWN on miss A + 1, documented on miss A', () => {
    expect(ticksWith(createUp([]), { count: 9, what: 'DOWN' })).toEqual([5])
    expect(ticksWith(createUp(['Q1']), { count: 9, what: 'DOWN' })).toEqual([4])
  })

  test('Q1 off needs at least one miss', () => {
    const values = { consecutiveHeartbeatMissesAllowed: 0 }
    expect(ticksWith(createUp(['Q1'], values), { count: 9, what: 'DOWN' })).toEqual([1])
  })

  test('Q2: signals every n − 1 ticks behind the first, documented every n', () => {
    const options = { count: 20, what: 'signal', answers: true }
    expect(ticksWith(createUp([]), options)).toEqual([6, 11, 16])
    expect(ticksWith(createUp(['Q2']), options)).toEqual([6, 12, 18])
  })

  test('Q2 off still numbers each message', () => {
    const probe = createUp(['Q2'])
    probe.ticks(5)
    expect(probe.tick().slice(0, 2)).toEqual(['signal type 2 #6 dc1', 'post type 1 #7 dc1 to remote.example +0'])
  })

  test('Q3: an orderly shutdown only deletes, documented it is a planned DOWN at once without a replay', () => {
    const orderly = fromDc2({ heartbeatMsgType: 3 })
    const [quirky, documented] = [createUp([]), createUp(['Q3'])]
    for (const probe of [quirky, documented]) probe.snapshot('0')
    expect(quirky.post(1, orderly)).toEqual(['204 to 3', 'delete dc2-0.snapshot'])
    expect(ticksWith(quirky, { count: 9, what: 'DOWN' })).toEqual([5])
    expect(documented.post(1, orderly)).toEqual(['204 to 3', 'delete dc2-0.snapshot', 'DOWN planned'])
    expect(ticksWith(documented, { count: 9, what: 'DOWN' })).toEqual([])
    expect(documented.heartbeat()).toContain('UP')
  })

  test('Q4: silent after a DOWN, documented heartbeats go on', () => {
    expect(ticksWith(createUp([]), { count: 9, what: 'post' })).toEqual([1, 2, 3, 4, 5])
    expect(ticksWith(createUp(['Q4']), { count: 9, what: 'post' })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(ticksWith(createUp(['Q4']), { count: 20, what: 'signal' })).toEqual([])
  })

  test.each([
    ['nothing', 0, new Uint8Array(0), 'UP', ''],
    ['a message of type 0', 0, fromDc2({ heartbeatMsgType: 0 }), 'UP', ''],
    ['a message of type 5', 0, fromDc2({ heartbeatMsgType: 5 }), 'UP', ''],
    ['a heartbeat', 0, fromDc2(), 'UP', 'UP'],
    ['a shutdown', 0, fromDc2({ heartbeatMsgType: 3 }), 'UP', 'UP'],
    ['a heartbeat', 1, fromDc2(), '', 'UP'],
    ['a snapshot', 1, snapshotOfDc2('0'), '', 'UP'],
    ['a returned snapshot', 1, fromDc2({ heartbeatMsgType: 4, dataSnapshot: snapshotOfDc2('0') }), '', 'UP'],
    ['nothing', 1, new Uint8Array(0), '', ''],
  ])('Q6: what %s at base port + %d counts for', (...[, portOffset, body, quirky, documented]) => {
    const upOf = (quirks: Quirks): string =>
      new CompositeProbe({ quirks })
        .post(portOffset, body)
        .filter((text) => text === 'UP')
        .join()
    expect([upOf(quirksWithout()), upOf(quirksWithout('Q6'))]).toEqual([quirky, documented])
  })

  test('Q6 off: snapshots alone keep a remote UP', () => {
    const [quirky, documented] = [createUp([]), createUp(['Q6'])]
    const downs = [quirky, documented].map((probe) =>
      Array.from({ length: 12 }, () => [...probe.snapshot('0'), ...probe.tick(), ...probe.sent()]).flat(),
    )
    expect(downs.map((texts) => texts.includes('DOWN'))).toEqual([true, false])
  })

  test('Q7: the deletion comes with the first tick and leaves names, documented at the start and takes them', () => {
    const quirky = new CompositeProbe({ quirks: quirksWithout() })
    expect(quirky.started).toEqual(['tick in 40'])
    quirky.snapshot('0')
    expect(quirky.tick()[0]).toBe('delete all files')
    expect(quirky.composite.state.rememberedSnapshots).toEqual(['dc2-0.snapshot'])
    const documented = new CompositeProbe({ quirks: quirksWithout('Q7') })
    expect(documented.started).toEqual(['delete all files', 'tick in 40'])
    documented.snapshot('0')
    expect(documented.tick()[0]).toMatch(/^post/)
    expect(documented.composite.state.rememberedSnapshots).toEqual(['dc2-0.snapshot'])
  })

  test('Q8: sent back is deleted, documented only what arrived', () => {
    const entries = ['0', '1'].map((part) => ({ name: `dc2-${part}.snapshot`, body: snapshotOfDc2(part) }))
    const returning = (off: readonly QuirkId[]): readonly string[] => {
      const probe = new CompositeProbe({
        quirks: quirksWithout(...off),
        values: { sendDataSnapshotsToOriginDCAtStartup: true },
      })
      probe.heartbeat()
      const texts = [...probe.read(entries), ...probe.sent(204), ...probe.sent('refused')]
      return texts.filter((text) => text.startsWith('delete'))
    }
    expect(returning([])).toEqual(['delete all files'])
    expect(returning(['Q8'])).toEqual(['delete dc2-0.snapshot'])
  })

  test('Q9: a restarted watchdog knows nothing, documented what the store holds', () => {
    const rememberedAfterRestart = (off: readonly QuirkId[]): readonly string[] => {
      const probe = createUp(off)
      probe.snapshot('0')
      probe.restart('RemoteDataCenterWatchdog')
      if (off.includes('Q9')) probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])
      return probe.composite.state.rememberedSnapshots
    }
    expect(rememberedAfterRestart([])).toEqual([])
    expect(rememberedAfterRestart(['Q9'])).toEqual(['dc2-0.snapshot'])
  })
})

/** Situations, each with the quirks that change what is seen in it; no other quirk may. */
const situations: readonly {
  readonly what: string
  readonly values?: Partial<CrossDcSettings>
  readonly act: (pair: PairSimulation) => void
  readonly changedBy: readonly QuirkId[]
}[] = [
  {
    what: 'both healthy, no snapshots',
    values: { dataSnapshotExchangeInterval: 888_888_888 },
    act: () => undefined,
    changedBy: [],
  },
  { what: 'both healthy', act: () => undefined, changedBy: ['Q2'] },
  {
    what: 'a crash before the first snapshot',
    act: (pair) => pair.at(150, (it) => it.kill('dc2')),
    changedBy: ['Q1', 'Q4'],
  },
  {
    what: 'a partition that heals',
    values: { dataSnapshotExchangeInterval: 888_888_888 },
    act: (pair) =>
      pair
        .at(200, (it) => it.cut('dc1'))
        .at(200, (it) => it.cut('dc2'))
        .at(600, (it) => it.heal()),
    changedBy: ['Q1', 'Q4'],
  },
  {
    what: 'an orderly shutdown before the first snapshot',
    act: (pair) => pair.at(180, (it) => it.special('dc2', 'OrderlyShutdown')).at(181, (it) => it.kill('dc2')),
    changedBy: ['Q1', 'Q3', 'Q4'],
  },
  {
    what: 'a snapshot during the initial delay, then nothing',
    act: (pair) =>
      pair
        .at(0, (it) => it.kill('dc2'))
        .at(5, (it) => it.input('dc1', { kind: 'post', postId: 0, portOffset: 1, body: snapshotOfDc2('0') })),
    changedBy: ['Q6', 'Q7', 'Q9'],
  },
  {
    what: 'a stray POST at the base port',
    values: { dataSnapshotExchangeInterval: 888_888_888, consecutiveHeartbeatMissesAllowed: 200 },
    act: (pair) =>
      pair
        .at(0, (it) => it.kill('dc2'))
        .at(5, (it) => it.input('dc1', { kind: 'post', postId: 0, portOffset: 0, body: new Uint8Array(3) })),
    changedBy: ['Q6'],
  },
  {
    what: 'sending back what does not arrive',
    values: { sendDataSnapshotsToOriginDCAtStartup: true, dataSnapshotExchangeInterval: 888_888_888 },
    act: (pair) => {
      pair.store('dc1').entries.set('dc2-0.snapshot', snapshotOfDc2('0'))
      pair.cut({ from: 'dc1', ports: 'snapshots', trouble: 'refuse' })
    },
    // Without Q9 the name is known from the start, so that its deletion is told.
    changedBy: ['Q8', 'Q9'],
  },
]

/** All that is seen from outside, with times. */
function seen(situation: (typeof situations)[number], quirks: Quirks): unknown {
  const values = situation.values ?? {}
  const pair = new PairSimulation({
    dc1: { ...referenceSettings('dc1'), ...values },
    dc2: { ...referenceSettings('dc2'), ...values },
    seed: 1,
    latencySeconds: 0.05,
    behaviour: { ...defaultBehaviour, quirks },
  })
  pair.at(0, (it) => it.start('dc1')).at(0, (it) => it.start('dc2'))
  situation.act(pair)
  pair.runUntil(1000)
  const state = {
    stored: [pair.stored('dc1'), pair.stored('dc2')],
    replays: [pair.replays('dc1'), pair.replays('dc2')],
  }
  const names = [pair.composite('dc1'), pair.composite('dc2')].map((of) => of?.state.rememberedSnapshots)
  return { events: pair.events, ...state, names }
}

describe('a quirk that is off', () => {
  test.each(situations)('changes what it is about and nothing else: $what', (situation) => {
    const asPublished = seen(situation, quirksWithout())
    const changing = quirkIds.filter((quirk) => {
      try {
        expect(seen(situation, quirksWithout(quirk))).toEqual(asPublished)
        return false
      } catch {
        return true
      }
    })
    expect(changing).toEqual(situation.changedBy)
  })

  test('is part of the profile of the documentation, as all are', () => {
    expect(quirksWithout(...quirkIds)).toEqual(toolkitProfiles.documented)
    expect(defaultBehaviour).toEqual({ quirks: quirksWithout(), isFused: false })
  })

  test('Q5 is the table’s business: the composite behaves the same', () => {
    const values = { dataSnapshotJdbcUrl: 'jdbc:sqlite:x', dataSnapshotPrimaryKeyColumnName: '' }
    const situation = {
      what: '',
      values,
      act: (pair: PairSimulation) => pair.at(500, (it) => it.kill('dc2')),
      changedBy: [],
    }
    expect(seen(situation, quirksWithout('Q5'))).toEqual(seen(situation, quirksWithout()))
  })
})
