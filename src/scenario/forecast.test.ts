import { describe, expect, test } from 'vitest'
import { loadFiles } from './composition/testing/load-files.ts'
import { planOf } from './plan.ts'
import type { Plan, PlanRow } from './plan.ts'

// With the reference settings (30 s, 4, 180 s, 40 s) and the time scale 10: a fault is proved within 0.5 s, jobs are healthy within
// 5 s, DOWN comes 90 to 150 s after a crash, snapshots at 190 s, 340 s, 490 s …

const planned = (fields: string, timeScale = 10): Plan => {
  const { scenarios } = loadFiles({ 'a.yaml': `test_id: A-1\ndescription: d\n${fields}` })
  const [loaded] = scenarios
  if (loaded === undefined) throw new Error('no scenario')
  return planOf(loaded.scenario, { seed: 1, timeScale })
}

/** When a step begins, as the forecast has it. */
const beginOf = (fields: string, id: string): PlanRow['begins']['window'] | undefined =>
  planned(fields).rows.find((row) => row.id === id)?.begins.window

const killed = (step: string): string =>
  `fault_scenario:\n  - { id: dead, kill: { target: dc1.job }, at: 400 s }\n  - { id: b, mark: x, ${step} }\n`

describe('a step begins', () => {
  test.each<readonly [string, string, { readonly min: number; readonly max: number } | null]>([
    ['at its time', 'at: 500 s', { min: 500, max: 500 }],
    ['after the effect of the one before', '', { min: 400, max: 400.5 }],
    ['at a DOWN', 'when: dc2.remote_down', { min: 490, max: 551 }],
    ['some time after a DOWN', 'when: dc2.takeover_started, after: 5 s', { min: 495, max: 556 }],
    ['at the end of a takeover', 'when: dc2.takeover_done', { min: 490, max: 556 }],
    ['at another step’s effect', 'when: dead.fault_effective', { min: 400, max: 400.5 }],
    ['at the first contact', 'when: dc1.remote_up', { min: 40, max: 40.5 }],
    ['at a snapshot signal', 'when: dc1.snapshot_signal', { min: 190, max: 190.5 }],
    ['at a later one', 'when: dc1.protected, occurrence: 2', { min: 340, max: 340.5 }],
    ['at a snapshot that the other one sent', 'when: dc2.snapshot_stored', { min: 190, max: 190.5 }],
    ['when only the run will tell: the DOWN of the dead one', 'when: dc1.remote_down', null],
    ['when only the run will tell: a second DOWN', 'when: dc2.remote_down, occurrence: 2', null],
    ['when only the run will tell: a snapshot after the death', 'when: dc1.snapshot_signal, occurrence: 3', null],
    ['when only the run will tell: a return', 'when: dc2.remote_up, since: dead', null],
  ])('%s', (_title, when, window) => {
    const fields = killed(when).replace(', }', ' }')
    const found = beginOf(fields, 'b')
    expect(found).toEqual(window)
  })

  test('after each end in a sequence, and together in a parallel group', () => {
    const steps = (group: string): string => `fault_scenario:
  - at: 400 s
    ${group}:
      - { id: one, kill: { target: dc1.job }, for: 10 s }
      - { id: two, wait: 5 s }
      - { id: three, mark: x }`
    expect(beginOf(steps('sequence'), 'two')).toEqual({ min: 410, max: 411 })
    expect(beginOf(steps('sequence'), 'three')).toEqual({ min: 415, max: 416 })
    expect(beginOf(steps('parallel'), 'three')).toEqual({ min: 400, max: 400 })
  })

  test('inside a fault from its effect, which is not healed before', () => {
    const plan = planned(`fault_scenario:
  - id: cut
    partition: { between: [dc1, dc2] }
    at: 400 s
    for: 10 s
    during:
      - { id: in, kill: { target: dc1.job }, at: 20 s, for: 30 s }`)
    expect(plan.rows.filter(({ kind }) => kind === 'step')).toMatchObject([
      { id: 'cut', depth: 0, ends: { window: { min: 450, max: 452 } } },
      { id: 'in', depth: 1, begins: { window: { min: 420, max: 420.5 } } },
    ])
  })
})

describe('takeovers are expected', () => {
  const expectedOf = (fields: string): readonly string[] =>
    planned(fields)
      .rows.filter(({ kind, what }) => kind === 'expected' && what.includes('notices'))
      .map(
        ({ what, begins }) =>
          `${what.slice(0, 3)} ${what.endsWith('perhaps') ? 'perhaps ' : ''}${begins.window?.min}-${begins.window?.max}`,
      )
  const one = (step: string): string => `fault_scenario: [{ ${step}, at: 400 s }]`

  test.each([
    ['of a kill', 'kill: { target: dc1.job }', ['dc2 490-551']],
    ['of a kill that outlasts detection', 'kill: { target: dc1.job }, for: 151 s', ['dc2 490-551']],
    ['perhaps of one that may not', 'kill: { target: dc1.job }, for: 120 s', ['dc2 perhaps 490-551']],
    ['not of one that is over before', 'kill: { target: dc1.job }, for: 60 s', []],
    ['not of a crash, which is mended sooner', 'crash: { target: dc1.job }', []],
    ['not of a slow line', 'netem: { between: [dc1, dc2], delay: 80 ms }', []],
    ['of both by a cut', 'partition: { between: [dc1, dc2] }', ['dc1 490-551', 'dc2 490-551']],
    ['not by a cut of the snapshots', 'partition: { between: [dc1, dc2], ports: snapshot }', []],
    [
      'one after the other by a cut of one direction',
      'partition: { from: dc1, to: dc2 }',
      ['dc2 490-551', 'dc1 580-701'],
    ],
    ['not by a flap that is shorter', 'flap: { between: [dc1, dc2], down: 60 s, up: 31 s, times: 3 }', []],
    [
      'of a kill that is held until it is noticed',
      'kill: { target: dc1.job }, until: dc2.remote_down',
      ['dc2 490-551'],
    ],
    ['after an orderly shutdown', 'orderly_shutdown: { target: dc1 }', ['dc2 490-551']],
  ])('%s', (_title, step, expected) => {
    expect(expectedOf(one(step))).toEqual(expected)
  })

  test('once, where the DC is lost anyway', () => {
    expect(
      expectedOf('fault_scenario: [{ orderly_shutdown: { target: dc1 }, at: 400 s }, { cancel_job: { target: dc1 } }]'),
    ).toHaveLength(1)
  })

  test('before the first step that begins after them', () => {
    const steps = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }, { id: late, mark: x, at: 800 s }]'
    const kinds = planned(steps).rows.map(({ kind, id }) => id || kind)
    expect(kinds.indexOf('late')).toBeGreaterThan(kinds.lastIndexOf('expected'))
  })

  test('not where a DC never declares the other down', () => {
    expect(
      expectedOf(`crossdc: { consecutiveHeartbeatMissesAllowed: 255 }\n${one('kill: { target: dc1.job }')}`),
    ).toEqual([])
  })
})

describe('a run ends', () => {
  const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
  const check = 'post_failover_validation_checks: [{ takeover: { by: dc2 } }]\n'
  test.each([
    ['where the scenario says', `${kill}opts: { run_for: 900 s }`, { min: 900, max: 900 }],
    ['once the expected takeover has settled', `${kill}${check}`, { min: 490, max: 556 }],
    ['once every takeover could have, where none is asked for', kill, { min: 760, max: 760.5 }],
    ['when it is given up, at the latest', `${kill}timeout: 700 s`, { min: 700, max: 700 }],
    [
      'once its steps are done',
      `${check}fault_scenario: [{ kill: { target: dc1.job }, at: 400 s, for: 300 s }]`,
      { min: 700, max: 701 },
    ],
  ])('%s', (_title, fields, seconds) => {
    expect(planned(fields).forecast.systemSeconds).toEqual({
      min: expect.closeTo(seconds.min),
      max: expect.closeTo(seconds.max),
    })
  })

  test('in real seconds by the time scale of the scenario, or else of the testbed', () => {
    expect(planned('opts: { run_for: 600 s }', 60).forecast).toMatchObject({
      timeScale: 60,
      realSeconds: { min: 10.3, max: 14 },
    })
    expect(planned('opts: { run_for: 600 s, time_scale: 100 }', 60).forecast).toMatchObject({
      timeScale: 100,
      realSeconds: { min: 6.3, max: 10 },
    })
  })
})
