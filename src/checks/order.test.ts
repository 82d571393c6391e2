import { expect, test } from 'vitest'
import { deriveFacts } from './judge-check.ts'
import { checkOrder } from './order.ts'
import { delivery, killTimeline, output } from './testing/timeline-builder.ts'

const judge = (...outputs: readonly ReturnType<typeof output>[]): ReturnType<typeof checkOrder> =>
  checkOrder({ kind: 'order', per: 'key' }, deriveFacts(killTimeline({ outputs })))
const first = output({ counter: 1, from: 0, to: 4 })
const second = output({ counter: 2, from: 5, to: 9 })

test('passes when sequence numbers rise with the counter, in whatever order they were read', () => {
  expect(judge(first, second).verdict).toBe('pass')
  expect(judge(first, output({ counter: 3, from: 10, to: 12 }), second).verdict).toBe('pass')
})

test('fails when two outputs are swapped', () => {
  const result = judge(output({ counter: 1, from: 5, to: 9 }), output({ counter: 2, from: 0, to: 4 }))
  expect(result).toMatchObject({ verdict: 'fail', evidence: { inversionCount: 1 } })
  expect(result.message).toBe('1 output came out of order; first key k0 of dc1 in dc1: 0 after 9.')
})

test('fails when a number comes again', () => {
  expect(judge(first, output({ counter: 2, from: 4, to: 6 })).verdict).toBe('fail')
})

test('keys, channels, origins and datacenters are not compared with one another', () => {
  const lower = { counter: 2, from: 0, to: 4 } as const
  const late = output({ counter: 1, from: 5, to: 9 })
  expect(judge(late, output({ ...lower, key: 'k1' })).verdict).toBe('pass')
  expect(judge(late, output({ ...lower, channel: 1 })).verdict).toBe('pass')
  expect(judge(late, output({ ...lower, origin: 'dc2' })).verdict).toBe('pass')
  expect(judge(late, output({ ...lower, producedBy: 'dc2' })).verdict).toBe('pass')
})

test('a counter that begins again is a new job', () => {
  expect(judge(first, second, output({ counter: 1, from: 0, to: 2 })).verdict).toBe('pass')
  expect(
    judge(first, second, output({ counter: 1, from: 3, to: 4 }), output({ counter: 2, from: 0, to: 2 })).verdict,
  ).toBe('fail')
})

test('is inconclusive without outputs, and when some were not read', () => {
  expect(judge().verdict).toBe('inconclusive')
  const measuringFaults = [{ t: 1, dc: 'dc1', message: 'counter jumped from 3 to 5' }] as const
  expect(checkOrder({ kind: 'order', per: 'key' }, deriveFacts(killTimeline({ measuringFaults }))).verdict).toBe(
    'inconclusive',
  )
})

test('a swap is a failure also when some outputs were not read', () => {
  const measuringFaults = [{ t: 1, dc: 'dc1', message: 'counter jumped from 3 to 5' }] as const
  const outputs = [output({ counter: 1, from: 5, to: 9 }), output({ counter: 2, from: 0, to: 4 })]
  expect(
    checkOrder({ kind: 'order', per: 'key' }, deriveFacts(killTimeline({ outputs, measuringFaults }))).verdict,
  ).toBe('fail')
})

/** Two keys whose tuples were accepted in turn, a second apart. */
const inTurn = [
  delivery({ key: 'a', from: 0, to: 9, startTime: 100, endTime: 109 }),
  delivery({ key: 'b', from: 0, to: 9, startTime: 120, endTime: 129 }),
]

test('per stream, a key must not come out before what was accepted before it', () => {
  const judgeStream = (...outputs: readonly ReturnType<typeof output>[]): string =>
    checkOrder({ kind: 'order', per: 'stream' }, deriveFacts(killTimeline({ outputs, deliveries: inTurn }))).verdict
  const [a, b] = [output({ key: 'a', counter: 1 }), output({ key: 'b', counter: 2 })]
  expect(judgeStream(a, b)).toBe('pass')
  expect(judgeStream({ ...b, counter: 1 }, { ...a, counter: 2 })).toBe('fail')
  expect(judge({ ...b, counter: 1 }, { ...a, counter: 2 }).verdict).toBe('pass')
  // What a key's own outputs show is seen here too.
  expect(
    judgeStream(output({ key: 'a', counter: 1, from: 5, to: 9 }), output({ key: 'a', counter: 2, from: 0, to: 4 })),
  ).toBe('fail')
  expect(judgeStream()).toBe('inconclusive')
})

test('per stream, tuples that were accepted within the tolerance of one another are in order', () => {
  const outputs = [output({ key: 'b', counter: 1, to: 0 }), output({ key: 'a', counter: 2, from: 9, to: 9 })]
  const facts = (acceptanceToleranceSeconds: number): ReturnType<typeof deriveFacts> =>
    deriveFacts(killTimeline({ outputs, deliveries: inTurn, acceptanceToleranceSeconds }))
  expect(checkOrder({ kind: 'order', per: 'stream' }, facts(5)).verdict).toBe('fail')
  expect(checkOrder({ kind: 'order', per: 'stream' }, facts(6)).verdict).toBe('pass')
})
