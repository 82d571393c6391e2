import { describe, expect, test } from 'vitest'
import { HeartbeatWatchdog } from './heartbeat-watchdog.ts'

/** What each step answers: `h` a heartbeat, `t` a tick; `+` UP, `-` DOWN, `.` nothing. */
function answers(watchdog: HeartbeatWatchdog, steps: string): string {
  const answer = (step: string): boolean | null => (step === 'h' ? watchdog.heartbeat() : watchdog.tick())
  return Array.from(steps, (step) => ({ true: '+', false: '-', null: '.' })[`${answer(step)}`]).join('')
}

describe('HeartbeatWatchdog', () => {
  test.each([
    // misses allowed, steps, answers
    [4, 'tttttttt', '........'],
    [4, 'h', '+'],
    [4, 'hhththt', '+......'],
    [4, 'htttttttt', '+....-...'],
    [4, 'htttthttttt', '+.........-'],
    [4, 'htttttttht', '+....-..+.'],
    [4, 'tttttttthttttt', '........+....-'],
    [0, 'hthtt', '+-+-.'],
    [1, 'httt', '+.-.'],
  ])('with %d misses allowed answers %s by %s', (missesAllowed, steps, expected) => {
    expect(answers(new HeartbeatWatchdog({ missesAllowed }), steps)).toBe(expected)
  })

  test('never reports DOWN with 255 misses allowed, and at the 255th miss with 254', () => {
    expect(answers(new HeartbeatWatchdog({ missesAllowed: 255 }), `h${'t'.repeat(2000)}`)).not.toContain('-')
    expect(answers(new HeartbeatWatchdog({ missesAllowed: 254 }), `h${'t'.repeat(2000)}`).indexOf('-')).toBe(255)
  })

  test('counts its status tuples, from which the state can be told', () => {
    const watchdog = new HeartbeatWatchdog({ missesAllowed: 0 })
    expect(watchdog.submitted).toBe(0)
    answers(watchdog, 'h')
    expect(watchdog.submitted).toBe(1)
    answers(watchdog, 't')
    expect(watchdog.submitted).toBe(2)
  })

  test('is deaf once closed', () => {
    const watchdog = new HeartbeatWatchdog({ missesAllowed: 1 })
    answers(watchdog, 'h')
    watchdog.close()
    expect(answers(watchdog, 'ttttht')).toBe('......')
  })
})
