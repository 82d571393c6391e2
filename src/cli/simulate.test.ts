import { execFile, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { simulateFiles } from './simulate.ts'
import type { SimulateCommandOptions } from './simulate.ts'

function written(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'failover-simulate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  })
}

async function simulated(
  files: Readonly<Record<string, string>>,
  options: SimulateCommandOptions = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await simulateFiles(written(files), options, {
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
  })
  return { code, stdout, stderr }
}

const kill = (id: string, more = '', rto = 152): string => `test_id: ${id}
description: dc2 takes over
fault_scenario: [{ id: outage, kill: { target: dc1.job }, at: 400 s }]
post_failover_validation_checks: [{ takeover: { by: dc2, of: dc1 } }]
expected_recovery_time_seconds: ${rto}
${more}`

function linesOf(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('prints a report of each scenario, and what all took', async () => {
  const { code, stdout, stderr } = await simulated({ 'a.yaml': kill('SIM-01') })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('PASS  SIM-01 · dc2 takes over')
  expect(stdout).toMatch(/detection +400\.0 s +\d+\.\d s/)
  expect(stdout).toMatch(
    /^1 scenario: 1 pass, 0 fail, 0 inconclusive\. .* of system time in .* s \(\d+ times as fast\), seed 0\.$/m,
  )
})

test('with --json, prints each event in the order of time, then the outcome', async () => {
  const { code, stdout } = await simulated({ 'a.yaml': kill('SIM-01') }, { json: true, seed: '5' })
  expect(code).toBe(0)
  const lines = linesOf(stdout)
  const times = lines.slice(0, -1).map(({ t }) => Number(t))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(lines[1]).toMatchObject({ scenario: 'SIM-01', dc: 'dc1', event: 'job_submitted', t: 0 })
  expect(Object.keys(lines[1] ?? {}).slice(0, 4)).toEqual(['scenario', 't', 'dc', 'event'])
  expect(lines.at(-1)).toMatchObject({
    scenario: 'SIM-01',
    verdict: 'pass',
    takeovers: [{ observer: 'dc2', of: 'dc1', fault: 'outage' }],
    rto: { basis: 'first_output' },
    loss: { acceptedTuples: 0 },
    seed: 5,
  })
})

test('a failed scenario ends with 1, and tells what was missed', async () => {
  const { code, stdout } = await simulated({ 'a.yaml': kill('SIM-01', '', 5) }, { json: true })
  expect(code).toBe(1)
  expect(linesOf(stdout).at(-1)).toMatchObject({
    verdict: 'fail',
    reason: expect.stringContaining('rto_total'),
    missed: [{ check: 'rto_total', verdict: 'fail' }],
  })
})

test('an inconclusive scenario ends with 3', async () => {
  const { code } = await simulated({ 'a.yaml': kill('SIM-01', 'timeout: 100 s\n') })
  expect(code).toBe(3)
})

test('repetitions and a matrix are run as a plan shows them; -t chooses', async () => {
  const files = {
    'a.yaml': kill('SIM-01', 'repeat: 2\n'),
    'b.yaml': kill('SIM-02', 'matrix: { crossdc.heartbeatExchangeInterval: [10, 30] }\n', 200),
  }
  const ids = async (options: SimulateCommandOptions): Promise<readonly unknown[]> =>
    linesOf((await simulated(files, { json: true, ...options })).stdout).flatMap(({ verdict, scenario }) =>
      verdict === undefined ? [] : [scenario],
    )
  expect(await ids({})).toHaveLength(4)
  expect(await ids({ testNamePattern: 'SIM-02.*=10' })).toHaveLength(1)
})

test('a scenario that is skipped is told, and counts for nothing', async () => {
  const { code, stdout } = await simulated(
    { 'a.yaml': kill('SIM-01', 'skip: "not today"\n'), 'b.yaml': kill('SIM-02') },
    { json: true },
  )
  expect(code).toBe(0)
  expect(linesOf(stdout)[0]).toEqual({ scenario: 'SIM-01', skip: 'not today' })
})

test('a broken file is told as by lint, and nothing is run', async () => {
  const { code, stdout, stderr } = await simulated({ 'a.yaml': kill('SIM-01'), 'b.yaml': 'test_id: B\nfalt: 1\n' })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^error: .*b\.yaml:2:1: /m)
})

test('a scenario that the simulated testbed cannot run ends with 2; the others are run', async () => {
  const stress = 'fault_scenario: [{ cpu_stress: { target: "dc1.host[0]", workers: 1 }, at: 10 s, for: 10 s }]\n'
  const { code, stdout, stderr } = await simulated({
    'a.yaml': `test_id: SIM-01\ndescription: too much for it\n${stress}`,
    'b.yaml': kill('SIM-02'),
    'c.yaml': `test_id: SIM-03\ndescription: too much for it\n${stress}opts: { best_effort: true }\n`,
  })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^failover: The simulated testbed cannot run SIM-01:\n- step .* it has no fault "cpu_stress"/)
  expect(stdout).toContain('PASS  SIM-02')
  expect(stdout).toContain('SIM-03 was skipped: The simulated testbed cannot run SIM-03')
})

test.each([{ seed: 'x' }, { seed: '-1' }, { testNamePattern: '(' }, { testNamePattern: 'nothing like it' }])(
  'options that make no sense are told: %o',
  async (options) => {
    await expect(simulated({ 'a.yaml': kill('SIM-01') }, options)).rejects.toThrow(SettingsError)
  },
)

test('one operator of several with the same name is restarted by its number', async () => {
  const restart = 'operator_restart: { target: "dc2.operator[CrossDataCenterSender2[0]]" }'
  const { code, stdout, stderr } = await simulated(
    {
      'a.yaml': `test_id: SIM-01\ndescription: the sender of snapshots\nfault_scenario: [{ ${restart}, at: 40 s }]\npost_failover_validation_checks: [{ takeover: { never: true, by: dc1 } }]\nopts: { run_for: 300 s }\n`,
    },
    { json: true },
  )
  expect([code, stderr]).toEqual([0, ''])
  expect(linesOf(stdout).filter(({ event }) => event === 'operator_restarted')).toMatchObject([
    { dc: 'dc2', detail: { operator: 'CrossDataCenterSender2[0]' } },
  ])
})

test.skipIf(!existsSync('/dev/full'))('output that cannot be written is told in one line', { timeout: 60_000 }, () => {
  const full = openSync('/dev/full', 'w')
  onTestFinished(() => closeSync(full))
  const args = ['src/cli.ts', 'simulate', '--json', ...written({ 'a.yaml': kill('SIM-01') })]
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })
  expect(stderr).toMatch(/^failover: Standard output cannot be written \(ENOSPC: .*\)\.\n$/)
  expect(status).toBe(2)
})

const documented = ['docs/simulator.md', 'docs/command-line.md'].flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^npx failover simulate (.*?)(?: {2,}#.*)?$/gm)].map(([, rest = '']) => rest),
)

test.each([...new Set(documented)])(
  "the documentation's `failover simulate %s` passes",
  { timeout: 60_000 },
  async (line) => {
    const words = line.split(' ').map((word) => word.replaceAll("'", ''))
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['src/cli.ts', 'simulate', ...words], {
      maxBuffer: 2 ** 26,
    })
    expect(stderr).toBe('')
    expect(stdout).not.toBe('')
  },
)
