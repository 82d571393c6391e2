// Active-passive from the run's side: what is submitted where, how a launched job is taken over, and what the run makes of it.

import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { RunReport } from '../model/run-report.ts'
import type { Scenario } from '../model/scenario.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { runScenario } from './run-scenario.ts'
import type { Session } from './session.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { inBoth, sampleScenario, sampleSession, sampleTraffic } from './testing/sample-session.ts'

function passiveScenario(fields: Partial<Scenario> = {}): Scenario {
  return sampleScenario({ mode: 'active-passive', ...fields })
}

async function run(
  scenario: Scenario,
  pair = new InMemoryPair(),
): Promise<{ readonly report: RunReport; readonly events: readonly TimelineEvent[]; readonly pair: InMemoryPair }> {
  const session = sampleSession(pair, { definition: scenario })
  const report = await pair.drive(runScenario({ scenario, session }))
  const events = session.recorder.events()
  await pair.drive(session[Symbol.asyncDispose]())
  return { report, events, pair }
}

async function started(scenario: Scenario, pair = new InMemoryPair()): Promise<[InMemoryPair, Session]> {
  const session = sampleSession(pair, { definition: scenario })
  onTestFinished(async () => await pair.drive(session[Symbol.asyncDispose]()))
  await pair.drive(session.start())
  return [pair, session]
}

const resultOf = ({ checks }: RunReport, name: string): CheckResult | undefined =>
  checks.find(({ check }) => check === name)

const takeover = { kind: 'takeover', never: false, by: 'dc2', of: 'dc1' } as const
const channels = { dc1: { channels: '4' }, dc2: { channels: '3', extra: 'x' } }

describe('what is submitted', () => {
  test('dc1 runs the application, and dc2 the passive sample with a script and dc1’s number of parts', async () => {
    const [pair] = await started(passiveScenario({ submissionParameters: channels }))
    expect(pair.sites.dc1.submitted).toMatchObject([{ submissionParameters: { channels: '4' } }])
    expect(pair.sites.dc2.submitted.map(({ submissionParameters }) => submissionParameters)).toEqual([
      {
        configFileName: '/files/dc2/crossdc-config.txt',
        shellScriptName: 'launch in dc2',
        channels: '4',
        numberOfHttpSenderReceiverPairs: '1',
      },
    ])
    expect(pair.bundles.map(({ sab }) => sab)).toContain('builtin:passive-sample')
  })

  test('the launched job gets dc2’s own parameters, and a file of its own: active, and keeping the snapshots', async () => {
    const [pair] = await started(passiveScenario({ submissionParameters: channels, opts: { ...opts, pes: 3 } }))
    expect(pair.launches).toEqual([
      {
        dc: 'dc2',
        sab: new Uint8Array(),
        parameters: {
          channels: '3',
          extra: 'x',
          configFileName: '/files/dc2/crossdc-config-launched.txt',
          numberOfHttpSenderReceiverPairs: '1',
        },
        fusionTargetPeCount: 3,
        script: { kind: 'submit', delaySeconds: 0 },
      },
    ])
    const fileOf = (name: string): string | undefined => pair.installed.find((file) => file.name === name)?.content
    expect(fileOf('crossdc-config-launched.txt')).toContain('crossDCOperationMode=1\n')
    expect(fileOf('crossdc-config-launched.txt')).toContain('retainOlderDataSnapshotsAtStartup=true\n')
    const watching = pair.installed.find(({ dc, name }) => dc === 'dc2' && name === 'crossdc-config.txt')?.content
    expect(watching).toContain('crossDCOperationMode=0\n')
    expect(watching).toContain('retainOlderDataSnapshotsAtStartup=false\n')
  })

  test.each([
    ['builtin:sample', '5'],
    ['/apps/mine.sab', '1'],
  ])('of %s the passive side expects %s parts', async (sab, parts) => {
    const pair = new InMemoryPair()
    pair.sites.dc1.endpoints = []
    await started(passiveScenario({ sab: inBoth(sab) }), pair)
    expect(pair.sites.dc2.submitted).toMatchObject([{ submissionParameters: { channels: parts } }])
  })

  test('the password gets into both of dc2’s files, and into no timeline', async () => {
    vi.stubEnv('FAILOVER_TEST_DB_PASSWORD', 'hunter2')
    onTestFinished(() => void vi.unstubAllEnvs())
    const database = {
      dataSnapshotJdbcUrl: 'jdbc:sqlite:/x',
      dataSnapshotJdbcPassword: 'env:FAILOVER_TEST_DB_PASSWORD',
    }
    const [pair, session] = await started(passiveScenario({ crossdc: { dc1: {}, dc2: database } }))
    const files = pair.installed.filter(({ dc }) => dc === 'dc2').map(({ content }) => content.includes('hunter2'))
    expect(files).toEqual([true, true])
    const timeline = await session.timeline()
    expect(timeline.launched).toMatchObject({ crossDCOperationMode: 1, dataSnapshotJdbcPassword: '<hidden>' })
    expect(JSON.stringify([timeline, pair.launches])).not.toContain('hunter2')
  })
})

describe('a launched job', () => {
  test('is adopted, read, and told to send itself the snapshots; the run passes by it', async () => {
    const checks = [takeover, { kind: 'script', launched: 1 }, { kind: 'integrity' }, { kind: 'prediction' }] as const
    const { report, events } = await run(passiveScenario({ checks, objectives: { rto: { detection: 150 } } }))
    expect(report).toMatchObject({ verdict: 'pass', mode: 'active-passive', rto: { basis: 'first_output' } })
    expect(report.loss).toMatchObject({ lostTuples: 0 })
    const own = events.filter(({ event, dc }) => dc === 'dc2' && /job_|special_/.test(event))
    expect(own.map(({ event, detail }) => [event, detail?.['jobId']])).toEqual([
      ['job_started', '1'],
      ['job_healthy', '1'],
      ['job_submitted', '2'],
      ['job_cancelled', '1'],
      ['job_started', '2'],
      ['job_healthy', '2'],
      ['job_adopted', '2'],
      ['special_message', '2'],
    ])
    expect(events.filter(({ event }) => event === 'special_message')).toMatchObject([
      { seenBy: 'run', detail: { message: 'SendMeDataFromSnapshotFiles', jobId: '2' } },
    ])
  })

  test('is of the next generation, and is what dc2 has from then on', async () => {
    const [pair, session] = await started(passiveScenario())
    expect(session.jobs.current('dc2')).toMatchObject({ generation: 1, role: 'passive', endpoints: null })
    await pair.drive(session.inject({ kind: 'kill', target: { dc: 'dc1' } }))
    await pair.drive(session.clock.sleep(200))
    expect(session.jobs.current('dc2')).toMatchObject({ generation: 2, role: 'launched', job: { id: '2' } })
    expect(await pair.drive(session.verifyState())).toEqual(['dc2'])
  })

  test('that is cancelled is put back as what it was, without being told again', async () => {
    const [pair, session] = await started(passiveScenario())
    await pair.drive(session.inject({ kind: 'kill', target: { dc: 'dc1' } }))
    await pair.drive(session.clock.sleep(200))
    const cancelled = await pair.drive(session.inject({ kind: 'cancel_job', target: { dc: 'dc2' } }))
    await pair.drive(cancelled.heal())
    expect(pair.sites.dc2.submitted.at(-1)?.submissionParameters).toMatchObject({
      configFileName: '/files/dc2/crossdc-config-launched.txt',
    })
    expect(session.jobs.current('dc2')).toMatchObject({ generation: 3, role: 'launched' })
    const words = session.recorder.events().filter(({ event }) => event === 'special_message')
    expect(words).toHaveLength(1)
  })

  test('without the ledger’s endpoints makes the verification say so', async () => {
    const [pair, session] = await started(passiveScenario())
    await pair.drive(session.inject({ kind: 'kill', target: { dc: 'dc1' } }))
    pair.sites.dc2.endpoints = []
    await pair.drive(session.clock.sleep(200))
    await expect(session.verifyState()).rejects.toThrow('Expected job 2 of dc2 to have the endpoint LedgerIngest')
  })

  test('of an application that cannot be seen is adopted and left alone', async () => {
    const scenario = passiveScenario({ sab: inBoth('builtin:sample'), traffic: [], checks: [takeover] })
    const pair = new InMemoryPair()
    pair.at(1050, () => pair.tell('dc1', 'protected'))
    const { report, events } = await run(scenario, pair)
    expect(events.map(({ event }) => event)).toContain('job_adopted')
    expect(events.map(({ event }) => event)).not.toContain('special_message')
    expect(resultOf(report, 'state')).toBeUndefined()
    expect(resultOf(report, 'takeover')).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining('it has no Data Exchange endpoints'),
    })
    expect(report.notes).toContainEqual(expect.stringContaining('was not told to send itself the stored snapshots'))
  })
})

describe('a passive side', () => {
  test('that is put back before it launched anything only watches again', async () => {
    const [pair, session] = await started(passiveScenario())
    const cancelled = await pair.drive(session.inject({ kind: 'cancel_job', target: { dc: 'dc2' } }))
    await pair.drive(cancelled.heal())
    expect(pair.sites.dc2.submitted.at(-1)?.submissionParameters).toMatchObject({ shellScriptName: 'launch in dc2' })
    expect(session.jobs.current('dc2')).toMatchObject({ role: 'passive' })
    expect(session.recorder.events().map(({ event }) => event)).not.toContain('job_adopted')
  })

  test('does not take a job that no script submitted for its own', async () => {
    const [pair, session] = await started(passiveScenario())
    pair.tell('dc2', 'job_healthy', { jobId: '9' })
    await pair.drive(session.clock.sleep(10))
    expect(session.jobs.current('dc2')).toMatchObject({ role: 'passive', job: { id: '1' } })
  })

  test('takes no traffic, and is left out of the verification', async () => {
    const [pair, session] = await started(passiveScenario())
    await expect(session.send('dc2', sampleTraffic)).rejects.toThrow(
      'Expected an application that takes traffic, but job 1 of dc2 (ledger) only watches the other datacenter.',
    )
    expect(await pair.drive(session.verifyState())).toEqual(['dc1'])
  })

  test.each([
    [{ kind: 'exit', status: 3 }, 'ended with exit status 3'],
    [{ kind: 'hang' }, 'did not end'],
  ] as const)('whose script is %j takes nothing over, and is waited for', async (launchScript, what) => {
    const checks = [takeover, { kind: 'takeover', never: true, by: 'dc2' }] as const
    const { report, pair } = await run(passiveScenario({ launchScript, checks }))
    expect(report.verdict).toBe('fail')
    expect(report.reason).toContain(`dc2's launch script ${what} and submitted no job`)
    expect(report.checks.at(-1)).toMatchObject({ check: 'takeover', verdict: 'pass' })
    expect(report.rto.totalSeconds).toBeNull()
    // The fault came at 100 s; two windows of 150 s, 300 s for a launch at this time scale, and 60 s to settle.
    expect(pair.virtual.now()).toBeGreaterThanOrEqual(1000 + 760)
  })

  test('whose script is late is waited for as long as it is late', async () => {
    const launchScript = { kind: 'submit', delaySeconds: 700 } as const
    const { report } = await run(passiveScenario({ launchScript, checks: [takeover] }))
    expect(resultOf(report, 'takeover')).toMatchObject({ verdict: 'pass' })
    expect(report.rto.totalSeconds).toBeGreaterThan(130 + 700)
  })
})

test('an application without endpoints runs in a scenario without traffic, and its takeover ends with its replay', async () => {
  const scenario = sampleScenario({ sab: inBoth('builtin:sample'), traffic: [], checks: [takeover] })
  const { report } = await run({ ...scenario, objectives: { rto: { total: 152 }, lossPercent: 100 } })
  expect(resultOf(report, 'takeover')?.verdict).toBe('pass')
  expect(report.rto).toMatchObject({ basis: 'takeover_done' })
  expect(resultOf(report, 'rto_total')?.verdict).toBe('pass')
  expect(resultOf(report, 'loss_percent')?.verdict).toBe('inconclusive')
})

test('traffic into such an application makes the run inconclusive, with what to do', async () => {
  const { report } = await run(sampleScenario({ sab: inBoth('builtin:cr-sample') }))
  expect(report).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('has no Data Exchange endpoint for that. Use builtin:ledger'),
  })
})

const opts = { startOffsetSeconds: 0, linkDelaySeconds: 0 }
