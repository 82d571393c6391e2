import { describe, expect, test } from 'vitest'
import { compositeOperatorNames } from './operators.ts'
import { CompositeProbe, quirksWithout, snapshotOfDc2 } from './testing/composite-probe.ts'

const machine = 'remote.example'

/** The remote UP, one snapshot of it stored, two ticks done. */
function createBusy(options: ConstructorParameters<typeof CompositeProbe>[0] = {}): CompositeProbe {
  const probe = new CompositeProbe(options)
  probe.heartbeat()
  probe.ticks(2)
  probe.snapshot('0')
  return probe
}

/** Ticks until the DOWN, all of their texts. */
function untilDown(probe: CompositeProbe): readonly string[] {
  const texts: string[] = []
  for (let tick = 0; tick < 6 && !texts.includes('DOWN'); tick += 1) texts.push(...probe.tick(), ...probe.sent())
  return texts
}

describe('an operator that is restarted alone', () => {
  test('RemoteDataCenterWatchdog has lost its names: a DOWN replays nothing, the file stays (situation 37)', () => {
    const probe = createBusy()
    expect(probe.restart('RemoteDataCenterWatchdog')).toEqual([])
    const texts = untilDown(probe)
    expect(texts).toContain('DOWN')
    expect(texts.filter((text) => /read|delete/.test(text))).toEqual([])
    probe.special('SendMeDataFromSnapshotFiles')
    expect(probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])[0]).toBe(
      'replay type 2 #6 dc2 part 0 1 B',
    )
  })

  test('RemoteDataCenterWatchdog without Q9 reads its names again, and replays', () => {
    const probe = new CompositeProbe({ quirks: quirksWithout('Q9') })
    probe.read([])
    probe.heartbeat()
    probe.ticks(2)
    probe.snapshot('0')
    expect(probe.restart('RemoteDataCenterWatchdog')).toEqual(['read all for failure'])
    probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])
    expect(untilDown(probe)).toContain('read dc2-0.snapshot')
  })

  test('RemoteDataCenterWatchdog answers what it held and does not mistake an old write for a new one', () => {
    const probe = createBusy()
    for (let post = 0; post < 42; post += 1) probe.post(1, snapshotOfDc2('1'))
    expect(probe.restart('RemoteDataCenterWatchdog')).toEqual(['204 to 46'])
    expect(probe.post(1, snapshotOfDc2('2'))).toEqual(['204 to 47', 'write dc2-2.snapshot'])
    // The old life's write failed; the new one's is still under way.
    expect(probe.stored('errno 5')).toEqual([])
    probe.stored()
    expect(probe.composite.state.rememberedSnapshots).toEqual(['dc2-2.snapshot'])
  })

  test('RemoteDataCenterWatchdog hears again after an orderly shutdown', () => {
    const probe = createBusy()
    probe.special('OrderlyShutdown')
    expect(probe.post(1, snapshotOfDc2('1'))).toHaveLength(1)
    probe.restart('RemoteDataCenterWatchdog')
    expect(probe.post(1, snapshotOfDc2('1'))).toHaveLength(2)
  })

  test('HeartbeatMessagePreparer deletes the files again, sends heartbeats and no signals until the next UP (situation 38)', () => {
    const probe = createBusy()
    expect(probe.restart('HeartbeatMessagePreparer')).toEqual([])
    expect(probe.tick()).toEqual(['delete all files', `post type 1 #1 dc1 to ${machine} +0`, 'tick in 30'])
    probe.sent()
    probe.heartbeat()
    const texts = probe.ticks(30)
    expect(texts.filter((text) => text.startsWith('post'))).toHaveLength(30)
    expect(texts.join()).not.toContain('signal')
    untilDown(probe)
    probe.heartbeat()
    expect(probe.ticks(10).join()).toContain('signal')
  })

  test('HeartbeatMessagePreparer keeps sending after a DOWN, for it has never had contact', () => {
    const probe = createBusy()
    untilDown(probe)
    expect(probe.tick()).toEqual(['tick in 30'])
    probe.restart('HeartbeatMessagePreparer')
    expect(probe.tick()).toContain(`post type 1 #1 dc1 to ${machine} +0`)
  })

  test('HeartbeatMessagePreparer loses a heartbeat that waits for room, and the tick goes on', () => {
    const probe = new CompositeProbe()
    for (let tick = 0; tick < 1001; tick += 1) probe.tick()
    expect(probe.tick()).toEqual([])
    expect(probe.restart('HeartbeatMessagePreparer')).toEqual(['tick in 30'])
    expect(probe.sent('refused').at(-1)).toMatch(/^post/)
  })

  test('HeartbeatMessagePreparer forgets that it asked for the snapshots to send back', () => {
    const probe = new CompositeProbe({ values: { sendDataSnapshotsToOriginDCAtStartup: true } })
    probe.heartbeat()
    probe.restart('HeartbeatMessagePreparer')
    expect(probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])).toEqual([])
  })

  test('HeartbeatMessagePreparer without Q7 deletes at its start', () => {
    const probe = createBusy({ quirks: quirksWithout('Q7') })
    expect(probe.restart('HeartbeatMessagePreparer')).toEqual(['delete all files'])
    expect(probe.composite.state.rememberedSnapshots).toEqual([])
  })

  test('RemoteDataCenterHeartbeatWatchdog says UP once more, and a later DOWN works (situation 39)', () => {
    const probe = createBusy()
    expect(probe.restart('RemoteDataCenterHeartbeatWatchdog')).toEqual([])
    expect(probe.composite.state.remoteStatus).toBe('never_contacted')
    expect(probe.heartbeat()).toContain('UP')
    expect(untilDown(probe)).toEqual(expect.arrayContaining(['DOWN', 'read dc2-0.snapshot']))
  })

  test('RemoteDataCenterHeartbeatWatchdog that was restarted while the remote is dead never says DOWN', () => {
    const probe = createBusy()
    probe.restart('RemoteDataCenterHeartbeatWatchdog')
    expect(untilDown(probe)).not.toContain('DOWN')
  })

  test('HeartbeatSignalGenerator begins with the initial delay', () => {
    expect(createBusy().restart('HeartbeatSignalGenerator')).toEqual(['tick in 40'])
  })

  test('HeartbeatSignalGenerator has no tick of its earlier life go on behind it', () => {
    const probe = new CompositeProbe()
    for (let tick = 0; tick < 1002; tick += 1) probe.tick()
    expect(probe.restart('HeartbeatSignalGenerator')).toEqual(['tick in 40'])
    expect(probe.sent()).not.toContain('tick in 30')
  })

  test('CrossDataCenterSender1 has forgotten its queue and its machine', () => {
    const probe = new CompositeProbe({ values: { remoteDataCenterApplicationMachineNames: 'a,b' } })
    probe.tick()
    probe.sent('refused')
    probe.sent()
    for (let tick = 0; tick < 3; tick += 1) probe.tick()
    expect(probe.restart('CrossDataCenterSender1')).toEqual([])
    expect(probe.sent()).toEqual([])
    expect(probe.tick()[0]).toBe('post type 1 #5 dc1 to a +0')
  })

  test('CrossDataCenterSender1 makes room, so that a tick that waited for it goes on', () => {
    const probe = new CompositeProbe()
    for (let tick = 0; tick < 1002; tick += 1) probe.tick()
    expect(probe.restart('CrossDataCenterSender1')).toEqual([`post type 1 #1002 dc1 to ${machine} +0`, 'tick in 30'])
  })

  test('CrossDataCenterSender2[0] lets go the application that it blocked', () => {
    const probe = new CompositeProbe()
    for (let count = 0; count <= 1001; count += 1) probe.answer('0')
    expect(probe.restart('CrossDataCenterSender2[0]').at(-1)).toBe('resume')
  })

  test('CrossDataCenterSender2[0] of a fused PE lets go the tick that waited for its POST', () => {
    const probe = new CompositeProbe({ isFused: true, values: { dataSnapshotExchangeInterval: 30 } })
    probe.heartbeat()
    expect(probe.tick()).toEqual(['delete all files', 'signal type 2 #1 dc1'])
    probe.answer('0')
    expect(probe.give({ kind: 'signal_answered' })).toEqual([])
    expect(probe.restart('CrossDataCenterSender2[0]')).toEqual([`post type 1 #2 dc1 to ${machine} +0`, 'tick in 30'])
  })

  test('SendSnapshotFilesData forgets what it asked for', () => {
    const probe = createBusy()
    probe.special('SendMeDataFromSnapshotFiles')
    probe.restart('SendSnapshotFilesData')
    expect(probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])).toEqual([])
  })

  test.each(compositeOperatorNames(2).filter((name) => !name.startsWith('Snapshot')))(
    '%s counts from 0 again',
    (operator) => {
      const probe = createBusy({ values: { numberOfHttpSenderReceiverPairs: 2 } })
      probe.post(2, snapshotOfDc2('1'))
      probe.stored()
      probe.answer('0')
      probe.answer('1')
      probe.sent(500)
      probe.special('SendMeDataFromSnapshotFiles')
      probe.read([{ name: 'dc2-0.snapshot', body: snapshotOfDc2('0') }])
      const total = (): number => {
        const { processed = [], submitted = [] } = probe.composite.state.operators[operator] ?? {}
        return [...processed, ...submitted].reduce((sum, count) => sum + count, 0)
      }
      expect(total()).toBeGreaterThan(0)
      probe.restart(operator)
      expect(total()).toBe(0)
    },
  )

  test('is one that this PE holds', () => {
    const probe = new CompositeProbe({ isHosted: (operator) => operator === 'HeartbeatSignalGenerator' })
    expect(() => probe.restart('HeartbeatMessagePreparer')).toThrow(RangeError)
    expect(() => probe.restart('HeartbeatMessagePreparer')).toThrow(
      'Expected an operator of this PE (HeartbeatSignalGenerator), got HeartbeatMessagePreparer',
    )
  })
})
