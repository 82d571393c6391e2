import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { TickTimer } from './tick-timer.ts'

test('with an interval of 0 one tick follows the other without a pause, and everything else gets its turn', async () => {
  const seen = { ticks: 0, turns: 0 }
  const timer = new TickTimer({
    time: { leaseId: 1, originMs: monotonicNowMs(), timeScale: 1 },
    onLate: () => undefined,
    onTick: () => {
      seen.ticks += 1
      timer.schedule(0)
    },
  })
  onTestFinished(() => timer.stop())
  timer.begin()
  timer.schedule(0)
  const began = monotonicNowMs()
  while (seen.ticks < 100) {
    await nextTurn()
    seen.turns += 1
  }
  // Node's timers have a millisecond at least.
  expect(monotonicNowMs() - began).toBeLessThan(2000)
  expect(seen.turns).toBeGreaterThan(1)
})
