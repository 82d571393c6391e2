// What the tests of the links share: a link on loopback, a receiver behind it, and who connects through it.

import { createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { LinkRule } from '../../../model/testbed.ts'
import { closeHttp, listenHttp, portOf, readBody, replyStatus } from '../../http-server.ts'
import { connectThroughLink } from '../connect-through-link.ts'
import { httpExchange } from '../http-exchange.ts'
import { Link } from '../link.ts'

/** Where the sending DC reaches the link. */
export const nearAddress = '127.0.77.11'
/** Where the receiving DC listens. */
const farAddress = '127.0.77.2'

/** A link, and the rules that it follows. */
export interface TestLink {
  readonly link: Link
  readonly apply: (effect: LinkRule['effect'], about?: Partial<LinkRule>) => void
  readonly heal: (id?: string) => void
}

/** A link to a receiver that answers 204. */
export interface Wire extends TestLink {
  readonly port: number
  readonly bodies: string[]
}

/** A link to a receiver, in real time unless a time scale is given. */
export async function wire(options: { readonly timeScale?: number; readonly seed?: number } = {}): Promise<Wire> {
  const bodies: string[] = []
  const server = await listenHttp({
    address: farAddress,
    port: 0,
    handler: async (request, response) => {
      bodies.push((await readBody(request)).toString())
      replyStatus(response, 204)
    },
  })
  const port = portOf(server)
  onTestFinished(() => closeHttp(server))
  return { bodies, port, ...(await openLink(port, options)) }
}

/** A link that ends with the test. */
export async function openLink(
  port: number,
  { timeScale = 1, seed = 0 }: { readonly timeScale?: number; readonly seed?: number } = {},
): Promise<TestLink> {
  let rules: readonly LinkRule[] = []
  const link = new Link({
    from: 'dc1',
    to: 'dc2',
    address: nearAddress,
    farAddress,
    rules: () => rules,
    baseDelaySeconds: () => 0,
    realMilliseconds: (seconds) => (seconds * 1000) / timeScale,
    seed: () => seed,
  })
  onTestFinished(async () => await link.close())
  await link.open([port])
  return {
    link,
    apply: (effect, about = {}) => {
      rules = [...rules, { id: 'r', from: 'dc1', to: 'dc2', ports: 'all', effect, ...about }]
      link.apply()
    },
    heal: (id) => {
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id)
      link.apply()
    },
  }
}

/** A raw listener behind the link. */
export async function listenRaw(
  onSocket: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', ignore)
    onSocket(socket)
  })
  await new Promise<void>((resolve) => {
    server.listen({ host: farAddress, port: 0 }, resolve)
  })
  onTestFinished(() => void server.close())
  return { server, port: (server.address() as { port: number }).port }
}

/** A connection as a sender makes it. */
export async function connectTo(port: number, timeoutMs = 100): Promise<Socket> {
  const socket = await connectThroughLink({ host: nearAddress, port, timeoutMs, throughLink: true })
  socket.on('error', ignore)
  return socket
}

/** A POST on such a connection; the status of its answer. */
export async function exchange(socket: Socket, port: number, body = 'x'): Promise<number> {
  return await httpExchange({
    socket,
    host: nearAddress,
    port,
    method: 'POST',
    path: '/inject',
    body: Buffer.from(body),
    readTimeoutMs: 150,
  })
}

/** A POST on a connection of its own. */
export async function post(port: number, body = 'x'): Promise<number> {
  return await exchange(await connectTo(port), port, body)
}

/** The end of a test may reset what it leaves open. Whoever expects a reset listens for it beside this. */
function ignore(): void {
  // Nothing is to be done about it.
}
