import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { removeStaleHomes } from '../pair-home.ts'
import { startControlServer } from './control-server.ts'
import { PairPool } from './pair-pool.ts'
import { parseTrusted } from '../json-text.ts'

/** What the starter writes as the first line of standard input. The token comes this way because any user can read argv. */
export interface SupervisorSettings {
  readonly token: string
  /** Pairs to start ahead of the first lease. */
  readonly prestart: number
  /** Files of the starter that are to go when it dies without having said `farewell`. */
  readonly orphanedFiles: readonly string[]
}

/** The line by which a starter says that its end of standard input is on purpose. */
export const farewell = 'farewell'

/** What the supervisor writes as its only line of standard output. */
export interface SupervisorReady {
  readonly port: number
  readonly pid: number
}

/**
 * The body of the supervisor process. Its life line is standard input: when the starter is gone, in whatever way, everything is
 * healed and ended. It ignores a terminal's Ctrl-C by being in a session of its own (supervisor-client.ts).
 */
export async function runSupervisorProcess(): Promise<void> {
  // Whoever read our output may be gone already; that is no reason to leave anything behind.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  const pool = new PairPool()
  let shutdown: Promise<void> | undefined
  const end = async (): Promise<void> => await (shutdown ??= pool.close())
  const endProcess = (code: number): void => {
    void end().finally(() => process.exit(code))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => endProcess(0))
  process.on('uncaughtException', (error) => {
    process.stderr.write(`failover supervisor: ${error.stack ?? error.message}\n`)
    endProcess(1)
  })

  const settings = await readSettings({
    onFarewell: () => endProcess(0),
    onOrphaned: (files) => {
      for (const path of files) rmSync(path, { recursive: true, force: true })
      endProcess(0)
    },
  })
  removeStaleHomes()
  pool.prestart(settings.prestart)
  const shutdownByCommand = async (): Promise<void> => {
    await end()
    // After the answer is out.
    setImmediate(() => process.exit(0))
  }
  const { port } = await startControlServer({ pool, token: settings.token, shutdown: shutdownByCommand })
  process.stdout.write(`${JSON.stringify({ port, pid: process.pid } satisfies SupervisorReady)}\n`)
}

/** Reads the first line of standard input, and tells of its end: with a farewell, or because the writer died. */
async function readSettings(life: {
  readonly onFarewell: () => void
  readonly onOrphaned: (files: readonly string[]) => void
}): Promise<SupervisorSettings> {
  const lines = createInterface({ input: process.stdin })
  return await new Promise((resolve) => {
    let settings: SupervisorSettings | undefined
    let hasFarewell = false
    lines.on('line', (line) => {
      if (settings !== undefined) hasFarewell ||= line === farewell
      else resolve((settings = parseTrusted<SupervisorSettings>(line)))
    })
    lines.once('close', () => (hasFarewell ? life.onFarewell() : life.onOrphaned(settings?.orphanedFiles ?? [])))
  })
}
