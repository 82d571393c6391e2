import { describe, expect, test } from 'vitest'
import type { TestbedAct } from '../../model/testbed-act.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import { createRandom } from '../../support/random.ts'
import { createComposite } from '../../toolkit/composite.ts'
import { referenceSettings } from '../../toolkit/testing/reference-settings.ts'
import { Agenda } from './agenda.ts'
import { Plants, type PlantAct } from './plant.ts'

describe('what the world asks of plants', () => {
  const ends: readonly TestbedAct[] = [
    { kind: 'let_up', dc: 'dc1' },
    { kind: 'resume_pes', dc: 'dc1' },
    { kind: 'start_management', dc: 'dc1' },
    { kind: 'resume_management', dc: 'dc1' },
    { kind: 'remove_rules', ids: ['cut'] },
    { kind: 'store_fault', dc: 'dc1', fault: null },
  ]
  const begins: readonly TestbedAct[] = [
    { kind: 'hold_down', dc: 'dc1' },
    { kind: 'kill_pes', dc: 'dc1' },
    { kind: 'pause_pes', dc: 'dc1' },
    { kind: 'store_fault', dc: 'dc1', fault: { mode: 'full' } },
    { kind: 'apply_rules', rules: [] },
  ]

  test.each(ends)('no_heal swallows what ends a fault: $kind', (act) => {
    const acts: PlantAct[] = []
    expect(new Plants([{ kind: 'no_heal', tell: (told) => acts.push(told) }]).swallows(act)).toBe(true)
    expect(acts).toHaveLength(1)
  })

  test.each(begins)('no_heal lets pass what begins one: $kind', (act) => {
    expect(new Plants([{ kind: 'no_heal' }]).swallows(act)).toBe(false)
  })

  test.each(ends)('without no_heal nothing is swallowed: $kind', (act) => {
    expect(new Plants([{ kind: 'takeover_never' }]).swallows(act)).toBe(false)
  })

  test('script_fails: the script ends with a status of failure', () => {
    expect(new Plants([{ kind: 'script_fails' }]).scriptStatus('dc2', 0)).toBe(1)
    expect(new Plants([{ kind: 'no_heal' }]).scriptStatus('dc2', 0)).toBe(0)
  })

  test.each([
    { kind: 'input_refused', bad: 'refused' },
    { kind: 'input_waits', bad: 'waits' },
  ] as const)('$kind: input is bad for five of every ten seconds, from its time on', ({ kind, bad }) => {
    const agenda = new Agenda()
    const plants = new Plants([{ kind, fromSeconds: 100 }])
    const changes: string[] = []
    plants.attach({
      agenda,
      beforeInputChanges: (dc) => changes.push(`before ${dc} ${agenda.now} ${plants.input(dc)}`),
      afterInputChanges: (dc) => changes.push(`after ${dc} ${agenda.now} ${plants.input(dc)}`),
    })
    agenda.runUntil(2)
    const settings = referenceSettings('dc1')
    const composite = createComposite({ settings, random: createRandom(1), parts: 1 })
    plants.wrapComposite(composite, { dc: 'dc1', settings, behaviour: defaultBehaviour, now: () => agenda.now })
    agenda.runUntil(109)
    expect(changes.filter((change) => change.includes('dc2'))).toEqual([
      'before dc2 102 taken',
      `after dc2 102 ${bad}`,
      `before dc2 107 ${bad}`,
      'after dc2 107 taken',
    ])
  })
})
