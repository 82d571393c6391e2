import { silentMachine } from '../../model/crossdc-settings.ts'
import { ConnectFailure, connectThroughLink } from '../links/connect-through-link.ts'
import { httpExchange, NoAnswer } from '../links/http-exchange.ts'
import { realMilliseconds } from '../lease-time.ts'
import type { PePlacement } from '../pair-protocol.ts'
import type { SendResult, ToolkitEffect } from '../../toolkit/io.ts'

type SendEffect = ToolkitEffect & { readonly kind: 'send' }

/** Of the placement, what a sender needs. */
export type SenderPlacement = Pick<PePlacement, 'address' | 'linkAddress' | 'remote' | 'time'>

interface SendOptions {
  readonly placement: SenderPlacement
  readonly basePort: number
}

/**
 * One POST as the toolkit's sender makes it: a fresh connection, its timeouts in system time. Where the other side ends the
 * connection without having said anything, the JDK's client tries once more by itself (toolkit reference §3.4).
 */
export async function sendMessage(send: SendEffect, options: SendOptions): Promise<SendResult> {
  if (send.machine === silentMachine) return await unheard(send, options)
  try {
    const first = await attempt(send, options)
    return first ?? (await attempt(send, options)) ?? { kind: 'exception', text: 'Unexpected end of file from server' }
  } catch (error) {
    if (error instanceof ConnectFailure || error instanceof NoAnswer) return { kind: 'exception', text: error.message }
    throw error
  }
}

/** No packet leaves for that machine; 0 waits for ever, as in Java. */
async function unheard({ connectTimeoutSeconds }: SendEffect, { placement }: SendOptions): Promise<SendResult> {
  return await new Promise((resolve) => {
    if (connectTimeoutSeconds === 0) return
    const timeoutMs = realMilliseconds(placement.time, connectTimeoutSeconds)
    setTimeout(() => resolve({ kind: 'exception', text: 'connect timed out' }), Math.ceil(timeoutMs))
  })
}

/** @returns null when the connection was made and ended without a word */
async function attempt(send: SendEffect, { placement, basePort }: SendOptions): Promise<SendResult | null> {
  const { host, port } = placeOf(send, { placement, basePort })
  const timeoutMs = (seconds: number): number => realMilliseconds(placement.time, seconds)
  const socket = await connectThroughLink({
    host,
    port,
    timeoutMs: timeoutMs(send.connectTimeoutSeconds),
    throughLink: host === placement.linkAddress,
  })
  const before = socket.bytesRead
  try {
    const status = await httpExchange({
      socket,
      host,
      port,
      method: 'POST',
      path: send.path,
      body: send.body,
      readTimeoutMs: timeoutMs(send.readTimeoutSeconds),
    })
    return { kind: 'answer', status }
  } catch (error) {
    const isSilentEnd = error instanceof NoAnswer && error.message !== 'Read timed out' && socket.bytesRead === before
    if (isSilentEnd) return null
    throw error
  }
}

/** On its own machine a DC is `localhost` to itself (toolkit reference §7, situation 55); here its machine is its address. */
function placeOf({ machine, portOffset }: SendEffect, options: SendOptions): { host: string; port: number } {
  const { placement, basePort } = options
  const { remote, address } = placement
  if (remote !== null && machine === remote.host) return { host: machine, port: remote.port + portOffset }
  const isOwn = machine === 'localhost' || machine === '127.0.0.1'
  return { host: isOwn ? address : machine, port: basePort + portOffset }
}
