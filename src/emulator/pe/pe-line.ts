import { connect, type Socket } from 'node:net'
import type { PePeer } from '../pair-protocol.ts'
import { frameOf } from '../frames.ts'

/** So many tuples wait for a PE that does not run, or does not keep up. */
export const waitingTuplesMax = 1000

/** A connection that broke although its PE is said to run is tried again after so many real milliseconds. */
const retryMs = 50

interface PeLineOptions {
  readonly address: string
  /** What shows the other PE who calls. */
  readonly hello: Buffer
  /** The oldest waiting tuple was lost. */
  readonly onDropped: () => void
}

/**
 * The stream from one PE of a job to another: in order, and what was on its way into a PE that died is lost. What is sent while the
 * other PE is down waits, as in a required connection, but not without limit.
 */
export class PeLine {
  readonly #options: PeLineOptions
  readonly #waiting: unknown[] = []
  #port: number | null = null
  #socket: Socket | null = null
  #isOpen = false
  #retry: NodeJS.Timeout | undefined

  constructor(options: PeLineOptions) {
    this.#options = options
  }

  send(message: unknown): void {
    this.#waiting.push(message)
    this.#flush()
    if (this.#waiting.length <= waitingTuplesMax) return
    this.#waiting.shift()
    this.#options.onDropped()
  }

  /** The other PE's port changed: it ended, or runs again. */
  moved({ port }: PePeer): void {
    if (port === this.#port) return
    this.#port = port
    this.#hangUp()
    this.#connect()
  }

  close(): void {
    this.#port = null
    this.#hangUp()
  }

  #hangUp(): void {
    clearTimeout(this.#retry)
    this.#socket?.destroy()
    this.#socket = null
    this.#isOpen = false
  }

  #connect(): void {
    if (this.#port === null) return
    const socket = connect({ host: this.#options.address, port: this.#port, noDelay: true })
    this.#socket = socket
    socket.once('connect', () => {
      socket.write(this.#options.hello)
      this.#isOpen = true
      this.#flush()
    })
    socket.on('drain', () => this.#flush())
    // `close` follows, and says all there is to say.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (this.#socket !== socket) return
      this.#hangUp()
      this.#retry = setTimeout(() => this.#connect(), retryMs)
    })
  }

  #flush(): void {
    const socket = this.#socket
    if (socket === null || !this.#isOpen) return
    while (this.#waiting.length > 0 && !socket.writableNeedDrain) socket.write(frameOf(this.#waiting.shift()))
  }
}
