import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { TestbedEvent } from '../../model/testbed.ts'

/** A lease's log stops growing here; a full test run writes a few hundred kilobytes. */
const logBytesMax = 64 * 1024 * 1024

/** The events of one lease, one JSON object a line, in a file of the pair's run directory. */
export class EventLog {
  readonly #path: string
  readonly #file: number
  #bytes = 0

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'w')
  }

  /** Forgets the lease before. */
  clear(): void {
    ftruncateSync(this.#file)
    this.#bytes = 0
  }

  append(event: TestbedEvent): void {
    if (this.#bytes > logBytesMax) return
    const line = Buffer.from(`${JSON.stringify(event)}\n`)
    writeSync(this.#file, line, 0, line.length, this.#bytes)
    this.#bytes += line.length
  }

  read(): string {
    return readFileSync(this.#path, 'utf8')
  }

  close(): void {
    closeSync(this.#file)
  }
}
