import { describe, expect, test } from 'vitest'
import { HeartbeatWatchdog } from './heartbeat-watchdog.ts'
import type { StatusChange } from './heartbeat-watchdog.ts'

function createWatchdog(missesAllowed: number, Q1 = true): HeartbeatWatchdog {
  return new HeartbeatWatchdog({ missesAllowed, quirks: { Q1 } })
}

function textOf(change: StatusChange | null): string {
  if (change === null) return '.'
  return change.active ? '+' : change.isPlanned ? 'p' : '-'
}

/**
 * What each step answers. Steps: `h` heartbeat, `x` a POST that does not count, `s` sign of life, `t` tick, `r` the remote closes, `c` close.
 * Answers: `+` UP, `-` DOWN, `p` planned DOWN, `.` nothing.
 */
function answers(watchdog: HeartbeatWatchdog, steps: string): string {
  return Array.from(steps, (step) => {
    if (step === 'h') return textOf(watchdog.post({ counts: true }))
    if (step === 'x') return textOf(watchdog.post({ counts: false }))
    if (step === 's') return textOf(watchdog.signOfLife())
    if (step === 't') return textOf(watchdog.tick())
    if (step === 'r') return textOf(watchdog.remoteCloses())
    watchdog.close()
    return 'c'
  }).join('')
}

describe('HeartbeatWatchdog', () => {
  test.each([
    // A, steps, answers
    { missesAllowed: 4, steps: 'tttttttt', expected: '........' },
    { missesAllowed: 4, steps: 'h', expected: '+' },
    { missesAllowed: 4, steps: 'hh', expected: '+.' },
    { missesAllowed: 4, steps: 'htttt', expected: '+....' },
    { missesAllowed: 4, steps: 'httttt', expected: '+....-' },
    { missesAllowed: 4, steps: 'htttttttt', expected: '+....-...' },
    { missesAllowed: 4, steps: 'htttthttttt', expected: '+.........-' },
    { missesAllowed: 4, steps: 'htttttttht', expected: '+....-..+.' },
    { missesAllowed: 4, steps: 'tttttttthttttt', expected: '........+....-' },
    { missesAllowed: 0, steps: 'hthtt', expected: '+-+-.' },
    { missesAllowed: 1, steps: 'httt', expected: '+.-.' },
    { missesAllowed: 4, steps: 'htttttxttt', expected: '+....-....' },
    { missesAllowed: 4, steps: 'xttttt', expected: '......' },
    { missesAllowed: 4, steps: 'httttsttttt', expected: '+.........-' },
  ])('with $missesAllowed misses allowed answers $steps by $expected', ({ missesAllowed, steps, expected }) => {
    expect(answers(createWatchdog(missesAllowed), steps)).toBe(expected)
  })

  test('never reports DOWN with 255 misses allowed, because its counter wraps', () => {
    expect(answers(createWatchdog(255), `h${'t'.repeat(2000)}`)).not.toContain('-')
  })

  test('reports DOWN at the 255th miss with 254 allowed, once', () => {
    const text = answers(createWatchdog(254), `h${'t'.repeat(2000)}`)
    expect(text.indexOf('-')).toBe(255)
    expect(text.lastIndexOf('-')).toBe(255)
  })

  test.each([
    { missesAllowed: 4, steps: 'httttt', expected: '+...-.' },
    { missesAllowed: 1, steps: 'htt', expected: '+-.' },
    { missesAllowed: 0, steps: 'hthtt', expected: '+-+-.' },
    { missesAllowed: 4, steps: 'htttht', expected: '+.....' },
  ])('without Q1 and with $missesAllowed misses allowed answers $steps by $expected', (row) => {
    expect(answers(createWatchdog(row.missesAllowed, false), row.steps)).toBe(row.expected)
  })

  test('without Q1 reports DOWN at the 255th miss with 255 allowed', () => {
    expect(answers(createWatchdog(255, false), `h${'t'.repeat(300)}`).indexOf('-')).toBe(255)
  })

  test.each([
    ['at once, and again only after an UP', 'hrrtttttthr', '+p.......+p'],
    ['not while it was never contacted', 'rth', '..+'],
    ['not when it is DOWN already', 'htttttr', '+....-.'],
  ])('takes the notice of a remote that closes for a planned DOWN: %s', (_, steps, expected) => {
    expect(answers(createWatchdog(4), steps)).toBe(expected)
  })

  test('is deaf once closed', () => {
    expect(answers(createWatchdog(1), 'hcttthsrt')).toBe('+c.......')
  })

  test('counts its status tuples, from which the state can be told', () => {
    const watchdog = createWatchdog(0)
    const counts = ['x', 'h', 'h', 't', 't', 'h'].map((step) => {
      answers(watchdog, step)
      return watchdog.submitted
    })
    expect(counts).toEqual([0, 1, 1, 2, 2, 3])
  })

  test('counts what it was given, also what does not count as a heartbeat and what it is deaf to', () => {
    const watchdog = createWatchdog(4)
    answers(watchdog, 'hxttchtt')
    expect(watchdog.processed).toEqual([3, 4])
  })
})
