import { describe, expect, test } from 'vitest'
import type { Step } from '../model/step.ts'
import { stepsOf } from './testing/load-text.ts'

const both = { from: 'dc1', to: 'dc2', direction: 'both', ports: 'all' }

describe('reads the fault', () => {
  test.each<[string, object]>([
    [
      'partition: { from: primary, to: secondary, ports: heartbeat, how: hang }',
      { kind: 'partition', from: 'dc1', to: 'dc2', direction: 'one-way', ports: 'heartbeat', how: 'hang' },
    ],
    [
      'partition: { between: [survivor, failed], ports: [25091] }',
      { kind: 'partition', from: 'survivor', to: 'failed', direction: 'both', ports: [25091], how: 'drop' },
    ],
    [
      'netem: { between: [dc1, dc2], delay: 80 ms, jitter: 10 ms, loss: 0.5 %, duplicate: 1 %, corrupt: 2 %, reorder: 3 %, rate: 100 mbit }',
      {
        kind: 'netem',
        ...both,
        delaySeconds: 0.08,
        jitterSeconds: 0.01,
        lossPercent: 0.5,
        duplicatePercent: 1,
        corruptPercent: 2,
        reorderPercent: 3,
        rateBitsPerSecond: 1e8,
      },
    ],
    ['bandwidth: { between: [dc1, dc2], rate: 500 kbit }', { kind: 'bandwidth', ...both, rateBitsPerSecond: 5e5 }],
    [
      'flap: { between: [dc1, dc2], down: 119 s, up: 31 s, times: 10 }',
      { kind: 'flap', ...both, how: 'drop', downSeconds: 119, upSeconds: 31, times: 10 },
    ],
    ['connection_reset: { between: [dc1, dc2] }', { kind: 'connection_reset', ...both }],
    ['dns: { target: dc1 }', { kind: 'dns', target: { dc: 'dc1' }, how: 'blackhole' }],
    [
      'interface_down: { target: "dc1.host[0]", interface: eth1 }',
      { kind: 'interface_down', target: { dc: 'dc1', host: 0 }, interface: 'eth1' },
    ],
    ['kill: { target: survivor.job }', { kind: 'kill', target: { dc: 'survivor' } }],
    ['crash: { target: "dc2.pe[3]" }', { kind: 'crash', target: { dc: 'dc2', pes: [3] } }],
    ['pause: { target: "failed.pe[all]" }', { kind: 'pause', target: { dc: 'failed' } }],
    ['pause: { target: dc1.management }', { kind: 'pause', target: { dc: 'dc1', management: true } }],
    [
      'restart: { target: dc1.job, crossdc: { heartbeatExchangeInterval: 10 s }, streams_application_sab: builtin:sample }',
      { kind: 'restart', target: { dc: 'dc1' }, crossdc: { heartbeatExchangeInterval: 10 }, sab: 'builtin:sample' },
    ],
    ['restart: { target: "dc1.pe[0]" }', { kind: 'restart', target: { dc: 'dc1', pes: [0] } }],
    [
      'operator_restart: { target: "dc1.operator[Some Name]" }',
      { kind: 'operator_restart', target: { dc: 'dc1', operator: 'Some Name' } },
    ],
    [
      'operator_restart: { target: "dc2.operator[CrossDataCenterSender2[0]]" }',
      { kind: 'operator_restart', target: { dc: 'dc2', operator: 'CrossDataCenterSender2[0]' } },
    ],
    ['cancel_job: { target: dc1 }', { kind: 'cancel_job', target: { dc: 'dc1' } }],
    ['orderly_shutdown: { target: secondary.job }', { kind: 'orderly_shutdown', target: { dc: 'dc2' } }],
    [
      'special_message: { target: dc2, message: OrderlyShutdown }',
      { kind: 'special_message', target: { dc: 'dc2' }, message: 'OrderlyShutdown' },
    ],
    ['datacenter_outage: { target: dc1 }', { kind: 'datacenter_outage', target: { dc: 'dc1' } }],
    ['host_hang: { target: "dc1.host[all]" }', { kind: 'host_hang', target: { dc: 'dc1' } }],
    ['power_loss: { target: "dc1.host[2]" }', { kind: 'power_loss', target: { dc: 'dc1', host: 2 } }],
    ['disk_full: { target: dc2 }', { kind: 'disk_full', target: { dc: 'dc2' } }],
    ['disk_readonly: { target: dc2 }', { kind: 'disk_readonly', target: { dc: 'dc2' } }],
    ['disk_slow: { target: dc2, delay: 2 s }', { kind: 'disk_slow', target: { dc: 'dc2' }, delaySeconds: 2 }],
    ['disk_error: { target: dc2 }', { kind: 'disk_error', target: { dc: 'dc2' } }],
    ['database_lost: { target: dc2 }', { kind: 'database_lost', target: { dc: 'dc2' } }],
    ['clock_skew: { target: dc1, offset: -5 s }', { kind: 'clock_skew', target: { dc: 'dc1' }, offsetSeconds: -5 }],
    ['cpu_stress: { target: dc1, workers: 4 }', { kind: 'cpu_stress', target: { dc: 'dc1' }, workers: 4 }],
    [
      'memory_stress: { target: dc1, size: 2 GiB }',
      { kind: 'memory_stress', target: { dc: 'dc1' }, sizeBytes: 2 * 1024 ** 3 },
    ],
    [
      'descriptor_pressure: { target: dc1, count: 1000 }',
      { kind: 'descriptor_pressure', target: { dc: 'dc1' }, count: 1000 },
    ],
  ])('%s', (line, fault) => {
    const [, step] = stepsOf('{ id: first, crash: { target: dc1.job } }', line)
    expect(step).toMatchObject({ heal: 'end' })
    expect(step !== undefined && 'fault' in step ? step.fault : null).toEqual(fault)
  })
})

describe('reads the action', () => {
  test.each<[string, object]>([
    ['load: 200/s', { kind: 'load', rate: 200 }],
    ['load: { factor: 0.5, into: both }', { kind: 'load', factor: 0.5, into: ['dc1', 'dc2'] }],
    ['quiesce:', { kind: 'quiesce' }],
    ['mark: here', { kind: 'mark', label: 'here' }],
    ['wait: 30 s', { kind: 'wait', seconds: 30 }],
    [
      'wait: { for: dc2.remote_up, after: 1 s, occurrence: 2, within: 200 s }',
      {
        kind: 'wait',
        until: { event: { of: 'datacenter', dc: 'dc2', event: 'remote_up' }, afterSeconds: 1, occurrence: 2 },
        within: 200,
      },
    ],
    ['heal: first', { kind: 'heal', step: 'first' }],
    [
      'check: { loss: { at_most: 0 tuples }, for: first, severity: info }',
      {
        kind: 'check',
        check: { kind: 'loss', atMost: { unit: 'tuples', value: 0 }, for: 'first', severity: 'info' },
      },
    ],
    [
      `exec: ./drill.sh --now "a \\"b\\"" 'c "d'ef ""`,
      { kind: 'exec', command: ['./drill.sh', '--now', 'a "b"', 'c "def', ''], exit: 0, timeoutRealSeconds: 30 },
    ],
    [
      'exec: { command: [./drill.sh, 7, a b], exit: 3, timeout: 5 s }',
      { kind: 'exec', command: ['./drill.sh', '7', 'a b'], exit: 3, timeoutRealSeconds: 5 },
    ],
    [
      'http: { get: "http://h:1/a?b" }',
      { kind: 'http', method: 'GET', url: 'http://h:1/a?b', headers: {}, timeoutRealSeconds: 30 },
    ],
    [
      'http: { method: OPTIONS, url: "http://h/", headers: { A: b }, body: "{}", status: 204, timeout: 1 s }',
      {
        kind: 'http',
        method: 'OPTIONS',
        url: 'http://h/',
        headers: { A: 'b' },
        body: '{}',
        status: 204,
        timeoutRealSeconds: 1,
      },
    ],
  ])('%s', (line, action) => {
    const [, step] = stepsOf('{ id: first, crash: { target: dc1.job } }', line)
    expect(step !== undefined && 'action' in step ? step.action : null).toEqual(action)
  })
})

test('reads when a step begins and ends, and what happens inside it', () => {
  expect(
    stepsOf(
      '{ id: cut, partition: { between: [dc1, dc2] }, at: 400 s, for: 10 min, during: [{ kill: { target: survivor.job }, at: 5 s, heal: none }] }',
      '{ pause: { target: dc1.job }, when: dc2.takeover_started, after: 200 ms, occurrence: 2, since: cut, until: { event: cut.fault_healed, after: 5 s } }',
    ),
  ).toMatchObject([
    {
      id: 'cut',
      at: 400,
      forSeconds: 600,
      heal: 'end',
      during: [{ id: 'kill', at: 5, heal: 'none', fault: { kind: 'kill', target: { dc: 'survivor' } } }],
    },
    {
      id: 'pause',
      when: {
        event: { of: 'datacenter', dc: 'dc2', event: 'takeover_started' },
        afterSeconds: 0.2,
        occurrence: 2,
        since: 'cut',
      },
      until: { event: { of: 'step', step: 'cut', event: 'fault_healed' }, afterSeconds: 5 },
    },
  ])
})

test('reads groups, whose steps get ids of their own over the whole tree', () => {
  expect(
    stepsOf(
      'parallel: [{ mark: a }, { sequence: [{ mark: b }, { id: mark-2, mark: c }] }]',
      '{ background: [{ mark: d }], at: 5 s }',
      'random: { steps: [{ mark: e }], count: 5, within: 30 min, gap: { min: 10 s, max: 60 s }, seed: 7 }',
      'random: { steps: [{ mark: f }], count: 1, gap: 2 s }',
    ),
  ).toEqual<readonly Step[]>([
    {
      id: 'parallel',
      group: 'parallel',
      steps: [
        { id: 'mark', action: { kind: 'mark', label: 'a' } },
        {
          id: 'sequence',
          group: 'sequence',
          steps: [
            { id: 'mark-3', action: { kind: 'mark', label: 'b' } },
            { id: 'mark-2', action: { kind: 'mark', label: 'c' } },
          ],
        },
      ],
    },
    {
      id: 'background',
      at: 5,
      group: 'background',
      steps: [{ id: 'mark-4', action: { kind: 'mark', label: 'd' } }],
    },
    {
      id: 'random',
      group: 'random',
      steps: [{ id: 'mark-5', action: { kind: 'mark', label: 'e' } }],
      budget: { count: 5, seconds: 1800, gapSeconds: { min: 10, max: 60 }, seed: 7 },
    },
    {
      id: 'random-2',
      group: 'random',
      steps: [{ id: 'mark-6', action: { kind: 'mark', label: 'f' } }],
      budget: { count: 1, gapSeconds: { min: 2, max: 2 } },
    },
  ])
})

describe('a target that stands for several', () => {
  test('`all` is both at once', () => {
    expect(stepsOf('{ id: k, kill: { target: all.job }, at: 5 s, for: 1 min }')).toEqual([
      {
        id: 'k',
        at: 5,
        group: 'parallel',
        steps: [
          { id: 'k-dc1', fault: { kind: 'kill', target: { dc: 'dc1' } }, forSeconds: 60, heal: 'end' },
          { id: 'k-dc2', fault: { kind: 'kill', target: { dc: 'dc2' } }, forSeconds: 60, heal: 'end' },
        ],
      },
    ])
  })

  test('`one` is drawn from both', () => {
    expect(stepsOf('disk_full: { target: one }')).toMatchObject([
      {
        id: 'disk_full',
        group: 'random',
        budget: { count: 1, gapSeconds: { min: 0, max: 0 } },
        steps: [
          { id: 'disk_full-dc1', fault: { target: { dc: 'dc1' } } },
          { id: 'disk_full-dc2', fault: { target: { dc: 'dc2' } } },
        ],
      },
    ])
  })

  test('`pe[one]` is drawn from as many PEs as the job has', () => {
    expect(stepsOf('crash: { target: "dc1.pe[one]" }')).toMatchObject([{ fault: { target: { dc: 'dc1', pes: [0] } } }])
    expect(stepsOf('crash: { target: "dc1.pe[one]" }\nopts: { pes: 2 }')).toMatchObject([
      {
        group: 'random',
        steps: [
          { id: 'crash-pe0', fault: { target: { dc: 'dc1', pes: [0] } } },
          { id: 'crash-pe1', fault: { target: { dc: 'dc1', pes: [1] } } },
        ],
      },
    ])
  })

  test('`one.pe[one]` is drawn from the PEs of both', () => {
    const [step] = stepsOf('crash: { target: "one.pe[one]" }\nopts: { pes: 2 }')
    expect(step !== undefined && 'steps' in step ? step.steps.map(({ id }) => id) : []).toEqual([
      'crash-dc1-pe0',
      'crash-dc1-pe1',
      'crash-dc2-pe0',
      'crash-dc2-pe1',
    ])
  })
})
