import { describe } from 'vitest'
import { expect, test } from 'vitest-failover'

// The fixtures in active-passive: the passive side is known by its launch, and the job that it launches by its own.

describe('a passive secondary', () => {
  test.override({ scenarioDefaults: { mode: 'active-passive', submissionParameters: { channels: '2' } } })

  test('takes over with the job that it launches, and is told to send itself what was stored', async ({
    topology,
    data,
    faults,
    toolkit,
    timeline,
  }) => {
    const { primary, secondary } = topology
    const traffic = await data.send(primary, { generator: 'sequence', rate: '20/s' })
    await toolkit.waitForProtected(primary)
    const watching = await secondary.job.describe()
    await using _outage = await faults.kill(primary.job)
    const takeover = await toolkit.waitForTakeover({ by: secondary })
    expect(takeover).toMatchPrediction()
    expect(takeover.partsReplayed).toBe(2)
    const launched = await secondary.job.describe()
    expect(launched.id).not.toBe(watching.id)
    const word = timeline.events().find(({ event }) => event === 'special_message')
    expect(word).toMatchObject({ dc: 'dc2', seenBy: 'run', detail: { jobId: launched.id } })
    const delivery = await traffic.verify(secondary)
    expect(delivery).toLoseAtMost('165 s')
    expect(delivery).toHaveNoDuplicates()
  })

  test('takes no traffic before it has launched the application', async ({ topology, data, toolkit }) => {
    await expect(data.send(topology.secondary, { generator: 'sequence', rate: '1/s' })).rejects.toThrow(
      /dc2 .* only watches the other datacenter\. Wait until it has launched the application\./,
    )
    await toolkit.waitForConnected()
  })

  test('can die and come back like any other job', async ({ topology, faults, toolkit, timeline }) => {
    const { primary, secondary } = topology
    await toolkit.waitForConnected()
    {
      await using _outage = await faults.kill(secondary.job)
      await toolkit.waitForDown(secondary)
    }
    await toolkit.waitForReturn(secondary)
    expect(timeline.events().filter(({ event }) => event === 'script_launched')).toEqual([])
    expect(await primary.job.describe()).toMatchObject({ health: 'healthy' })
  })
})

describe('a launch script that fails', () => {
  test.override({ scenarioDefaults: { mode: 'active-passive', launchScript: { exit: 4 } } })

  test('is waited for no longer than a launch may take, and what it did is said', async ({
    topology,
    faults,
    toolkit,
  }) => {
    const { primary, secondary } = topology
    await toolkit.waitForConnected()
    await using _outage = await faults.kill(primary.job)
    await expect(toolkit.waitForTakeover({ by: secondary })).rejects.toThrow(
      /Timed out after \d+ s \(system time\) waiting for dc2 to take over from dc1; last seen: dc2's launch script ended with exit status 4 and submitted no job\./,
    )
  })
})
