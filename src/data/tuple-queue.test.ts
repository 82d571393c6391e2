import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TupleQueue } from './tuple-queue.ts'
import type { DueTuples } from './tuple-queue.ts'

const chunk = (from: number, count: number): DueTuples => {
  const numbers = Array.from({ length: count }, (_, index) => from + index)
  return { tuples: numbers.map((seq) => ({ key: 'a', seq, payload: '', checksum: 0 })), dueTimes: numbers }
}

test('what goes in comes out in order, as many at a time as are asked for', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 12 })), {
    maxLength: 60,
    size: 'max',
  })
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new TupleQueue()
      let [given, taken] = [0, 0]
      for (const [count, countMax] of all) {
        queue.add(chunk(given, count))
        given += count
        const { tuples, dueTimes } = queue.take(countMax)
        expect(tuples).toHaveLength(Math.min(countMax, given - taken))
        expect(dueTimes).toEqual(tuples.map(({ seq }) => seq))
        expect(tuples.map(({ seq }) => seq)).toEqual(tuples.map((_, index) => taken + index))
        taken += tuples.length
        expect(queue.length).toBe(given - taken)
      }
    }),
  )
})

test('a long queue is taken apart in a time that goes with its length', () => {
  const queue = new TupleQueue()
  for (let index = 0; index < 5000; index += 1) queue.add(chunk(index * 3, 3))
  let last = -1
  while (queue.length > 0) for (const { seq } of queue.take(7).tuples) expect(seq).toBe((last += 1))
  expect(last).toBe(14_999)
})
