import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OutsiderProject } from './support/outsider.ts'

// What a user gets who gets something wrong: one message, with its place, what was expected, what was found and what to do.

const good = `test_id: BAD-01
description: something is wrong with this file
streams_application_sab: builtin:ledger
fault_scenario:
  - kill: { target: dc1.job }
    at: 20 s
post_failover_validation_checks:
  - takeover: { by: dc2 }
`

let project: OutsiderProject
beforeAll(async () => {
  project = await OutsiderProject.install()
})
afterAll(async () => await project[Symbol.asyncDispose]())

describe.for<{ what: string; text: string; place: string; message: RegExp }>([
  {
    what: 'an unknown key',
    text: good.replace('fault_scenario', 'fault_scenarios'),
    place: ':4:1',
    message: /fault_scenarios.*Did you mean "fault_scenario"\?/,
  },
  {
    what: 'a number without a unit',
    text: good.replace('20 s', '20'),
    place: ':6:9',
    message: /Expected `fault_scenario\[0\]\.at` to be a duration such as "250 ms".*, got 20 \(number\)/,
  },
  { what: 'broken YAML', text: good.replace('dc1.job }', 'dc1.job'), place: ':6:', message: /./ },
  {
    what: 'a SAB that is not there',
    text: good.replace('builtin:ledger', './no/such.sab'),
    place: ':3:26',
    message: /no\/such\.sab/,
  },
])('$what', ({ text, place, message }) => {
  test('is told by `failover lint`, with exit code 2', async () => {
    project.reset({ 'scenarios/bad.yaml': text })
    const { exitCode, output } = await project.run('failover', ['lint', 'scenarios/bad.yaml'])
    expect(exitCode).toBe(2)
    const lines = output.split('\n').filter((line) => line.startsWith('error'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`scenarios/bad.yaml${place}`)
    expect(lines[0]).toMatch(message)
  })

  test('is told by Vitest at the place in the file, and starts nothing', async () => {
    project.reset({ 'scenarios/bad.yaml': text })
    const { exitCode, output } = await project.run('vitest', ['run'])
    expect(exitCode).toBe(1)
    expect(output).toContain(`scenarios/bad.yaml${place}`)
    expect(output).toMatch(message)
    // Not the results of an earlier run, and no pass beside Vitest's failure.
    expect(project.read('failover-results/latest/run.json')).toContain('"verdict": "inconclusive"')
    expect(project.leftovers()).toEqual({ processes: [], files: [] })
  })
})

test('a cross-DC port that another program holds is named, with what to do', async () => {
  await using server = createServer()
  await once(server.listen(0, '0.0.0.0'), 'listening')
  const { port } = server.address() as AddressInfo
  project.reset({ 'scenarios/port.yaml': `${good}crossdc: { crossDCHttpPort: ${port} }\n` })
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toMatch(/INCONCLUSIVE\s+BAD-01/)
  expect(output).toContain(`EADDRINUSE`)
  expect(output.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`127\\.\\d+\\.\\d+\\.\\d+.*${port}.*crossDCHttpPort`))
  expect(project.leftovers()).toEqual({ processes: [], files: [] })
})

test('fixtures without the plugin say which line of the configuration is missing', async () => {
  const spec = `import { test } from 'vitest-failover'\ntest('t', async ({ topology }) => { topology.primary })\n`
  project.reset({ 'specs/a.spec.ts': spec })
  project.write('vitest.config.ts', 'export default {}\n')
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toContain('expected `plugins: [failover()]` in vitest.config.ts')
})

test('a concurrent test on the shared pair is refused with the reason', async () => {
  const spec = `import { test } from 'vitest-failover'\ntest.concurrent('t', async ({ topology }) => { topology.primary })\n`
  project.reset({ 'specs/a.spec.ts': spec })
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toContain('cannot run at once: a fault of one would hit the other')
})

test('a fault that nobody awaits fails the test and is healed', async () => {
  const spec = `import { test } from 'vitest-failover'\ntest('t', async ({ topology, faults }) => {\n  faults.kill(topology.primary.job)\n})\n`
  project.reset({ 'specs/a.spec.ts': spec })
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toContain('The test did not wait for faults.kill.')
  expect(project.leftovers()).toEqual({ processes: [], files: [] })
})

test('a misspelt setting of a spec is named, with a suggestion and the line of the test', async () => {
  const spec = `import { test } from 'vitest-failover'
test.override({ scenarioDefaults: { crossdc: { heartbeatExchangeIntervall: 10 } } })
test('t', async ({ topology }) => { topology.primary })
`
  project.reset({ 'specs/a.spec.ts': spec })
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toMatch(/scenarioDefaults: .*heartbeatExchangeIntervall.*Did you mean "heartbeatExchangeInterval"\?/)
  expect(output).toContain('0 pass, 0 fail, 1 inconclusive')
})

test('a wait that times out points at its line in the spec', async () => {
  const spec = `import { test } from 'vitest-failover'
test('t', async ({ topology, toolkit }) => {
  await toolkit.waitForDown(topology.primary)
})
`
  project.reset({ 'specs/a.spec.ts': spec })
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Timed out after \d+ s \(system time\) waiting for dc2 to declare dc1 down; last seen: /)
  expect(output).toContain('specs/a.spec.ts:3:')
})

test('a results folder that cannot be one is named, with what to do', async () => {
  const spec = `import { test } from 'vitest-failover'\ntest('t', async ({ topology }) => { topology.primary })\n`
  project.reset({ 'specs/a.spec.ts': spec })
  project.write('taken', 'a file')
  const config = `import { failover } from 'vitest-failover/plugin'\nexport default { plugins: [failover({ results: 'taken' })] }\n`
  project.write('vitest.config.ts', config)
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Expected \S*taken to be a folder that results can be written to.*failover\(\{ results/)
  expect(project.leftovers()).toEqual({ processes: [], files: [] })
})

test('an unknown option of the plugin is named, with a suggestion', async () => {
  project.reset({})
  project.write(
    'vitest.config.ts',
    `import { failover } from 'vitest-failover/plugin'\nexport default { plugins: [failover({ timescale: 10 })] }\n`,
  )
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toMatch(/Unknown option `timescale`.*timeScale/)
})
