import type { Socket } from 'node:net'
import { RequestBodyError } from '../http-server.ts'

/** What the receivers of one PE hold at most, whoever sends. */
export interface PostRoomLimits {
  /** Bodies that are being read, or were read and not yet taken. @default 512 MiB */
  readonly bodyBytesMax?: number
  /** POSTs without an answer; one of each connection is always let in. @default 10,000 */
  readonly postsMax?: number
}

/**
 * The memory that POSTs may take. Node's server reads the requests of a connection whether or not those before are answered, so
 * that a client that sends on and on would fill the memory, and so would a crowd with large bodies.
 */
export class PostRoom {
  readonly #bodyBytesMax: number
  readonly #postsMax: number
  readonly #postsOf = new Map<Socket, number>()
  #posts = 0
  #bodyBytes = 0

  constructor({ bodyBytesMax = 512 * 1024 * 1024, postsMax = 10_000 }: PostRoomLimits = {}) {
    this.#bodyBytesMax = bodyBytesMax
    this.#postsMax = postsMax
  }

  /** @returns null when there is no room for one more of this connection */
  enter(socket: Socket): PostPlace | null {
    const ofSocket = this.#postsOf.get(socket) ?? 0
    if (ofSocket > 0 && this.#posts >= this.#postsMax) return null
    this.#postsOf.set(socket, ofSocket + 1)
    this.#posts += 1
    let bytesTaken = 0
    return {
      take: (bytes) => {
        if (this.#bodyBytes + bytes > this.#bodyBytesMax) {
          throw new RequestBodyError('no_room', `Expected bodies of at most ${this.#bodyBytesMax} bytes at once.`)
        }
        this.#bodyBytes += bytes
        bytesTaken += bytes
      },
      [Symbol.dispose]: () => {
        this.#bodyBytes -= bytesTaken
        this.#leave(socket)
      },
    }
  }

  #leave(socket: Socket): void {
    const ofSocket = (this.#postsOf.get(socket) ?? 0) - 1
    if (ofSocket > 0) this.#postsOf.set(socket, ofSocket)
    else this.#postsOf.delete(socket)
    this.#posts -= 1
  }
}

/** The place of one POST, given back when it is disposed of. */
export interface PostPlace extends Disposable {
  /** A piece of its body came. @throws RequestBodyError when there is no room for it */
  take(bytes: number): void
}
