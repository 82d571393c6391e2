import { expect, test } from 'vitest'
import type { TestbedEvent } from '../model/testbed.ts'
import { EventMoments } from './event-moments.ts'

const event = (time: number, about: Partial<TestbedEvent> = {}): TestbedEvent => ({
  time,
  uncertainty: 0.5,
  event: 'remote_up',
  dc: 'dc1',
  ...about,
})

const of = { event: 'remote_up', dc: 'dc1', occurrence: 1, sinceTime: 0 } as const

test('finds the occurrence asked for, from the time asked for on, of that event in that DC', () => {
  const moments = new EventMoments()
  expect(moments.of(of)).toBeUndefined()
  for (const time of [10, 20, 30]) moments.add(event(time))
  moments.add(event(5, { dc: 'dc2' }))
  moments.add(event(6, { event: 'remote_down' }))
  const { dc: _, ...nowhere } = event(7)
  moments.add(nowhere)
  expect(moments.of(of)).toEqual({ time: 10, uncertainty: 0.5 })
  expect(moments.of({ ...of, occurrence: 3 })?.time).toBe(30)
  expect(moments.of({ ...of, occurrence: 4 })).toBeUndefined()
  expect(moments.of({ ...of, sinceTime: 10 })?.time).toBe(10)
  expect(moments.of({ ...of, sinceTime: 10.001 })?.time).toBe(20)
  expect(moments.of({ ...of, sinceTime: 30.001 })).toBeUndefined()
  moments.clear()
  expect(moments.of(of)).toBeUndefined()
})

test('counts by the time of the events, not by their arrival', () => {
  const moments = new EventMoments()
  for (const time of [20, 10, 30]) moments.add(event(time))
  expect([1, 2, 3].map((occurrence) => moments.of({ ...of, occurrence })?.time)).toEqual([10, 20, 30])
})

test('forgets the oldest of very many, and says so to whoever asks for them', () => {
  const moments = new EventMoments(3)
  for (let time = 1; time <= 5; time += 1) moments.add(event(time))
  expect(moments.of(of)?.time).toBe(1)
  moments.add(event(6))
  expect(moments.of({ ...of, sinceTime: 3.5 })?.time).toBe(4)
  expect(() => moments.of({ ...of, sinceTime: 3 })).toThrow(
    'Expected `sinceTime` to be within the last 3 events remote_up of dc1, got 3: those until 3 are no longer known.',
  )
})
