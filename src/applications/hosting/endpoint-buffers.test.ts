import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { EndpointSink, EndpointSource } from './endpoint-buffers.ts'

const items = (count: number): readonly object[] => Array.from({ length: count }, (_, index) => ({ index }))

test('a source takes up to its limit and says how many it took', () => {
  const source = new EndpointSource({ defer: setImmediate, bufferSize: 3, onItems: () => undefined })
  expect(source.offer(items(3))).toBe(3)
  expect(source.offer(items(1))).toBe(0)
  const other = new EndpointSource({ defer: setImmediate, bufferSize: 3, onItems: () => undefined })
  expect(other.offer(items(4))).toBe(3)
})

test('a source passes items on in order, in steps, and has room again', async () => {
  const steps: number[] = []
  const passed: object[] = []
  const source = new EndpointSource({
    defer: setImmediate,
    bufferSize: 2500,
    onItems: (step) => {
      steps.push(step.length)
      passed.push(...step)
    },
  })
  source.offer(items(2500))
  while (steps.length < 3) await nextTurn()
  expect(steps).toEqual([1000, 1000, 500])
  expect(passed).toEqual(items(2500))
  expect(source.submitted).toBe(2500)
  expect(source.offer(items(1))).toBe(1)
})

test('a sink gives everything once, oldest first', () => {
  const sink = new EndpointSink(10)
  for (const item of items(3)) sink.push(item)
  expect(sink.take()).toEqual(items(3))
  expect(sink.take()).toEqual([])
})

test.each([10, 11, 19, 20, 25])('a sink of 10 keeps the newest of %i', (count) => {
  const sink = new EndpointSink(10)
  for (const item of items(count)) sink.push(item)
  expect(sink.take()).toEqual(items(count).slice(-10))
  expect(sink.processed).toBe(count)
})

test('a source that is held fills up, and passes on when it is let go', async () => {
  const passed: object[] = []
  const source = new EndpointSource({
    defer: setImmediate,
    bufferSize: 3,
    onItems: (step) => void passed.push(...step),
  })
  source.offer(items(2))
  source.hold(true)
  await nextTurn()
  await nextTurn()
  expect(passed).toEqual([])
  expect(source.offer(items(2))).toBe(1)
  source.hold(false)
  while (passed.length < 3) await nextTurn()
  expect(source.submitted).toBe(3)
})
