import type { InjectOutcome } from '../model/exchange-client.ts'
import type { Exchange } from './exchange-transport.ts'
import { noAnswerError, statusError } from './request-failure.ts'
import type { FailedRequest } from './request-failure.ts'

/** A gateway that says these does not know itself what became of the request. */
const gatewayStatuses = [502, 504]

/**
 * What became of an injection (data-exchange reference §4): any 2xx took everything, whatever its body; 413 took the leading
 * `addedItems`; any other answer took nothing. No answer: nothing when the request never went out, else nobody knows.
 */
export function outcomeOf(
  exchange: Exchange,
  injection: { readonly request: FailedRequest; readonly itemCount: number },
): InjectOutcome {
  const { request, itemCount } = injection
  if (exchange.kind === 'failed' && exchange.status === undefined) {
    const { message } = noAnswerError(request, exchange.error)
    if (exchange.wasSent) return { outcome: 'unknown', message }
    return { outcome: 'rejected', added: 0, status: undefined, message: `${message}; nothing was sent` }
  }
  const { status = 0 } = exchange
  if (status >= 200 && status < 300) return { outcome: 'accepted', added: itemCount }
  const body = exchange.kind === 'answered' ? exchange.body : ''
  const { message } = statusError(request, { status, body, expected: '2xx' })
  if (status === 413) return fullBuffer({ body, itemCount, message })
  if (gatewayStatuses.includes(status)) return { outcome: 'unknown', message }
  return { outcome: 'rejected', added: 0, status, message }
}

/** Without a count that makes sense it cannot be told which of the items were taken. */
function fullBuffer(answer: { body: string; itemCount: number; message: string }): InjectOutcome {
  const added = addedItems(answer.body)
  if (added !== undefined && Number.isSafeInteger(added) && added >= 0 && added <= answer.itemCount) {
    return added === answer.itemCount ? { outcome: 'accepted', added } : { outcome: 'partial', added }
  }
  const got = added === undefined ? 'none' : String(added)
  const expected = `Expected \`addedItems\` from 0 to ${answer.itemCount} in an answer 413, got ${got}`
  return { outcome: 'unknown', message: `${expected}. ${answer.message}` }
}

function addedItems(body: string): number | undefined {
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json !== 'object' || json === null || !('addedItems' in json)) return undefined
    return typeof json.addedItems === 'number' ? json.addedItems : undefined
  } catch {
    // A body that is no JSON has no such count.
    return undefined
  }
}
