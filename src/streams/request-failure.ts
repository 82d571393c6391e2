import { RequestError } from '../model/errors.ts'
import { serverMessage } from './server-message.ts'

/** The request that failed, as messages name it. Never holds a password. */
export interface FailedRequest {
  readonly method: string
  readonly url: string
  readonly username: string
  /** Real milliseconds that it had. */
  readonly timeoutMs: number
}

const unreachableCodes = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]
const timeoutCodes = ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']

/** OpenSSL's verification errors as Node names them (nodejs.org/api/tls.html, "X509 certificate error codes"), and the host check's. */
const certificatePattern = /CERT|SIGNATURE|CRL|ISSUER|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH/
const notTlsPattern = /^(EPROTO|ERR_SSL_|ERR_TLS_)/

/**
 * The error for a request that got no answer, or only a part of one. Its cause is a plain copy: the HTTP library's own error
 * holds the request with its credentials, and whoever prints an error prints its causes.
 */
export function noAnswerError(request: FailedRequest, failure: unknown): RequestError {
  const { method, url } = request
  const code = codeOf(failure)
  const cause = Object.assign(new Error(textOf(failure)), code === undefined ? {} : { code })
  return new RequestError(`${explainNoAnswer(request, failure)} (${method} ${url})`, { method, url }, { cause })
}

/** The error for an answer whose status is not the expected one. */
export function statusError(
  request: FailedRequest,
  answer: { readonly status: number; readonly body: string; readonly expected?: string },
): RequestError {
  const { method, url, username } = request
  const { status, body, expected = '200' } = answer
  const said = serverMessage(body)
  const details = { method, url, status, serverMessage: said }
  const suffix = said === undefined ? '' : `: ${said}`
  if (status === 401) {
    const message = `${new URL(url).origin} refused the credentials of user ${username} (401, ${method} ${url})${suffix}`
    return new RequestError(message, details)
  }
  if (status === 403) {
    const message = `${new URL(url).origin} does not allow this to user ${username} (403, ${method} ${url})${suffix}`
    return new RequestError(message, details)
  }
  return new RequestError(`Expected status ${expected} from ${method} ${url}, got ${status}${suffix}`, details)
}

function explainNoAnswer({ url, timeoutMs }: FailedRequest, cause: unknown): string {
  const { origin } = new URL(url)
  const code = codeOf(cause)
  if (code === undefined) return `${origin} gave no answer: ${textOf(cause)}`
  if (unreachableCodes.includes(code)) {
    return `Cannot reach ${origin} (${code}): is the datacenter up, is the URL right?`
  }
  if (timeoutCodes.includes(code)) {
    return `Cannot reach ${origin}: no answer within ${timeoutMs} ms; is the datacenter up, is the URL right?`
  }
  if (certificatePattern.test(code)) {
    return `The TLS certificate of ${origin} is not trusted (${code}): give the certificate of who signed it as \`ca\``
  }
  if (notTlsPattern.test(code)) return `${origin} does not speak TLS as expected (${code}): is \`https\` right?`
  return `The connection to ${origin} ended before the answer did (${code})`
}

/** The system's or library's code of an error, or of what it was made from. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const inner = codeOf(error.cause) ?? (error instanceof AggregateError ? codeOf(error.errors[0]) : undefined)
  if (inner !== undefined) return inner
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
