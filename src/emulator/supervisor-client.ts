import { connect } from 'node:net'
import { TestbedError } from '../model/errors.ts'
import type { WaitOptions } from '../model/clock.ts'
import type { LeasedPair, PairSettings } from '../model/testbed.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import { EmulatedLease } from './emulated-lease.ts'
import { jsonLinesChannel } from './rpc/json-lines.ts'
import { createPeer, type Peer } from './rpc/message-peer.ts'
import type {
  ControlClientMethods,
  ControlMethods,
  EmulatedDatacenter,
  SupervisorEndpoint,
} from './supervisor/control-protocol.ts'

export type { EmulatedDatacenter, SupervisorEndpoint } from './supervisor/control-protocol.ts'
export { startSupervisor, type RunningSupervisor, type StartSupervisorOptions } from './start-supervisor.ts'

/** The time scale of the embedded testbed (decisions 13). */
const defaultTimeScale = 60
/** A cold start on a busy machine takes a few seconds at most. */
const leaseTimeoutMs = 30_000

/**
 * A leased pair of emulated datacenters; clients for them are made elsewhere, for the emulator knows none. In a lease with `only`
 * there is one of them; asking for the other one throws.
 */
export interface EmulatedPair extends Omit<LeasedPair, 'datacenters'> {
  readonly datacenters: PerDatacenter<EmulatedDatacenter>
}

/** A connection to a supervisor. Its leases are given back when it ends. */
export interface SupervisorConnection {
  /**
   * A clean pair for one holder.
   * @throws TestbedError, or the signal's reason
   */
  lease(settings: PairSettings, options?: WaitOptions): Promise<EmulatedPair>
  /** Resolves when the connection has ended, whoever ended it. */
  readonly lost: Promise<void>
  close(): Promise<void>
}

/**
 * Connects to a running supervisor.
 * @throws TestbedError when nobody answers there
 */
export async function connectSupervisor(endpoint: SupervisorEndpoint): Promise<SupervisorConnection> {
  const { host, port, token } = endpoint
  const socket = connect({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (cause) => {
      const message = `Could not reach the testbed's supervisor at ${host}:${port}: it has ended, or never ran.`
      reject(new TestbedError(message, { cause }))
    })
  })
  const leases = new Map<number, EmulatedLease>()
  const handlers: ControlClientMethods = {
    event: ({ leaseId, event }) => leases.get(leaseId)?.emit(event),
  }
  const channel = jsonLinesChannel(socket)
  channel.send({ token })
  const supervisor = createPeer<ControlMethods>({ channel, handlers, name: "testbed's supervisor" })
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const held of leases.values()) held.loseSupervisor()
      resolve()
    })
  })
  return {
    lost: closed,
    lease: async (settings, options) => await lease({ supervisor, leases, settings, ...options }),
    close: async () => {
      await Promise.allSettled([...leases.values()].map(async (held) => await held[Symbol.asyncDispose]()))
      socket.end()
      socket.destroy()
      await closed
    },
  }
}

async function lease(work: {
  readonly supervisor: Peer<ControlMethods>
  readonly leases: Map<number, EmulatedLease>
  readonly settings: PairSettings
  readonly signal?: AbortSignal
}): Promise<EmulatedPair> {
  const { supervisor, leases, settings, signal } = work
  const { timeScale = defaultTimeScale, linkDelaySeconds = 0, seed = 0, holder, only } = settings
  signal?.throwIfAborted()
  const asked = { timeScale, linkDelaySeconds, seed, holder, ...(only !== undefined && { only }) }
  const granted = supervisor.call('lease', asked, { timeoutMs: leaseTimeoutMs }).then((grant) => {
    const held = new EmulatedLease({ supervisor, grant, onRelease: () => leases.delete(grant.leaseId) })
    leases.set(grant.leaseId, held)
    return held
  })
  if (signal === undefined) return await granted
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = (): void => {
      // eslint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal.reason)
      // A pair that comes after all is given back at once; whether that works is nobody's concern any more.
      granted.then(async (held) => await held[Symbol.asyncDispose]()).catch(() => undefined)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([granted, aborted])
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
  }
}
