import { expect, test } from 'vitest'
import { checkDuplicates, findDuplicates } from './duplicates.ts'
import { deriveFacts } from './evaluate.ts'
import { emptyTimeline, killTimeline, partitionTimeline, state } from './testing/timeline-builder.ts'

const never = { kind: 'duplicates', polarity: { is: 'never' } } as const
const expected = { kind: 'duplicates', polarity: { is: 'expected' } } as const
const atMost = (seconds: number) => ({ kind: 'duplicates', polarity: { is: 'at_most', seconds } }) as const

test('never: passes when every tuple was applied once, by one datacenter', () => {
  expect(checkDuplicates(never, deriveFacts(killTimeline())).verdict).toBe('pass')
  expect(checkDuplicates(expected, deriveFacts(killTimeline())).verdict).toBe('fail')
})

test('never: fails on one tuple applied twice', () => {
  const timeline = killTimeline({ states: [state({ duplicates: [{ from: 7, to: 7 }] })] })
  expect(findDuplicates(timeline)).toEqual([{ origin: 'dc1', key: 'k0', from: 7, to: 7, how: 'applied twice' }])
  expect(checkDuplicates(never, deriveFacts(timeline))).toMatchObject({ verdict: 'fail', evidence: { tuples: 1 } })
  expect(checkDuplicates(expected, deriveFacts(timeline)).verdict).toBe('pass')
})

test('never: fails on one tuple that two live datacenters own', () => {
  const states = [state({ producedBy: 'dc1' }), state({ intervals: [{ from: 359, to: 400 }] })]
  const timeline = partitionTimeline({ states })
  expect(findDuplicates(timeline)).toEqual([{ origin: 'dc1', key: 'k0', from: 359, to: 359, how: 'owned twice' }])
  expect(checkDuplicates(never, deriveFacts(timeline)).verdict).toBe('fail')
})

test('what a dead datacenter had is no duplicate', () => {
  const states = [state(), state({ producedBy: 'dc1', t: 390 })]
  expect(checkDuplicates(never, deriveFacts(killTimeline({ states }))).verdict).toBe('pass')
})

test('at most: limits the time in which the duplicates were accepted', () => {
  const facts = deriveFacts(killTimeline({ states: [state({ duplicates: [{ from: 10, to: 40 }] })] }))
  expect(checkDuplicates(atMost(29), facts).verdict).toBe('fail')
  expect(checkDuplicates(atMost(30), facts).verdict).toBe('pass')
})

test.each([never, expected, atMost(1)])('is inconclusive without data: $polarity.is', (spec) => {
  expect(checkDuplicates(spec, deriveFacts(emptyTimeline())).verdict).toBe('inconclusive')
  expect(checkDuplicates(spec, deriveFacts(partitionTimeline({ states: [state()] }))).verdict).toBe('inconclusive')
})
