import { TestbedError } from '../../model/errors.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { isRecord } from '../../support/plain-json.ts'

/**
 * Calls in both directions over one channel of JSON messages: the IPC channel of a child process, or the control connection.
 * A frame is a call (`call`, `method`, `params`), its answer (`reply` with `result` or `error`), a call without an answer
 * (`notify`, `params`), or a complaint about a frame that cannot be answered (`error` alone).
 */
export interface MessageChannel {
  send(message: object): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
}

/** The parameters of a method that takes one object, or nothing. */
type Params<Remote, Method extends keyof Remote> = Remote[Method] extends (params: infer P) => unknown ? P : never
type Result<Remote, Method extends keyof Remote> = Remote[Method] extends (params: never) => infer R
  ? Awaited<R>
  : never

/** The other end of a channel, as the methods that it answers. */
export interface Peer<Remote extends object> {
  /**
   * Calls and waits for the answer.
   * @throws TestbedError when the other end refuses, is gone, or does not answer within `timeoutMs` (default 10 s, real time;
   * infinite: it may take for ever)
   */
  call<Method extends keyof Remote & string>(
    method: Method,
    params: Params<Remote, Method>,
    options?: { readonly timeoutMs?: number },
  ): Promise<Result<Remote, Method>>
  /** Calls without waiting; nothing is said when the other end is gone. */
  notify<Method extends keyof Remote & string>(method: Method, params: Params<Remote, Method>): void
}

interface PeerOptions {
  readonly channel: MessageChannel
  /** The methods that this end answers, called with whatever the other end sent. */
  readonly handlers: object
  /** The other end, for messages: `link process of 127.4.5.0`. */
  readonly name: string
  /** When the other end was last stopped (SIGSTOP), monotonic milliseconds: it has its whole time from then on. @default never */
  readonly lastPausedMs?: () => number
}

interface PendingCall {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

const callTimeoutMs = 10_000

/** Binds handlers to a channel and returns what calls the other end. */
export function createPeer<Remote extends object>(options: PeerOptions): Peer<Remote> {
  const { channel, handlers, name, lastPausedMs = () => 0 } = options
  const pending = new Map<number, PendingCall>()
  let lastCall = 0
  let isClosed = false

  channel.onClose(() => {
    isClosed = true
    for (const call of pending.values()) call.reject(new TestbedError(`Lost the connection to the ${name}.`))
    pending.clear()
  })
  channel.onMessage((message) => {
    const frame = readFrame(message)
    if (frame === undefined) {
      channel.send({ error: { message: `Expected a call, an answer or a notification, got ${preview(message)}.` } })
    } else if (frame.kind === 'complaint') {
      process.stderr.write(`The ${name} complains: ${frame.message}\n`)
    } else if (frame.kind === 'reply') {
      settle(pending, frame)
    } else {
      void answer({ channel, handlers, frame })
    }
  })

  return {
    call: async (method, params, { timeoutMs = callTimeoutMs } = {}) => {
      if (isClosed) throw new TestbedError(`Cannot call \`${method}\`: the ${name} is gone.`)
      const id = (lastCall += 1)
      let limit: { readonly clear: () => void } | undefined
      try {
        return await new Promise((resolve, reject) => {
          // The other end answers with what its interface says.
          // eslint-disable-next-line typescript/no-unsafe-type-assertion
          pending.set(id, { resolve: resolve as (result: unknown) => void, reject })
          limit = callLimit({ timeoutMs, lastPausedMs }, () => {
            reject(new TestbedError(`Timed out after ${timeoutMs} ms waiting for the ${name} to answer \`${method}\`.`))
          })
          channel.send({ call: id, method, params })
        })
      } finally {
        limit?.clear()
        pending.delete(id)
      }
    },
    notify: (method, params) => {
      if (!isClosed) channel.send({ notify: method, params })
    },
  }
}

/** A timer that counts only the time since the other end was last stopped. */
function callLimit(
  limit: { readonly timeoutMs: number; readonly lastPausedMs: () => number },
  onTimeout: () => void,
): { readonly clear: () => void } {
  const { timeoutMs, lastPausedMs } = limit
  const beganMs = monotonicNowMs()
  let timer: NodeJS.Timeout | undefined
  const arm = (milliseconds: number): void => {
    timer = setTimeout(() => {
      const leftMs = Math.max(beganMs, lastPausedMs()) + timeoutMs - monotonicNowMs()
      // Timers may fire a little before their time by this clock; such a rest is not worth another round.
      if (leftMs > 1) arm(leftMs)
      else onTimeout()
    }, milliseconds)
  }
  if (timeoutMs < Number.POSITIVE_INFINITY) arm(timeoutMs)
  return { clear: () => clearTimeout(timer) }
}

type Frame =
  | { readonly kind: 'call'; readonly id: number | undefined; readonly method: string; readonly params: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly result: unknown; readonly error: string | undefined }
  | { readonly kind: 'complaint'; readonly message: string }

function readFrame(message: unknown): Frame | undefined {
  if (!isRecord(message)) return undefined
  const { call, method, notify, params, reply, result, error } = message
  if (typeof reply === 'number') return { kind: 'reply', id: reply, result, error: errorMessage(error) }
  if (typeof call === 'number' && typeof method === 'string') return { kind: 'call', id: call, method, params }
  if (typeof notify === 'string') return { kind: 'call', id: undefined, method: notify, params }
  const complaint = errorMessage(error)
  return complaint === undefined ? undefined : { kind: 'complaint', message: complaint }
}

function errorMessage(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined
  return String(error.message)
}

function settle(pending: Map<number, PendingCall>, frame: Frame & { kind: 'reply' }): void {
  const call = pending.get(frame.id)
  if (frame.error === undefined) call?.resolve(frame.result)
  else call?.reject(new TestbedError(frame.error))
}

async function answer(work: {
  readonly channel: MessageChannel
  readonly handlers: object
  readonly frame: Frame & { kind: 'call' }
}): Promise<void> {
  const { channel, handlers, frame } = work
  // What cannot be answered is complained about: a client may send anything, and a failed handler must be seen.
  const reply = (outcome: { readonly result: unknown } | { readonly error: object }): void => {
    if (frame.id !== undefined) channel.send({ reply: frame.id, ...outcome })
    else if ('error' in outcome) channel.send(outcome)
  }
  try {
    const handler: unknown = Object.hasOwn(handlers, frame.method) ? Reflect.get(handlers, frame.method) : undefined
    if (!isFunction(handler)) {
      const known = Object.keys(handlers).join(', ')
      throw new TestbedError(`Expected a method among ${known}, got ${preview(frame.method)}.`)
    }
    reply({ result: (await handler(frame.params)) ?? null })
  } catch (error) {
    reply({ error: { message: error instanceof Error ? error.message : String(error) } })
  }
}

function isFunction(value: unknown): value is (params: unknown) => unknown {
  return typeof value === 'function'
}

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
