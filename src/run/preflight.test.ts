import { expect, test } from 'vitest'
import type { Scenario } from '../model/scenario.ts'
import type { TestbedCapabilities } from '../model/testbed.ts'
import { preflight } from './preflight.ts'

const capabilities: TestbedCapabilities = {
  kind: 'embedded',
  faults: ['kill'],
  defaultTimeScale: 60,
  maxTuplesPerRealSecond: 6000,
}

const scenario: Scenario = {
  testId: 'PRE-01',
  description: 'a scenario',
  tags: [],
  mode: 'active-active',
  sab: 'builtin:ledger',
  submissionParameters: { dc1: {}, dc2: {} },
  crossdc: { dc1: {}, dc2: {} },
  traffic: { generator: 'sequence', rate: 100, keys: 1, sizeBytes: 0, into: ['dc1'], until: 'end' },
  steps: [{ id: 'outage', fault: { kind: 'kill', target: { dc: 'dc1' } }, forSeconds: 0.12, heal: 'end' }],
  trigger: 'automatic',
  checks: [],
  objectives: {},
  opts: { startOffsetSeconds: 0, linkDelaySeconds: 0 },
}

test('lets through what the testbed can do, up to its limits', () => {
  expect(() => preflight({ scenario, capabilities, timeScale: 60 })).not.toThrow()
})

test('lists everything at once that the testbed cannot do', () => {
  const steps: Scenario['steps'] = [
    { id: 'cut', fault: { kind: 'cancel_job', target: { dc: 'dc1' } }, forSeconds: 0.1, heal: 'end' },
  ]
  const traffic: Scenario['traffic'] = {
    generator: 'sequence',
    rate: 101,
    keys: 1,
    sizeBytes: 0,
    into: ['dc1'],
    until: 'end',
  }
  const opts = { startOffsetSeconds: 0, linkDelaySeconds: 0.02 }
  expect(() => preflight({ scenario: { ...scenario, steps, traffic, opts }, capabilities, timeScale: 60 })).toThrow(
    [
      'The embedded testbed cannot run PRE-01:',
      '- step cut: it has no fault "cancel_job". It has kill.',
      '- step cut: `for` of 0.1 s is 1.7 ms of real time at time scale 60. Expected at least 0.12 s, or a lower `opts.time_scale`.',
      '- `opts.link_delay` of 0.02 s is 0.3 ms of real time at time scale 60. Expected at least 0.12 s, or a lower `opts.time_scale`.',
      '- 101/s of system time at time scale 60 is 6060 tuples a real second; it carries 6000. Lower the rate to 100/s or the time scale to 59.',
    ].join('\n'),
  )
})
