// `failover run` in the project of somebody who has the packed package, scenario files and no configuration.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { OutsiderProject } from './support/outsider.ts'

const scenario = (id: string, check: string): string => `test_id: ${id}
description: nothing happens for two minutes
post_failover_validation_checks:
  - ${check}
opts: { run_for: 2 min }
`

/** dc2 sees dc1 up well before that. */
const passes = scenario('PASS-01', 'status: { dc: dc2, remote: up }')
/** It does, but later: the first heartbeat comes after 40 s. */
const fails = scenario('FAIL-01', 'status: { dc: dc2, remote: up, within: 5 s }')
/** Without traffic nothing could be lost. */
const cannotTell = scenario('VAGUE-01', 'integrity')

let project: OutsiderProject
beforeAll(async () => {
  // What a verdict does to a command does not depend on the testbed; one test below asks the embedded one.
  project = await OutsiderProject.install({ env: { FAILOVER_TESTBED: 'simulated' } })
})
beforeEach(() => {
  project.reset({})
  rmSync(join(project.directory, 'vitest.config.ts'), { force: true })
})
afterAll(async () => await project[Symbol.asyncDispose]())

test.for([
  ['0 when everything passed', [passes], 0],
  ['1 when something failed, whatever else could not tell', [passes, cannotTell, fails], 1],
  ['3 when something could not tell and nothing failed', [passes, cannotTell], 3],
] as const)('ends with %s', { timeout: 180_000 }, async ([, texts, exitCode]) => {
  for (const [index, text] of texts.entries()) project.write(`drills/${index}.yaml`, text)
  const files = texts.map((_, index) => `drills/${index}.yaml`)
  const outcome = await project.run('failover', ['run', ...files])
  expect(outcome.output).toContain(`Failover: `)
  expect(outcome.exitCode).toBe(exitCode)
})

test('ends with 2 before anything runs when a file is wrong', async () => {
  project.write('drills/0.yaml', passes.replace('run_for: 2 min', 'run_for: 120'))
  const { exitCode, output } = await project.run('failover', ['run', 'drills/0.yaml'])
  expect(exitCode).toBe(2)
  expect(output).toContain('drills/0.yaml:5:18: Expected `opts.run_for` to be a duration')
  expect(output).not.toContain('RUN')
})

test('ends with 2 when nothing was selected', async () => {
  project.write('drills/0.yaml', passes)
  const { exitCode, output } = await project.run('failover', ['run', 'drills/0.yaml', '-t', 'OTHER'])
  expect(exitCode).toBe(2)
  expect(output).toContain('failover: no failover test ran: nothing matched the files and filters')
})

test('tells its outcome as one JSON line', async () => {
  project.write('drills/0.yaml', passes)
  const { exitCode, output } = await project.run('failover', ['run', 'drills/0.yaml', '--json', '--seed', '7'], {
    FAILOVER_TESTBED: 'embedded',
  })
  expect(exitCode).toBe(0)
  const [line = ''] = output.split('\n').filter((text) => text.startsWith('{"verdict"'))
  expect(JSON.parse(line)).toMatchObject({ verdict: 'pass', exitCode: 0 })
  expect(JSON.parse(project.read('failover-results/latest/run.json'))).toMatchObject({ seed: 7 })
})

test('runs again what could not tell, as often as it is asked to, and nothing that failed', async () => {
  project.write('drills/0.yaml', cannotTell)
  project.write('drills/1.yaml', fails)
  const files = ['drills/0.yaml', 'drills/1.yaml']
  const { exitCode } = await project.run('failover', ['run', ...files, '--retry-inconclusive', '1'])
  expect(exitCode).toBe(1)
  const { scenarios } = JSON.parse(project.read('failover-results/latest/run.json')) as {
    readonly scenarios: readonly {
      readonly testId: string
      readonly attempts?: readonly { readonly verdict: string }[]
    }[]
  }
  expect(
    Object.fromEntries(scenarios.map(({ testId, attempts }) => [testId, attempts?.map(({ verdict }) => verdict)])),
  ).toEqual({ 'VAGUE-01': ['inconclusive'], 'FAIL-01': undefined })
})

test('a known issue that fails as known passes, and one that passes is the failure', async () => {
  const known = (text: string): string => `${text}known_issue: "Q4: neither side speaks first"\n`
  project.write('drills/0.yaml', known(fails))
  project.write('drills/1.yaml', known(passes))
  const asKnown = await project.run('failover', ['run', 'drills/0.yaml'])
  expect(asKnown.exitCode).toBe(0)
  const mended = await project.run('failover', ['run', 'drills/1.yaml'])
  expect(mended.exitCode).toBe(1)
  expect(mended.output).toMatch(/Passes although/)
})

test('leaves nothing running', () => {
  expect(project.leftovers()).toEqual({ processes: [], files: [] })
})
