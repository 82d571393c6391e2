import { expect, test } from 'vitest'
import type { LogLine } from '../../model/timeline.ts'
import { LeaseLogs } from './lease-logs.ts'

const line = (t: number, dc: LogLine['dc'] = 'dc1'): LogLine => ({
  t,
  dc,
  level: 'error',
  source: 'RemoteDC-Watchdog',
  message: `line ${t}`,
})

test('keeps lines in the order of their times, whatever the order in which they came', () => {
  const logs = new LeaseLogs()
  for (const t of [3, 1, 2]) logs.add(line(t))
  expect(logs.read()).toEqual([line(1), line(2), line(3)])
})

test('keeps as many as it may without a word', () => {
  const logs = new LeaseLogs(3)
  for (const t of [1, 2, 3]) logs.add(line(t))
  expect(logs.read()).toEqual([line(1), line(2), line(3)])
})

test('says for each DC how many of its lines were left out, and keeps the last ones', () => {
  const logs = new LeaseLogs(3)
  for (let t = 0; t < 100; t += 1) logs.add(line(t, t % 4 === 0 ? 'dc2' : 'dc1'))
  const kept = [line(97), line(98), line(99)]
  const note = (dc: LogLine['dc'], count: number): LogLine => ({
    t: 97,
    dc,
    level: 'warn',
    source: 'testbed',
    message: `${count} earlier lines of ${dc} were left out: only the last 3 of a lease are kept.`,
  })
  expect(logs.read()).toEqual([note('dc2', 25), note('dc1', 72), ...kept])
  expect(logs.read()).toEqual([note('dc2', 25), note('dc1', 72), ...kept])
})

test('holds no more than twice as many at any time', () => {
  const logs = new LeaseLogs(3)
  for (let t = 0; t < 1000; t += 1) logs.add(line(t))
  expect(logs.read()).toHaveLength(4)
})

test('forgets the lease before', () => {
  const logs = new LeaseLogs(1)
  for (const t of [1, 2, 3]) logs.add(line(t))
  logs.clear()
  expect(logs.read()).toEqual([])
})
