import { randomInt } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Clock } from '../model/clock.ts'
import { TestbedError } from '../model/errors.ts'
import { unreachable } from '../support/unreachable.ts'
import { tryDecodeHeartbeatMessage } from '../toolkit/codec.ts'
import { receiverAnswer, type ReceiverAnswer } from '../wire/receiver-answer.ts'
import { receiverPath, type PeerPaths } from './paths.ts'
import type { PeerAnswer, PeerBehaviour, PeerRecords } from './records.ts'

interface ReceiversOptions {
  readonly host: string
  /** 0: any free block of ports. */
  readonly port: number
  /** Snapshot receivers, on the ports behind the base port. */
  readonly pairs: number
  readonly paths: PeerPaths
  readonly behaviour: PeerBehaviour
  readonly clock: Clock
  readonly records: PeerRecords
}

/** The largest body that is read: far above the 32 MiB that a snapshot's row holds (toolkit reference §5.6). */
const bodyBytesMax = 256 * 1024 * 1024
/**
 * Where a block of free ports is looked for, if any will do: below those that Linux gives to outgoing connections (ip(7),
 * ip_local_port_range), which would keep breaking a row up.
 */
const freeBlock = { from: 10_000, to: 32_000, triesMax: 100 } as const

/** The peer's listeners, base … base + pairs, each with a behaviour of its own. */
export class Receivers implements AsyncDisposable {
  readonly #options: ReceiversOptions
  readonly #behaviours: PeerBehaviour[]
  readonly #servers: (Server | null)[]
  readonly #ended = new AbortController()
  readonly #port: number
  #changes: Promise<void> = Promise.resolve()

  private constructor(options: ReceiversOptions) {
    this.#options = options
    const offsets = 1 + options.pairs
    this.#behaviours = Array.from({ length: offsets }, () => options.behaviour)
    this.#servers = Array.from({ length: offsets }, () => null)
    this.#port = options.port === 0 ? randomInt(freeBlock.from, freeBlock.to) : options.port
  }

  /** @throws TestbedError when a port cannot be listened on */
  static async open(options: ReceiversOptions): Promise<Receivers> {
    for (let attempt = 1; ; attempt += 1) {
      const receivers = new Receivers(options)
      try {
        await receivers.#openAll()
        return receivers
      } catch (error) {
        await receivers[Symbol.asyncDispose]()
        if (options.port !== 0 || attempt >= freeBlock.triesMax) throw error
      }
    }
  }

  /** The base port. */
  get port(): number {
    return this.#port
  }

  /** Treats POSTs so from now on, at one port or at all; resolves once the listeners are opened or closed accordingly. */
  async behave(behaviour: PeerBehaviour, portOffset: number | undefined): Promise<void> {
    const offsets = portOffset === undefined ? [...this.#servers.keys()] : [portOffset]
    for (const offset of offsets) this.#behaviours[offset] = behaviour
    const change = this.#adjustAfter(this.#changes, offsets)
    // One that fails must not keep the ones behind it from being tried.
    this.#changes = change.catch(() => undefined)
    await change
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#changes
    await Promise.all([...this.#servers.keys()].map(async (offset) => await this.#close(offset)))
  }

  async #openAll(): Promise<void> {
    for (const offset of this.#servers.keys()) await this.#adjust(offset)
  }

  async #adjustAfter(earlier: Promise<void>, offsets: readonly number[]): Promise<void> {
    await earlier
    for (const offset of offsets) await this.#adjust(offset)
  }

  async #adjust(offset: number): Promise<void> {
    if (this.#ended.signal.aborted) return
    const isOpen = this.#servers[offset] !== null
    const refuses = this.#behaviours[offset]?.kind === 'refuse'
    if (refuses && isOpen) await this.#close(offset)
    if (!refuses && !isOpen) await this.#open(offset)
  }

  async #open(offset: number): Promise<void> {
    const { host } = this.#options
    const port = this.#port + offset
    const server = createServer((request, response) => {
      this.#handle(offset, { request, response }).catch((error: unknown) => {
        // The job went away in the middle of its request; there is nobody to answer.
        if (!request.destroyed) process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`)
        response.destroy()
      })
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError({ host, port, cause })))
      server.listen({ host, port }, resolve)
    })
    this.#servers[offset] = server
  }

  async #close(offset: number): Promise<void> {
    const server = this.#servers[offset]
    this.#servers[offset] = null
    if (server === undefined || server === null) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  async #handle(offset: number, exchange: Exchange): Promise<void> {
    const { request, response } = exchange
    const { paths, clock } = this.#options
    const asked = { method: request.method ?? '', url: request.url ?? '', contentType: request.headers['content-type'] }
    const asToolkit = receiverAnswer(asked, receiverPath(offset, paths))
    if (asToolkit.kind === 'page') {
      request.resume()
      replyPage(response, asToolkit.body)
      return
    }
    const body = await readBody(request)
    const answer = answerOf(asToolkit, this.#behaviours[offset] ?? { kind: 'accept' })
    this.#options.records.add({
      direction: 'received',
      time: clock.now(),
      portOffset: offset,
      method: asked.method,
      path: asked.url,
      headers: pairsOf(request.rawHeaders),
      body,
      message: tryDecodeHeartbeatMessage(body),
      answer,
    })
    await this.#answer(response, answer)
  }

  async #answer(response: ServerResponse, answer: PeerAnswer): Promise<void> {
    const { clock } = this.#options
    switch (answer.kind) {
      case 'hang':
        return
      case 'drop':
        response.destroy()
        return
      case 'status':
        if (answer.afterSeconds > 0 && !(await slept(clock, answer.afterSeconds, this.#ended.signal))) return
        response.writeHead(answer.status, answer.status === 204 ? {} : { 'content-length': 0 })
        response.end()
        return
      default:
        unreachable(answer)
    }
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** What a behaviour makes of what a toolkit's receiver would answer: only a POST at the inject path is treated otherwise. */
function answerOf(asToolkit: Exclude<ReceiverAnswer, { kind: 'page' }>, behaviour: PeerBehaviour): PeerAnswer {
  const status = asToolkit.kind === 'inject' ? 204 : asToolkit.status
  if (status === 404 || status === 405) return { kind: 'status', status, afterSeconds: 0 }
  switch (behaviour.kind) {
    case 'accept':
      return { kind: 'status', status, afterSeconds: behaviour.afterSeconds ?? 0 }
    case 'status':
      return { kind: 'status', status: behaviour.status, afterSeconds: behaviour.afterSeconds ?? 0 }
    case 'hang':
    case 'drop':
      return { kind: behaviour.kind }
    case 'refuse':
      // A request that was on its way when the listener closed.
      return { kind: 'drop' }
    default:
      return unreachable(behaviour)
  }
}

/** False when the peer ended meanwhile. */
async function slept(clock: Clock, seconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(seconds, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyBytesMax) throw new Error(`Expected a body of at most ${bodyBytesMax} bytes, got more.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function replyPage(response: ServerResponse, page: object): void {
  const bytes = Buffer.from(JSON.stringify(page))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.end(bytes)
}

function pairsOf(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  return pairs
}

function listenError(details: { host: string; port: number; cause: NodeJS.ErrnoException }): TestbedError {
  const { host, port, cause } = details
  return new TestbedError(
    `The peer could not listen on ${host}:${port} (${cause.code ?? cause.message}): the address must be this machine's, and the base port and those behind it free.`,
    { cause },
  )
}
