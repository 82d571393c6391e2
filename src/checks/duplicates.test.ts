import { expect, test } from 'vitest'
import { checkDuplicates, findDuplicates } from './duplicates.ts'
import { deriveFacts } from './judge-check.ts'
import { delivery, emptyTimeline, killTimeline, output, partitionTimeline, state } from './testing/timeline-builder.ts'

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

test.each([never, expected, atMost(1)])(
  'is inconclusive when the states were seen and no tuple was surely accepted: $polarity.is',
  (spec) => {
    const nothing = [state({ key: '', intervals: [] })]
    for (const deliveries of [[], [delivery({ outcome: 'rejected' })], [delivery({ outcome: 'unknown' })]]) {
      const result = checkDuplicates(spec, deriveFacts(killTimeline({ deliveries, states: nothing })))
      expect(result).toMatchObject({
        verdict: 'inconclusive',
        message: 'No tuple was seen to be accepted, so none could be processed twice.',
      })
      expect(checkDuplicates(spec, deriveFacts(killTimeline({ deliveries }))).verdict).toBe('inconclusive')
    }
  },
)

test('never: fails on a duplicate even when no acceptance was seen', () => {
  const states = [state({ duplicates: [{ from: 7, to: 7 }] })]
  expect(checkDuplicates(never, deriveFacts(killTimeline({ deliveries: [], states }))).verdict).toBe('fail')
})

test('at most: is inconclusive when nothing says when a duplicate was accepted', () => {
  const states = [state({ duplicates: [{ from: 350, to: 360 }] })]
  expect(checkDuplicates(atMost(30), deriveFacts(killTimeline({ states }))).verdict).toBe('inconclusive')
})

test('never: fails on a tuple that a DC put out twice before it died', () => {
  const outputs = [output({ to: 100 }), output({ from: 100, to: 359, counter: 2 })]
  const timeline = killTimeline({ outputs })
  expect(findDuplicates(timeline)).toEqual([{ origin: 'dc1', key: 'k0', from: 100, to: 100, how: 'applied twice' }])
  expect(checkDuplicates(never, deriveFacts(timeline)).verdict).toBe('fail')
})
