import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { fuzzOutput } from './fuzz.ts'
import type { FuzzCommandOptions } from './fuzz.ts'

interface Said {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

async function fuzz(
  options: FuzzCommandOptions,
  more: { readonly isTerminal?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Said> {
  let [stdout, stderr] = ['', '']
  const exitCode = await fuzzOutput(options, {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    isTerminal: more.isTerminal ?? false,
    signal: more.signal ?? new AbortController().signal,
  })
  return { stdout, stderr, exitCode }
}

const withoutTimes = (text: string): string => text.replaceAll(/\(\d+ a second\)/g, '')

test('says the seed, what came of the runs and how to make them again', { timeout: 60_000 }, async () => {
  const { stdout, exitCode } = await fuzz({ runs: '5', seed: '3', minutes: '5' })
  expect(exitCode).toBe(0)
  expect(withoutTimes(stdout)).toMatch(
    /^Seed 3: 5 runs of at most 5 simulated minutes\.\n\n5 runs , \d+ of \d+ cells of the coverage map: \d held, 0 did not/,
  )
  expect(stdout).toContain('0 findings. The same runs again: failover fuzz --seed 3\n')
})

test('without a seed takes another one each time', { timeout: 60_000 }, async () => {
  const seeds = await Promise.all(
    [1, 2].map(async () => (await fuzz({ runs: '1', minutes: '1' })).stdout.split(':')[0]),
  )
  expect(new Set(seeds).size).toBe(2)
})

test('with --json prints an object a line and nothing else', { timeout: 60_000 }, async () => {
  const { stdout, stderr } = await fuzz({ runs: '3', seed: '3', minutes: '5', json: true }, { isTerminal: true })
  const [only, ...more] = stdout.trim().split('\n')
  expect(more).toEqual([])
  expect(JSON.parse(only ?? '')).toMatchObject({
    runs: 3,
    seed: 3,
    findings: 0,
    distinctFindings: 0,
    isCutShort: false,
  })
  expect(stderr).toBe('')
})

test('on a terminal shows how far it is, and clears the line at the end', { timeout: 60_000 }, async () => {
  const { stderr } = await fuzz({ runs: '60', seed: '3' }, { isTerminal: true })
  expect(stderr).toMatch(/\r\d+ of 60 runs, \d+ a second, \d+ of \d+ cells, \d+ failures/)
  expect(stderr.endsWith('\r\x1b[K')).toBe(true)
})

test('ended before any run it could judge nothing', async () => {
  const ends = new AbortController()
  ends.abort()
  const { stdout, exitCode } = await fuzz({ runs: '5', seed: '3' }, { signal: ends.signal })
  expect(exitCode).toBe(3)
  expect(stdout).toContain('It was ended before all runs were made.')
})

test.each([
  [{ runs: '0' }, '--runs'],
  [{ runs: 'many' }, '--runs'],
  [{ minutes: '0' }, '--minutes'],
  [{ seed: '-1' }, '--seed'],
  [{ maxFindings: '0.5' }, '--max-findings'],
])('refuses %j', async (options, name) => {
  const said = fuzz({ seed: '1', ...options })
  await expect(said).rejects.toThrow(SettingsError)
  await expect(said).rejects.toThrow(`Expected ${name} to be`)
})
