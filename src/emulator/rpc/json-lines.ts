import type { Socket } from 'node:net'
import type { MessageChannel } from './message-peer.ts'

/** A line longer than this ends the connection: nothing that the control protocol carries comes near it. */
const lineBytesMax = 64 * 1024 * 1024
/** What somebody may send who has not yet said anything of sense: a line with a token needs less. */
const firstLineBytesMax = 4096

/** Messages as one JSON object a line over a socket. A line that is no JSON is refused with a message; the socket stays open. */
export function jsonLinesChannel(socket: Socket): MessageChannel {
  const messageListeners: ((message: unknown) => void)[] = []
  const send = (message: object): void => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
  }
  // The error itself is not needed: `close` follows, and whoever waits for an answer is told then.
  socket.on('error', () => undefined)
  let hasSense = false
  const limit = (): number => (hasSense ? lineBytesMax : firstLineBytesMax)
  readLines({ socket, limit }, (line) => {
    if (line.trim() === '') return
    let message: unknown
    try {
      message = JSON.parse(line)
      hasSense = true
    } catch {
      if (!hasSense) socket.destroy()
      send({ error: { message: `Expected one JSON object a line, got ${JSON.stringify(line.slice(0, 80))}.` } })
      return
    }
    for (const listener of messageListeners) listener(message)
  })
  return {
    send,
    onMessage: (listener) => {
      messageListeners.push(listener)
    },
    onClose: (listener) => {
      socket.once('close', listener)
    },
  }
}

function readLines(from: { socket: Socket; limit: () => number }, onLine: (line: string) => void): void {
  const { socket, limit } = from
  let chunks: string[] = []
  let length = 0
  socket.setEncoding('utf8')
  socket.on('data', (data: string) => {
    const lines = data.split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      onLine(chunks.join('') + line)
      chunks = []
      length = 0
    }
    chunks.push(rest)
    length += rest.length
    if (length > limit()) socket.destroy()
  })
}
