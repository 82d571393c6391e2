import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { mutateFiles } from './mutate.ts'
import { phasesOfFiles } from './phases.ts'
import { twinFiles } from './twin.ts'

/** A file in a folder of its own, which goes with the test. */
function written(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'failover-each-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'a.yaml'), text)
  return join(folder, 'a.yaml')
}

const settings = 'crossdc: { heartbeatExchangeInterval: 5, dataSnapshotExchangeInterval: 30, crossDCInitDelay: 10 }'

function kill(checks: string, more = ''): string {
  return `test_id: K-1
description: dc2 takes over when dc1's job is killed
${settings}
pre_failover_data: { generator: sequence, rate: 10/s, keys: 2, into: dc1 }
fault_scenario: [{ id: outage, kill: { target: dc1.job }, at: 132 s }]
post_failover_validation_checks: [${checks}]
${more}
opts: { start_offset: { dc2: 2 s }, run_for: 260 s }
`
}

const takeover = '{ takeover: { by: dc2, of: dc1 } }'

/** What a command wrote, and its exit code. */
async function run(
  command: (output: Parameters<typeof phasesOfFiles>[2]) => Promise<number>,
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  let stdout = ''
  let stderr = ''
  const exitCode = await command({ stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { exitCode, stdout, stderr }
}

describe('failover phases', () => {
  test('tells each scenario, and ends with 0 where all lie within the prediction', async () => {
    const file = written(kill(takeover))
    const { exitCode, stdout } = await run(async (output) => await phasesOfFiles([file], { phases: '4' }, output))
    expect(exitCode).toBe(0)
    expect(stdout).toContain('K-1: 4 places of the fault; heartbeats of dc1 every 5 s, snapshots every 25 s')
    expect(stdout).toContain('pass: 4 of 4 runs passed')
  })

  test('ends with 1 where a run fails', async () => {
    const file = written(kill('{ takeover: { by: dc2, within: 19 s } }'))
    const { exitCode, stdout } = await run(async (output) => await phasesOfFiles([file], { phases: '4' }, output))
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/fail at place \d/)
  })

  test('prints one object a scenario, with the seed', async () => {
    const file = written(kill(takeover))
    const { stdout } = await run(
      async (output) => await phasesOfFiles([file], { phases: '2', json: true, seed: '7' }, output),
    )
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'K-1', verdict: 'pass', seed: 7, runs: [{}, {}] })
  })

  test('ends with 2 where no fault can be moved, and says which scenario', async () => {
    const file = written('test_id: K-2\ndescription: nothing happens\nopts: { run_for: 20 s }\n')
    const { exitCode, stderr } = await run(async (output) => await phasesOfFiles([file], {}, output))
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^failover: K-2: .*: Expected a fault in K-2 whose time can be moved/)
  })

  test('ends with 2 for a broken file', async () => {
    const file = written('test_id: [')
    const { exitCode, stderr } = await run(async (output) => await phasesOfFiles([file], {}, output))
    expect(exitCode).toBe(2)
    expect(stderr).toContain('a.yaml:1')
  })

  test.each(['0', '1.5', 'x', '10001'])('refuses --phases %s', async (phases) => {
    await expect(run(async (output) => await phasesOfFiles([], { phases }, output))).rejects.toThrow(SettingsError)
  })
})

describe('scenarios', () => {
  test('that are repeated, or come at phases of their own, are looked at once', async () => {
    const file = written(kill(takeover, 'repeat: 2\nfault_phases: 2'))
    const { stdout } = await run(async (output) => await phasesOfFiles([file], { phases: '1', json: true }, output))
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'K-1' })
  })

  test('that are skipped are told, and alone decide nothing', async () => {
    const file = written(kill(takeover, 'skip: not today'))
    const { exitCode, stdout } = await run(async (output) => await phasesOfFiles([file], {}, output))
    expect(stdout).toContain('K-1 was skipped: not today')
    expect(exitCode).toBe(3)
  })
})

describe('failover mutate', () => {
  test('tells what was killed and the total, and ends with 0', async () => {
    const file = written(kill(`${takeover}, order`))
    const only = ['tuples_swapped', 'error_logged']
    const { exitCode, stdout } = await run(async (output) => await mutateFiles([file], { only }, output))
    expect(stdout).toContain('K-1: kill score 1 of 1; 1 of 2 planted failures asserted')
    expect(stdout).toMatch(/1 scenario: kill score 1 of 1; 1 of 2 planted failures asserted\.\n$/)
    expect(exitCode).toBe(0)
  })

  test('ends with 3 for a scenario that does not pass by itself', async () => {
    const file = written(kill('{ takeover: never }'))
    const { exitCode, stdout } = await run(async (output) => await mutateFiles([file], { json: true }, output))
    expect(exitCode).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'K-1', verdict: 'inconclusive', score: null })
  })

  test('refuses a failure that it does not know', async () => {
    await expect(run(async (output) => await mutateFiles([], { only: ['tuple_losst'] }, output))).rejects.toThrow(
      'Did you mean "tuple_lost"?',
    )
  })
})

describe('failover twin', () => {
  test('refuses a testbed that it cannot compare with', async () => {
    await expect(run(async (output) => await twinFiles([], { on: 'moon' }, output))).rejects.toThrow(
      'Expected --on to be one of embedded, got "moon".',
    )
  })

  test('refuses a tolerance that is none', async () => {
    await expect(run(async (output) => await twinFiles([], { tolerance: '2' }, output))).rejects.toThrow(
      'Expected --tolerance to be a duration',
    )
  })
})
