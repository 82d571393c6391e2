import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { closeHttp, listenHttp, portOf, readBody, replyJson, replyStatus } from '../http-server.ts'
import { ledgerEndpoints } from '../ledger-endpoints.ts'
import { readItems } from './items.ts'
import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'

/** The header by which the DC's management process shows that it may. */
export const secretHeader = 'x-failover-secret'

/** The operators inside the PE, as the DC's services reach them. */
export interface OperatorAccess {
  /** @returns how many leading items were taken */
  inject(operator: string, items: readonly object[]): number
  /** Everything that is buffered; undefined when there is no such sink. */
  retrieve(operator: string): readonly object[] | undefined
  operators(): readonly OperatorCounters[]
}

/** The hidden server, as long as it is open. */
export interface InternalServer {
  readonly port: number
  readonly secret: string
  close(): void
}

/** Opens the hidden HTTP server through which the DC's management process reaches a PE's operators. */
export async function openInternalServer(address: string, operators: OperatorAccess): Promise<InternalServer> {
  const secret = randomBytes(16).toString('hex')
  const server = await listenHttp({
    address,
    port: 0,
    handler: async (request, response) => {
      if (request.headers[secretHeader] === secret) await route({ request, response, operators })
      else replyStatus(response, 403)
    },
  })
  return { port: portOf(server), secret, close: () => closeHttp(server) }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly operators: OperatorAccess
}

async function route(exchange: Exchange): Promise<void> {
  const { request, response, operators } = exchange
  const [, action = '', operator = ''] = (request.url ?? '').split('/')
  if (action === 'inject') {
    await inject(exchange, operator)
  } else if (action === 'operators') {
    replyJson(response, { status: 200, body: operators.operators() })
  } else {
    const items = action === 'retrieve' ? operators.retrieve(operator) : undefined
    if (items === undefined) replyStatus(response, 404)
    else replyJson(response, { status: 200, body: { items } })
  }
}

/** The answers are those of the data service: the management process passes them on as they are (data-exchange reference §4). */
async function inject({ request, response, operators }: Exchange, operator: string): Promise<void> {
  const body = await readBody(request)
  const endpoint = ledgerEndpoints.find((candidate) => candidate.kind === 'inject' && candidate.operator === operator)
  if (endpoint === undefined) {
    replyStatus(response, 404)
    return
  }
  const read = readItems(body, endpoint)
  if (!read.ok) {
    // The message id is made up: the real service's are not public.
    const messages = [{ id: 'CDISX0001E', message: `CDISX0001E ${read.message}` }]
    replyJson(response, { status: 400, body: { ...messages[0], messages } })
    return
  }
  const addedItems = operators.inject(operator, read.items)
  replyJson(response, { status: addedItems === read.items.length ? 200 : 413, body: { addedItems } })
}
