import { describe, expect, test } from 'vitest'
import { Protection } from './protection.ts'

/** Stores `part@count` one after the other and returns those that completed something. */
function completing(protection: Protection, ...stored: readonly string[]): string[] {
  return stored.filter((text) => {
    const [part = '', count = ''] = text.split('@')
    return protection.stored(part, BigInt(count))
  })
}

describe('Protection', () => {
  test('is complete with the last missing part, and again with the last of each round', () => {
    const protection = new Protection({ parts: 2 })
    expect(completing(protection, '0@6', '1@6', '1@12', '0@12', '0@18', '1@18')).toEqual(['1@6', '0@12', '1@18'])
  })

  test('is as old as its oldest part', () => {
    const protection = new Protection({ parts: 2 })
    expect(completing(protection, '0@6', '1@6', '1@12', '1@18', '0@18')).toEqual(['1@6', '0@18'])
  })

  test('does not count one part twice', () => {
    const protection = new Protection({ parts: 2 })
    expect(completing(protection, '0@6', '0@12', '0@18')).toEqual([])
  })

  test('begins again after a reset, a lost part, or a restart of the remote', () => {
    const protection = new Protection({ parts: 2 })
    completing(protection, '0@6', '1@6')
    protection.reset()
    expect(completing(protection, '0@6', '1@6')).toEqual(['1@6'])
    protection.lost('1')
    expect(completing(protection, '0@12', '1@12')).toEqual(['1@12'])
    expect(completing(protection, '0@2', '1@2')).toEqual(['1@2'])
  })
})
