import type { Socket } from 'node:net'

/** A request got no answer: nothing in time, or the connection ended. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

interface HttpExchangeOptions {
  readonly socket: Socket
  readonly host: string
  readonly port: number
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: Uint8Array
  /** Of the body. @default 'application/octet-stream' */
  readonly contentType?: string
  /** Real milliseconds without a byte from the other side; 0 waits for ever. */
  readonly readTimeoutMs: number
}

/** The most of an answer that is looked at for the end of its head; the toolkit's receivers answer with far less. */
const answerBytesMax = 64 * 1024

/**
 * One HTTP/1.1 request over a connection of its own, which is ended afterwards, with the headers of the toolkit's sender (toolkit
 * reference §3.1). Node's own client would do too, but brackets in a path go out literally here, as the toolkit sends them.
 * @returns the answer's status
 * @throws NoAnswer
 */
export async function httpExchange(options: HttpExchangeOptions): Promise<number> {
  const { socket, readTimeoutMs } = options
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<number>((resolve, reject) => {
      const expect = (): void => {
        clearTimeout(timer)
        if (readTimeoutMs === 0) return
        timer = setTimeout(() => reject(new NoAnswer('Read timed out')), Math.ceil(readTimeoutMs))
      }
      let head = ''
      socket.on('data', (chunk: Buffer) => {
        head += chunk.toString('latin1')
        const status = finalStatus(head)
        if (status !== undefined) resolve(status)
        else if (!isHttp(head) || head.length > answerBytesMax) reject(new NoAnswer('Invalid Http response'))
        else expect()
      })
      socket.on('error', (cause) => reject(new NoAnswer('Connection reset', { cause })))
      socket.on('close', () => reject(new NoAnswer('Unexpected end of file from server')))
      expect()
      socket.write(requestBytes(options))
      socket.resume()
    })
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

/** The status of the first whole head that is not an interim one, such as 100 Continue (RFC 9110 §15.2). */
function finalStatus(text: string): number | undefined {
  const heads = text.matchAll(/HTTP\/1\.[01] (\d{3})[^]*?\r\n\r\n/gy)
  for (const [, status] of heads) if (Number(status) >= 200) return Number(status)
  return undefined
}

/** Whether an answer that begins so can still be one. */
function isHttp(text: string): boolean {
  const start = 'HTTP/1.'
  return text.startsWith(start) || start.startsWith(text)
}

function requestBytes(options: HttpExchangeOptions): Uint8Array {
  const { method, path, host, port, body, contentType = 'application/octet-stream' } = options
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(body === undefined ? [] : [`Content-Type: ${contentType}`]),
    'User-Agent: Java/1.8.0',
    `Host: ${host}:${port}`,
    'Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    'Connection: keep-alive',
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)])
}
