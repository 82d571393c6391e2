import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WaitTimeoutError } from '../src/model/errors.ts'
import { eventually } from './support/eventually.ts'
import { OutsiderProject } from './support/outsider.ts'
import { findProcess } from './support/processes.ts'

// What a user meets who has the packed package and nothing else of this repository.

const kill = `test_id: KILL-01
description: dc2 takes over when dc1's job dies
streams_application_sab: builtin:ledger
pre_failover_data: { generator: sequence, rate: 20/s, keys: 16 }
fault_scenario:
  - kill: { target: dc1.job }
    at: 400 s
expected_recovery_time_seconds: { total: 152 }
expected_data_loss_seconds: 151
post_failover_validation_checks:
  - takeover: { by: dc2 }
  - duplicates: never
  - prediction
opts: { start_offset: { dc2: 7 s } }
`

const connectSpec = `import { expect, test } from 'vitest-failover'

test('both datacenters see each other', async ({ toolkit, topology }) => {
  const event = await toolkit.waitForConnected()
  expect(event.event).toBe('remote_up')
  expect((await topology.primary.streams.instance()).status).toBe('running')
})
`

/** Long enough to be struck in the middle. */
const longHold = kill.replace('at: 400 s', 'at: 20 s').replace('opts: {', 'opts: { run_for: 30 min,')

interface RunJson {
  readonly verdict: string
  readonly scenarios: readonly { readonly testId: string; readonly verdict: string; readonly reason: string }[]
}

let project: OutsiderProject
beforeAll(async () => {
  project = await OutsiderProject.install()
})
afterAll(async () => await project[Symbol.asyncDispose]())

function results(): RunJson {
  return JSON.parse(project.read('failover-results/latest/run.json')) as RunJson
}

const nothing = { processes: [], files: [] }

/** What is left when all that was going to end has ended. */
async function leftInTheEnd(): Promise<ReturnType<OutsiderProject['leftovers']>> {
  try {
    return await eventually('everything to be gone', () => {
      const left = project.leftovers()
      return left.processes.length + left.files.length === 0 ? left : undefined
    })
  } catch (error) {
    if (error instanceof WaitTimeoutError) return project.leftovers()
    throw error
  }
}

/** Resolves once the scenario's fault acts, as the journal on disk says. */
async function faultActs(): Promise<void> {
  await eventually(
    'the fault to act',
    () => {
      try {
        return project.read('failover-results/latest/logs/faults.journal.ndjson').includes('"effective"') || undefined
      } catch {
        return undefined
      }
    },
    30,
  )
}

test('a scenario file and a spec both run, with results, and nothing is left', async () => {
  project.reset({ 'scenarios/kill-primary.yaml': kill, 'specs/connect.spec.ts': connectSpec })
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(output).toContain('2 passed')
  expect(exitCode).toBe(0)
  expect(
    results()
      .scenarios.map(({ testId, verdict }) => `${testId} ${verdict}`)
      .toSorted(),
  ).toEqual(['KILL-01 pass', 'specs/connect.spec.ts > both datacenters see each other pass'])
  const junit = project.read('failover-results/latest/junit.xml')
  for (const name of ['rto_seconds', 'loss_percent', 'verdict', 'tags', 'seed'])
    expect(junit).toContain(`name="${name}"`)
  expect(project.read('failover-results/latest/timelines/KILL-01.ndjson')).toContain('"event":"takeover_done"')
  expect(project.leftovers()).toEqual(nothing)
})

describe('a run that is struck in the middle', () => {
  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s heals, writes the results and leaves nothing', async ([signal, code]) => {
    project.reset({ 'scenarios/long.yaml': longHold })
    const { child, ended } = project.start('vitest', ['run'])
    await faultActs()
    child.kill(signal)
    const { exitCode } = await ended
    expect(exitCode).toBe(code)
    expect(results().scenarios).toMatchObject([{ testId: 'KILL-01', verdict: 'inconclusive' }])
    const journal = project.read('failover-results/latest/logs/faults.journal.ndjson')
    expect(journal).toContain('"healed"')
    expect(project.leftovers()).toEqual(nothing)
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s to the whole process group, as by Ctrl-C in a terminal, heals all the same',
    async ([signal, code]) => {
      project.reset({ 'scenarios/long.yaml': longHold })
      const { child, ended } = project.start('vitest', ['run'])
      await faultActs()
      process.kill(-(child.pid ?? Number.NaN), signal)
      const { exitCode } = await ended
      expect(exitCode).toBe(code)
      expect(project.read('failover-results/latest/logs/faults.journal.ndjson')).toContain('"healed"')
      expect(await leftInTheEnd()).toEqual(nothing)
    },
  )

  test('kill -9 of Vitest leaves nothing', async () => {
    project.reset({ 'scenarios/long.yaml': longHold })
    const { child, ended } = project.start('vitest', ['run'])
    await faultActs()
    child.kill('SIGKILL')
    await ended
    expect(await leftInTheEnd()).toEqual(nothing)
  })

  test.for([['supervisor'], ['datacenter'], ['link']] as const)(
    'kill -9 of the %s fails the test and leaves nothing',
    async ([role]) => {
      project.reset({ 'scenarios/long.yaml': longHold })
      const { ended } = project.start('vitest', ['run'])
      await faultActs()
      process.kill(findProcess(project.mark, new RegExp(`processes/${role}\\.js`)).pid, 'SIGKILL')
      const { exitCode } = await ended
      expect(exitCode).toBe(1)
      expect(results().scenarios).toMatchObject([{ testId: 'KILL-01', verdict: 'inconclusive' }])
      expect(await leftInTheEnd()).toEqual(nothing)
    },
  )
})

test('a test that throws, and one that times out, leave a healed pair to the next one', async () => {
  const spec = `import { expect, test } from 'vitest-failover'

test('throws', async ({ topology, faults }) => {
  await faults.kill(topology.primary.job)
  throw new Error('of its own')
})

test('times out', { timeout: 3000 }, async ({ topology, faults, clock }) => {
  await faults.partition({ between: [topology.primary, topology.secondary] })
  await clock.sleep(100_000)
})

test('goes on', async ({ toolkit }) => {
  expect((await toolkit.waitForConnected()).event).toBe('remote_up')
})
`
  project.reset({ 'specs/broken.spec.ts': spec })
  const { exitCode, output } = await project.run('vitest', ['run'])
  expect(exitCode).toBe(1)
  expect(output).toContain('of its own')
  expect(output).toContain('Test timed out in 3000ms')
  expect(output).toMatch(/Tests\s+2 failed \| 1 passed/)
  const journal = project.read('failover-results/latest/logs/faults.journal.ndjson')
  expect(journal.match(/"state":"healed"/g)).toHaveLength(2)
  expect(project.leftovers()).toEqual(nothing)
})

test('failover emulate --json says how to reach two datacenters, which answer until it is interrupted', async () => {
  const { child, ended } = project.start('failover', ['emulate', '--json', '--time-scale', '30'])
  const [line] = (await once(child.stdout, 'data')) as [string]
  const emulated = JSON.parse(line) as {
    readonly testbed: string
    readonly timeScale: number
    readonly datacenters: readonly Readonly<Record<string, string>>[]
  }
  expect(emulated).toMatchObject({
    testbed: 'embedded',
    timeScale: 30,
    datacenters: [{ name: 'dc1' }, { name: 'dc2' }],
  })
  for (const { restUrl = '', dataExchangeUrl = '', username, password } of emulated.datacenters) {
    const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
    expect((await fetch(restUrl)).status).toBe(401)
    expect(await (await fetch(restUrl, { headers })).json()).toHaveProperty('resources')
    expect((await fetch(dataExchangeUrl, { headers })).status).toBe(200)
  }
  child.kill('SIGINT')
  const { exitCode } = await ended
  expect(exitCode).toBe(0)
  expect(project.leftovers()).toEqual(nothing)
})
