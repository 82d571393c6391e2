import { datacenterNames } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
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
}

/**
 * Runs two emulated datacenters until the signal is aborted, or the supervisor is lost. Says first how to reach them: this is the
 * only place where credentials are printed (decisions 22), throw-away ones for loopback servers of this run.
 * @throws TestbedError when they do not come up
 */
export async function runEmulate(options: EmulateOptions): Promise<void> {
  const { timeScale, json, write, signal } = options
  if (signal.aborted) return
  const supervisor = await startSupervisor()
  try {
    const connection = await connectSupervisor(supervisor.endpoint)
    const pair = await connection.lease({ timeScale, holder: 'failover emulate' })
    write(json ? `${JSON.stringify(describe(pair))}\n` : table(pair))
    await Promise.race([aborted(signal), connection.lost])
    if (!signal.aborted) throw new TestbedError("The testbed's supervisor ended, and both datacenters with it.")
    await connection.close()
  } finally {
    await supervisor.close()
  }
}

function describe(pair: EmulatedPair): object {
  return {
    testbed: 'embedded',
    timeScale: pair.clock.timeScale,
    datacenters: datacenterNames.map((dc) => {
      const { name, restUrl, dataExchangeUrl, username, password, crossDcUrl, pid } = pair.datacenters[dc]
      const { remoteMachineNames } = pair.datacenters[dc]
      return { name, restUrl, dataExchangeUrl, username, password, crossDcUrl, pid, remoteMachineNames }
    }),
  }
}

function table(pair: EmulatedPair): string {
  const rows = (datacenter: EmulatedDatacenter): readonly string[] => [
    datacenter.name,
    `  REST API       ${datacenter.restUrl}`,
    `  Data Exchange  ${datacenter.dataExchangeUrl}`,
    `  user           ${datacenter.username}`,
    `  password       ${datacenter.password}`,
    `  cross-DC       ${datacenter.crossDcUrl}`,
    `  its remote     ${datacenter.remoteMachineNames}`,
    `  process        ${datacenter.pid}`,
  ]
  const scale = `one real second is ${pair.clock.timeScale} s of system time`
  const lines = datacenterNames.flatMap((dc) => rows(pair.datacenters[dc]))
  return `Two emulated datacenters on ${pair.name}; ${scale}.\n${lines.join('\n')}\nCtrl-C ends them.\n`
}

async function aborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
