import { expect, test } from 'vitest'
import { compositeOperatorNames } from '../../toolkit/operators.ts'
import { partitionOperators, peCountMax } from './partition-operators.ts'

const holds = (count: number, pairs = 2): readonly (readonly string[])[] =>
  partitionOperators({ count, pairs }).map(({ operators }) => operators)

test('one PE holds everything', () => {
  const parts = partitionOperators({ count: 1, pairs: 2 })
  expect(parts).toEqual([{ hasApplication: true, operators: compositeOperatorNames(2) }])
})

test('of two, one has the application and the other the composite', () => {
  expect(partitionOperators({ count: 2, pairs: 2 })).toEqual([
    { hasApplication: true, operators: [] },
    { hasApplication: false, operators: compositeOperatorNames(2) },
  ])
})

test('then what sends, what hears heartbeats, and the senders stand apart', () => {
  const senders = ['CrossDataCenterSender1', 'CrossDataCenterSender2[0]', 'CrossDataCenterSender2[1]']
  const preparer = ['HeartbeatSignalGenerator', 'HeartbeatMessagePreparer']
  expect(holds(3)[1]).toEqual([...preparer, ...senders, 'HttpPostResponseSink'])
  expect(holds(4)[3]).toEqual(['CrossDataCenterReceiverForHB', 'RemoteDataCenterHeartbeatWatchdog'])
  expect(holds(4)[2]).toEqual(expect.arrayContaining(['CrossDataCenterReceiver[0]', 'RemoteDataCenterWatchdog']))
  expect(holds(5)[1]).toEqual(preparer)
  expect(holds(5)[4]).toEqual([...senders, 'HttpPostResponseSink'])
  expect(holds(6)[5]).toEqual(['CrossDataCenterSender2[0]', 'CrossDataCenterSender2[1]'])
})

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100])(
  'with a target of %i every operator has one PE, and no PE is empty',
  (count) => {
    const parts = partitionOperators({ count, pairs: 3 })
    expect(parts).toHaveLength(Math.min(count, peCountMax))
    expect(parts.flatMap(({ operators }) => operators).toSorted()).toEqual([...compositeOperatorNames(3)].toSorted())
    expect(parts.filter(({ hasApplication }) => hasApplication)).toEqual([parts[0]])
    expect(parts.slice(1).every(({ operators }) => operators.length > 0)).toBe(true)
  },
)
