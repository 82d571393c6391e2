import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Agenda } from './agenda.ts'

test('does things by their times, and those of one time in the order in which they were asked for', () => {
  const done: string[] = []
  const agenda = new Agenda()
  for (const [name, time] of [
    ['c', 3],
    ['a', 1],
    ['b1', 2],
    ['b2', 2],
  ] as const) {
    agenda.at(time, () => void done.push(`${name}@${agenda.now}`))
  }
  expect(agenda.nextDue()).toBe(1)
  agenda.runUntil(2.5)
  expect(done).toEqual(['a@1', 'b1@2', 'b2@2'])
  expect([agenda.now, agenda.nextDue()]).toEqual([2.5, 3])
})

test('what is asked for a past time is done now, after what is due now already', () => {
  const done: string[] = []
  const agenda = new Agenda()
  agenda.at(5, () => {
    agenda.at(1, () => void done.push(`late@${agenda.now}`))
  })
  agenda.at(5, () => void done.push('other'))
  agenda.runUntil(5)
  expect(done).toEqual(['other', 'late@5'])
})

test('does nothing that was cancelled, and does not take it for what is next', () => {
  const done: number[] = []
  const agenda = new Agenda()
  agenda.at(1, () => void done.push(1)).cancel()
  agenda.at(2, () => void done.push(2))
  expect(agenda.nextDue()).toBe(2)
  expect([agenda.runNext(), agenda.runNext()]).toEqual([true, false])
  expect(done).toEqual([2])
})

test('any mixture of times comes out sorted and complete', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ time: fc.integer({ min: 0, max: 20 }), isCancelled: fc.boolean() })), (asked) => {
      const agenda = new Agenda()
      const done: { readonly time: number; readonly place: number }[] = []
      for (const [place, { time, isCancelled }] of asked.entries()) {
        const entry = agenda.at(time, () => void done.push({ time, place }))
        if (isCancelled) entry.cancel()
      }
      agenda.runUntil(100)
      const expected = asked
        .map(({ time, isCancelled }, place) => ({ time, place, isCancelled }))
        .filter(({ isCancelled }) => !isCancelled)
        .toSorted((one, other) => one.time - other.time || one.place - other.place)
        .map(({ time, place }) => ({ time, place }))
      expect(done).toEqual(expected)
    }),
  )
})
