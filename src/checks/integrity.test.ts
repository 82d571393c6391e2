import { expect, test } from 'vitest'
import { deriveFacts } from './judge-check.ts'
import { checkIntegrity } from './integrity.ts'
import { killTimeline, state } from './testing/timeline-builder.ts'

const judge = (...states: readonly ReturnType<typeof state>[]): ReturnType<typeof checkIntegrity> =>
  checkIntegrity(deriveFacts(killTimeline({ states })))

test('passes when every checksum holds', () => {
  expect(judge(state(), state({ key: 'k1' }))).toMatchObject({
    verdict: 'pass',
    message: 'All checksums hold (2 state reports).',
  })
})

test('fails on one flipped bit of a checksum', () => {
  expect(judge(state(), state({ key: 'k1', checksum: 360 ^ 4 }))).toMatchObject({
    verdict: 'fail',
    message: '1 state report does not hold; first dc2 for key k1 of dc1: checksum 364, expected 360.',
  })
})

test('fails on one corrupt tuple though the sum fits', () => {
  expect(judge(state({ corrupt: 1 })).verdict).toBe('fail')
})

test('is inconclusive without reports, and when no report lists a tuple', () => {
  expect(judge().verdict).toBe('inconclusive')
  expect(judge(state({ intervals: [] })).verdict).toBe('inconclusive')
})

test('is inconclusive when the application’s outputs carry no checksums', () => {
  expect(judge(state({ basis: 'outputs' })).verdict).toBe('pass')
  expect(judge(state({ basis: 'outputs_without_checksums' })).verdict).toBe('inconclusive')
})
