import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyTable } from './key-table.ts'

test('holds what a map would, in whatever order keys come, and makes each value once', () => {
  const steps = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b', 'c', 'dd', 'a'.repeat(20)), replaces: fc.boolean() }),
    { maxLength: 100, size: 'max' },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const table = new KeyTable<number>()
      const model = new Map<string, number>()
      const got: (readonly [number, number | undefined])[] = []
      for (const [index, { key, replaces }] of all.entries()) {
        if (replaces && index % 5 === 0) {
          table.set(key, index)
          model.set(key, index)
        } else {
          if (!model.has(key)) model.set(key, index)
          got.push([table.at(key, () => index), model.get(key)])
        }
        expect(table.get(key)).toBe(model.get(key))
      }
      expect(got.filter(([one, other]) => one !== other)).toEqual([])
      expect(new Map(table)).toEqual(model)
      expect([...table].map(([key]) => key)).toEqual([...model.keys()])
    }),
  )
})

test('a key that nobody gave has no value', () => {
  expect(new KeyTable<number>().get('a')).toBeUndefined()
})
