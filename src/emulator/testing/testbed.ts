// What the emulator's tests share: a supervisor of their own, a ledger job through plain HTTP, and waiting for events.

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { referenceCrossDcSettings, type CrossDcOverrides } from '../../model/crossdc-settings.ts'
import { datacenterNames, type DatacenterName } from '../../model/datacenter.ts'
import type { ApplicationVariant, PairSettings, TestbedEvent } from '../../model/testbed.ts'
import type { EventName } from '../../model/timeline.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { createScaledClock } from '../../support/scaled-clock.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { formatSettingsFile } from '../../toolkit/settings.ts'
import { connectSupervisor, startSupervisor } from '../supervisor-client.ts'
import type { EmulatedDatacenter, EmulatedPair, RunningSupervisor, SupervisorConnection } from '../supervisor-client.ts'

/** Real time of the tests' own waits. */
export const realClock = createScaledClock({ originMs: monotonicNowMs(), timeScale: 1 })

/** A leased pair and what happens in it. */
export interface TestPair {
  readonly pair: EmulatedPair
  readonly events: EventRecord
}

/** A supervisor that ends with the test. */
export async function testSupervisor(): Promise<{
  readonly supervisor: RunningSupervisor
  readonly connection: SupervisorConnection
}> {
  const supervisor = await startSupervisor()
  onTestFinished(async () => await supervisor.close())
  return { supervisor, connection: await connectSupervisor(supervisor.endpoint) }
}

/** A pair that is given back with the test. */
export async function leasePair(
  connection: SupervisorConnection,
  settings: Omit<PairSettings, 'holder'> = {},
): Promise<TestPair> {
  const pair = await connection.lease({ holder: 'test', ...settings })
  onTestFinished(async () => await pair[Symbol.asyncDispose]())
  return { pair, events: new EventRecord(pair) }
}

/** One supervisor for the tests of a file, each with a lease of its own. */
export function useTestbed(): (settings?: Omit<PairSettings, 'holder'>) => Promise<TestPair> {
  let supervisor: RunningSupervisor | undefined
  let connection: SupervisorConnection | undefined
  beforeAll(async () => {
    supervisor = await startSupervisor({ prestart: 1 })
    connection = await connectSupervisor(supervisor.endpoint)
  })
  afterAll(async () => await supervisor?.close())
  return async (settings) => {
    if (connection === undefined) throw new Error('The supervisor of the tests does not run.')
    return await leasePair(connection, settings)
  }
}

/** The events of a pair, and waiting for one. */
export class EventRecord {
  readonly all: TestbedEvent[] = []
  readonly #rechecks = new Set<() => void>()

  constructor(pair: EmulatedPair) {
    pair.events.subscribe((event) => {
      this.all.push(event)
      for (const recheck of this.#rechecks) recheck()
    })
  }

  /** The events of that name, in a DC. */
  of(event: EventName, dc?: DatacenterName): readonly TestbedEvent[] {
    return this.all.filter((seen) => seen.event === event && (dc === undefined || seen.dc === dc))
  }

  /** Waits for the `count`-th such event. */
  async seen(event: EventName, dc?: DatacenterName, count = 1): Promise<TestbedEvent> {
    return await waitUntil({
      what: `${event} ${count} in ${dc ?? 'any DC'}`,
      clock: realClock,
      clockName: 'real',
      timeoutSeconds: 10,
      subscribe: (recheck) => {
        this.#rechecks.add(recheck)
        return () => this.#rechecks.delete(recheck)
      },
      probe: () => this.of(event, dc)[count - 1],
      lastSeen: () => this.all.slice(-8).map((seen) => `${seen.time.toFixed(1)} ${seen.dc} ${seen.event}`),
    })
  }
}

/** A quick toolkit: a tick every 6 s, detection within 30 s, a signal every 2nd tick. */
const quickSettings: CrossDcOverrides = {
  crossDCInitDelay: 3,
  heartbeatExchangeInterval: 6,
  dataSnapshotExchangeInterval: 18,
}

/** Basic authentication of a DC. */
export function authorization({ username, password }: EmulatedDatacenter): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

// Answers are whatever the service says; the tests say what they expect of them.
// eslint-disable-next-line typescript/no-explicit-any
export type AnyJson = any

/** One request with the DC's credentials; the answer's body as JSON where it is some. */
export async function call(
  datacenter: EmulatedDatacenter,
  url: string,
  init: { method?: string; body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; body: AnyJson }> {
  const response = await fetch(url, { ...init, headers: { ...authorization(datacenter), ...init.headers } })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** The instance's representation, found from the root document. */
export async function instanceOf(datacenter: EmulatedDatacenter): Promise<AnyJson> {
  const root = await call(datacenter, datacenter.restUrl)
  return (await call(datacenter, root.body.resources[0].resource)).body.instances[0]
}

/** Puts a configuration file into a DC and returns its path. */
export async function installSettings(
  pair: EmulatedPair,
  dc: DatacenterName,
  overrides: CrossDcOverrides = {},
): Promise<string> {
  const { remoteMachineNames, storageDirectory } = pair.datacenters[dc]
  const content = formatSettingsFile({
    ...referenceCrossDcSettings,
    ...overrides,
    localDataCenterName: dc,
    crossDCOperationMode: 1,
    remoteDataCenterApplicationMachineNames: remoteMachineNames,
    dataSnapshotStorageDirectory: storageDirectory,
  })
  return await pair.installFile({ dc, name: 'crossdc-config.txt', content })
}

/** What else a submission may say. */
export interface SubmitOptions {
  /** Submission-time values. @default none */
  readonly parameters?: Readonly<Record<string, string>>
  /** @default 'builtin:ledger' */
  readonly sab?: string
  readonly variant?: ApplicationVariant
  /** fusionTargetPeCount. */
  readonly peCount?: number
  readonly tracing?: string
}

/** Submits the ledger with these submission-time values; the answer of the submission. */
export async function submit(
  pair: EmulatedPair,
  dc: DatacenterName,
  parameters: Readonly<Record<string, string>>,
): Promise<{ status: number; body: AnyJson }> {
  return await submitAs(pair, dc, { parameters })
}

/** Uploads a bundle and submits it; the answer of the submission. */
async function submitAs(
  pair: EmulatedPair,
  dc: DatacenterName,
  options: SubmitOptions,
): Promise<{ status: number; body: AnyJson }> {
  const { sab = 'builtin:ledger', variant, peCount, tracing, parameters = {} } = options
  const datacenter = pair.datacenters[dc]
  const instance = await instanceOf(datacenter)
  const body = new Uint8Array(await pair.applicationBundle(sab, variant))
  const headers = { 'content-type': 'application/x-jar' }
  const uploaded = await call(datacenter, `${instance.self}/applicationbundles`, { method: 'POST', body, headers })
  const submissionParameters = Object.entries(parameters).map(([name, value]) => ({ name, value }))
  return await call(datacenter, instance.jobs, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      application: uploaded.body.bundleId,
      jobConfigurationOverlay: {
        jobConfigOverlays: [
          { jobConfig: { submissionParameters, tracing }, deploymentConfig: { fusionTargetPeCount: peCount } },
        ],
      },
    }),
  })
}

/** A healthy ledger job. */
export async function runLedger(
  test: TestPair,
  dc: DatacenterName,
  options: SubmitOptions & { readonly settings?: CrossDcOverrides } = {},
): Promise<AnyJson> {
  const healthyBefore = test.events.of('job_healthy', dc).length
  const configFileName = await installSettings(test.pair, dc, { ...quickSettings, ...options.settings })
  const parameters = { configFileName, ...options.parameters }
  const { body } = await submitAs(test.pair, dc, { ...options, parameters })
  await test.events.seen('job_healthy', dc, healthyBefore + 1)
  return body
}

/** Healthy ledger jobs in both DCs. */
export async function runLedgers(test: TestPair, settings: CrossDcOverrides = {}): Promise<void> {
  for (const dc of datacenterNames) await runLedger(test, dc, { settings })
}

/** The data service's URI of a ledger operator. */
export async function endpoint(datacenter: EmulatedDatacenter, operator: string): Promise<string> {
  const list = await call(datacenter, datacenter.dataExchangeUrl)
  const uris: readonly string[] = list.body.jobs.flatMap((job: AnyJson) => [...job.inject, ...job.inspect])
  const found = uris.find((uri) => uri.includes(operator))
  if (found === undefined) throw new Error(`No endpoint of ${operator} among ${uris.join(', ')}`)
  return found
}

/** Whether there is such a process; a zombie, which only waits for its parent to look, counts as none (proc(5), field 3). */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false
  }
}

/** Waits for something that cannot be subscribed to. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  return await waitUntil({ what, clock: realClock, clockName: 'real', timeoutSeconds: 15, pollSeconds: 0.005, probe })
}
