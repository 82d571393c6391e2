import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import type { FuzzOptions } from '../simulator/fuzz/run-fuzz.ts'
import { fuzzOutput } from './fuzz.ts'
import type { FuzzCommandOptions } from './fuzz.ts'

interface Said {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

async function fuzz(
  options: FuzzCommandOptions,
  more: { readonly isTerminal?: boolean; readonly signal?: AbortSignal } & Pick<FuzzOptions, 'judge'> = {},
): Promise<Said> {
  let [stdout, stderr] = ['', '']
  const { isTerminal = false, signal = new AbortController().signal, ...judging } = more
  const exitCode = await fuzzOutput(
    { out: folder(), ...options },
    {
      stdout: (text) => void (stdout += text),
      stderr: (text) => void (stderr += text),
      isTerminal,
      signal,
    },
    judging,
  )
  return { stdout, stderr, exitCode }
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'failover-fuzz-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** Every run is a finding, of one invariant; `before` is called at each. */
function finds(before: () => void = () => undefined): Required<Pick<FuzzOptions, 'judge'>> {
  return {
    judge: async () => {
      before()
      return await Promise.resolve({ kind: 'violated', invariant: 'replay_whole', message: 'half of it' })
    },
  }
}

const withoutTimes = (text: string): string => text.replaceAll(/\(\d+ a second\)/g, '')

test('says the seed, what came of the runs and how to make them again', { timeout: 60_000 }, async () => {
  const { stdout, exitCode } = await fuzz({ runs: '5', seed: '3', minutes: '5' })
  expect(exitCode).toBe(0)
  expect(withoutTimes(stdout)).toMatch(
    /^Seed 3: 5 runs of at most 5 simulated minutes\.\n\n5 runs , \d+ of \d+ cells of the coverage map: \d held, 0 did not/,
  )
  expect(stdout).toContain('0 findings. The same runs again: failover fuzz --seed 3 --runs 5 --minutes 5\n')
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

test('ended by Ctrl-C before anything was found, it ends as a shell expects it', async () => {
  const ends = new AbortController()
  ends.abort()
  const { stdout, exitCode } = await fuzz({ runs: '5', seed: '3' }, { signal: ends.signal })
  expect(exitCode).toBe(130)
  expect(stdout).toContain('It was ended before all runs were made.')
})

test('ended by Ctrl-C after something was found, it tells of that and ends with 1', { timeout: 60_000 }, async () => {
  const ends = new AbortController()
  const { stdout, exitCode } = await fuzz({ seed: '3' }, { signal: ends.signal, ...finds(() => ends.abort()) })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('Run 1: replay_whole does not hold.')
  expect(stdout).toContain('It was ended before all runs were made.')
})

test('a run that could not be judged is not one that was ended', { timeout: 60_000 }, async () => {
  const judge = async () => await Promise.resolve({ kind: 'inconclusive', reason: 'nothing was seen' } as const)
  expect((await fuzz({ runs: '2', seed: '3' }, { judge })).exitCode).toBe(3)
})

test('the command for the same runs has what was given, and no more', { timeout: 60_000 }, async () => {
  const again = async (options: FuzzCommandOptions) =>
    /again: (.*)$/m.exec((await fuzz({ seed: '3', ...options }, finds())).stdout)?.[1]
  expect(await again({ maxFindings: '1' })).toBe('failover fuzz --seed 3 --max-findings 1')
  expect(await again({ runs: '2', minutes: '1.5' })).toBe('failover fuzz --seed 3 --runs 2 --minutes 1.5')
})

test('a finding is written with the command that finds it again', { timeout: 60_000 }, async () => {
  const out = join(folder(), 'not', 'there yet')
  const { stdout, exitCode } = await fuzz({ seed: '3', runs: '1', minutes: '5', out }, finds())
  expect(exitCode).toBe(1)
  expect(readdirSync(out)).toEqual(['fuzz-3-1.yaml'])
  const text = readFileSync(join(out, 'fuzz-3-1.yaml'), 'utf8').replaceAll(/\s*\n# ?/g, ' ')
  expect(text).toContain('Found by failover fuzz --seed 3 --runs 1 --minutes 5 in run 1')
  expect(stdout).toContain(`  ${out}/fuzz-3-1.yaml: read again and simulated, it does not fail for that reason: `)
})

test.each<[string, (made: string) => string]>([
  ['a file', (made) => join(made, 'file')],
  ['a path below a file', (made) => join(made, 'file', 'findings')],
])('%s as --out is refused before the runs', async (_, path) => {
  const made = folder()
  writeFileSync(join(made, 'file'), 'kept')
  let runs = 0
  const said = fuzz(
    { seed: '3', out: path(made) },
    finds(() => (runs += 1)),
  )
  await expect(said).rejects.toThrow(SettingsError)
  await expect(said).rejects.toThrow(
    `Expected --out to be a folder that files can be written to, got "${path(made)}" (E`,
  )
  expect(runs).toBe(0)
  expect(readFileSync(join(made, 'file'), 'utf8')).toBe('kept')
})

/** One finding whose scenario file cannot be written, and what is said of it. */
async function unwritten(how: { readonly json?: true }): Promise<Said & { readonly told: string }> {
  const out = folder()
  const path = join(out, 'fuzz-3-1.yaml')
  const judging = finds(() => void mkdirSync(path, { recursive: true }))
  const told = `failover: The scenario file ${path} cannot be written (EISDIR: illegal operation on a directory). The same finding again: failover fuzz --seed 3 --runs 1 --out ANOTHER_FOLDER\n`
  return { ...(await fuzz({ seed: '3', runs: '1', out, ...how }, judging)), told }
}

test('a file that cannot be written is told of, and the finding all the same', { timeout: 60_000 }, async () => {
  const { stdout, stderr, exitCode, told } = await unwritten({})
  expect([exitCode, stderr]).toEqual([1, told])
  expect(stdout).toContain('\nRun 1: replay_whole does not hold.\n  half of it\n')
  expect(stdout).toContain('1 finding. The same runs again')
})

test('a file that cannot be written is told of with --json too', { timeout: 60_000 }, async () => {
  const { stdout, stderr, exitCode, told } = await unwritten({ json: true })
  expect([exitCode, stderr]).toEqual([1, told])
  const [finding, result, ...more] = stdout.trim().split('\n')
  expect(more).toEqual([])
  expect(JSON.parse(finding ?? '')).toMatchObject({ run: 1, notWritten: 'EISDIR: illegal operation on a directory' })
  expect(JSON.parse(result ?? '')).toMatchObject({ distinctFindings: 1 })
})

// Asked to make the whole path at once, Node tries for ever there.
test.skipIf(!existsSync('/proc/self'))('a path below /proc as --out is refused before the runs', async () => {
  await expect(fuzz({ seed: '3', out: '/proc/findings/of/it' }, finds())).rejects.toThrow(
    'got "/proc/findings/of/it" (ENOENT: no such file or directory)',
  )
})

test('the command ends with 2 where --out is a file', { timeout: 60_000 }, async () => {
  const file = join(folder(), 'file')
  writeFileSync(file, '')
  const args = ['src/cli.ts', 'fuzz', '--runs', '1', '--out', file]
  await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^failover: Expected --out to be a folder .*\n$/),
  })
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
