import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { addLint, lintOutcome } from './lint.ts'

let folder = ''
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failover-lint-cli-'))
  const head = 'test_id: A-1\ndescription: d\n'
  await writeFile(at('good.yaml'), `${head}post_failover_validation_checks: [log_sanity]\n`)
  await writeFile(at('warned.yaml'), head)
  await writeFile(at('wrong.yaml'), `${head}submission_params: { channels: 0 }\n`)
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

test('ends well without a finding', async () => {
  expect(await lintOutcome([at('good.yaml')], {})).toEqual({
    stdout: '1 file, 1 scenario: 0 errors, 0 warnings.\n',
    stderr: '',
    exitCode: 0,
  })
})

test('ends well with warnings, unless there are more than are allowed', async () => {
  const path = at('warned.yaml')
  const { stdout, stderr, exitCode } = await lintOutcome([path], {})
  expect(stdout).toBe('1 file, 1 scenario: 0 errors, 1 warning.\n')
  expect(stderr).toMatch(`warning nothing-judged: ${path}:1:1: The scenario has no check and no objective`)
  expect(exitCode).toBe(0)
  expect((await lintOutcome([path], { maxWarnings: 1 })).exitCode).toBe(0)
  expect((await lintOutcome([path], { maxWarnings: 0 })).exitCode).toBe(2)
})

test('ends with 2 at an error, and looks at the rules alone that are asked for', async () => {
  const path = at('wrong.yaml')
  expect(await lintOutcome([path], {})).toMatchObject({
    stdout: '1 file, 1 scenario: 1 error, 1 warning.\n',
    exitCode: 2,
  })
  expect(await lintOutcome([path], { rule: ['nothing-judged'] })).toMatchObject({
    stdout: '1 file, 1 scenario: 0 errors, 1 warning.\n',
    exitCode: 0,
  })
  await expect(lintOutcome([path], { rule: ['nothing-juged'] })).rejects.toThrow(
    new SettingsError('Expected --rule to be a rule of lint, got nothing-juged. Did you mean "nothing-judged"?'),
  )
})

test('says where each scenario can run, if asked', async () => {
  const { stdout } = await lintOutcome([at('good.yaml')], { testbeds: true })
  expect(stdout).toBe('A-1: runs on: simulated, embedded, lab, hosts\n1 file, 1 scenario: 0 errors, 0 warnings.\n')
})

test('prints all of it as JSON', async () => {
  const { stdout, stderr, exitCode } = await lintOutcome([at('wrong.yaml')], { json: true })
  expect(JSON.parse(stdout)).toEqual({
    findings: [
      expect.objectContaining({ rule: 'nothing-judged', severity: 'warning' }),
      expect.objectContaining({ rule: 'channels-invalid', position: { file: at('wrong.yaml'), line: 3, column: 1 } }),
    ],
    errors: 1,
    warnings: 1,
    files: 1,
    scenarios: [
      { testId: 'A-1', file: at('wrong.yaml'), runsOn: ['simulated', 'embedded', 'lab', 'hosts'], notOn: {} },
    ],
  })
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 2 })
})

test('refuses a number of warnings that is none', async () => {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  addLint(program)
  const parse = async (count: string): Promise<Command> =>
    await program.parseAsync(['lint', at('good.yaml'), '--max-warnings', count], { from: 'user' })
  await expect(parse('-1')).rejects.toThrow(CommanderError)
  await expect(parse('many')).rejects.toThrow('Expected a whole number from 0 up.')
})
