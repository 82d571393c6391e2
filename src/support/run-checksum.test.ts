import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addChecksums } from './checksum.ts'
import { runChecksums } from './run-checksum.ts'

const sumOf = (key: string, numbers: readonly number[]): number =>
  numbers.map((number) => runChecksums(key).sum(number, number)).reduce(addChecksums, 0)

test('the sum over a run is that of its tuples, one by one', () => {
  const runs = fc.tuple(fc.string(), fc.nat(10_000), fc.nat(200))
  fc.assert(
    fc.property(runs, ([key, from, length]) => {
      const numbers = Array.from({ length: length + 1 }, (_, index) => from + index)
      expect(runChecksums(key).sum(from, from + length)).toBe(sumOf(key, numbers))
    }),
  )
})

test('runs that follow one another, or do not, sum up to the same in any order', () => {
  const checksums = runChecksums('dc1-k00')
  const whole = checksums.sum(0, 99)
  expect(addChecksums(checksums.sum(0, 49), checksums.sum(50, 99))).toBe(whole)
  expect(addChecksums(checksums.sum(20, 99), checksums.sum(0, 19))).toBe(whole)
})

test('numbers close to 2^53 have sums too', () => {
  const far = 2 ** 53 - 10
  const checksums = runChecksums('k')
  expect(addChecksums(checksums.sum(far, far + 3), checksums.sum(far + 4, far + 8))).toBe(checksums.sum(far, far + 8))
})

test.each([
  ['a number is missing', [1, 2, 4]],
  ['a number comes twice', [1, 2, 3, 3, 4]],
  ['a number has the place of another', [1, 2, 2, 4]],
  ['two numbers have the places of two others with the same sum', [1, 1, 4, 4]],
])('the sum changes when %s', (_, numbers) => {
  expect(sumOf('dc1-k00', numbers)).not.toBe(sumOf('dc1-k00', [1, 2, 3, 4]))
})

test('the same numbers of another key have another sum', () => {
  expect(runChecksums('dc1-k00').sum(0, 9)).not.toBe(runChecksums('dc1-k01').sum(0, 9))
})
