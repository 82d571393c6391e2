import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventName } from '../../model/timeline.ts'
import { leaseSeconds } from '../lease-time.ts'
import type { PeHostMethods, PePlacement, PeRun } from '../pair-protocol.ts'
import type { Peer } from '../rpc/message-peer.ts'

/** A console log stops growing here: a job that fails in a loop must not fill the disk. */
const consoleBytesMax = 10 * 1024 * 1024

/** Path of a PE's console log; it outlives the process, so that one can read why a PE ended. */
export function consoleLogPath(directory: string, pe: { readonly dc: DatacenterName; readonly peId: string }): string {
  return join(directory, `${pe.dc}-pe-${pe.peId}.log`)
}

interface PeLogOptions {
  readonly run: PeRun
  readonly placement: PePlacement
  readonly supervisor: Peer<PeHostMethods>
}

/** What a PE tells: events to the supervisor, stamped here and now, and lines to its console log. */
export class PeLog {
  readonly #options: PeLogOptions
  #consoleBytes = 0

  constructor(options: PeLogOptions) {
    this.#options = options
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
    const { placement, run } = this.#options
    const text = `${leaseSeconds(placement.time).toFixed(3)} ${line}\n`
    this.#consoleBytes += text.length
    if (this.#consoleBytes > consoleBytesMax) return
    try {
      appendFileSync(consoleLogPath(placement.directory, { dc: placement.dc, peId: run.peId }), text)
    } catch (error) {
      // The pair is being torn down and its directory gone already; nobody reads this log any more.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
}
