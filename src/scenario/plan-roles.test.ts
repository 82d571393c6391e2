import { describe, expect, test } from 'vitest'
import { allSteps } from '../model/step.ts'
import { loadFiles } from './composition/testing/load-files.ts'
import { resolveRoles } from './plan-roles.ts'

/** Each step as `id: who`, after resolving. */
function resolved(steps: string): readonly string[] {
  const { scenarios } = loadFiles({ 'a.yaml': `test_id: A-1\ndescription: d\nfault_scenario:\n${steps}` })
  return allSteps(resolveRoles(scenarios[0]?.scenario.steps ?? [])).flatMap((step) => {
    const who = (event: { readonly of: string; readonly dc?: string } | undefined): string => event?.dc ?? ''
    const { fault } = 'fault' in step ? step : { fault: undefined }
    const target =
      fault === undefined || fault.kind === 'custom'
        ? ''
        : 'target' in fault
          ? fault.target.dc
          : `${fault.from}>${fault.to}`
    const wait = 'action' in step && step.action.kind === 'wait' ? who(step.action.until?.event) : ''
    const until = 'fault' in step ? who(step.until?.event) : ''
    return [
      `${step.id}: ${[target, who(step.when?.event), wait, until].filter((text) => text !== '').join(' ')}`.trim(),
    ]
  })
}

describe('survivor and failed are', () => {
  test.each([
    ['kill: { target: dc1.job }'],
    ['crash: { target: dc1.job }'],
    ['pause: { target: "dc1.pe[0]" }'],
    ['cancel_job: { target: dc1 }'],
    ['orderly_shutdown: { target: dc1 }'],
    ['datacenter_outage: { target: dc1 }'],
    ['host_hang: { target: dc1 }'],
    ['power_loss: { target: dc1 }'],
    ['disk_full: { target: dc1 }'],
    ['partition: { from: dc1, to: dc2 }'],
  ])('known behind %s', (fault) => {
    expect(
      resolved(`  - { id: a, ${fault}, at: 400 s }\n  - { id: b, disk_slow: { target: survivor, delay: 1 s } }`)[1],
    ).toBe('b: dc2')
    expect(
      resolved(`  - { id: a, ${fault}, at: 400 s }\n  - { id: b, disk_slow: { target: failed, delay: 1 s } }`)[1],
    ).toBe('b: dc1')
  })

  test.each([
    ['a cut of both directions', 'partition: { between: [dc1, dc2] }'],
    ['the loss of a management process', 'kill: { target: dc1.management }'],
    ['a slow line', 'netem: { between: [dc1, dc2], delay: 80 ms }'],
  ])('for the run to tell behind %s', (_title, fault) => {
    expect(resolved(`  - { id: a, ${fault}, at: 400 s }\n  - { id: b, kill: { target: survivor.job } }`)[1]).toBe(
      'b: survivor',
    )
  })

  test('known in triggers, inside faults, in groups and in links', () => {
    expect(
      resolved(`
  - id: a
    kill: { target: dc1.job }
    at: 400 s
    until: survivor.takeover_done
    during:
      - { id: b, netem: { from: survivor, to: failed, delay: 1 s }, when: survivor.takeover_started }
  - sequence:
      - { id: c, wait: { for: failed.remote_up } }`),
    ).toEqual(['a: dc1 dc2', 'b: dc2>dc1 dc2', 'sequence:', 'c: dc1'])
  })

  test('those of the steps that come before in time, not in the file', () => {
    const steps =
      '  - { id: late, kill: { target: survivor.job }, at: 500 s }\n  - { id: early, kill: { target: dc2.job }, at: 400 s }'
    expect(resolved(steps)).toEqual(['late: dc1', 'early: dc2'])
    expect(resolved(steps.replace('400', '600'))).toEqual(['late: survivor', 'early: dc2'])
  })

  test('for the run to tell once both were struck', () => {
    const steps =
      '  - { id: a, kill: { target: dc1.job }, at: 1 s }\n  - { id: b, kill: { target: dc2.job } }\n  - { id: c, kill: { target: failed.job } }'
    expect(resolved(steps)[2]).toBe('c: failed')
  })
})
