import process from 'node:process'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'

/**
 * Virtual time must stand still while the test does something real: reads a file, asks a server, runs a program. What is under way
 * shows in Node's own list of what keeps its event loop alive (nodejs.org/api/process.html, process.getActiveResourcesInfo); timers
 * are no work, and neither are listening servers and the channels of the test runner, which are there all the time.
 */
const noWork: ReadonlySet<string> = new Set([
  'Timeout',
  'Immediate',
  'TCPServerWrap',
  'PipeServerWrap',
  'MessagePort',
  'TTYWrap',
  'SignalWrap',
  'FSEventWrap',
  'StatWatcher',
  'UDPWrap',
])

/** Open connections: each may be idle, such as one that is kept alive for a next request. */
const connections: ReadonlySet<string> = new Set(['TCPSocketWrap', 'TLSWrap', 'PipeWrap'])

/** What may be there for long. Of anything else nothing is there anyway: a request that was just under way is not another one. */
const lasting: ReadonlySet<string> = new Set([...connections, 'ProcessWrap'])

/** Real time after which a connection on which nothing changes is taken for an idle one. */
const idleConnectionMs = 5_000
/** The same of anything else, such as a program that the test started and leaves running. */
const idleWorkMs = 60_000

const none: readonly string[] = []

/** Looks whether the test does something outside of virtual time. */
export class OutsideWork {
  readonly #now: () => number
  readonly #resources: () => readonly string[]
  /** How many of each kind are there anyway. */
  readonly #usual = new Map<string, number>()
  #last = ''
  #lastChange: number

  /** What is there now is there anyway. */
  constructor(from: { readonly now?: () => number; readonly resources?: () => readonly string[] } = {}) {
    const { now = monotonicNowMs, resources = () => process.getActiveResourcesInfo() } = from
    this.#now = now
    this.#resources = resources
    this.#lastChange = now()
    for (const [kind, count] of counted(resources())) if (lasting.has(kind)) this.#usual.set(kind, count)
  }

  /** What is under way, by Node's names; empty when nothing is. */
  underWay(): readonly string[] {
    const resources = this.#resources()
    if (resources.every((kind) => noWork.has(kind))) {
      this.#usual.clear()
      return none
    }
    const counts = counted(resources)
    for (const [kind, usual] of this.#usual) this.#usual.set(kind, Math.min(usual, counts.get(kind) ?? 0))
    const beyond = [...counts].filter(([kind, count]) => count > (this.#usual.get(kind) ?? 0)).map(([kind]) => kind)
    return beyond.length === 0 ? none : this.#stillMoving(beyond, counts)
  }

  /** What has not changed for long is there anyway from now on. */
  #stillMoving(beyond: readonly string[], counts: ReadonlyMap<string, number>): readonly string[] {
    const now = this.#now()
    const state = [...counts]
      .map(([kind, count]) => `${kind} ${count}`)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join()
    if (state !== this.#last) {
      this.#last = state
      this.#lastChange = now
    }
    const quietMs = now - this.#lastChange
    const moving = beyond.filter((kind) => quietMs < (connections.has(kind) ? idleConnectionMs : idleWorkMs))
    for (const kind of beyond) if (!moving.includes(kind)) this.#usual.set(kind, counts.get(kind) ?? 0)
    return moving
  }
}

function counted(resources: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const kind of resources) if (!noWork.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
