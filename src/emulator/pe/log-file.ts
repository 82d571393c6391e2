import { appendFileSync, statSync } from 'node:fs'

/** A log stops growing here: a job that fails in a loop must not fill the disk. */
const logBytesMax = 10 * 1024 * 1024

/** A log that all launches of a PE append to, up to a limit for all of them. */
export class LogFile {
  readonly #path: string
  readonly #bytesMax: number
  #bytes: number

  /** @param bytesMax 10 MiB unless given */
  constructor(path: string, bytesMax = logBytesMax) {
    this.#path = path
    this.#bytesMax = bytesMax
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Adds a line; the last one of a process also to a full log, for it is what one looks for. */
  append(line: string, { isLast = false }: { readonly isLast?: boolean } = {}): void {
    const wasFull = this.#bytes > this.#bytesMax
    const text = `${line}\n`
    this.#bytes += Buffer.byteLength(text)
    const isFull = this.#bytes > this.#bytesMax
    if (!isFull || isLast) this.#write(text)
    else if (!wasFull) this.#write('This log is full and ends here.\n')
  }

  #write(text: string): void {
    try {
      appendFileSync(this.#path, text)
    } catch (error) {
      // The pair is being torn down and its directory gone already; nobody reads this log any more.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
}
