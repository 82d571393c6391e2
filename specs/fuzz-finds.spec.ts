// The fuzzer against mistakes that are put into a copy of the toolkit one by one: each has to be found within 5,000 runs. What it finds
// in the toolkit as it is would be a mistake of ours. FAILOVER_SLOW=1 makes as many runs of that, and
// tries all the mistakes.

import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { FuzzCase, FuzzFault } from '../src/simulator/fuzz/fuzz-case.ts'
import { plainestCase } from '../src/simulator/fuzz/fuzz-case.ts'
import type { scenarioOf as ScenarioOf } from '../src/simulator/fuzz/fuzz-scenario.ts'
import type { judgeRun as JudgeRun } from '../src/simulator/fuzz/judge-run.ts'
import { shrinkCase } from '../src/simulator/fuzz/shrink-case.ts'
import { monotonicNowMs } from '../src/support/monotonic-clock.ts'
import { toolkitBugs } from './support/toolkit-bugs.ts'

const root = resolve(import.meta.dirname, '..')
const copies: string[] = []
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true })
})

/** A copy of the sources, as they are. */
function copyOfSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'failover-fuzz-'))
  copies.push(copy)
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true })
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
  return copy
}

const seed = '5'
const isSlow = process.env['FAILOVER_SLOW'] === '1'
/** What takes longest to find or to shrink, or is much like another one, is left to the slow tier. */
const ofSlowTier: readonly string[] = [
  'a DOWN is not told to the sending side',
  'UP is not taken back at a DOWN, so the next contact is none',
  'the notice of a shutdown leaves the stored snapshots where they are',
  'snapshots that were deleted at a notice stay remembered',
  'a passive side replays',
  'snapshot signals by the rounds, not by the counter',
  'DOWN is still reported after OrderlyShutdown',
  'what waits in the sender goes out last first',
]
const fifteen = toolkitBugs.filter(({ bug }) => !ofSlowTier.includes(bug))
const runsMax = 5000
/** An hour in the slowest of surroundings; it takes seconds. */
const patienceMs = 3_600_000

interface Fuzzed {
  readonly exitCode: number
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

/** Fuzzes a copy as it is. */
async function fuzz(copy: string, ...options: readonly string[]): Promise<Fuzzed> {
  const args = ['src/cli.ts', 'fuzz', '--seed', seed, '--json', '--out', join(copy, 'found'), ...options]
  return await new Promise((resolved, failed) => {
    execFile(process.execPath, args, { cwd: copy, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : Number(error.code)
      if (exitCode !== 0 && exitCode !== 1) failed(new Error(`failover fuzz ended with ${error?.code}: ${stderr}`))
      else resolved({ exitCode, lines: stdout.trim().split('\n').map(readObject) })
    })
  })
}

function readObject(line: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null) throw new Error(`Expected an object, got ${line}`)
  return { ...value }
}

/** A copy with a mistake in it. */
function copyWith({ file, right, wrong }: (typeof toolkitBugs)[number]): string {
  const copy = copyOfSources()
  const path = join(copy, 'src/toolkit', file)
  const text = readFileSync(path, 'utf8')
  expect(text.split(right), `${right} in ${file}`).toHaveLength(2)
  writeFileSync(
    path,
    text.replace(right, () => wrong),
  )
  return copy
}

test('there are enough mistakes, all of them others', () => {
  expect(fifteen.length).toBeGreaterThanOrEqual(15)
  expect(toolkitBugs).toHaveLength(fifteen.length + ofSlowTier.length)
  expect(new Set(toolkitBugs.map(({ file, wrong, right }) => `${file} ${right} ${wrong}`)).size).toBe(
    toolkitBugs.length,
  )
})

test('docs/simulator.md says of each when it was found', () => {
  const page = readFileSync(join(root, 'docs/simulator.md'), 'utf8')
  expect(toolkitBugs.filter(({ bug }) => !page.includes(`| ${bug} `))).toEqual([])
})

// Each in a process of its own, so that several may run at once.
describe('within 5,000 runs it finds', { timeout: patienceMs, concurrent: true }, () => {
  test.each(isSlow ? toolkitBugs : fifteen)('$bug', async (bug) => {
    const { exitCode, lines } = await fuzz(copyWith(bug), '--runs', String(runsMax), '--max-findings', '1')
    const [found] = lines
    expect(exitCode).toBe(1)
    expect(found).toMatchObject({ isProven: true })
    expect(Number(found?.['run'])).toBeLessThanOrEqual(runsMax)
    expect(Number(found?.['faults'])).toBeLessThanOrEqual(3)
    process.stdout.write(
      `${bug.bug}: run ${String(found?.['run'])}, ${String(found?.['invariant'])}, ${String(found?.['faults'])} faults\n`,
    )
  })
})

test('the toolkit as it is holds every invariant', { timeout: patienceMs }, async () => {
  const runs = isSlow ? runsMax : 500
  const { exitCode, lines } = await fuzz(copyOfSources(), '--runs', String(runs))
  expect(lines.filter((line) => 'invariant' in line)).toEqual([])
  expect(exitCode).toBe(0)
  expect(Number(lines.at(-1)?.['inconclusive'])).toBeLessThan(runs / 20)
})

/** Twenty faults one after the other; only those of dc2's process, and a cut behind one, have to do with what fails. */
function twentyFaults(): FuzzCase {
  const faults = Array.from({ length: 20 }, (_, index): FuzzFault => {
    const at = 3000 + index * 2000
    switch (index % 5) {
      case 0:
        return { kind: 'netem', at, hold: 700, line: 'both', delayMs: 80, jitterMs: 10, lossPercent: 1 }
      case 1:
        return { kind: 'disk_slow', at, hold: 613, dc: 'dc1', delayTenths: 7 }
      case 2:
        return { kind: 'crash', at, dc: 'dc1', pe: null }
      case 3:
        return { kind: 'kill', at, hold: index === 13 ? 1913 : 41, dc: 'dc2', pe: null }
      default:
        return { kind: 'connection_reset', at, line: 'into_dc1' }
    }
  })
  return { ...plainestCase, offsetTenths: 71, faults, tailSeconds: 300 }
}

test('a schedule of twenty faults shrinks to three at most within 20 s', { timeout: patienceMs }, async () => {
  // What the copy's toolkit does has to be seen here, so its machines are loaded from there.
  const bug = toolkitBugs.find(({ bug: name }) => name === 'one miss too many until DOWN')
  if (bug === undefined) throw new Error('Expected the mistake to be in the list')
  const copy = copyWith(bug)
  const { judgeRun } = await importFromCopy<{ readonly judgeRun: typeof JudgeRun }>(copy, 'judge-run')
  const { scenarioOf } = await importFromCopy<{ readonly scenarioOf: typeof ScenarioOf }>(copy, 'fuzz-scenario')
  const title = { testId: 'FUZZ-20', description: 'twenty faults' }
  const fails = async (drawn: FuzzCase): Promise<boolean> => {
    const outcome = await judgeRun(scenarioOf(drawn, title), 1)
    return outcome.kind === 'violated' && outcome.invariant === 'silence_window'
  }
  expect(await fails(twentyFaults())).toBe(true)
  const beganAt = monotonicNowMs()
  const { smallest, tries } = await shrinkCase(twentyFaults(), { fails, timeLimitMs: 20_000, now: monotonicNowMs })
  const seconds = (monotonicNowMs() - beganAt) / 1000
  expect(await fails(smallest)).toBe(true)
  expect(smallest.faults.length).toBeLessThanOrEqual(3)
  expect(seconds).toBeLessThanOrEqual(21)
  process.stdout.write(`20 faults shrunk to ${smallest.faults.length} in ${seconds.toFixed(1)} s, ${tries} tries\n`)
})

async function importFromCopy<Module>(copy: string, name: string): Promise<Module> {
  const path = join(copy, `src/simulator/fuzz/${name}.ts`)
  return (await import(/* @vite-ignore */ path)) as Module
}
