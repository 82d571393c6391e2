import { expect, test } from 'vitest'
import { loadScenarioFile } from './load-scenarios.ts'
import { planOf } from './plan.ts'

/** The plan as one line an entry: `400: inject a`, `-: verify`. */
function planned(fields: string): readonly string[] {
  const text = `test_id: A-1\ndescription: d\n${fields}`
  const { scenarios } = loadScenarioFile({ file: 'a.yaml', text })
  const entries = scenarios.flatMap(({ scenario }) => planOf(scenario))
  return entries.map(({ at, action }) => {
    const what =
      action.kind === 'inject'
        ? action.step.id
        : action.kind === 'heal'
          ? `${action.stepId} ${action.afterSeconds}`
          : action.kind === 'start_job'
            ? action.dc
            : ''
    return `${at ?? '-'}: ${action.kind} ${what}`.trimEnd()
  })
}

const start = ['0: start_job dc1', '0: start_job dc2', '-: await_healthy']

test('without steps and traffic starts, waits, verifies and ends', () => {
  expect(planned('')).toEqual([...start, '-: await_outcome', '-: verify', '-: end'])
})

test('starts dc2 after its offset, and traffic once both are healthy', () => {
  expect(planned('opts: { start_offset: { dc2: 7 s } }\npre_failover_data: { rate: 1/s }')).toEqual([
    '0: start_job dc1',
    '7: start_job dc2',
    '-: await_healthy',
    '-: start_traffic',
    '-: await_outcome',
    '-: verify',
    '-: end',
  ])
})

test('verifies at the end that the scenario sets', () => {
  expect(planned('opts: { run_for: 900 s }')).toEqual([...start, '900: verify', '-: end'])
})

test('sorts steps and heals by time, and leaves a step without a time behind the one it follows', () => {
  const steps = `
fault_scenario:
  - { id: late, kill: { target: dc1.job }, at: 500 s }
  - { id: follower, cancel_job: { target: dc2 } }
  - { id: early, partition: { between: [dc1, dc2] }, at: 100 s, for: 450 s }
  - { id: brief, partition: { between: [dc1, dc2] }, for: 5 s }
`
  expect(planned(steps)).toEqual([
    ...start,
    '100: inject early',
    '-: inject brief',
    '-: heal brief 5',
    '500: inject late',
    '-: inject follower',
    '550: heal early 450',
    '-: await_outcome',
    '-: verify',
    '-: end',
  ])
})

test('injects a first step without a time as soon as the traffic runs', () => {
  expect(
    planned('fault_scenario: [{ kill: { target: dc1.job } }, { id: b, kill: { target: dc2.job }, at: 9 s }]'),
  ).toEqual([...start, '-: inject kill', '9: inject b', '-: await_outcome', '-: verify', '-: end'])
})

test('stops traffic that lasts until the fault at the time of the first fault, before it', () => {
  const fields = `
pre_failover_data: { rate: 1/s, until: fault }
fault_scenario: [{ id: b, kill: { target: dc1.job }, at: 9 s }, { id: a, kill: { target: dc2.job }, at: 5 s }]
`
  expect(planned(fields).slice(4, 7)).toEqual(['5: stop_traffic', '-: inject a', '9: inject b'])
})
