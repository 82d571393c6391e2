import { expect, test } from 'vitest'
import { Agenda } from './agenda.ts'
import { Rhythm } from './rhythm.ts'

/** A rhythm of 10 s in a PE that can be paused. */
function beating() {
  const agenda = new Agenda()
  const ticks: number[] = []
  const held: (() => void)[] = []
  const pe = { isPaused: false }
  const rhythm: Rhythm = new Rhythm({
    agenda,
    whenRunning: (act) => (pe.isPaused ? void held.push(act) : act()),
    onTick: () => {
      ticks.push(agenda.now)
      rhythm.schedule(10)
    },
  })
  rhythm.schedule(10)
  const goOn = (): void => {
    pe.isPaused = false
    for (const act of held.splice(0)) act()
  }
  return { agenda, ticks, rhythm, pe, goOn }
}

test('ticks one interval after the last one was due', () => {
  const { agenda, ticks } = beating()
  agenda.runUntil(35)
  expect(ticks).toEqual([10, 20, 30])
})

test('a tick that a short pause held up is followed by one at its old time', () => {
  const { agenda, ticks, pe, goOn } = beating()
  agenda.runUntil(15)
  pe.isPaused = true
  agenda.runUntil(23)
  goOn()
  agenda.runUntil(45)
  expect(ticks).toEqual([10, 23, 30, 40])
})

test('whole intervals that were slept through are not caught up', () => {
  const { agenda, ticks, pe, goOn } = beating()
  agenda.runUntil(15)
  pe.isPaused = true
  agenda.runUntil(58)
  goOn()
  agenda.runUntil(80)
  expect(ticks).toEqual([10, 58, 68, 78])
})

test('set while a tick is due it starts over, and stopped it is silent', () => {
  const { agenda, ticks, rhythm } = beating()
  agenda.runUntil(5)
  rhythm.schedule(10)
  agenda.runUntil(20)
  rhythm.stop()
  agenda.runUntil(100)
  expect(ticks).toEqual([15])
})
