import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeldPes, type PeIndices } from '../../applications/hosting/held-pes.ts'

test('holds and lets up as a plain list of every PE would', () => {
  const change = fc.record({
    isHold: fc.boolean(),
    dc: fc.constantFrom('dc1' as const, 'dc2' as const),
    pes: fc.option(fc.array(fc.nat(3), { maxLength: 3 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const held = new HeldPes()
      const plain = { dc1: [false, false, false, false], dc2: [false, false, false, false] }
      for (const { isHold, dc, pes } of changes) {
        if (isHold) held.hold(dc, pes)
        else held.letUp(dc, pes)
        for (const index of chosen(pes)) plain[dc][index] = isHold
        for (const [name, states] of Object.entries(plain)) {
          const seen = states.map((_, index) => held.isHeld(name === 'dc1' ? 'dc1' : 'dc2', index))
          expect(seen).toEqual(states)
        }
      }
    }),
  )
})

function chosen(pes: PeIndices): readonly number[] {
  return pes ?? [0, 1, 2, 3]
}

test('a job with more PEs than any before is held as the whole DC is', () => {
  const held = new HeldPes()
  held.hold('dc1', undefined)
  held.letUp('dc1', [2])
  expect([0, 1, 2, 3, 99].map((index) => held.isHeld('dc1', index))).toEqual([true, true, false, true, true])
  held.clear()
  expect(held.isHeld('dc1', 0)).toBe(false)
})
