import { describe } from 'vitest'
import { expect, test } from 'vitest-failover'
import type { TimelineEvent } from 'vitest-failover'

// Detection within 4 × 10 s and a snapshot every 20 s or so: a DC that is gone is noticed soon.
const crossdc = {
  heartbeatExchangeInterval: 10,
  consecutiveHeartbeatMissesAllowed: 3,
  dataSnapshotExchangeInterval: 20,
  crossDCInitDelay: 10,
}

/** Events of a DC from a time on. */
function after(
  events: readonly TimelineEvent[],
  { t, event, dc }: { readonly t: number; readonly event: TimelineEvent['event']; readonly dc: TimelineEvent['dc'] },
): readonly TimelineEvent[] {
  return events.filter((one) => one.event === event && one.dc === dc && one.t >= t)
}

describe('a fault of the WAN', () => {
  test.override({ scenarioDefaults: { crossdc, opts: { startOffsetSeconds: 4 } } })

  test('netem delays what the other datacenter gets, and loses none of it', async ({
    topology: { primary, secondary },
    faults,
    toolkit,
    timeline,
    clock,
  }) => {
    await toolkit.waitForConnected()
    const fault = await faults.netem({ from: primary, to: secondary }, { delay: '3 s', jitter: '1 s' })
    expect(fault.evidence.observed).toMatchObject({ by: 'proxy', probes: [{ outcome: 'answered' }, {}] })
    await clock.sleep(40)
    const { healedAt } = await fault.heal()
    const heard = after(timeline.events(), { t: fault.effectiveAt, event: 'heartbeat_received', dc: 'dc2' })
    expect(heard.filter(({ t }) => t < healedAt).length).toBeGreaterThanOrEqual(2)
    expect(timeline.events().filter(({ event }) => event === 'remote_down')).toEqual([])
  })

  test('bandwidth that is scarce slows a snapshot down, not the heartbeats', async ({
    topology: { primary, secondary },
    faults,
    toolkit,
    timeline,
    clock,
  }) => {
    await toolkit.waitForConnected()
    const fault = await faults.bandwidth({ between: [primary, secondary] }, { rate: '20 kbit' })
    await clock.sleep(40)
    await fault.heal()
    expect(
      after(timeline.events(), { t: fault.effectiveAt, event: 'heartbeat_received', dc: 'dc2' }).length,
    ).toBeGreaterThan(1)
    expect(timeline.events().filter(({ event }) => event === 'remote_down')).toEqual([])
  })

  test('flapping shorter than the detection window costs heartbeats and changes no status', async ({
    topology: { primary, secondary },
    faults,
    toolkit,
    timeline,
    clock,
  }) => {
    await toolkit.waitForConnected()
    const fault = await faults.flap(
      { from: primary, to: secondary },
      { down: '12 s', up: '10 s', times: 3, how: 'reject' },
    )
    await clock.until(fault.effectiveAt + 70)
    const phases = timeline
      .events()
      .filter(({ event, fault: id }) => id === fault.id && /fault_(effective|healed)/.test(event))
    expect(phases.map(({ event }) => event)).toEqual([
      'fault_effective',
      'fault_healed',
      'fault_effective',
      'fault_healed',
      'fault_effective',
      'fault_healed',
    ])
    const offsets = phases.map(({ t }) => t - fault.effectiveAt)
    for (const [index, expected] of [0, 12, 22, 34, 44, 56].entries()) {
      expect(Math.abs((offsets[index] ?? NaN) - expected)).toBeLessThan(3)
    }
    expect(after(timeline.events(), { t: fault.effectiveAt, event: 'heartbeat_failed', dc: 'dc1' })).not.toEqual([])
    expect(timeline.events().filter(({ event }) => event === 'remote_down')).toEqual([])
  })

  test('a reset of connections is over at once', async ({ topology, faults, toolkit, timeline, clock }) => {
    await toolkit.waitForConnected()
    const fault = await faults.connectionReset({ between: topology.datacenters })
    await clock.sleep(30)
    await fault.heal()
    expect(after(timeline.events(), { t: fault.effectiveAt, event: 'heartbeat_received', dc: 'dc2' })).not.toEqual([])
    expect(timeline.events().filter(({ event }) => event === 'remote_down')).toEqual([])
  })
})

describe('a fault of processes', () => {
  test.override({ scenarioDefaults: { crossdc, opts: { pes: 2 } } })

  test('a killed PE stays dead until it is healed, in the same job', async ({
    topology: { primary },
    faults,
    toolkit,
  }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    await using fault = await faults.kill(primary.pe(0))
    expect(fault.evidence.observed).toMatchObject({ killedPids: [expect.any(Number)], runningPids: [] })
    await fault.heal()
    expect(await primary.job.describe()).toMatchObject({ id: before.id, health: 'healthy' })
  })

  test('a killed management process takes no heartbeat away', async ({
    topology: { primary },
    faults,
    toolkit,
    timeline,
    clock,
  }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    {
      await using fault = await faults.kill(primary.management)
      await clock.sleep(60)
      expect(
        after(timeline.events(), { t: fault.effectiveAt, event: 'heartbeat_received', dc: 'dc2' }).length,
      ).toBeGreaterThan(3)
    }
    expect(await primary.job.describe()).toMatchObject({ id: before.id, health: 'healthy' })
    expect(timeline.events().filter(({ event }) => event === 'remote_down')).toEqual([])
  })

  test('a paused job is down for the other datacenter, and goes on with its processes', async ({
    topology: { primary },
    faults,
    toolkit,
  }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    {
      await using fault = await faults.pause(primary.job)
      const down = await toolkit.waitForDown(primary)
      expect(down.t).toBeGreaterThan(fault.effectiveAt)
    }
    expect(await primary.job.describe()).toMatchObject({ id: before.id, health: 'healthy' })
  })

  test('a paused PE and a paused management process go on as they were', async ({
    topology: { primary },
    faults,
    toolkit,
  }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    {
      await using pe = await faults.pause(primary.pe(1))
      await using management = await faults.pause(primary.management)
      expect(pe.evidence.observed).toMatchObject({ pausedPids: [expect.any(Number)] })
      expect(management.evidence.observed).toMatchObject({ answers: false })
    }
    expect(await primary.job.describe()).toMatchObject({ id: before.id, health: 'healthy' })
  })

  test('a restarted job has the settings that it was given', async ({
    topology: { primary },
    faults,
    toolkit,
    timeline,
    clock,
  }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    const fault = await faults.restart(primary.job, { crossdc: { heartbeatExchangeInterval: 2 } })
    const { healedAt, evidence } = await fault.heal()
    expect(evidence.observed).toMatchObject({ changed: { crossdc: { heartbeatExchangeInterval: 2 } } })
    expect((await primary.job.describe()).id).not.toBe(before.id)
    await clock.until(healedAt + 60)
    const heard = after(timeline.events(), { t: healedAt + 12, event: 'heartbeat_received', dc: 'dc2' })
    expect(heard.length).toBeGreaterThan(15)
  })

  test('restarted PEs come back in the same job', async ({ topology: { primary }, faults, toolkit }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    const fault = await faults.restart(primary.pe(0, 1))
    await fault.heal()
    expect(await primary.job.describe()).toMatchObject({ id: before.id, health: 'healthy' })
  })

  test('an operator that starts anew leaves its job alone', async ({
    topology: { primary },
    faults,
    toolkit,
    timeline,
  }) => {
    await toolkit.waitForConnected()
    const fault = await faults.operatorRestart(primary.job, 'HeartbeatMessagePreparer')
    await fault.heal()
    expect(timeline.events()).toContainEqual(expect.objectContaining({ event: 'operator_restarted', dc: 'dc1' }))
  })

  test('a special message is taken, and the job goes on', async ({ topology: { primary }, faults, toolkit }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    const fault = await faults.specialMessage(primary.job, 'SendMeDataFromSnapshotFiles')
    await fault.heal()
    expect((await primary.job.describe()).id).toBe(before.id)
  })

  test('the survivor of a takeover is killed at its very beginning, by the testbed', async ({
    topology: { primary, secondary },
    faults,
    toolkit,
    timeline,
  }) => {
    await toolkit.waitForProtected(primary)
    await using _outage = await faults.kill(primary.job)
    const when = { event: 'remote_down', in: secondary } as const
    await using fault = await faults.inject({ kind: 'kill', target: { dc: 'dc2' } }, { when })
    const [down] = after(timeline.events(), { t: 0, event: 'remote_down', dc: 'dc2' })
    // A tenth of a real second, on a busy machine.
    expect(fault.effectiveAt - (down?.t ?? NaN)).toBeLessThan(6)
  })
})

describe('a crash', () => {
  // Starting processes takes real time: the window is longer than that even on a busy machine.
  test.override({
    scenarioDefaults: { crossdc: { ...crossdc, consecutiveHeartbeatMissesAllowed: 30 }, opts: { pes: 2 } },
  })

  test('a crash is repaired by Streams before anybody notices', async ({
    topology: { primary },
    streams,
    faults,
    toolkit,
    timeline,
  }) => {
    await toolkit.waitForConnected()
    const { id } = await primary.job.describe()
    const fault = await faults.crash(primary.job)
    const { evidence } = await fault.heal()
    expect(evidence.observed).toMatchObject({ health: 'healthy' })
    const pes = await streams.primary.processingElements(id)
    expect(pes.map(({ launchCount }) => launchCount)).toEqual([2, 2])
    // Situation 12 of the toolkit's failures: restarted faster than detected.
    expect(timeline.events().filter(({ event }) => event === 'remote_down')).toEqual([])
  })
})

describe('a fault of a whole datacenter', () => {
  test.override({ scenarioDefaults: { crossdc } })

  test('an outage is taken over by the other one, and everything comes back', async ({
    topology: { primary, secondary },
    faults,
    toolkit,
    streams,
  }) => {
    await toolkit.waitForProtected(primary)
    {
      await using fault = await faults.datacenterOutage(primary)
      const takeover = await toolkit.waitForTakeover({ by: secondary })
      expect(takeover.totalSeconds).toBeGreaterThan(20)
      expect(fault.evidence.observed).toMatchObject({ answers: false, runningPids: [] })
    }
    expect(await streams.primary.instance()).toMatchObject({ status: 'running' })
    expect(await primary.job.describe()).toMatchObject({ health: 'healthy' })
  })

  test('a hanging host is down for the other one, and goes on with its job', async ({
    topology: { primary },
    faults,
    toolkit,
  }) => {
    await toolkit.waitForConnected()
    const before = await primary.job.describe()
    {
      await using fault = await faults.hostHang(primary)
      const down = await toolkit.waitForDown(primary)
      expect(down.t).toBeGreaterThan(fault.effectiveAt)
    }
    expect(await primary.job.describe()).toMatchObject({ id: before.id, health: 'healthy' })
  })
})

describe('a fault of a snapshot store', () => {
  test.override({ scenarioDefaults: { crossdc } })

  for (const [kind, probe] of [
    ['diskFull', { write: expect.not.stringMatching(/^ok$/), read: expect.any(String) }],
    ['diskReadonly', { write: expect.not.stringMatching(/^ok$/), delete: expect.not.stringMatching(/^ok$/) }],
    ['diskError', { write: expect.not.stringMatching(/^ok$/), read: expect.not.stringMatching(/^ok$/) }],
  ] as const) {
    test(`${kind}: what dc1 sends is not stored in dc2 until the store is healed`, async ({
      topology: { primary, secondary },
      faults,
      toolkit,
      timeline,
      clock,
    }) => {
      await toolkit.waitForProtected(primary)
      const fault = await faults[kind](secondary)
      expect(fault.evidence.observed).toMatchObject(probe)
      await clock.sleep(60)
      const { healedAt, evidence } = await fault.heal()
      expect(evidence.observed).toMatchObject({ write: 'ok', read: 'ok', delete: 'ok' })
      const stored = after(timeline.events(), { t: fault.effectiveAt, event: 'snapshot_stored', dc: 'dc2' })
      expect(stored.filter(({ t }) => t < healedAt)).toEqual([])
      await clock.until(healedAt + 60)
      expect(after(timeline.events(), { t: healedAt, event: 'snapshot_stored', dc: 'dc2' })).not.toEqual([])
    })
  }

  test('diskSlow: every access takes so much longer', async ({ topology: { secondary }, faults, toolkit }) => {
    await toolkit.waitForConnected()
    const fault = await faults.diskSlow(secondary, { delay: '3 s' })
    const { evidence } = await fault.heal()
    const [slow, fast] = [fault.evidence.observed['ms'], evidence.observed['ms']]
    expect(Number(slow)).toBeGreaterThan(45)
    expect(Number(fast)).toBeLessThan(Number(slow))
  })
})

describe('a fault of a snapshot database', () => {
  const database = {
    dataSnapshotJdbcUrl: 'jdbc:sqlite:replicas.db',
    dataSnapshotJdbcDriverLib: 'opt/sqlite-jdbc.jar',
    dataSnapshotJdbcClassName: 'org.sqlite.JDBC',
    dataSnapshotTableName: 'snapshots',
    dataSnapshotPrimaryKeyColumnName: 'id',
  }
  test.override({ scenarioDefaults: { crossdc: { ...crossdc, ...database } } })

  test('databaseLost: what dc1 sends gets into no table until the database is back', async ({
    topology: { primary, secondary },
    faults,
    toolkit,
    timeline,
    clock,
  }) => {
    await toolkit.waitForProtected(primary)
    const fault = await faults.databaseLost(secondary)
    expect(fault.evidence.observed).toMatchObject({ store: 'table', write: expect.not.stringMatching(/^ok$/) })
    await clock.sleep(60)
    const { healedAt } = await fault.heal()
    const stored = after(timeline.events(), { t: fault.effectiveAt, event: 'snapshot_stored', dc: 'dc2' })
    expect(stored.filter(({ t }) => t < healedAt)).toEqual([])
    await clock.until(healedAt + 60)
    expect(after(timeline.events(), { t: healedAt, event: 'snapshot_stored', dc: 'dc2' })).not.toEqual([])
  })
})
