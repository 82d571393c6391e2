import type { ChildProcess } from 'node:child_process'
import type { MessageChannel } from './message-peer.ts'

/** So many messages may wait to be written before senders that can wait are asked to. */
const unsentMax = 1000

/** An IPC channel: one that says when it is behind. */
export interface IpcChannel extends MessageChannel {
  /** Resolves while few messages wait to be written, and once the other end is gone. Sending is possible without it. */
  room(): Promise<void>
}

/** The IPC channel between the supervisor and a child, from either end: `process` in the child, the child's handle above it. */
export function ipcChannel(end: NodeJS.Process | ChildProcess): IpcChannel {
  let unsent = 0
  let waiting: (() => void)[] = []
  const letGo = (): void => {
    const resolves = waiting
    waiting = []
    for (const resolve of resolves) resolve()
  }
  const sent = (): void => {
    unsent -= 1
    if (unsent < unsentMax) letGo()
  }
  end.once('disconnect', letGo)
  return {
    send: (message) => {
      // A failed send means that the other end is gone; `disconnect` says so and rejects what waits for an answer.
      if (!end.connected) return
      unsent += 1
      end.send?.(message, undefined, undefined, sent)
    },
    onMessage: (listener) => {
      end.on('message', listener)
    },
    onClose: (listener) => {
      end.once('disconnect', listener)
    },
    room: async () => {
      if (unsent < unsentMax || !end.connected) return
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
      })
    },
  }
}
