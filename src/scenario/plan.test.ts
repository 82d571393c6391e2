import { expect, test } from 'vitest'
import { loadFiles } from './composition/testing/load-files.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'

const planned = (fields: string, seed = 1): Plan => {
  const [loaded] = loadFiles({ 'a.yaml': `test_id: A-1\ndescription: d\n${fields}` }).scenarios
  if (loaded === undefined) throw new Error('no scenario')
  return planOf(loaded.scenario, { seed })
}
const chaos = `fault_scenario:
  - id: chaos
    at: 100 s
    random:
      count: 4
      gap: { min: 1 s, max: 5 s }
      steps:
        - { id: a, kill: { target: dc1.job }, for: 10 s }
        - { id: b, partition: { between: [dc1, dc2] }, for: 20 s }
`

test('is the same for the same scenario and seed, and another for another seed', () => {
  expect(planned(chaos)).toEqual(planned(chaos))
  const plans = Array.from({ length: 10 }, (_, seed) => JSON.stringify(planned(chaos, seed)))
  expect(new Set(plans).size).toBeGreaterThan(5)
})

test('says in rows what happens, from the start of the jobs to the checks', () => {
  const { rows } = planned(`
pre_failover_data: { rate: 20/s, keys: 8, until: fault }
fault_scenario:
  - id: cut
    partition: { from: dc1, to: dc2, ports: heartbeat, how: reject }
    at: 400 s
    until: dc2.takeover_done
    during: [{ load: 50/s }]
  - { netem: { between: [dc1, dc2], delay: 80 ms, loss: 0.5 % }, heal: none }
post_failover_validation_checks: [{ takeover: { by: dc2, within: 152 s } }, { loss: { at_most: 10 tuples }, severity: info }]
expected_recovery_time_seconds: 152
opts: { start_offset: { dc2: 7 s } }`)
  const texts = rows.map(({ depth, id, what, begins, ends, notes }) =>
    [`${'  '.repeat(depth)}${id}`, what, begins.words, ends?.words ?? '-', ...notes].join(' | '),
  )
  expect(texts).toEqual([
    " | start dc1's job, builtin:ledger | at 0 s | -",
    " | start dc2's job, builtin:ledger | at 7 s | -",
    ' | sequence 20/s into dc1, 8 keys, until the first fault | both jobs healthy | before the first fault',
    ' | dc2 sees dc1 up | expected | -',
    ' | dc1 sees dc2 up | expected | -',
    " | dc1's first snapshot to dc2 | expected | -",
    " | dc2's first snapshot to dc1 | expected | -",
    'cut | partition dc1 → dc2, heartbeat, reject | at 400 s | until dc2.takeover_done, the steps inside done',
    '  load | load 50/s | at once | -',
    'netem | netem dc1 ↔ dc2: delay 80 ms, loss 0.5 % | after cut | left to teardown | not on embedded: needs packets',
    ' | dc2 notices that dc1 is gone and takes over | expected | -',
    ' | stop traffic, ask for the state | all steps and takeovers done | -',
    ' | heal what still acts, newest first | after that | -',
    ' | takeover by dc2 within 152 s | of the whole run | -',
    ' | loss at most 10 tuples (info) | of the whole run | -',
    ' | recovery time, total: at most 152 s | of the whole run | -',
  ])
})

test('leaves nothing to chance in its steps', () => {
  const { steps } = planned(
    `${chaos}  - { kill: { target: dc2.job }, at: 900 s }\n  - { cancel_job: { target: failed } }`,
  )
  expect(steps[0]).toMatchObject({ id: 'chaos', group: 'sequence', at: 100 })
  expect(JSON.stringify(steps)).not.toContain('random')
})
