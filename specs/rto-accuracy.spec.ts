import { expect, test } from 'vitest-failover'

/** Real milliseconds by which a measured time may differ from the emulator's own event log. */
const toleranceMs = 20

interface LoggedEvent {
  readonly time: number
  readonly event: string
  readonly dc?: string
}

test('the measured RTO and its start and end agree with the emulator’s own event log', async ({
  topology,
  faults,
  data,
  toolkit,
  failover,
}) => {
  const { primary, secondary } = topology
  await data.send(primary, { generator: 'sequence', rate: '20/s', keys: 4 })
  await toolkit.waitForProtected(primary)
  await using outage = await faults.kill(primary.job)
  const takeover = await toolkit.waitForTakeover({ by: secondary })

  const events = (await failover.eventLog())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LoggedEvent)
  const timeOf = (event: string, dc: string): number =>
    events.find((logged) => logged.event === event && logged.dc === dc)?.time ?? Number.NaN
  const logged = timeOf('first_output', 'dc2') - timeOf('pe_exited', 'dc1')
  const differenceMs = ((takeover.totalSeconds ?? Number.NaN) - logged) * (1000 / takeover.timeline.timeScale)
  expect(Math.abs(differenceMs)).toBeLessThanOrEqual(toleranceMs)
  const started = timeOf('job_started', 'dc1')
  const effectMs = (outage.effectiveAt - (timeOf('pe_exited', 'dc1') - started)) * (1000 / takeover.timeline.timeScale)
  expect(Math.abs(effectMs)).toBeLessThanOrEqual(toleranceMs)
})
