import { expect, test } from 'vitest'
import { ScenarioError } from '../../model/errors.ts'
import type { Scenario } from '../../model/scenario.ts'
import { loadScenarioFile } from '../../scenario/load-scenarios.ts'
import { cyclesOf, placesOf } from './places.ts'

function load(text: string): Scenario {
  const [loaded] = loadScenarioFile({ file: 'a.yaml', text }).scenarios
  if (loaded === undefined) throw new Error('Expected a scenario')
  return loaded.scenario
}

function kill(more = ''): Scenario {
  return load(`test_id: K-1
description: a kill
${more}
fault_scenario:
  - { id: outage, kill: { target: dc2.job }, at: 400 s }
  - { mark: after, at: 500 s }
opts: { run_for: 900 s }
`)
}

test('knows the cycles of the datacenter that the fault strikes', () => {
  const scenario = kill('crossdc: { dc2: { heartbeatExchangeInterval: 10, dataSnapshotExchangeInterval: 60 } }')
  expect(cyclesOf(scenario)).toEqual({ dc: 'dc2', heartbeatSeconds: 10, snapshotSeconds: 50 })
})

test.each([24, 25, 30, 7, 1])('%i places spread evenly over both cycles', (count) => {
  const places = placesOf(kill(), count)
  const later = places.map(({ laterSeconds }) => laterSeconds)
  // 30 s and 150 s. Each heartbeat phase and each snapshot phase comes once, to within one place.
  for (const cycle of [30, 150]) {
    const phases = later.map((seconds) => Math.floor(((seconds % cycle) / cycle) * count + 1e-6))
    expect(new Set(phases).size).toBe(count)
  }
})

test('moves every step that has a time, and the end, and names the place', () => {
  const [, second] = placesOf(kill(), 24)
  expect(second?.scenario.steps.map(({ at }) => at)).toEqual([406.25, 506.25])
  expect(second?.scenario.opts.runForSeconds).toBe(906.25)
  expect(second?.scenario.testId).toBe('K-1[phase=2/24]')
})

test('begins with the time that the file says', () => {
  expect(placesOf(kill(), 24)[0]?.scenario.steps).toEqual(kill().steps)
})

test('without snapshots places lie in the heartbeat cycle alone', () => {
  const places = placesOf(kill('crossdc: { dataSnapshotExchangeInterval: 888888888 }'), 3)
  expect(places.map(({ laterSeconds }) => laterSeconds)).toEqual([0, 10, 20])
})

test('refuses a scenario whose fault has no time', () => {
  const scenario = load(`test_id: K-2
description: no fault at all
fault_scenario: [{ mark: here, at: 10 s }]
`)
  expect(() => placesOf(scenario, 3)).toThrow(ScenarioError)
  expect(() => placesOf(scenario, 3)).toThrow('Give the fault an `at`')
})
