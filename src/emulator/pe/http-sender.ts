import { ConnectFailure, connectThroughLink } from '../links/connect-through-link.ts'
import { httpExchange, NoAnswer } from '../links/http-exchange.ts'
import { realMilliseconds } from '../lease-time.ts'
import type { PePlacement } from '../pair-protocol.ts'
import type { SendResult, ToolkitEffect } from '../../toolkit/io.ts'

type SendEffect = ToolkitEffect & { readonly kind: 'send' }

/**
 * One POST as the toolkit's sender makes it: a fresh connection, its timeouts in system time. The JDK's silent second attempt
 * after a connection that closed without an answer (toolkit reference §3.4) is not done.
 */
export async function sendMessage(
  send: SendEffect,
  at: { placement: PePlacement; basePort: number },
): Promise<SendResult> {
  const { placement, basePort } = at
  // On its own machine a DC is `localhost` to itself (toolkit reference §7, situation 55); here its machine is its address.
  const host = ['localhost', '127.0.0.1'].includes(send.machine) ? placement.address : send.machine
  const port = basePort + send.portOffset
  const timeoutMs = (seconds: number): number => realMilliseconds(placement.time, seconds)
  try {
    const socket = await connectThroughLink({
      host,
      port,
      timeoutMs: timeoutMs(send.connectTimeoutSeconds),
      throughLink: host === placement.linkAddress,
    })
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
    if (error instanceof ConnectFailure || error instanceof NoAnswer) return { kind: 'exception', text: error.message }
    throw error
  }
}
