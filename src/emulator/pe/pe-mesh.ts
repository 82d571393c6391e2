// The streams between the PEs of one job, each a process: loopback connections, one for each direction of each pair of PEs. A
// connection begins with the job's secret and the caller's index; frames are read only after that.

import { timingSafeEqual } from 'node:crypto'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { PeMessage } from '../../applications/hosting/pe-message.ts'
import { FrameReader } from '../frames.ts'
import { ListenError } from '../http-server.ts'
import type { PePeer } from '../pair-protocol.ts'
import { PeLine } from './pe-line.ts'

/** Whoever connects has so long to show the secret, in real milliseconds. */
const helloWaitMs = 5000

interface PeMeshOptions {
  readonly address: string
  readonly secret: string
  readonly indexWithinJob: number
  readonly onMessage: (from: number, message: PeMessage) => void
  /** A tuple for a PE that does not run was lost. */
  readonly onDropped: (to: number) => void
  /** A PE started again and has forgotten everything, also that it held somebody up. */
  readonly onRestarted: (index: number) => void
}

/** This PE's ends of the streams to and from the job's other PEs. */
export class PeMesh {
  readonly #options: PeMeshOptions
  readonly #lines = new Map<number, PeLine>()
  readonly #launchCounts = new Map<number, number>()
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  readonly port: number

  private constructor(options: PeMeshOptions, server: Server) {
    this.#options = options
    this.#server = server
    // A TCP server that listens has an address with a port.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => this.#accept(socket))
  }

  /** @throws ListenError */
  static async open(options: PeMeshOptions): Promise<PeMesh> {
    const { address } = options
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        reject(new ListenError({ address, port: 0, code: cause.code ?? 'unknown' }, { cause }))
      })
      server.listen({ host: address, port: 0 }, resolve)
    })
    return new PeMesh(options, server)
  }

  send(to: number, message: PeMessage): void {
    this.#line(to).send(message)
  }

  /** Where the other PEs are now. */
  peers(peers: readonly PePeer[]): void {
    for (const peer of peers) {
      const { indexWithinJob: index, launchCount } = peer
      if (index === this.#options.indexWithinJob) continue
      const before = this.#launchCounts.get(index)
      this.#launchCounts.set(index, launchCount)
      if (before !== undefined && before !== launchCount) this.#options.onRestarted(index)
      this.#line(index).moved(peer)
    }
  }

  close(): void {
    for (const line of this.#lines.values()) line.close()
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #line(to: number): PeLine {
    const { address, secret, indexWithinJob, onDropped } = this.#options
    const known = this.#lines.get(to)
    if (known !== undefined) return known
    const line = new PeLine({ address, hello: hello(secret, indexWithinJob), onDropped: () => onDropped(to) })
    this.#lines.set(to, line)
    return line
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    const timer = setTimeout(() => socket.destroy(), helloWaitMs)
    socket.once('close', () => {
      clearTimeout(timer)
      this.#sockets.delete(socket)
    })
    const expected = hello(this.#options.secret, 0)
    const reader = new FrameReader()
    let from: number | undefined
    let head = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      let bytes = chunk
      if (from === undefined) {
        head = Buffer.concat([head, chunk])
        if (head.length < expected.length) return
        clearTimeout(timer)
        from = callerOf(head.subarray(0, expected.length), expected)
        bytes = head.subarray(expected.length)
      }
      if (from === undefined) socket.destroy()
      else this.#read({ socket, reader, from, bytes })
    })
  }

  #read(read: {
    readonly socket: Socket
    readonly reader: FrameReader
    readonly from: number
    readonly bytes: Buffer
  }): void {
    const { socket, reader, from, bytes } = read
    try {
      // Whoever knows the secret is a PE of this job and writes what it should.
      // eslint-disable-next-line typescript/no-unsafe-type-assertion
      for (const message of reader.push(bytes)) this.#options.onMessage(from, message as PeMessage)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      socket.destroy()
    }
  }
}

const indexBytes = 4

function hello(secret: string, index: number): Buffer {
  const tail = Buffer.alloc(indexBytes)
  tail.writeUInt32BE(index)
  return Buffer.concat([Buffer.from(secret), tail])
}

function callerOf(head: Buffer, expected: Buffer): number | undefined {
  const at = expected.length - indexBytes
  return timingSafeEqual(head.subarray(0, at), expected.subarray(0, at)) ? head.readUInt32BE(at) : undefined
}
