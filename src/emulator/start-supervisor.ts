import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { TestbedError } from '../model/errors.ts'
import type { SupervisorEndpoint } from './supervisor/control-protocol.ts'
import { farewell } from './supervisor/supervisor-process.ts'
import type { SupervisorReady, SupervisorSettings } from './supervisor/supervisor-process.ts'
import { parseTrusted } from './json-text.ts'
import { leanEnvironment } from './child-life.ts'

/** Real time for Node to start and read a dozen files, on a busy machine. */
const readyTimeoutMs = 20_000
/** Real time for an orderly end; a supervisor that needs longer is killed, and its children end by themselves. */
const closeTimeoutMs = 10_000

/** How to start a supervisor. */
export interface StartSupervisorOptions {
  /** Pairs to start ahead of the first lease, so that it is quick. @default 0 */
  readonly prestart?: number
  /** Files of this process that the supervisor removes when this process is killed. @default none */
  readonly orphanedFiles?: readonly string[]
}

/** A supervisor that this process started, and that ends with it. */
export interface RunningSupervisor {
  readonly endpoint: SupervisorEndpoint
  readonly pid: number
  /** Heals and ends everything. A second call gives the first one's result. */
  close(): Promise<void>
}

/**
 * Starts the supervisor as a child in a session of its own, so that a terminal's Ctrl-C does not reach the testbed before the
 * tests have healed it. It ends when this process does, however that ends.
 * @throws TestbedError when it does not come up
 */
export async function startSupervisor(options: StartSupervisorOptions = {}): Promise<RunningSupervisor> {
  const entry = new URL(`./processes/supervisor${extname(import.meta.url)}`, import.meta.url)
  const child = spawn(process.execPath, [fileURLToPath(entry)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    env: leanEnvironment(),
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const token = randomBytes(24).toString('hex')
  try {
    const { prestart = 0, orphanedFiles = [] } = options
    const settings: SupervisorSettings = { token, prestart, orphanedFiles }
    // A supervisor that dies at once is reported by the wait below.
    child.stdin.on('error', () => undefined)
    child.stdin.write(`${JSON.stringify(settings)}\n`)
    const { port, pid } = await readReady(child)
    let closing: Promise<void> | undefined
    return {
      endpoint: { host: '127.0.0.1', port, token },
      pid,
      close: async () => await (closing ??= end(child, exited)),
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

async function readReady(child: ChildProcess): Promise<SupervisorReady> {
  const { stdout } = child
  if (stdout === null) throw new TestbedError("Could not start the testbed's supervisor: it has no standard output.")
  let timer: NodeJS.Timeout | undefined
  const lines = createInterface({ input: stdout })
  try {
    return await new Promise((resolve, reject) => {
      const fail = (text: string, cause?: Error): void => {
        reject(new TestbedError(`Could not start the testbed's supervisor: ${text}.`, { cause }))
      }
      timer = setTimeout(() => fail(`it was not ready after ${readyTimeoutMs} ms`), readyTimeoutMs)
      child.once('error', (cause) => fail(cause.message, cause))
      child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `exit status ${code}`}`))
      lines.once('line', (line) => resolve(parseTrusted<SupervisorReady>(line)))
    })
  } finally {
    clearTimeout(timer)
    lines.close()
  }
}

/** The end of its standard input is the supervisor's sign to end. */
async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin?.end(`${farewell}\n`)
  const timer = setTimeout(() => child.kill('SIGKILL'), closeTimeoutMs)
  await exited
  clearTimeout(timer)
}
