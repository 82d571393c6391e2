import { expect, test } from 'vitest-failover'

/** Of an operator inside the toolkit's composite (toolkit reference §6). */
const watchdog = { operator: 'CrossDCFailover.RemoteDataCenterHeartbeatWatchdog', index: 0 }

test('the toolkit’s state is read from its operators’ metrics', async ({ topology, streams, toolkit }) => {
  const { primary, secondary } = topology
  const submitted = async (dc: typeof primary): Promise<number | undefined> =>
    (await streams.outputMetrics(dc, watchdog)).find(({ name }) => name === 'nTuplesSubmitted')?.value
  expect(await submitted(primary)).toBe(0)
  await toolkit.waitForConnected()
  expect(await submitted(primary)).toBe(1)
  expect(await submitted(secondary)).toBe(1)
})

test('every operator of a job answers for its metrics', async ({ topology, streams }) => {
  const { primary } = topology
  const job = await streams.ensureJob(primary)
  for (const { name } of await streams.primary.operators(job.id)) {
    await expect(streams.metrics(primary, name)).resolves.toBeInstanceOf(Array)
  }
})

test('a job that was cancelled is submitted again when it is asked for', async ({ topology, streams }) => {
  const { secondary } = topology
  const before = await streams.ensureJob(secondary)
  expect(await streams.cancel(secondary)).toBe(true)
  expect(await streams.cancel(secondary)).toBe(false)
  const after = await streams.ensureJob(secondary)
  expect(after).toMatchObject({ health: 'healthy' })
  expect(after.id).not.toBe(before.id)
})
