// Active-passive end to end: situations 46 to 50 of toolkit reference §7, with real processes, scripts and ports.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { referenceCrossDcSettings, type CrossDcOverrides } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { ledgerOperators } from '../model/ledger.ts'
import type { ApplicationVariant } from '../model/testbed.ts'
import { defaultBehaviour, toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { tupleChecksum } from '../support/checksum.ts'
import { formatSettingsFile } from '../toolkit/settings.ts'
import { markedProcesses } from './end-scripts.ts'
import { launchCommand, launchScript } from './streamtool/launch-script.ts'
import {
  call,
  endpoint,
  eventually,
  instanceOf,
  isAlive,
  leasePair,
  runLedger,
  testSupervisor,
  useTestbed,
  type AnyJson,
  type TestPair,
} from './testing/testbed.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 20_000 })
const lease = useTestbed()
const launchLedger = fileURLToPath(new URL('../../fixtures/apps/launch-ledger.sh', import.meta.url))
let directory = ''

beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'failover-passive-'))
  directory = made
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
})

/** A tick every 6 s, detection within 30 s after the last heartbeat, a signal every 2nd tick. */
const quickSettings: CrossDcOverrides = {
  crossDCInitDelay: 3,
  heartbeatExchangeInterval: 6,
  dataSnapshotExchangeInterval: 18,
}

/** Puts a file of dc2's settings into dc2; in passive mode unless told otherwise. */
async function settingsOfDc2(
  { pair }: TestPair,
  options: { readonly name: string; readonly mode: 0 | 1; readonly settings?: CrossDcOverrides },
): Promise<string> {
  const { remoteMachineNames, storageDirectory } = pair.datacenters.dc2
  const content = formatSettingsFile({
    ...referenceCrossDcSettings,
    ...quickSettings,
    ...options.settings,
    localDataCenterName: 'dc2',
    crossDCOperationMode: options.mode,
    remoteDataCenterApplicationMachineNames: remoteMachineNames,
    dataSnapshotStorageDirectory: storageDirectory,
  })
  return await pair.installFile({ dc: 'dc2', name: options.name, content })
}

/** What the launched job is made of: the paths of its SAB and of its settings. */
async function launchedJob(leased: TestPair, isRetaining = true): Promise<readonly [string, string]> {
  const { pair } = leased
  const manifest = Buffer.from(await pair.applicationBundle('builtin:ledger')).toString('utf8')
  const settings = { retainOlderDataSnapshotsAtStartup: isRetaining }
  return [
    await pair.installFile({ dc: 'dc2', name: 'ledger.sab', content: manifest }),
    await settingsOfDc2(leased, { name: 'active.txt', mode: 1, settings }),
  ]
}

/** A job of `builtin:passive-sample` in dc2 that launches this command line. */
async function runPassive(
  leased: TestPair,
  shellScriptName: string,
  variant: ApplicationVariant = {},
): Promise<AnyJson> {
  const { pair, events } = leased
  const { dc2 } = pair.datacenters
  const instance = await instanceOf(dc2)
  const configFileName = await settingsOfDc2(leased, { name: 'passive.txt', mode: 0 })
  const uploaded = await call(dc2, `${instance.self}/applicationbundles`, {
    method: 'POST',
    body: new Uint8Array(await pair.applicationBundle('builtin:passive-sample', variant)),
    headers: { 'content-type': 'application/x-jar' },
  })
  const values = { configFileName, shellScriptName, timerTickPeriod: '6.0' }
  const submissionParameters = Object.entries(values).map(([name, value]) => ({ name, value }))
  const overlay = { jobConfig: { submissionParameters } }
  const { status, body } = await call(dc2, instance.jobs, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      application: uploaded.body.bundleId,
      jobConfigurationOverlay: { jobConfigOverlays: [overlay] },
    }),
  })
  expect([status, body]).toMatchObject([201, {}])
  await events.seen('job_healthy', 'dc2')
  return body
}

/** An active dc1 whose ten tuples dc2 has a snapshot of. */
async function runActive(leased: TestPair): Promise<void> {
  await runLedger(leased, 'dc1')
  await leased.events.seen('remote_up', 'dc2')
  const items = Array.from({ length: 10 }, (_, seq) => {
    const tuple = { key: 'a', seq, payload: '' }
    return { ...tuple, checksum: tupleChecksum(tuple) }
  })
  await inject(leased, 'dc1', { operator: ledgerOperators.ingest, items })
  await leased.events.seen('snapshot_stored', 'dc2', leased.events.of('snapshot_stored', 'dc2').length + 2)
}

async function inject(
  { pair }: TestPair,
  dc: DatacenterName,
  what: { readonly operator: string; readonly items: readonly object[] },
): Promise<void> {
  const datacenter = pair.datacenters[dc]
  const url = await endpoint(datacenter, what.operator)
  const { status } = await call(datacenter, url, { method: 'POST', body: JSON.stringify({ items: what.items }) })
  expect(status).toBe(200)
}

async function special(leased: TestPair, dc: DatacenterName, argument: string): Promise<void> {
  const items = [{ command: 'special', queryId: '', argument }]
  await inject(leased, dc, { operator: ledgerOperators.control, items })
}

/** Puts a script into dc2. @returns the command line that runs it */
async function install({ pair }: TestPair, content: string): Promise<string> {
  return launchCommand(await pair.installFile({ dc: 'dc2', name: 'launch.sh', content }))
}

async function readyMade(
  leased: TestPair,
  how: { readonly exit?: number; readonly hang?: boolean; readonly delaySeconds?: number },
): Promise<string> {
  const [sab, configFileName] = await launchedJob(leased)
  return await install(leased, launchScript({ sab, configFileName, timeScale: 60, ...how }))
}

const stored = ({ pair }: TestPair): readonly string[] => readdirSync(pair.datacenters.dc2.storageDirectory)

/** The pair's run directory, by which its scripts are known. */
const homeOf = ({ pair }: TestPair): string => join(pair.datacenters.dc2.storageDirectory, '..')

const gone = async (pids: readonly number[]): Promise<void> => {
  for (const pid of pids) await eventually(`process ${pid} to end`, () => (isAlive(pid) ? undefined : true))
}

test('the passive side launches its script once, and the new job takes the snapshots over when it is told to', async () => {
  const leased = await lease()
  const [sab, configFileName] = await launchedJob(leased)
  await runPassive(leased, `sh ${launchLedger} ${sab} ${configFileName}`)
  await runActive(leased)
  const { pair, events } = leased
  const killed = await pair.processes.holdDown({ dc: 'dc1' })
  const down = await events.seen('remote_down', 'dc2')
  expect(down.time - killed.time).toBeLessThan(33)
  const launched = await events.seen('script_launched', 'dc2')
  expect(launched.detail).toMatchObject({ command: `sh ${launchLedger} ${sab} ${configFileName}` })
  await events.seen('job_submitted', 'dc2', 2)
  const exited = await events.seen('pe_exited', 'dc2')
  expect(exited.detail).toMatchObject({ signal: 'SIGTERM' })
  await events.seen('job_healthy', 'dc2', 2)
  expect(events.of('snapshot_replayed', 'dc2')).toEqual([])
  expect(stored(leased)).toEqual(['dc1-0.snapshot'])
  await special(leased, 'dc2', 'SendMeDataFromSnapshotFiles')
  await events.seen('snapshot_replayed', 'dc2')
  const { dc2 } = pair.datacenters
  const state = await endpoint(dc2, ledgerOperators.state)
  const items = await eventually('the state taken over', async () => {
    const read = (await call(dc2, state)).body.items
    return read.length > 0 ? read : undefined
  })
  expect(items).toMatchObject([{ producedBy: 'dc2', origin: 'dc1', cause: 'replay', intervals: [{ from: 0, to: 9 }] }])
  await eventually('the snapshot files to be gone', () => (stored(leased).length === 0 ? true : undefined))
  expect(events.of('script_launched')).toHaveLength(1)
})

test('the new job has no ports until the standalone process ends, and is healthy then', async () => {
  const leased = await lease()
  const [sab, configFileName] = await launchedJob(leased)
  const go = join(directory, 'go')
  const script = `streamtool submitjob ${sab} -P configFileName=${configFileName} > ${directory}/result
until [ -e ${go} ]; do sleep 0.01; done
kill "$FAILOVER_STANDALONE_PID"
until ! kill -0 "$FAILOVER_STANDALONE_PID"; do sleep 0.01; done 2> /dev/null
streamtool lsjobs > ${directory}/jobs`
  await runPassive(leased, await install(leased, script))
  await runActive(leased)
  const { pair, events } = leased
  await pair.processes.holdDown({ dc: 'dc1' })
  await events.seen('job_submitted', 'dc2', 2)
  const { dc2 } = pair.datacenters
  const { self } = await instanceOf(dc2)
  const newPe = async (): Promise<AnyJson> => (await call(dc2, `${self}/pes`)).body.pes[1]
  // Streams starts it again and again.
  const pe = await eventually('a second launch', async () => {
    const seen = await newPe()
    return seen?.launchCount > 1 ? seen : undefined
  })
  expect(pe).toMatchObject({ status: 'starting', health: 'partiallyUnhealthy' })
  expect(events.of('job_healthy', 'dc2')).toHaveLength(1)
  expect(readFileSync(join(directory, 'result'), 'utf8')).toMatch(/^CDISC0020I Submitted job IDs: \d+\n$/)
  writeFileSync(go, '')
  await events.seen('job_healthy', 'dc2', 2)
  // The script goes on when it has ended its parent.
  const jobs = await eventually('the list of jobs', () => {
    const path = join(directory, 'jobs')
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
    return lines.length > 2 ? lines : undefined
  })
  expect(jobs.join('\n')).toContain('Running')
})

test('a script’s exit status counts for nothing, and nothing is tried again', async () => {
  const leased = await lease()
  await runPassive(leased, await readyMade(leased, { exit: 1 }))
  await runActive(leased)
  const { pair, events } = leased
  await pair.processes.holdDown({ dc: 'dc1' })
  const ended = await events.seen('script_ended', 'dc2')
  expect(ended.detail).toMatchObject({ exitCode: 1, signal: null })
  await pair.clock.sleep(5 * 6)
  expect(events.of('script_launched')).toHaveLength(1)
  expect(events.of('job_submitted', 'dc2')).toHaveLength(1)
  expect(events.of('pe_exited', 'dc2')).toEqual([])
})

test('a script that hangs holds the application up, so that the next DOWN launches only when it has ended', async () => {
  const leased = await lease()
  const passive = await runPassive(leased, await readyMade(leased, { hang: true }))
  await runActive(leased)
  const { pair, events } = leased
  const { dc2 } = pair.datacenters
  const [pe] = (await call(dc2, passive.pes)).body.pes
  const statusLines = async (): Promise<number> =>
    (await call(dc2, pe.consoleLog)).body.split('\n').filter((line: string) => line.includes('Local data center'))
      .length
  expect(await statusLines()).toBeGreaterThan(1)
  await pair.processes.holdDown({ dc: 'dc1' })
  const launched = await events.seen('script_launched', 'dc2')
  const before = await statusLines()
  await pair.processes.letUp({ dc: 'dc1' })
  await events.seen('remote_up', 'dc2', 2)
  await pair.processes.holdDown({ dc: 'dc1' })
  await events.seen('remote_down', 'dc2', 2)
  await pair.clock.sleep(3 * 6)
  expect(await statusLines()).toBe(before)
  expect(events.of('script_launched')).toHaveLength(1)
  process.kill(-Number(launched.detail?.['pid']), 'SIGKILL')
  const ended = await events.seen('script_ended', 'dc2')
  expect(ended.detail).toMatchObject({ signal: 'SIGKILL' })
  await events.seen('script_launched', 'dc2', 2)
})

test('a delayed script submits later, in system time', async () => {
  const leased = await lease()
  await runPassive(leased, await readyMade(leased, { delaySeconds: 30 }))
  await runActive(leased)
  const { pair, events } = leased
  await pair.processes.holdDown({ dc: 'dc1' })
  const launched = await events.seen('script_launched', 'dc2')
  const submitted = await events.seen('job_submitted', 'dc2', 2)
  expect(submitted.time - launched.time).toBeGreaterThanOrEqual(30)
  await events.seen('job_healthy', 'dc2', 2)
})

test('an orderly shutdown of the active side launches too (Q3)', async () => {
  const leased = await lease()
  await runPassive(leased, await readyMade(leased, { exit: 0 }))
  await runActive(leased)
  await special(leased, 'dc1', 'OrderlyShutdown')
  const down = await leased.events.seen('remote_down', 'dc2')
  const launched = await leased.events.seen('script_launched', 'dc2')
  expect(launched.time).toBeGreaterThanOrEqual(down.time)
})

test('a toolkit as documented launches nothing after an orderly shutdown', async () => {
  const leased = await lease()
  const toolkit = { ...defaultBehaviour, quirks: toolkitProfiles.documented }
  await runPassive(leased, await readyMade(leased, { exit: 0 }), { toolkit })
  await runActive(leased)
  await special(leased, 'dc1', 'OrderlyShutdown')
  await leased.events.seen('remote_down', 'dc2')
  await leased.pair.clock.sleep(5 * 6)
  expect(leased.events.of('script_launched')).toEqual([])
})

test('a passive side that was started after the active one died never launches', async () => {
  const leased = await lease()
  await runPassive(leased, await readyMade(leased, { exit: 0 }))
  await leased.events.seen('heartbeat_failed', 'dc2', 8)
  expect(leased.events.of('remote_down', 'dc2')).toEqual([])
  expect(leased.events.of('script_launched')).toEqual([])
})

test('a job that is launched without retaining deletes the snapshots at its first tick', async () => {
  const leased = await lease()
  const [sab, configFileName] = await launchedJob(leased, false)
  await runPassive(leased, `sh ${launchLedger} ${sab} ${configFileName}`)
  await runActive(leased)
  await leased.pair.processes.holdDown({ dc: 'dc1' })
  await leased.events.seen('job_healthy', 'dc2', 2)
  await eventually('the snapshot files to be gone', () => (stored(leased).length === 0 ? true : undefined))
  await special(leased, 'dc2', 'SendMeDataFromSnapshotFiles')
  await leased.pair.clock.sleep(6)
  expect(leased.events.of('snapshot_replayed', 'dc2')).toEqual([])
})

/** A script that ends its process and hangs then, as does something that it started. */
const orphan = 'setsid tail -f /dev/null & kill "$FAILOVER_STANDALONE_PID"; exec tail -f /dev/null'

async function runOrphan(leased: TestPair): Promise<readonly number[]> {
  await runPassive(leased, await install(leased, orphan))
  await runActive(leased)
  await leased.pair.processes.holdDown({ dc: 'dc1' })
  await leased.events.seen('pe_exited', 'dc2')
  return await eventually('both processes of the script', () => {
    const pids = markedProcesses(homeOf(leased))
    const tails = pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('tail'))
    return tails.length === 2 ? tails : undefined
  })
}

test('a script that outlives its process is ended when its pair is given back', async () => {
  const leased = await lease()
  const pids = await runOrphan(leased)
  await leased.pair[Symbol.asyncDispose]()
  // The lease’s end is the client’s; the reset follows it.
  await gone(pids)
  expect(markedProcesses(homeOf(leased))).toEqual([])
})

test('a script that outlives its process is ended when the supervisor is killed', async () => {
  const { supervisor, connection } = await testSupervisor()
  const leased = await leasePair(connection)
  const home = homeOf(leased)
  const pids = await runOrphan(leased)
  process.kill(supervisor.pid, 'SIGKILL')
  await gone(pids)
  await eventually('the run directory to be gone', () => (existsSync(home) ? undefined : true))
  expect(markedProcesses(home)).toEqual([])
})
