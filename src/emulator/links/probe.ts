import type { LinkProbe, LinkRule } from '../../model/testbed.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { realMilliseconds, type LeaseTime } from '../lease-time.ts'
import { ConnectFailure, connectThroughLink } from './connect-through-link.ts'
import { httpExchange, NoAnswer } from './http-exchange.ts'

/** Real time that a probe waits for a connection, and then for an answer, on a link that delays nothing. */
const bareLimitMs = 150
/** However slow the link is, a step of a probe ends within so many real milliseconds. */
const stepLimitMsMax = 25_000
/** A probe's question and answer together are smaller. */
const probeBytesMax = 1024

/** How long a probe through a link with these rules has to wait for a connection, and then for an answer: real milliseconds. */
export function probeLimitMs(link: {
  readonly rules: readonly LinkRule[]
  readonly baseDelaySeconds: number
  readonly time: LeaseTime
}): number {
  const { rules, baseDelaySeconds, time } = link
  const delays = rules.map(({ effect }) => {
    if (effect.kind === 'delay') return effect.seconds + (effect.jitterSeconds ?? 0)
    return effect.kind === 'rate' ? (probeBytesMax * 8) / effect.bitsPerSecond : 0
  })
  const delaySeconds = delays.reduce((sum, seconds) => sum + seconds, baseDelaySeconds)
  return Math.min(bareLimitMs + 2 * realMilliseconds(time, delaySeconds), stepLimitMsMax)
}

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
