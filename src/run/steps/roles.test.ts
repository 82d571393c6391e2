import { expect, test } from 'vitest'
import type { TimelineEvent } from '../../model/timeline.ts'
import { resolveFault, resolveRole } from './roles.ts'

const event = (fields: Pick<TimelineEvent, 'event' | 'dc'>): TimelineEvent => ({
  t: 0,
  uncertainty: 0,
  seenBy: 'testbed',
  ...fields,
})

test('a name is itself', () => {
  expect(resolveRole('dc2', [])).toBe('dc2')
})

test('the survivor is whoever last declared the other down, and before that whom the last fault left alone', () => {
  const killed = event({ event: 'fault_effective', dc: 'dc1' })
  expect(resolveRole('survivor', [killed])).toBe('dc2')
  expect(resolveRole('failed', [killed])).toBe('dc1')
  const events = [killed, event({ event: 'remote_down', dc: 'dc2' }), event({ event: 'takeover_started', dc: 'dc1' })]
  expect(resolveRole('survivor', events)).toBe('dc1')
  expect(resolveRole('failed', events)).toBe('dc2')
})

test('a role that nobody has yet is an error that says what to do', () => {
  expect(() => resolveRole('survivor', [])).toThrow('none has failed: name dc1 or dc2')
})

test('a fault gets names for its roles, in links and in targets', () => {
  const events = [event({ event: 'remote_down', dc: 'dc2' })]
  expect(resolveFault({ kind: 'pause', target: { dc: 'survivor', pes: [1] } }, events)).toEqual({
    kind: 'pause',
    target: { dc: 'dc2', pes: [1] },
  })
  const cut = {
    kind: 'partition',
    from: 'failed',
    to: 'survivor',
    direction: 'one-way',
    ports: 'all',
    how: 'drop',
  } as const
  expect(resolveFault(cut, events)).toEqual({ ...cut, from: 'dc1', to: 'dc2' })
  const custom = { kind: 'custom', name: 'x', args: { dc: 'survivor' } } as const
  expect(resolveFault(custom, events)).toEqual(custom)
})
