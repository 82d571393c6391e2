import type { FakePeer } from '../peer/fake-peer.ts'
import type { SentRecord } from '../peer/records.ts'
import { recordJson, recordText } from './peer-lines.ts'

/** Options of a peer that is led by hand. */
export interface PeerConsoleOptions {
  readonly peer: FakePeer
  /** Where the job's own listener is, for the first line. */
  readonly target: { readonly host: string; readonly port: number }
  /** System seconds between heartbeats. */
  readonly heartbeatSeconds: number
  /** Commands, a line each; their end does not end the peer. */
  readonly lines: AsyncIterable<string>
  /** NDJSON in place of lines for people. */
  readonly json: boolean
  readonly write: (text: string) => void
  /** For what is wrong with a command. */
  readonly complain: (text: string) => void
  /** Ends the peer. */
  readonly signal: AbortSignal
  /** System seconds until it ends by itself. @default never */
  readonly forSeconds?: number | undefined
}

type Command = (peer: FakePeer, words: readonly string[], heartbeatSeconds: number) => void | Promise<SentRecord>

/** Commands on standard input. What is sent shows as a line of its own. */
const commands: Readonly<Record<string, { readonly usage: string; readonly run: Command; readonly words: number }>> = {
  start: { usage: 'start', words: 0, run: (peer, _, everySeconds) => peer.startHeartbeats({ everySeconds }) },
  stop: { usage: 'stop', words: 0, run: (peer) => peer.stopHeartbeats() },
  heartbeat: { usage: 'heartbeat', words: 0, run: async (peer) => await peer.sendHeartbeat() },
  snapshot: {
    usage: 'snapshot PART TEXT',
    words: 2,
    run: async (peer, [part = '', blob = '']) => await peer.sendSnapshot({ part, blob }),
  },
  shutdown: { usage: 'shutdown', words: 0, run: async (peer) => await peer.sendOrderlyShutdown() },
  return: {
    usage: 'return PART TEXT',
    words: 2,
    run: async (peer, [part = '', blob = '']) => await peer.returnSnapshot({ part, blob }),
  },
}
const ownCommands = ['status', 'quit']

/** Leads a peer by commands until it is told to quit, interrupted, or its time is over; says what goes over the wire. */
export async function runPeerConsole(options: PeerConsoleOptions): Promise<void> {
  const { peer, target, json, write, signal, heartbeatSeconds, forSeconds } = options
  const quit = new AbortController()
  const over = AbortSignal.any([signal, quit.signal])
  write(firstLine(peer, { json, target }))
  const unsubscribe = peer.subscribe((record) => write(`${json ? recordJson(record) : recordText(record)}\n`))
  try {
    peer.startHeartbeats({ everySeconds: heartbeatSeconds })
    // Nobody waits for a line that may never come: the reader ends with the process's standard input.
    void obey(options, () => quit.abort())
    await ended(over, forSeconds === undefined ? undefined : peer.clock.sleep(forSeconds, { signal: over }))
  } finally {
    unsubscribe()
  }
}

async function obey(options: PeerConsoleOptions, quit: () => void): Promise<void> {
  const { peer, lines, heartbeatSeconds, complain } = options
  for await (const line of lines) {
    const [word = '', rest = ''] = split(line)
    if (word === '') continue
    if (word === 'quit') {
      quit()
      return
    }
    if (word === 'status') {
      options.write(statusLine(peer, options.json))
      continue
    }
    const command = Object.hasOwn(commands, word) ? commands[word] : undefined
    const words = command?.words === 2 ? split(rest) : []
    if (command === undefined) complain(`Unknown command "${preview(word)}". Known: ${usages()}.\n`)
    else if (command.words === 2 ? words.length < 2 : rest !== '')
      complain(`Expected "${command.usage}", got "${preview(line)}".\n`)
    // Several messages may be under way: the next command does not wait for a job that hangs.
    else void command.run(peer, words, heartbeatSeconds)
  }
}

/** The first word, and what follows it as it is. */
function split(line: string): readonly string[] {
  const match = /^\s*(\S+)(?:\s+(\S.*?))?\s*$/s.exec(line)
  return match === null ? [] : [match[1] ?? '', ...(match[2] === undefined ? [] : [match[2]])]
}

function preview(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function usages(): string {
  return [...Object.values(commands).map(({ usage }) => usage), ...ownCommands].join(', ')
}

function firstLine(peer: FakePeer, options: { json: boolean; target: PeerConsoleOptions['target'] }): string {
  const { host, port, pairs } = peer.listening
  const { target } = options
  if (options.json) return `${JSON.stringify({ peer: peer.name, listening: { host, port, pairs }, target })}\n`
  const ports = `${port} to ${port + pairs}`
  return `Playing ${peer.name} on ${host}, ports ${ports}, to the job at ${target.host}:${target.port}. Commands: ${usages()}.\n`
}

function statusLine(peer: FakePeer, json: boolean): string {
  const received = peer.received()
  const last = received.at(-1)
  const status = {
    heartbeats: peer.isBeating,
    received: received.length,
    sent: peer.sent().length,
    last_received: last === undefined ? null : Math.round(last.time * 1000) / 1000,
    t: Math.round(peer.clock.now() * 1000) / 1000,
  }
  if (json) return `${JSON.stringify({ status })}\n`
  const when = status.last_received === null ? 'nothing received yet' : `the last one at ${status.last_received} s`
  return `At ${status.t} s: heartbeats ${status.heartbeats ? 'on' : 'off'}, ${status.sent} sent, ${status.received} received, ${when}.\n`
}

/** Until the signal, or the sleep where there is one. */
async function ended(signal: AbortSignal, sleep: Promise<void> | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    // An abort ends the sleep too, by an error that says no more than the abort.
    sleep?.then(resolve, () => resolve())
  })
}
