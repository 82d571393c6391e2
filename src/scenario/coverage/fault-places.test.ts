import { describe, expect, test } from 'vitest'
import { whyNoCell } from '../../model/coverage.ts'
import type { FaultPlace } from '../../model/coverage.ts'
import { loadFiles } from '../composition/testing/load-files.ts'
import { scenarioCoverage } from './fault-places.ts'
import type { ScenarioCoverage } from './fault-places.ts'

// With the reference settings (30 s, 4, 180 s, 40 s): contact at 40 s, first snapshots at 190 s, DOWN 90 to 150 s after a crash, so
// about 120 s after it; a restarted job is heard 40 s after its start, and all is replicated again within 30 s + 180 s more.

const covered = (fields: string): ScenarioCoverage => {
  const { scenarios } = loadFiles({ 'a.yaml': `test_id: A-1\ndescription: d\n${fields}` })
  const [loaded] = scenarios
  if (loaded === undefined) throw new Error('no scenario')
  return scenarioCoverage(loaded.scenario, { seed: 1 })
}

/** The places of one step, as `phase` or, where it is not sure, `phase?`. */
const phasesOf = (fields: string, id: string): readonly string[] =>
  placesOf(fields, id).map(({ cell, isSure }) => `${cell.phase}${isSure ? '' : '?'}`)

const placesOf = (fields: string, id: string): readonly FaultPlace[] =>
  covered(fields).places.filter(({ step }) => step === id)

const probe = (when: string): string => `  - { id: probe, netem: { between: [dc1, dc2], delay: 1 s }, ${when}, for: 1 s }\n`
const killed = '  - { id: dead, kill: { target: dc1.job }, at: 400 s, for: 300 s }\n'
const cut = '  - { id: cut, partition: { between: [dc1, dc2] }, at: 400 s, for: 300 s }\n'
const steps = (...list: readonly string[]): string => `fault_scenario:\n${list.join('')}`

describe('the phase in which a fault begins', () => {
  test.each<readonly [string, string, string, readonly string[]]>([
    ['before the first heartbeat', '', 'at: 39 s', ['before_contact']],
    ['from contact to the first snapshots', '', 'at: 41 s', ['unprotected']],
    ['just before them', '', 'at: 189 s', ['unprotected']],
    ['after them', '', 'at: 191 s', ['steady']],
    ['at a death itself', killed, 'at: 400 s', ['steady']],
    ['after a death that nobody can have noticed', killed, 'at: 489 s', ['detecting']],
    ['after a death that someone may have noticed', killed, 'at: 500 s', ['detecting?', 'down?']],
    ['after a death that everybody has noticed', killed, 'at: 560 s', ['down']],
    ['at DOWN', killed, 'when: dc2.remote_down', ['takeover']],
    ['just after DOWN', killed, 'when: dc2.takeover_started, after: 200 ms', ['takeover']],
    ['after the replay', killed, 'when: dc2.takeover_done, after: 10 s', ['down']],
    ['when the dead one comes back', killed, 'at: 701 s', ['returning']],
    ['when not all is replicated again', killed, 'at: 889 s', ['returning']],
    ['when all is replicated again', killed, 'at: 1000 s', ['failed_back']],
    ['after an outage too short to be noticed', killed.replace('300 s', '10 s'), 'at: 460 s', ['steady']],
    ['when a start anew makes a short outage long', killed.replace('300 s', '75 s'), 'at: 492 s', ['detecting?', 'returning?']],
    ['during a cut', cut, 'at: 450 s', ['detecting']],
    ['after a healed cut of two that hold each other for down (Q4)', cut, 'at: 2000 s', ['down']],
    ['while another fault acts that silences nobody', '  - { disk_full: { target: dc2 }, at: 300 s }\n', 'at: 301 s', ['impaired']],
    ['behind another fault, at once', killed.replace(', for: 300 s', ''), 'heal: end', ['detecting']],
  ])('%s', (_title, first, when, phases) => {
    expect(phasesOf(steps(first, probe(when).replace('heal: end, ', '')), 'probe')).toEqual(phases)
  })

  test('not impaired, but unprotected or down where that is so', () => {
    const disk = (at: string): string => `  - { disk_full: { target: dc2 }, at: ${at} }\n`
    expect(phasesOf(steps(disk('50 s'), probe('at: 60 s')), 'probe')).toEqual(['unprotected'])
    expect(phasesOf(steps(killed, disk('560 s'), probe('at: 570 s')), 'probe')).toEqual(['down'])
  })

  test('protected once both DCs are, in active-passive once dc1 is', () => {
    const late = `opts: { start_offset: { dc2: 200 s } }\n${steps(probe('at: 385 s'))}`
    expect(phasesOf(late, 'probe')).toEqual(['unprotected'])
    expect(phasesOf(late.replace('385', '395'), 'probe')).toEqual(['steady'])
    expect(phasesOf(`mode: active-passive\n${steps(probe('at: 191 s'))}`, 'probe')).toEqual(['steady'])
  })

  test('still down after a healed one-way cut that both noticed, and returning after a pause', () => {
    const oneWay = '  - { partition: { from: dc1, to: dc2 }, at: 400 s, for: 600 s }\n'
    const paused = '  - { pause: { target: dc1.job }, at: 400 s, for: 300 s }\n'
    expect(phasesOf(steps(oneWay, probe('at: 2000 s')), 'probe')).toEqual(['down'])
    expect(phasesOf(steps(paused, probe('at: 2000 s')), 'probe')).toEqual(['failed_back'])
  })

  test('after a restart that breaks the silence of two that hold each other for down', () => {
    const fields = steps(cut, '  - { id: again, restart: { target: dc1.job }, at: 1000 s }\n', probe('at: 1100 s'))
    expect(phasesOf(fields, 'again')).toEqual(['down'])
    expect(phasesOf(fields, 'probe')).toEqual(['returning'])
    expect(phasesOf(fields.replace('1100 s', '1400 s'), 'probe')).toEqual(['failed_back'])
  })

  test('inside a fault, with and without a time of its own', () => {
    const inside = (when: string): string =>
      `fault_scenario:\n  - id: cut\n    partition: { between: [dc1, dc2] }\n    at: 400 s\n    for: 300 s\n    during:\n      - { id: inner, crash: { target: "dc1.pe[0]" }${when} }\n`
    expect(phasesOf(inside(''), 'inner')).toEqual(['detecting'])
    expect(phasesOf(inside(', at: 200 s'), 'inner')).toEqual(['down'])
  })

  test('beside each other in a parallel group, each as if it were alone', () => {
    const fields = `fault_scenario:\n  - at: 400 s\n    parallel:\n      - { id: a, kill: { target: dc1.job } }\n      - { id: b, kill: { target: dc2.job } }\n`
    expect(phasesOf(fields, 'a')).toEqual(['steady'])
    expect(phasesOf(fields, 'b')).toEqual(['steady'])
  })

  test('never steady when a DC sends no snapshots', () => {
    const fields = `crossdc: { dc1: { dataSnapshotExchangeInterval: 888888888 } }\n${steps(probe('at: 3000 s'))}`
    expect(phasesOf(fields, 'probe')).toEqual(['unprotected'])
  })

  test('never after DOWN when the observer never declares it', () => {
    const fields = `crossdc: { consecutiveHeartbeatMissesAllowed: 255 }\n${steps(killed, probe('at: 690 s'))}`
    expect(phasesOf(fields, 'probe')).toEqual(['detecting'])
  })

  test('before contact as long as one of the two is dead from the start', () => {
    const early = killed.replace('400 s', '10 s')
    expect(phasesOf(steps(early, probe('at: 250 s')), 'probe')).toEqual(['before_contact'])
    expect(phasesOf(steps(early, probe('at: 400 s')), 'probe')).toEqual(['unprotected'])
    expect(phasesOf(steps(early, probe('at: 730 s')), 'probe')).toEqual(['steady'])
  })

  test('of an active-passive takeover lasts as long as the launch', () => {
    const fields = `mode: active-passive\n${steps(killed, probe('when: dc2.remote_down, after: 20 s'))}`
    expect(phasesOf(fields, 'probe')).toEqual(['takeover'])
  })
})

describe('what a fault strikes', () => {
  test.each<readonly [string, string, string]>([
    ['a link both ways', 'partition: { between: [dc1, dc2] }', 'network both'],
    ['a link one way', 'partition: { from: dc2, to: dc1 }', 'network dc2_to_dc1'],
    ['a whole job', 'kill: { target: dc1.job }', 'job dc1'],
    ['a PE', 'kill: { target: "dc1.pe[0]" }', 'process dc1'],
    ['the management process', 'kill: { target: dc2.management }', 'process dc2'],
    ['a store', 'disk_full: { target: dc2 }', 'disk dc2'],
    ['a datacenter', 'datacenter_outage: { target: dc2 }', 'host dc2'],
    ['a word to the toolkit', 'orderly_shutdown: { target: dc1 }', 'message dc1'],
    ['a machine’s own connection', 'dns: { target: dc1, how: blackhole }', 'network dc1'],
  ])('%s', (_title, fault, expected) => {
    const places = placesOf(steps(`  - { id: x, ${fault}, at: 400 s }\n`), 'x')
    expect(places.map(({ cell }) => `${cell.fault} ${cell.direction}`)).toEqual([expected])
  })

  test('load, into what it goes', () => {
    const fields = (into: string): string =>
      `pre_failover_data: { rate: 20/s, into: ${into} }\n${steps('  - { id: x, load: 50/s, at: 400 s }\n')}`
    expect(placesOf(fields('both'), 'x')[0]?.cell).toMatchObject({ fault: 'load', direction: 'both' })
    expect(placesOf(fields('dc2'), 'x')[0]?.cell).toMatchObject({ fault: 'load', direction: 'dc2' })
  })

  test('a DC that only the run will know, perhaps either of the two', () => {
    const both = '  - { id: a, kill: { target: dc1.job }, at: 400 s }\n  - { id: b, kill: { target: dc2.job }, at: 420 s }\n'
    const fields = steps(both, '  - { id: x, disk_full: { target: survivor }, at: 700 s }\n')
    expect(placesOf(fields, 'x').map(({ cell, isSure }) => [cell.direction, isSure])).toEqual([
      ['dc1', false],
      ['dc2', false],
    ])
  })
})

describe('the store', () => {
  const table = `dataSnapshotJdbcUrl: 'jdbc:sqlite:replicas.db', dataSnapshotJdbcDriverLib: opt/sqlite.jar, dataSnapshotJdbcClassName: org.sqlite.JDBC, dataSnapshotTableName: snapshots, dataSnapshotPrimaryKeyColumnName: id`
  const fields = (fault: string): string =>
    `crossdc: { dc2: { ${table} } }\n${steps(`  - { id: x, ${fault}, at: 400 s }\n`)}`

  test.each<readonly [string, string, readonly string[]]>([
    ['is that of the other DC, which keeps the replicas', 'kill: { target: dc1.job }', ['table']],
    ['of a struck dc2 is dc1’s', 'kill: { target: dc2.job }', ['files']],
    ['is its own where the store itself fails', 'disk_full: { target: dc1 }', ['files']],
    ['of a link is that at its end', 'partition: { from: dc1, to: dc2 }', ['table']],
    ['of both directions are both', 'partition: { between: [dc1, dc2] }', ['files', 'table']],
  ])('%s', (_title, fault, stores) => {
    expect(placesOf(fields(fault), 'x').map(({ cell }) => cell.store)).toEqual(stores)
  })

  test('is dc2’s in active-passive, for dc1 keeps nothing', () => {
    const passive = `mode: active-passive\n${fields('kill: { target: dc2.job }')}`
    expect(placesOf(passive, 'x').map(({ cell }) => cell.store)).toEqual(['table'])
  })

  test('names the databases', () => {
    expect(covered(fields('kill: { target: dc1.job }')).databases).toEqual(['sqlite'])
  })
})

test('the same seed gives the same places, of what is drawn too', () => {
  const fields = `fault_scenario:
  - at: 300 s
    random:
      count: 4
      gap: { min: 5 s, max: 200 s }
      steps:
        - { kill: { target: dc1.job }, for: 200 s }
        - { partition: { from: dc2, to: dc1 }, for: 10 s }
        - { disk_full: { target: dc2 }, for: 30 s }
`
  const { places } = covered(fields)
  expect(new Set(places.map(({ step }) => step)).size).toBe(4)
  expect(covered(fields).places).toEqual(places)
  expect(places.map(({ cell }) => whyNoCell(cell))).toEqual(places.map(() => null))
})
