import { timingSafeEqual } from 'node:crypto'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { TestbedError } from '../../model/errors.ts'
import type { TestbedEvent } from '../../model/testbed.ts'
import { jsonLinesChannel } from '../rpc/json-lines.ts'
import { createPeer, type MessageChannel } from '../rpc/message-peer.ts'
import { actRequest } from './act-checks.ts'
import * as check from './control-checks.ts'
import type { ControlClientMethods, ControlMethods, GrantedLease } from './control-protocol.ts'
import type { Pair } from './pair.ts'
import type { PairPool } from './pair-pool.ts'

/** Whoever connects has so long to show the token. */
const tokenWaitMs = 5000

interface ControlServerOptions {
  readonly pool: PairPool
  readonly token: string
  readonly shutdown: () => Promise<void>
}

/** Listens for clients on a free port of 127.0.0.1. */
export async function startControlServer(options: ControlServerOptions): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => serve(socket, options))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new TestbedError('Could not open the control port on 127.0.0.1.', { cause })),
    )
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return { server, port: (server.address() as AddressInfo).port }
}

function serve(socket: Socket, options: ControlServerOptions): void {
  socket.setNoDelay(true)
  const leases = new Map<number, Pair>()
  const channel = behindToken(socket, options.token)
  const handlers = methods({
    ...options,
    leases,
    emit: (emitted) => client.notify('event', emitted),
    isOpen: () => !socket.destroyed,
  })
  const client = createPeer<ControlClientMethods>({ channel, handlers, name: 'client' })
  // A holder that is gone, for whatever reason, holds nothing any more.
  channel.onClose(() => {
    for (const pair of leases.values()) void options.pool.release(pair)
    leases.clear()
  })
}

/** Lets messages through once the first one has shown the token; ends the connection otherwise. */
function behindToken(socket: Socket, token: string): MessageChannel {
  const channel = jsonLinesChannel(socket)
  const listeners: ((message: unknown) => void)[] = []
  const timer = setTimeout(() => socket.destroy(), tokenWaitMs)
  let isTrusted = false
  channel.onClose(() => clearTimeout(timer))
  channel.onMessage((message) => {
    if (isTrusted) {
      for (const listener of listeners) listener(message)
      return
    }
    clearTimeout(timer)
    isTrusted = hasToken(message, token)
    if (!isTrusted) socket.destroy()
  })
  return { ...channel, onMessage: (listener) => void listeners.push(listener) }
}

function hasToken(message: unknown, token: string): boolean {
  if (typeof message !== 'object' || message === null || !('token' in message)) return false
  if (typeof message.token !== 'string') return false
  const got = Buffer.from(message.token)
  const expected = Buffer.from(token)
  return got.length === expected.length && timingSafeEqual(got, expected)
}

interface Connection extends ControlServerOptions {
  readonly leases: Map<number, Pair>
  readonly emit: ControlClientMethods['event']
  readonly isOpen: () => boolean
}

/** The methods of one connection. Parameters are checked here: a client may be any program. */
function methods(connection: Connection): { readonly [M in keyof ControlMethods]: (params: unknown) => unknown } {
  const { leases, pool } = connection
  const pairOf = (params: unknown): Pair => {
    const leaseId = check.numberField(check.fieldsOf(params), 'leaseId', 0)
    const pair = leases.get(leaseId)
    if (pair === undefined) throw new TestbedError(`This connection holds no lease ${leaseId}.`)
    return pair
  }
  const dcOf = (params: unknown) => check.datacenterField(check.fieldsOf(params), 'dc')
  return {
    lease: async (params) => await lease(connection, params),
    release: async (params) => {
      const leaseId = check.numberField(check.fieldsOf(params), 'leaseId', 0)
      const pair = leases.get(leaseId)
      // Releasing twice is releasing once.
      if (pair === undefined) return
      leases.delete(leaseId)
      await pool.release(pair)
    },
    rules: async (params) => await pairOf(params).rules(),
    probe: async (params) => {
      const fields = check.fieldsOf(params)
      const from = check.datacenterField(fields, 'from')
      return await pairOf(params).probe({ from, port: check.portField(fields, 'port') })
    },
    processes: (params) => pairOf(params).processes(),
    perform: async (params) => await pairOf(params).perform(actRequest(check.fieldsOf(params))),
    disarm: (params) => pairOf(params).disarm(check.wholeField(check.fieldsOf(params), { name: 'id', min: 0 })),
    restartPe: async (params) => {
      const peId = check.textField(check.fieldsOf(params), 'peId')
      return await pairOf(params).restartPe({ dc: dcOf(params), peId })
    },
    restartOperator: async (params) => {
      const fields = check.fieldsOf(params)
      const operator = check.textField(fields, 'operator')
      const jobId = fields['jobId'] === undefined ? {} : { jobId: check.textField(fields, 'jobId') }
      return await pairOf(params).restartOperator({ dc: dcOf(params), operator, ...jobId })
    },
    probeStore: async (params) => await pairOf(params).probeStore(dcOf(params)),
    installFile: (params) => {
      const fields = check.fieldsOf(params)
      const file = {
        dc: dcOf(params),
        name: check.textField(fields, 'name'),
        content: check.textField(fields, 'content'),
      }
      return pairOf(params).installFile(file)
    },
    lateness: (params) => pairOf(params).lateness(),
    eventLog: (params) => pairOf(params).eventLog(),
    logs: (params) => pairOf(params).logs(),
    shutdown: async () => await connection.shutdown(),
  }
}

async function lease(connection: Connection, params: unknown): Promise<GrantedLease> {
  const { leases, pool, emit } = connection
  const fields = check.fieldsOf(params)
  const timeScale = check.numberField(fields, 'timeScale', Number.MIN_VALUE)
  const delaySeconds = check.numberField(fields, 'linkDelaySeconds', 0)
  const seed = check.numberField(fields, 'seed', 0)
  const holder = check.textField(fields, 'holder')
  const only = check.onlyField(fields, 'only')
  const onEvent = (leaseId: number, event: TestbedEvent): void => emit({ leaseId, event })
  const granted = await pool.lease({ timeScale, delaySeconds, seed, only, onEvent }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TestbedError(`Could not give a pair of datacenters to ${holder}: ${why}`, { cause })
  })
  const { leaseId, pair, originMs } = granted
  if (!connection.isOpen()) {
    await pool.release(pair)
    throw new TestbedError('The client left before its lease was granted.')
  }
  leases.set(leaseId, pair)
  return { leaseId, name: `${pair.home.block}.0`, originMs, timeScale, datacenters: pair.describe() }
}
