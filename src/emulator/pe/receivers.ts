import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { receiverName } from '../../toolkit/operators.ts'
import { receiverAnswer } from '../../wire/receiver-answer.ts'
import { closeHttp, listenHttp, readBody, replyJson, replyStatus, RequestBodyError } from '../http-server.ts'
import { realMilliseconds, type LeaseTime } from '../lease-time.ts'
import type { PostOutcome } from './pending-posts.ts'
import { PostRoom, type PostRoomLimits } from './post-room.ts'

/** System seconds after which a receiver ends a connection that says nothing (toolkit reference §3.1). */
const idleSeconds = 30
/** Real time: at high time scales an ordinary pause between two packets must not end a connection. */
const idleMsMin = 2000
/** So many connections at once; the toolkit's own server has a limited pool of threads too. */
const connectionsMax = 1000

interface ReceiversOptions {
  readonly address: string
  readonly basePort: number
  /** Which receivers: 0 is that of heartbeats, 1 + c snapshot receiver c. */
  readonly portOffsets: readonly number[]
  readonly time: LeaseTime
  /** Hands a body on; resolves when it was taken. */
  readonly onPost: (portOffset: number, body: Uint8Array) => Promise<PostOutcome>
  /** Over all ports. */
  readonly limits?: PostRoomLimits
}

/**
 * The composite's HTTP receivers (HTTPBLOBInjection, toolkit reference §3.1), each on its port. Nothing that a client sends, or
 * does not send, ends the process or holds up other clients.
 * @throws ListenError when one of the ports cannot be had; none stays open then
 */
export async function openReceivers(options: ReceiversOptions): Promise<readonly Server[]> {
  const room = new PostRoom(options.limits)
  const opened = await Promise.allSettled(
    options.portOffsets.map(async (offset) => await openReceiver({ ...options, offset, room })),
  )
  const servers = opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failed = opened.find((outcome) => outcome.status === 'rejected')
  if (failed === undefined) return servers
  for (const server of servers) closeHttp(server)
  throw failed.reason
}

async function openReceiver(
  options: ReceiversOptions & { readonly offset: number; readonly room: PostRoom },
): Promise<Server> {
  const { offset: portOffset, address, basePort, time, onPost, room } = options
  const injectPath = `/crossdcrx/${receiverName(portOffset)}/ports/output/0/inject`
  const held = new Set<Socket>()
  const server = await listenHttp({
    address,
    port: basePort + portOffset,
    handler: async (request, response) => {
      const { method = '', url = '', headers } = request
      const answer = receiverAnswer({ method, url, contentType: headers['content-type'] }, injectPath)
      if (answer.kind === 'page') replyJson(response, { status: 200, body: answer.body })
      else if (answer.kind === 'status') refuse(exchangeOf(request, response), answer.status)
      else {
        const accept = async (body: Uint8Array): Promise<PostOutcome> => await onPost(portOffset, body)
        await inject(exchangeOf(request, response), { held, room, accept })
      }
    },
  })
  server.maxConnections = connectionsMax
  server.setTimeout(Math.max(idleMsMin, realMilliseconds(time, idleSeconds)), (socket: Socket) => {
    // A request that was read and waits for its answer is not idle.
    if (!held.has(socket)) socket.destroy()
  })
  return server
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  return { request, response }
}

/** Answers without having read the body: what of it is still to come is not waited for. */
function refuse({ request, response }: Exchange, status: number): void {
  if (!request.complete) response.setHeader('connection', 'close')
  request.resume()
  replyStatus(response, status)
}

interface Injection {
  readonly held: Set<Socket>
  readonly room: PostRoom
  readonly accept: (body: Uint8Array) => Promise<PostOutcome>
}

async function inject(exchange: Exchange, { held, room, accept }: Injection): Promise<void> {
  const { request, response } = exchange
  const { socket } = request
  using place = room.enter(socket)
  if (place === null) {
    socket.destroy()
    return
  }
  try {
    const body = await readBody(request, (bytes) => place.take(bytes))
    held.add(socket)
    // 204 means handed on, not stored.
    replyStatus(response, (await accept(body)) === 'accepted' ? 204 : 500)
  } catch (error) {
    if (!(error instanceof RequestBodyError)) throw error
    // A peer that is gone has lost its interest in the answer.
    if (error.reason === 'cut_off') response.destroy()
    else refuse(exchange, error.reason === 'too_large' ? 413 : 500)
  } finally {
    held.delete(socket)
  }
}
