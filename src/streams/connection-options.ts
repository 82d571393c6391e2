import { SettingsError } from '../model/errors.ts'

/** How to reach a service of a datacenter, and how patient to be. */
export interface ConnectionOptions {
  /** The service's first document: the REST API's root document, or the data service's top-level URL. */
  readonly url: string
  readonly username: string
  readonly password: string
  /** Real milliseconds that a request may take, each attempt of its own. @default 10000 */
  readonly requestTimeoutMs?: number | undefined
  /** Certificates (PEM) to trust instead of the system's; Streams signs its own (streams-rest-api reference §2). */
  readonly ca?: string | readonly string[] | undefined
  /** False accepts any certificate: for test systems only. @default true */
  readonly rejectUnauthorized?: boolean | undefined
  /** The largest answer that is read. @default 64 MiB */
  readonly answerBytesMax?: number | undefined
  /** Called before each attempt of a request to the management API. */
  readonly onAttempt?: ((attempt: RequestAttempt) => void) | undefined
}

/** One attempt of a request; only idempotent requests have a second one. */
export interface RequestAttempt {
  readonly method: string
  readonly url: string
  /** 1 and up. */
  readonly attempt: number
  /** Why there is another attempt: the failure of the one before. */
  readonly previousFailure: string | undefined
}

/** The options with all defaults filled in. */
export interface Connection {
  readonly url: string
  readonly username: string
  /** Value of the Authorization header: HTTP Basic, the only scheme that is documented (streams-rest-api reference §2). */
  readonly authorization: string
  readonly requestTimeoutMs: number
  readonly tls: { readonly ca?: string[]; readonly rejectUnauthorized: boolean }
  readonly answerBytesMax: number
  readonly onAttempt: (attempt: RequestAttempt) => void
}

/**
 * Checks the options and fills in defaults.
 * @throws SettingsError
 */
export function resolveConnection(options: ConnectionOptions): Connection {
  const { url, username, password, requestTimeoutMs = 10_000, ca, answerBytesMax = 64 * 1024 * 1024 } = options
  checkUrl(url)
  if (!(Number.isSafeInteger(requestTimeoutMs) && requestTimeoutMs >= 1)) {
    throw new SettingsError(`Expected \`requestTimeoutMs\` to be a whole number from 1 and up, got ${requestTimeoutMs}`)
  }
  return {
    url,
    username,
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    requestTimeoutMs,
    tls: {
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? [ca] : [...ca] }),
      rejectUnauthorized: options.rejectUnauthorized ?? true,
    },
    answerBytesMax,
    onAttempt: options.onAttempt ?? (() => undefined),
  }
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.username || url?.password) {
    // The text itself is not repeated: it holds a password.
    throw new SettingsError(
      `Expected \`url\` to hold no credentials, got some for ${url.origin}; give them as \`username\` and \`password\``,
    )
  }
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return
  throw new SettingsError(`Expected \`url\` to be an http or https URL, got "${text}"`)
}
