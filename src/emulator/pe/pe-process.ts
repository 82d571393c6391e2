import { liveWithSupervisor } from '../child-life.ts'
import { ListenError } from '../http-server.ts'
import type { PeFailure, PeHostMethods, PeMethods, PePrepared } from '../pair-protocol.ts'
import { ipcChannel } from '../rpc/ipc-channel.ts'
import { createPeer } from '../rpc/message-peer.ts'
import { preparePe, type PreparedPe } from './pe-program.ts'
import { StoreFaults } from './store-faults.ts'

/** The body of a PE process: idle until the supervisor gives it a job's operators to run. */
export function runPeProcess(): void {
  let prepared: PreparedPe | undefined
  const storeFaults = new StoreFaults()
  const methods: PeMethods = {
    prepare: async (work): Promise<PePrepared> => {
      // At once: what comes after the placement is newer.
      storeFaults.set(work.placement.storeFault)
      try {
        prepared = await preparePe({ ...work, supervisor, supervisorRoom, storeFaults })
        const { crossDcPorts, internals, meshPort } = prepared
        return { ok: true, crossDcPorts, internals, meshPort }
      } catch (error) {
        return { ok: false, failure: failureOf(error) }
      }
    },
    start: () => prepared?.start(),
    peers: ({ peers }) => prepared?.peers(peers),
    pausing: ({ isPausing }) => prepared?.pausing(isPausing),
    restartOperator: async ({ operator }) => await prepared?.restartOperator(operator),
    storeFault: ({ fault }) => {
      storeFaults.set(fault)
      return {}
    },
    probeStore: async () => {
      if (prepared === undefined) throw new Error('The PE is not ready: it has no snapshot store yet.')
      return await prepared.probeStore()
    },
  }
  const channel = ipcChannel(process)
  const supervisorRoom = async (): Promise<void> => await channel.room()
  const supervisor = createPeer<PeHostMethods>({ channel, handlers: methods, name: 'supervisor' })
  liveWithSupervisor(() => prepared?.stop())
}

function failureOf(error: unknown): PeFailure {
  if (!(error instanceof ListenError)) {
    const message = error instanceof Error ? error.message : String(error)
    return { cause: 'operator', message, address: null, port: null, code: null, advice: null }
  }
  const { address, port, code, message } = error
  const isTaken = code === 'EADDRINUSE'
  const advice = isTaken
    ? `Another process listens on ${address}:${port}: cancel the job that has the port, or set \`crossDCHttpPort\` to a free one in both DCs.`
    : `Set \`crossDCHttpPort\` to a port on which this user may listen.`
  return {
    cause: isTaken ? 'port' : 'testbed',
    message: `A receiver's port cannot be had: ${message} ${advice}`,
    address,
    port,
    code,
    advice,
  }
}
