import { onTestFinished, expect, test } from 'vitest'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { TickTimer } from './tick-timer.ts'

/** Ticks in real milliseconds since the beginning; one system second is one real one. */
async function ticks(options: { count: number; intervalMs: number; onTick?: (tick: number) => void }): Promise<{
  readonly times: readonly number[]
  readonly lateness: readonly number[]
}> {
  const { count, intervalMs, onTick } = options
  const times: number[] = []
  const lateness: number[] = []
  const began = monotonicNowMs()
  await new Promise<void>((resolve) => {
    const timer = new TickTimer({
      time: { leaseId: 1, originMs: began, timeScale: 1 },
      onLate: (lateMs) => lateness.push(lateMs),
      onTick: () => {
        times.push(monotonicNowMs() - began)
        onTick?.(times.length)
        if (times.length === count) resolve()
        else timer.schedule(intervalMs / 1000)
      },
    })
    onTestFinished(() => timer.stop())
    timer.begin()
    timer.schedule(intervalMs / 1000)
  })
  return { times, lateness }
}

function blockFor(milliseconds: number): void {
  const end = monotonicNowMs() + milliseconds
  while (monotonicNowMs() < end);
}

test('a tick is due one interval after the last was due, however late that came', async () => {
  const { times, lateness } = await ticks({ count: 6, intervalMs: 40, onTick: (tick) => tick === 3 && blockFor(25) })
  expect(times[5]).toBeGreaterThanOrEqual(240)
  expect(times[5]).toBeLessThan(240 + Math.max(...lateness) + 10)
})

test('never fires early, and reports how late it fired', async () => {
  const { times, lateness } = await ticks({ count: 5, intervalMs: 7 })
  times.forEach((time, index) => {
    expect(time).toBeGreaterThanOrEqual((index + 1) * 7)
  })
  expect(lateness).toHaveLength(5)
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0)
})

test('does not catch up on ticks that it slept through', async () => {
  const { times } = await ticks({ count: 4, intervalMs: 10, onTick: (tick) => tick === 2 && blockFor(45) })
  const [, second = 0, third = 0, fourth = 0] = times
  // The third is overdue and comes at once; the fourth a full interval later.
  expect(third).toBeGreaterThanOrEqual(second + 45)
  expect(fourth - third).toBeGreaterThanOrEqual(9)
})

test('takes intervals beyond what Node’s timers take', () => {
  const timer = new TickTimer({
    time: { leaseId: 1, originMs: 0, timeScale: 1 },
    onLate: () => undefined,
    onTick: () => expect.unreachable(),
  })
  onTestFinished(() => timer.stop())
  timer.begin()
  timer.schedule(444_444_444)
})

test('a tick that was held up makes the next one later by as much', async () => {
  const times: number[] = []
  const began = monotonicNowMs()
  await new Promise<void>((resolve) => {
    const timer = new TickTimer({
      time: { leaseId: 1, originMs: began, timeScale: 1 },
      onLate: () => undefined,
      onTick: () => {
        times.push(monotonicNowMs() - began)
        if (times.length === 2) resolve()
        else setTimeout(() => timer.schedule(0.04), 25)
      },
    })
    onTestFinished(() => timer.stop())
    timer.begin()
    timer.schedule(0.04)
  })
  const [first = 0, second = 0] = times
  expect(second - first).toBeGreaterThanOrEqual(60)
})

test('setting it again replaces the tick that is still due, and counts from then', async () => {
  const times: number[] = []
  const began = monotonicNowMs()
  await new Promise<void>((resolve) => {
    const timer = new TickTimer({
      time: { leaseId: 1, originMs: began, timeScale: 1 },
      onLate: () => undefined,
      onTick: () => {
        times.push(monotonicNowMs() - began)
        setTimeout(resolve, 40)
      },
    })
    onTestFinished(() => timer.stop())
    timer.begin()
    timer.schedule(0.02)
    blockFor(5)
    timer.schedule(0.03)
  })
  expect(times).toHaveLength(1)
  expect(times[0]).toBeGreaterThanOrEqual(35)
  expect(times[0]).toBeLessThan(50)
})
