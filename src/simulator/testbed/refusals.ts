import type { DatacenterName } from '../../model/datacenter.ts'
import { RequestError } from '../../model/errors.ts'

/** A request that there would be if the services were reached by HTTP; errors name it as they do there. */
export interface RequestName {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: string
}

/** Where a DC's services would be. The domain is reserved, so that nobody ever reaches anything there (RFC 2606, §2). */
export function originOf(dc: DatacenterName): string {
  return `http://${dc}.simulated.invalid`
}

/** The service answers with an error of the product's own form (streams-rest-api reference §3). */
export function refused(
  request: RequestName,
  answer: { readonly status: number; readonly id: string; readonly text: string; readonly expected?: string },
): RequestError {
  const { status, id, text, expected = '200' } = answer
  const serverMessage = `${id} ${text}`
  const message = `Expected status ${expected} from ${request.method} ${request.url}, got ${status}: ${serverMessage}`
  return new RequestError(message, { ...request, status, serverMessage })
}

/** The process that serves it is dead. */
export function unreachable(request: RequestName): RequestError {
  return noAnswer(request, {
    code: 'ECONNREFUSED',
    text: `Cannot reach ${new URL(request.url).origin} (ECONNREFUSED): is the datacenter up, is the URL right?`,
  })
}

/** The process that serves it took the request and says nothing. */
export function timedOut(request: RequestName, timeoutMs: number): RequestError {
  return noAnswer(request, {
    code: 'ETIMEDOUT',
    text: `Cannot reach ${new URL(request.url).origin}: no answer within ${timeoutMs} ms; is the datacenter up, is the URL right?`,
  })
}

/** The process that serves it died while it had the request. */
export function brokenOff(request: RequestName): RequestError {
  return noAnswer(request, {
    code: 'ECONNRESET',
    text: `The connection to ${new URL(request.url).origin} ended before the answer did (ECONNRESET)`,
  })
}

function noAnswer(request: RequestName, about: { readonly code: string; readonly text: string }): RequestError {
  const { code, text } = about
  const cause = Object.assign(new Error(code), { code })
  return new RequestError(`${text} (${request.method} ${request.url})`, request, { cause })
}
