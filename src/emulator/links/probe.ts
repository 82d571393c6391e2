import type { LinkProbe } from '../../model/testbed.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { ConnectFailure, connectThroughLink } from './connect-through-link.ts'
import { httpExchange, NoAnswer } from './http-exchange.ts'

interface ProbeOptions {
  readonly host: string
  readonly port: number
  /** Real milliseconds for each of the two steps, connection and answer. */
  readonly limitMs: number
}

/** Asks a cross-DC receiver for its ports, the way the sending DC would reach it (toolkit reference §3.1: free of side effects). */
export async function probeLink(options: ProbeOptions): Promise<LinkProbe> {
  const { host, port, limitMs } = options
  const beganMs = monotonicNowMs()
  const tookMs = (): number => monotonicNowMs() - beganMs
  try {
    const socket = await connectThroughLink({ host, port, timeoutMs: limitMs, throughLink: true })
    const status = await httpExchange({
      socket,
      host,
      port,
      method: 'GET',
      path: '/ports/info',
      readTimeoutMs: limitMs,
    })
    return { outcome: 'answered', status, tookMs: tookMs() }
  } catch (error) {
    if (error instanceof ConnectFailure) {
      return { outcome: error.kind === 'refused' ? 'refused' : 'no_connection', tookMs: tookMs() }
    }
    if (error instanceof NoAnswer) return { outcome: 'no_answer', tookMs: tookMs() }
    throw error
  }
}
