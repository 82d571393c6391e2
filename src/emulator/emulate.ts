import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { PairSettings } from '../model/testbed.ts'
import { connectSupervisor, startSupervisor, type EmulatedDatacenter, type EmulatedPair } from './supervisor-client.ts'

/** Options of `failover emulate`. */
export interface EmulateOptions {
  /** System seconds per real second. */
  readonly timeScale: number
  /** One JSON line instead of a table. */
  readonly json: boolean
  readonly write: (text: string) => void
  /** Aborting it ends the datacenters. */
  readonly signal: AbortSignal
  /** One datacenter with its job, whose remote is elsewhere. @default both, joined by emulated links, without jobs */
  readonly only?: OnlyDatacenter
}

/** A datacenter whose remote is none of the emulator's. */
export interface OnlyDatacenter {
  readonly dc: DatacenterName
  /** The remote's listener, base port. */
  readonly remote: { readonly host: string; readonly port: number }
  /** Base port of the DC's own listeners, on 127.0.0.1. */
  readonly crossDcPort: number
  /** Submits its job, and resolves when that is healthy; the emulator knows no client that could. */
  readonly startJob: (pair: EmulatedPair) => Promise<EmulatedJob>
}

/** A job as `failover emulate` shows it. */
export interface EmulatedJob {
  readonly id: string
  readonly name: string
  readonly applicationName: string
  readonly pes: readonly { readonly id: string; readonly pid: number }[]
}

/**
 * Runs emulated datacenters until the signal is aborted, or the supervisor is lost. Says first how to reach them: this is the
 * only place where credentials are printed (decisions 22), throw-away ones for loopback servers of this run.
 * @throws TestbedError when they do not come up, and what starting the job throws
 */
export async function runEmulate(options: EmulateOptions): Promise<void> {
  const { timeScale, json, write, signal, only } = options
  if (signal.aborted) return
  const supervisor = await startSupervisor()
  try {
    const connection = await connectSupervisor(supervisor.endpoint)
    const pair = await connection.lease(leaseSettings(timeScale, only))
    const job = await only?.startJob(pair)
    write(json ? `${JSON.stringify(description({ pair, only, job }))}\n` : table({ pair, only, job }))
    await Promise.race([aborted(signal), connection.lost])
    if (!signal.aborted) throw new TestbedError("The testbed's supervisor ended, and its datacenters with it.")
    await connection.close()
  } catch (error) {
    // An interruption while the job starts is no failure.
    if (!signal.aborted) throw error
  } finally {
    await supervisor.close()
  }
}

interface Running {
  readonly pair: EmulatedPair
  readonly only: OnlyDatacenter | undefined
  readonly job: EmulatedJob | undefined
}

function leaseSettings(timeScale: number, only: OnlyDatacenter | undefined): PairSettings {
  const settings = { timeScale, holder: 'failover emulate' }
  if (only === undefined) return settings
  const { dc, remote, crossDcPort } = only
  return { ...settings, only: { dc, remote, crossDcPort } }
}

/** What programs get, in stable order. */
function description({ pair, only, job }: Running): object {
  return {
    testbed: 'embedded',
    timeScale: pair.clock.timeScale,
    datacenters: shown(only).map((dc) => {
      const { name, restUrl, dataExchangeUrl, username, password, crossDcUrl, pid } = pair.datacenters[dc]
      const { remoteMachineNames, storageDirectory } = pair.datacenters[dc]
      const access = { name, restUrl, dataExchangeUrl, username, password, crossDcUrl, pid, remoteMachineNames }
      return only === undefined ? access : { ...access, storageDirectory, job }
    }),
  }
}

function table({ pair, only, job }: Running): string {
  const rows = (datacenter: EmulatedDatacenter): readonly string[] => [
    datacenter.name,
    `  REST API       ${datacenter.restUrl}`,
    `  Data Exchange  ${datacenter.dataExchangeUrl}`,
    `  user           ${datacenter.username}`,
    `  password       ${datacenter.password}`,
    `  cross-DC       ${datacenter.crossDcUrl}`,
    `  its remote     ${only === undefined ? datacenter.remoteMachineNames : `${only.remote.host}:${only.remote.port}`}`,
    `  process        ${datacenter.pid}`,
    ...jobRows(datacenter, job),
  ]
  const scale = `one real second is ${pair.clock.timeScale} s of system time`
  const lines = shown(only).flatMap((dc) => rows(pair.datacenters[dc]))
  const what = only === undefined ? 'Two emulated datacenters' : 'One emulated datacenter'
  return `${what} on ${pair.name}; ${scale}.\n${lines.join('\n')}\nCtrl-C ends ${only === undefined ? 'them' : 'it'}.\n`
}

function jobRows({ storageDirectory }: EmulatedDatacenter, job: EmulatedJob | undefined): readonly string[] {
  if (job === undefined) return []
  const pids = job.pes.map(({ pid }) => pid).join(', ')
  return [`  snapshots      ${storageDirectory}`, `  job            ${job.id} (${job.name}), processes ${pids}`]
}

function shown(only: OnlyDatacenter | undefined): readonly DatacenterName[] {
  return only === undefined ? datacenterNames : [only.dc]
}

async function aborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
