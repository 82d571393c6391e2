import { describe } from 'vitest'
import { expect, test } from 'vitest-failover'

describe('a partition', () => {
  // Detection within 4 × 10 s and a snapshot every 20 s or so: short enough to see several rounds of both.
  test.override({
    scenarioDefaults: {
      crossdc: {
        heartbeatExchangeInterval: 10,
        consecutiveHeartbeatMissesAllowed: 3,
        dataSnapshotExchangeInterval: 20,
        crossDCInitDelay: 10,
      },
      opts: { startOffsetSeconds: 4 },
    },
  })

  test('shorter than the detection window changes no status', async ({
    topology,
    faults,
    toolkit,
    timeline,
    clock,
  }) => {
    await toolkit.waitForConnected()
    {
      // Refused at once. Dropped connections would hold up the sender for its connection timeout, longer than this window.
      await using cut = await faults.partition({ between: topology.datacenters, how: 'reject' })
      await clock.until(cut.effectiveAt + 15)
    }
    await clock.sleep(60)
    const downs = timeline.events().filter(({ event }) => event === 'remote_down')
    expect(downs).toEqual([])
  })

  test('in one direction makes both sides declare each other down, one after the other', async ({
    topology,
    faults,
    toolkit,
  }) => {
    const { primary, secondary } = topology
    await toolkit.waitForConnected()
    await using cut = await faults.partition({ from: primary, to: secondary, how: 'reject' })
    const first = await toolkit.waitForDown(primary)
    const second = await toolkit.waitForDown(secondary)
    // dc2 stops hearing dc1, then falls silent itself (Q4), and only then dc1 notices.
    expect(first.t).toBeGreaterThan(cut.effectiveAt)
    expect(second.t - first.t).toBeGreaterThan(20)
  })
})
