import type { ChildProcess } from 'node:child_process'
import type { MessageChannel } from './message-peer.ts'

/** The IPC channel between the supervisor and a child, from either end: `process` in the child, the child's handle above it. */
export function ipcChannel(end: NodeJS.Process | ChildProcess): MessageChannel {
  return {
    send: (message) => {
      // A failed send means that the other end is gone; `disconnect` says so and rejects what waits for an answer.
      if (end.connected) end.send?.(message, undefined, undefined, () => undefined)
    },
    onMessage: (listener) => {
      end.on('message', listener)
    },
    onClose: (listener) => {
      end.once('disconnect', listener)
    },
  }
}
