import { expect, test } from 'vitest-failover'

test('the clock waits in numbers of seconds only', async ({ clock }) => {
  for (const wrong of ['10 s', '', null, Number.NaN, Number.POSITIVE_INFINITY]) {
    // What a spec in JavaScript may give it.
    await expect(clock.sleep(wrong as number)).rejects.toThrow(
      /^Expected `clock\.sleep` to get a number of system seconds, got /,
    )
  }
  const before = clock.now()
  await clock.sleep(30)
  expect(clock.now()).toBeCloseTo(before + 30, 6)
})
