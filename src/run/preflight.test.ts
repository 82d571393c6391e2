import { expect, test } from 'vitest'
import type { FaultSpec } from '../model/fault.ts'
import type { Scenario, TrafficSpec } from '../model/scenario.ts'
import type { Step } from '../model/step.ts'
import type { TestbedCapabilities } from '../model/testbed.ts'
import { preflight, unsupported } from './preflight.ts'
import { sampleScenario } from './testing/sample-session.ts'

const capabilities: TestbedCapabilities = {
  kind: 'embedded',
  faults: ['kill', 'netem', 'flap', 'host_hang', 'disk_slow'],
  defaultTimeScale: 60,
  maxTuplesPerRealSecond: 6000,
  netem: { can: ['delay', 'jitter', 'rate'], by: 'proxy' },
}
const traffic: TrafficSpec = {
  generator: { kind: 'sequence' },
  rate: 100,
  keys: 1,
  sizeBytes: 0,
  into: ['dc1'],
  until: 'end',
}
const kill: FaultSpec = { kind: 'kill', target: { dc: 'dc1' } }
const ends = { from: 'dc1', to: 'dc2', direction: 'both', ports: 'all' } as const
const scenario = sampleScenario({
  testId: 'PRE-01',
  traffic: [traffic],
  steps: [{ id: 'outage', fault: kill, forSeconds: 0.12, heal: 'end' }],
})

function problems(fields: Partial<Scenario>, of: Partial<TestbedCapabilities> = {}, timeScale = 60): readonly string[] {
  return unsupported({ scenario: { ...scenario, ...fields }, capabilities: { ...capabilities, ...of }, timeScale })
}

const stepOf = (fault: FaultSpec): readonly Step[] => [{ id: 's', fault, heal: 'end' }]

test('lets through what the testbed can do, up to its limits', () => {
  expect(() => preflight({ scenario, capabilities, timeScale: 60 })).not.toThrow()
})

test('lists everything at once that the testbed cannot do, wherever in the steps it is', () => {
  const steps: Scenario['steps'] = [
    {
      id: 'all',
      group: 'parallel',
      steps: [
        {
          id: 'cut',
          fault: { kind: 'cancel_job', target: { dc: 'dc1' } },
          forSeconds: 0.1,
          heal: 'end',
          during: [{ id: 'loss', fault: { kind: 'netem', ...ends, lossPercent: 1, delaySeconds: 1 }, heal: 'end' }],
        },
      ],
    },
  ]
  const opts = { startOffsetSeconds: 0, linkDelaySeconds: 0.02 }
  const asked = { ...scenario, steps, traffic: [{ ...traffic, rate: 101 }], opts }
  expect(() => preflight({ scenario: asked, capabilities, timeScale: 60 })).toThrow(
    [
      'The embedded testbed cannot run PRE-01:',
      '- step cut: it has no fault "cancel_job". It has kill, netem, flap, host_hang, disk_slow.',
      '- step loss: its netem has no loss. It has delay, jitter, rate.',
      '- step cut: `for` of 0.1 s is 1.7 ms of real time at time scale 60. Expected at least 0.12 s, or a lower `opts.time_scale`.',
      '- `opts.link_delay` of 0.02 s is 0.3 ms of real time at time scale 60. Expected at least 0.12 s, or a lower `opts.time_scale`.',
      '- 101/s of system time at time scale 60 is 6060 tuples a real second; it carries 6000. Lower the rate to 100/s or the time scale to 59.',
    ].join('\n'),
  )
})

const event = { of: 'datacenter', dc: 'dc2', event: 'remote_down' } as const

test.for<[string, readonly Step[]]>([
  ['`down`', stepOf({ kind: 'flap', ...ends, how: 'drop', downSeconds: 0.11, upSeconds: 0.12, times: 2 })],
  ['`up`', stepOf({ kind: 'flap', ...ends, how: 'drop', downSeconds: 0.12, upSeconds: 0.11, times: 2 })],
  ['`delay`', stepOf({ kind: 'netem', ...ends, delaySeconds: 0.11 })],
  ['`jitter`', stepOf({ kind: 'netem', ...ends, delaySeconds: 1, jitterSeconds: 0.11 })],
  ['`delay`', stepOf({ kind: 'disk_slow', target: { dc: 'dc1' }, delaySeconds: 0.11 })],
  ['`after`', [{ id: 's', fault: kill, heal: 'end', when: { event, afterSeconds: 0.11 } }]],
  ['`after` of `until`', [{ id: 's', fault: kill, heal: 'end', until: { event, afterSeconds: 0.11 } }]],
  ['`after`', [{ id: 's', action: { kind: 'quiesce' }, when: { event, afterSeconds: 0.11 } }]],
  ['`wait`', [{ id: 's', action: { kind: 'wait', seconds: 0.11 } }]],
])('%s just below two real milliseconds is refused, and no shorter scale', ([name, steps]) => {
  const said = problems({ steps })
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(`step s: ${name} of 0.11 s is 1.8 ms of real time at time scale 60.`)
  expect(problems({ steps }, {}, 55)).toEqual([])
})

test('an `after` of nothing is no duration', () => {
  expect(problems({ steps: [{ id: 's', fault: kill, heal: 'end', when: { event, afterSeconds: 0 } }] })).toEqual([])
})

test('packet loss wants a time scale of at most 4', () => {
  const steps = stepOf({ kind: 'netem', ...ends, lossPercent: 1 })
  const lossy = { netem: { can: ['loss'], by: 'tc' } } as const
  expect(problems({ steps }, lossy, 4)).toEqual([])
  expect(problems({ steps }, lossy, 5)).toEqual([
    "step s: packet loss at time scale 5 says nothing, for TCP's own timers do not scale. Expected `opts.time_scale` to be at most 4.",
  ])
})

test.for<[string, Partial<Scenario>]>([
  ['several generators add up', { traffic: [traffic, { ...traffic, rate: 1 }] }],
  ['both datacenters add up', { traffic: [{ ...traffic, rate: 50.5, into: ['dc1', 'dc2'] }] }],
  [
    'a ramp counts with its end',
    { traffic: [{ ...traffic, rate: 1, arrival: { kind: 'ramp', toRate: 101, overSeconds: 10 } }] },
  ],
  [
    'a burst counts with its peak',
    { traffic: [{ ...traffic, rate: 1, arrival: { kind: 'burst', peakRate: 101, everySeconds: 9, forSeconds: 1 } }] },
  ],
  ['a load step counts with its rate', { steps: [{ id: 's', action: { kind: 'load', rate: 101 } }] }],
  ['a load step counts with its factor', { steps: [{ id: 's', action: { kind: 'load', factor: 1.01 } }] }],
])('%s', ([, fields]) => {
  expect(problems(fields)).toEqual([expect.stringContaining('101/s of system time at time scale 60')])
})

test.for<Partial<Scenario>>([
  { steps: [{ id: 's', action: { kind: 'load', rate: 101, into: ['dc2'] } }] },
  { steps: [{ id: 's', action: { kind: 'load', factor: 0.5 } }] },
  { traffic: [] },
])('what flows nowhere, or less, is not too much: %o', (fields) => {
  expect(problems(fields)).toEqual([])
})

test('PEs and hosts that will not be there are named', () => {
  const steps = stepOf({ kind: 'kill', target: { dc: 'dc1', pes: [1, 3] } })
  const opts = { startOffsetSeconds: 0, linkDelaySeconds: 0, pes: 3 }
  expect(problems({ steps, opts })).toEqual([
    'step s: dc1.pe[3] will not be there. A job has .pe[0] to .pe[2]; `opts.pes` says how many.',
  ])
  expect(problems({ steps: stepOf({ kind: 'kill', target: { dc: 'dc1', pes: [1] } }) })).toEqual([
    'step s: dc1.pe[1] will not be there. A job has .pe[0] only; `opts.pes` says how many.',
  ])
  expect(problems({ steps: stepOf({ kind: 'host_hang', target: { dc: 'dc2', host: 1 } }) })).toEqual([
    'step s: dc2.host[1] is not there. A datacenter has one host here, .host[0].',
  ])
  expect(problems({ steps: stepOf({ kind: 'host_hang', target: { dc: 'dc2', host: 1 } }) }, { kind: 'hosts' })).toEqual(
    [],
  )
})

test('a SAB wants Streams, or a built-in that stands in for it', () => {
  const sab = { dc1: '/apps/mine.sab', dc2: '/apps/mine.sab' }
  expect(problems({ sab })).toEqual([
    'it has no Streams to run /apps/mine.sab. Say with `emulate_as` which built-in stands in for it, such as builtin:ledger.',
  ])
  expect(problems({ sab, emulateAs: 'builtin:ledger' })).toEqual([])
  expect(problems({ sab }, { kind: 'hosts' })).toEqual([])
})

test('a registered kind is nobody’s to refuse beforehand', () => {
  expect(problems({ steps: stepOf({ kind: 'custom', name: 'brownout', args: {} }) })).toEqual([])
})

test('in virtual time nothing is too short, and packets may be lost at any scale', () => {
  const virtual: TestbedCapabilities = {
    ...capabilities,
    kind: 'simulated',
    netem: { can: ['loss'], by: 'simulation' },
  }
  const steps: readonly Step[] = [
    { id: 'loss', fault: { kind: 'netem', ...ends, lossPercent: 1 }, heal: 'end', forSeconds: 0.001 },
  ]
  const question = { scenario: { ...scenario, steps }, capabilities: virtual, timeScale: 60 }
  expect(unsupported(question)).toEqual([])
})

test('in virtual time there is no shell for a script of the user’s own', () => {
  const launchScript = { kind: 'file', path: 'launch.sh', args: [] } as const
  const asked = { ...scenario, launchScript }
  expect(unsupported({ scenario: asked, capabilities, timeScale: 60 })).toEqual([])
  const virtual: TestbedCapabilities = { ...capabilities, kind: 'simulated' }
  expect(unsupported({ scenario: asked, capabilities: virtual, timeScale: 60 })).toEqual([
    expect.stringMatching(/^it runs no processes, and so not the launch script launch\.sh\. Say what the script does/),
  ])
})
