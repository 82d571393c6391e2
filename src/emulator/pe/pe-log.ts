import { tracingLevels } from '../../applications/hosting/job-run.ts'
import { join } from 'node:path'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventName, LogLine } from '../../model/timeline.ts'
import type { TraceLevel } from '../../toolkit/io.ts'
import { leaseSeconds } from '../lease-time.ts'
import type { PeHostMethods, PePlacement, PeRun } from '../pair-protocol.ts'
import type { Peer } from '../rpc/message-peer.ts'
import { LogFile } from './log-file.ts'

/** By this the toolkit's own traces are found in a trace file (toolkit reference §6). */
const marker = '_XXXXX_'

/** Of a longer message the supervisor is told the beginning: a stack trace says there what happened. */
const messageLengthMax = 1000

interface PeOfDatacenter {
  readonly dc: DatacenterName
  readonly peId: string
}

/** Path of a PE's console log; it outlives the process, so that one can read why a PE ended. */
export function consoleLogPath(directory: string, { dc, peId }: PeOfDatacenter): string {
  return join(directory, `${dc}-pe-${peId}.log`)
}

/** Path of a PE's trace. */
export function tracePath(directory: string, { dc, peId }: PeOfDatacenter): string {
  return join(directory, `${dc}-pe-${peId}.trace`)
}

/** A line of a trace. */
function traceLine(trace: {
  readonly seconds: number
  readonly level: TraceLevel
  readonly aspect: string
  readonly text: string
}): string {
  const { seconds, level, aspect, text } = trace
  return `${marker} ${seconds.toFixed(3)} ${level.toUpperCase()} ${aspect} ${text}`
}

interface PeLogOptions {
  readonly run: PeRun
  readonly placement: PePlacement
  readonly supervisor: Peer<PeHostMethods>
}

/** What a PE tells: events to the supervisor, stamped here and now, lines to its console log, and traces. */
export class PeLog {
  readonly #options: PeLogOptions
  readonly #console: LogFile
  readonly #trace: LogFile
  readonly #level: number

  constructor(options: PeLogOptions) {
    this.#options = options
    const { placement, run } = options
    const { directory, dc } = placement
    this.#console = new LogFile(consoleLogPath(directory, { dc, peId: run.peId }))
    this.#trace = new LogFile(tracePath(directory, { dc, peId: run.peId }))
    this.#level = tracingLevels.indexOf(run.tracing)
  }

  /** `about.dc` is given only where the event belongs to the other DC. */
  event(
    event: EventName,
    about: { readonly dc?: DatacenterName; readonly of?: DatacenterName; readonly detail?: JsonObject } = {},
  ): void {
    const { placement, supervisor } = this.#options
    const { time, dc } = placement
    supervisor.notify('event', {
      leaseId: time.leaseId,
      event: { time: leaseSeconds(time), uncertainty: 0, event, dc, ...about },
    })
  }

  console(line: string): void {
    this.#console.append(`${this.#seconds().toFixed(3)} ${line}`)
  }

  /** Why the process ends; written even when the log is full, for it is what one looks for. */
  lastWords(line: string): void {
    this.#tell('error', `PE ${this.#options.run.peId}`, line)
    this.#console.append(`${this.#seconds().toFixed(3)} ${line}`, { isLast: true })
  }

  /** Written down when the job's tracing level has it; errors stand in the console log too. */
  trace(trace: { readonly level: TraceLevel; readonly aspect: string; readonly text: string }): void {
    const { level, aspect } = trace
    // A name that a message brought may hold line ends: every line must still be told from what begins a trace.
    const text = trace.text.replace(/\r?\n/g, '\n    ')
    if (level === 'error') this.console(`${level} ${aspect} ${text}`)
    const isTraced = tracingLevels.indexOf(level) <= this.#level
    // Errors stand in the console log whatever the job's tracing is.
    if (level === 'error' || (level === 'warn' && isTraced)) this.#tell(level, aspect, trace.text)
    if (!isTraced) return
    this.#trace.append(traceLine({ seconds: this.#seconds(), level, aspect, text }))
  }

  /** To whoever asks for the logs of the lease. */
  #tell(level: LogLine['level'], source: string, text: string): void {
    const { placement, supervisor } = this.#options
    const { time, dc } = placement
    const message = text.length > messageLengthMax ? `${text.slice(0, messageLengthMax)}…` : text
    supervisor.notify('log', { leaseId: time.leaseId, line: { t: this.#seconds(), dc, level, source, message } })
  }

  #seconds(): number {
    return leaseSeconds(this.#options.placement.time)
  }
}
