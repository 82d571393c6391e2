import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { receiverPath } from '../../toolkit/composite.ts'
import { listenHttp, readBody, replyJson, replyStatus } from '../http-server.ts'

interface ReceiversOptions {
  readonly address: string
  readonly basePort: number
  /** Snapshot receivers, on the ports behind the base port. */
  readonly pairs: number
  readonly onPost: (portOffset: number, body: Uint8Array) => void
}

/**
 * The composite's HTTP receivers (HTTPBLOBInjection, toolkit reference §3.1), each on its port of the DC's address.
 * @throws ListenError
 */
export async function openReceivers(options: ReceiversOptions): Promise<readonly Server[]> {
  const offsets = Array.from({ length: 1 + options.pairs }, (_, offset) => offset)
  return await Promise.all(offsets.map(async (offset) => await openReceiver(offset, options)))
}

async function openReceiver(portOffset: number, options: ReceiversOptions): Promise<Server> {
  const { address, basePort, onPost } = options
  const injectPath = receiverPath(portOffset)
  return await listenHttp({
    address,
    port: basePort + portOffset,
    handler: async (request, response) => {
      const path = pathOf(request.url ?? '')
      const info = infoFor(injectPath, path)
      if (path === injectPath) await inject({ request, response, accept: (body) => onPost(portOffset, body) })
      else if (request.method === 'GET' && info !== undefined) replyJson(response, { status: 200, body: info })
      else replyStatus(response, 404)
    },
  })
}

async function inject(exchange: {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly accept: (body: Uint8Array) => void
}): Promise<void> {
  const { request, response, accept } = exchange
  if (request.method !== 'POST') {
    replyStatus(response, 405)
  } else if (request.headers['content-type'] === 'application/octet-stream') {
    // 204 means handed on, not stored.
    accept(await readBody(request))
    replyStatus(response, 204)
  } else {
    request.resume()
    replyStatus(response, 500)
  }
}

/** The probes that have no effect: their paths are in toolkit reference §3.1, their members in data-exchange reference §8. */
function infoFor(injectPath: string, path: string): object | undefined {
  const operator = injectPath.split('/')[2] ?? ''
  if (path === '/ports/info') {
    return { exposedPorts: [{ operatorPath: operator, portType: 'output', contextPaths: { inject: injectPath } }] }
  }
  if (path === '/contexts/info') return { contextResourceBases: [{ contextPath: '/crossdcrx', resourceBase: '' }] }
  if (path === injectPath.replace(/inject$/, 'info'))
    return { operatorPath: operator, portType: 'output', portIndex: 0 }
  return undefined
}

/** The path without its query; one that is no valid encoding names nothing here, and so stays as it is. */
function pathOf(url: string): string {
  const [path = ''] = url.split('?')
  try {
    return decodeURI(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}
