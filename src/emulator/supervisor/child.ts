import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TestbedError } from '../../model/errors.ts'
import { childEnvironment } from '../child-life.ts'
import type { PairHome } from '../pair-home.ts'
import { ipcChannel } from '../rpc/ipc-channel.ts'
import { createPeer, type Peer } from '../rpc/message-peer.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { untilStopped } from '../process-state.ts'

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null
  readonly signal: string | null
}

/** A process of a pair, as the supervisor holds it. */
export interface Child<Remote extends object> {
  readonly pid: number
  readonly peer: Peer<Remote>
  /** Resolves when it was seen dead. */
  readonly exited: Promise<ChildExit>
  readonly isAlive: () => boolean
  /** Whether its channel is open; a process that dies loses it a moment before it is seen dead. */
  readonly isConnected: () => boolean
  /** Kills it and waits until it was seen dead. */
  readonly kill: () => Promise<ChildExit>
  /** Stops it where it is (SIGSTOP); resolves once it was seen stopped. Calls to it wait until it goes on. */
  readonly pause: () => Promise<void>
  /** Continues it (SIGCONT); resolves once it was seen to go on. */
  readonly resume: () => Promise<void>
  readonly isPaused: () => boolean
}

interface StartChildOptions {
  readonly role: 'datacenter' | 'link' | 'pe'
  readonly home: PairHome
  /** What the child may call. */
  readonly handlers: object
}

/**
 * Starts a process of a pair.
 * @throws TestbedError when the system refuses
 */
export async function startChild<Remote extends object>(options: StartChildOptions): Promise<Child<Remote>> {
  const { role, home, handlers } = options
  // The same ending as this file's: `.js` in the built package, `.ts` where Node runs the sources.
  const entry = new URL(`../processes/${role}${extname(import.meta.url)}`, import.meta.url)
  const child = spawn(process.execPath, [fileURLToPath(entry)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: childEnvironment(home),
  })
  let isAlive = true
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => {
      isAlive = false
      resolve({ code, signal })
    })
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(new TestbedError(`Could not start the ${role} process.`, { cause })))
  })
  const { pid } = child
  if (pid === undefined) throw new TestbedError(`Could not start the ${role} process: it has no process id.`)
  let isPaused = false
  let resumedMs = 0
  const peer = createPeer<Remote>({
    channel: ipcChannel(child),
    handlers,
    name: `${role} process ${pid}`,
    lastPausedMs: () => (isPaused ? monotonicNowMs() : resumedMs),
  })
  return {
    pid,
    peer,
    exited,
    isAlive: () => isAlive,
    isConnected: () => child.connected,
    kill: async () => {
      child.kill('SIGKILL')
      return await exited
    },
    pause: async () => {
      isPaused = true
      child.kill('SIGSTOP')
      await untilStopped(pid, true)
    },
    resume: async () => {
      child.kill('SIGCONT')
      resumedMs = monotonicNowMs()
      isPaused = false
      await untilStopped(pid, false)
    },
    isPaused: () => isPaused && isAlive,
  }
}
