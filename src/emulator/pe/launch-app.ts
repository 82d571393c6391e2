// The toolkit's native function `launch_app` (toolkit reference §4.7; Functions.h of its sources): a command line is run through
// a shell as popen(3) does, its standard output is read to the end, and what it ended with counts for nothing.
//
// A launched script may end the very process that launched it and then has to go on, so it is in a session of its own and does
// not die with its PE. It does not outlive the pair: src/emulator/end-scripts.ts ends whatever carries the pair's mark.

import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { JsonObject } from '../../model/json.ts'
import { isErrno } from '../errno.ts'
import { endSession } from '../end-scripts.ts'

/** So much of a script's output is kept: its end. */
export const launchOutputBytesMax = 1024 * 1024

/** So much of its standard error is told: its end. */
const errorBytesMax = 4 * 1024

/** Where a launch is told of; a PE's log is one. */
export interface LaunchLog {
  event(event: 'script_launched' | 'script_ended', about: { readonly detail: JsonObject }): void
  console(line: string): void
}

/** Options of `launchApp`. */
export interface LaunchAppOptions {
  /** A command line for `sh -c`. */
  readonly command: string
  /** The script's whole environment, as `launchEnvironment` makes it. */
  readonly environment: Readonly<Record<string, string>>
  readonly log: LaunchLog
  /**
   * Path of a file to which the script's standard error is appended; its end is also told to `log` when the script ends first. It
   * should be the scripts' own, since `> /dev/stderr` in one empties it. @default it goes nowhere
   */
  readonly errorLog?: string
  /** Ends the script with everything that it started and that is still in its session. */
  readonly signal?: AbortSignal
}

/** What `launch_app` gives back, and the output that it only traces. */
export interface LaunchResult {
  /** The last `launchOutputBytesMax` bytes of standard output. */
  readonly output: string
  /** 0 if the shell could be started, else 1; a script's own exit status is not in it. */
  readonly rc: 0 | 1
}

/**
 * Runs a command line and resolves when its standard output is closed by all who hold it and the shell has ended. Never rejects:
 * a shell that cannot be started is `rc` 1. Tells `script_launched` with `{command, pid}` at once, for the script may well end
 * this process, and `script_ended` with `{command, pid, exitCode, signal, outputBytes}` if it does not.
 */
export async function launchApp(options: LaunchAppOptions): Promise<LaunchResult> {
  const { command, log, signal } = options
  if (signal?.aborted === true) return { output: '', rc: 1 }
  const errorsFrom = sizeOf(options.errorLog)
  let child: ChildProcess
  try {
    child = startShell(options)
  } catch (error) {
    // A command line that no process can have, such as one with a zero byte.
    return failed(options, error)
  }
  const output = new OutputTail(launchOutputBytesMax)
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk))
  const { pid } = child
  if (pid !== undefined) {
    log.event('script_launched', { detail: { command, pid } })
    log.console(`APP_LAUNCHER launched as process ${pid}: ${command}`)
  }
  const abort = (): void => {
    if (pid !== undefined) endSession(pid)
    // Whatever left the session may hold the other end for ever.
    child.stdout?.destroy()
  }
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const exit = await ended(child)
    tellErrors(options, errorsFrom)
    if (pid !== undefined) tellEnd(options, { pid, ...exit, outputBytes: output.bytesSeen })
    return { output: output.text(), rc: 0 }
  } catch (error) {
    return failed(options, error)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

function startShell({ command, environment, errorLog, log }: LaunchAppOptions): ChildProcess {
  const errors = errorLog === undefined ? 'ignore' : openErrorLog(errorLog, log)
  try {
    // `detached` puts the shell into a session of its own; see the head of this file.
    return spawn('sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', errors], env: { ...environment } })
  } finally {
    if (typeof errors === 'number') closeSync(errors)
  }
}

/** A file and not a pipe: a pipe would break with this process, and the script with it at its next complaint. */
function openErrorLog(path: string, log: LaunchLog): number | 'ignore' {
  try {
    return openSync(path, 'a')
  } catch (error) {
    log.console(`APP_LAUNCHER the script's standard error is not kept: ${String(error)}`)
    return 'ignore'
  }
}

function sizeOf(path: string | undefined): number {
  return path === undefined ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0)
}

/** The end of what was written since the file had that size, or of all of it where it is shorter now. */
function errorLines(path: string | undefined, from: number): readonly string[] {
  const size = sizeOf(path)
  if (path === undefined || size === 0) return []
  const start = Math.max(size < from ? 0 : from, size - errorBytesMax)
  const bytes = Buffer.alloc(size - start)
  const file = openSync(path, 'r')
  try {
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, start))
    return text.split('\n').filter((line) => line !== '')
  } finally {
    closeSync(file)
  }
}

async function ended(
  child: ChildProcess,
): Promise<{ readonly exitCode: number | null; readonly signal: string | null }> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    // Not `exit`: like pclose(3) after the last fgets(3), both the end of the output and the end of the shell are waited for.
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }))
  })
}

function tellErrors({ errorLog, log }: LaunchAppOptions, from: number): void {
  try {
    for (const line of errorLines(errorLog, from)) log.console(`APP_LAUNCHER standard error: ${line}`)
  } catch (error) {
    log.console(`APP_LAUNCHER the script's standard error cannot be read: ${String(error)}`)
  }
}

function tellEnd(
  { command, log }: LaunchAppOptions,
  end: { readonly pid: number; readonly exitCode: number | null; readonly signal: string | null } & {
    readonly outputBytes: number
  },
): void {
  log.event('script_ended', { detail: { command, ...end } })
  const how = end.signal === null ? `exit status ${end.exitCode}` : `signal ${end.signal}`
  log.console(
    `APP_LAUNCHER process ${end.pid} ended with ${how} after ${end.outputBytes} bytes of output; it is ignored`,
  )
}

function failed({ command, log }: LaunchAppOptions, error: unknown): LaunchResult {
  const why = isErrno(error, 'E2BIG') ? 'the command line is too long' : String(error)
  log.console(`APP_LAUNCHER Failure while launching ${command}: ${why}`)
  return { output: '', rc: 1 }
}

/** The end of a stream of bytes. */
class OutputTail {
  readonly #bytesMax: number
  readonly #chunks: Buffer[] = []
  #bytesKept = 0
  #bytesSeen = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get bytesSeen(): number {
    return this.#bytesSeen
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytesSeen += chunk.length
    this.#bytesKept += chunk.length
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (this.#bytesKept - first.length < this.#bytesMax) break
      this.#bytesKept -= first.length
      this.#chunks.shift()
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#bytesMax).toString('utf8')
  }
}
