import { expect, test } from 'vitest'
import {
  cellKey,
  coverageRules,
  coverageStores,
  coverageDirections,
  faultClasses,
  faultClassOf,
  kindsFor,
  lifePhases,
  possibleCells,
  whyNoCell,
} from './coverage.ts'
import type { CoverageCell } from './coverage.ts'
import { coverageMap, emptyCells } from './coverage-map.ts'
import { faultKinds } from './fault.ts'

const cell = (fields: Partial<CoverageCell> = {}): CoverageCell => ({
  mode: 'active-active',
  fault: 'job',
  direction: 'dc1',
  phase: 'steady',
  store: 'files',
  ...fields,
})

test('every combination is possible or left out by a rule, and every rule leaves something out', () => {
  const combinations = (['active-active', 'active-passive'] as const).flatMap((mode) =>
    faultClasses.flatMap((fault) =>
      coverageDirections.flatMap((direction) =>
        lifePhases.flatMap((phase) => coverageStores.map((store) => ({ mode, fault, direction, phase, store }))),
      ),
    ),
  )
  const possible = new Set(possibleCells().map(cellKey))
  const left = combinations.filter((one) => !possible.has(cellKey(one)))
  expect(possible.size).toBe(592)
  expect(left.map(whyNoCell)).not.toContain(null)
  expect(new Set(left.map((one) => whyNoCell(one)?.id))).toEqual(new Set(coverageRules.map(({ id }) => id)))
})

test.each<readonly [string, Partial<CoverageCell>, string | null]>([
  ['a job in a direction of a link', { direction: 'both' }, 'direction-of-class'],
  ['load into a passive DC', { mode: 'active-passive', fault: 'load', direction: 'dc2' }, 'passive-takes-no-load'],
  ['load into the active one', { mode: 'active-passive', fault: 'load' }, null],
  ["dc1's store while dc2 is passive", { mode: 'active-passive', fault: 'disk' }, 'passive-sends-no-snapshots'],
  ["dc1's store once dc2 is active", { mode: 'active-passive', fault: 'disk', phase: 'returning' }, null],
  [
    'a word from a passive DC',
    { mode: 'active-passive', fault: 'message', direction: 'dc2' },
    'passive-sends-no-messages',
  ],
])('%s', (_title, fields, rule) => {
  expect(whyNoCell(cell(fields))?.id ?? null).toBe(rule)
})

test('for every cell but those of load there are kinds that fill it, and together all kinds', () => {
  const kinds = possibleCells().map((one) => ({ fault: one.fault, kinds: kindsFor(one) }))
  expect(kinds.filter((one) => one.kinds.length === 0).every(({ fault }) => fault === 'load')).toBe(true)
  expect(new Set(kinds.flatMap((one) => one.kinds))).toEqual(new Set(faultKinds))
  expect(kindsFor({ fault: 'network', direction: 'dc1' })).toEqual(['dns', 'interface_down'])
})

test('a kill is of its target’s class, and nothing is known of a kind of the user’s own', () => {
  expect(faultClassOf({ kind: 'kill', target: { dc: 'dc1' } })).toBe('job')
  expect(faultClassOf({ kind: 'kill', target: { dc: 'dc1', pes: [0] } })).toBe('process')
  expect(faultClassOf({ kind: 'kill', target: { dc: 'dc1', management: true } })).toBe('process')
  expect(faultClassOf({ kind: 'custom', name: 'x', args: {} })).toBeNull()
})

test('a map counts each test once a cell, and a cell that is only perhaps taken apart from the covered ones', () => {
  const place = (fields: Partial<CoverageCell>, isSure: boolean) => ({ step: 's', cell: cell(fields), isSure })
  const map = coverageMap([
    { testId: 'A', places: [place({}, true), place({}, false), place({ phase: 'down' }, false)] },
    { testId: 'B', places: [place({}, true), place({ phase: 'down' }, false)] },
    { testId: 'C', places: [place({}, false)] },
  ])
  expect(map).toEqual({
    cells: [
      { ...cell(), tests: ['A', 'B'], perhaps: ['C'] },
      { ...cell({ phase: 'down' }), tests: [], perhaps: ['A', 'B'] },
    ],
    possible: 592,
    covered: 1,
    perhaps: 1,
  })
  const empty = emptyCells(map)
  expect(empty).toHaveLength(590)
  expect(empty).not.toContainEqual(cell({ phase: 'down' }))
  expect(empty).toContainEqual(cell({ phase: 'takeover' }))
})

test('a cell that makes no sense is shown where a test takes it, and counts as no covered one', () => {
  const odd = cell({ mode: 'active-passive', fault: 'load', direction: 'dc2' })
  const map = coverageMap([{ testId: 'A', places: [{ step: 's', cell: odd, isSure: true }] }])
  expect(map).toMatchObject({ cells: [{ ...odd, tests: ['A'] }], covered: 0 })
})
