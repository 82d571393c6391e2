import type { Server } from 'node:http'
import { createBuiltin, isBuiltinName } from '../../applications/builtins.ts'
import { otherDatacenter, type DatacenterName } from '../../model/datacenter.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventName } from '../../model/timeline.ts'
import { createRandom } from '../../support/random.ts'
import { createComposite, type Composite } from '../../toolkit/composite.ts'
import { closeHttp } from '../http-server.ts'
import { systemSeconds } from '../lease-time.ts'
import type { PeHostMethods, PeInternals, PePlacement, PeRun } from '../pair-protocol.ts'
import type { Peer } from '../rpc/message-peer.ts'
import { sendMessage } from './http-sender.ts'
import { openInternalServer, type PeOperators } from './internal-server.ts'
import { LatenessMeter } from './lateness-meter.ts'
import { LedgerPorts } from './ledger-ports.ts'
import { compositeOperators, type OperatorCounters } from './operator-counters.ts'
import { PeLog } from './pe-log.ts'
import { readJobSettings } from './job-settings.ts'
import { openReceivers } from './receivers.ts'
import { SnapshotFiles } from './snapshot-files.ts'
import { TickTimer } from './tick-timer.ts'
import { ToolkitHost, type HostSurroundings } from './toolkit-host.ts'

/** A PE whose listeners are open and whose application has not begun. */
export interface PreparedPe {
  readonly crossDcPorts: readonly number[]
  readonly internals: PeInternals
  start(): void
  stop(): void
}

interface PreparePeOptions {
  readonly run: PeRun
  readonly placement: PePlacement
  readonly supervisor: Peer<PeHostMethods>
}

/**
 * Reads the job's settings and opens all listeners.
 * @throws ListenError, or what is wrong with the settings: the PE cannot start then
 */
export async function preparePe(options: PreparePeOptions): Promise<PreparedPe> {
  const { settings, channels } = readJobSettings(options.run)
  const { address } = options.placement
  const { crossDCHttpPort: basePort, numberOfHttpSenderReceiverPairs: pairs } = settings
  const program = new PeProgram({ ...options, settings, channels })
  const onPost = (portOffset: number, body: Uint8Array): void => program.post(portOffset, body)
  const receivers = await openReceivers({ address, basePort, pairs, onPost })
  return {
    crossDcPorts: receivers.map((_, offset) => basePort + offset),
    internals: await openInternalServer(address, program),
    start: () => program.start(),
    stop: () => program.stop(receivers),
  }
}

interface PeProgramOptions extends PreparePeOptions {
  readonly settings: CrossDcSettings
  readonly channels: number
}

/** The operators of a job in one PE: the composite, the application, its endpoints, and the timers and files around them. */
class PeProgram implements PeOperators {
  readonly #options: PeProgramOptions
  readonly #log: PeLog
  readonly #composite: Composite
  readonly #host: ToolkitHost
  readonly #ports: LedgerPorts
  readonly #ticks: TickTimer
  readonly #lateness: LatenessMeter
  #awaitsFirstOutput = false

  constructor(options: PeProgramOptions) {
    this.#options = options
    const { run, placement, settings, channels } = options
    const { dc, time, seed, launchCount } = placement
    if (!isBuiltinName(run.application)) throw new Error(`Expected a built-in application, got ${run.application}.`)
    const random = createRandom(seed).fork(`${dc} ${launchCount}`)
    this.#log = new PeLog(options)
    this.#composite = createComposite({ settings, random, parts: channels })
    this.#host = new ToolkitHost({
      composite: this.#composite,
      application: createBuiltin(run.application, { datacenter: dc, channels }),
      files: new SnapshotFiles(settings.dataSnapshotStorageDirectory),
      surroundings: this.#surroundings(),
    })
    this.#ports = new LedgerPorts((act) => this.#host.apply(act))
    this.#lateness = new LatenessMeter((worstMs) => this.#reportLateness(worstMs))
    this.#ticks = new TickTimer({
      time,
      onTick: () => this.#host.input({ kind: 'tick' }),
      onLate: (lateMs) => this.#lateness.record(lateMs),
    })
  }

  start(): void {
    const { run, placement } = this.#options
    const detail = { jobId: run.jobId, peId: run.peId, pid: process.pid, launchCount: placement.launchCount }
    this.#log.console(
      `PE ${run.peId} of job ${run.jobId} started, launch ${placement.launchCount}, process ${process.pid}`,
    )
    this.#log.event('pe_started', { detail })
    this.#log.event('job_started', { detail })
    this.#ticks.begin()
    this.#host.input({ kind: 'start' })
    this.#lateness.start()
  }

  stop(receivers: readonly Server[]): void {
    this.#ticks.stop()
    this.#lateness.stop()
    for (const receiver of receivers) closeHttp(receiver)
  }

  post(portOffset: number, body: Uint8Array): void {
    this.#host.input({ kind: 'post', portOffset, body })
  }

  inject(operator: string, items: readonly object[]): number {
    return this.#ports.inject(operator, items)
  }

  retrieve(operator: string): readonly object[] | undefined {
    return this.#ports.retrieve(operator)
  }

  operators(): readonly OperatorCounters[] {
    return [...compositeOperators(this.#composite.state.tuplesSubmitted), ...this.#ports.operators()]
  }

  #surroundings(): HostSurroundings {
    const { placement, settings } = this.#options
    return {
      scheduleTick: (afterSeconds) => this.#ticks.schedule(afterSeconds),
      send: async (effect) => await sendMessage(effect, { placement, basePort: settings.crossDCHttpPort }),
      output: (item) => {
        this.#ports.pushOutput(item)
        this.#notice(item)
      },
      state: (item) => {
        this.#ports.pushState(item)
        this.#notice(item)
      },
      trace: ({ level, aspect, text }) => {
        if (level === 'error') this.#log.console(`${level} ${aspect} ${text}`)
      },
      event: ({ event, of, detail }) => this.#event(event, { ...(of && { of }), ...(detail && { detail }) }),
      crash: (error) => {
        this.#log.console(`The PE ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        process.exit(1)
      },
    }
  }

  #event(event: EventName, about: { readonly of?: DatacenterName; readonly detail?: JsonObject }): void {
    if (event === 'takeover_started') this.#awaitsFirstOutput = true
    // The composite says whose state is safe here; timelines name that DC first (src/toolkit/io.ts).
    if (event === 'protected' && about.of !== undefined) {
      const { dc } = this.#options.placement
      this.#log.event(event, { ...about, dc: about.of, of: dc })
    } else {
      this.#log.event(event, about)
    }
  }

  /** After a takeover, the first sign of life for the other DC's keys. */
  #notice(item: { readonly origin: DatacenterName; readonly key: string }): void {
    const of = otherDatacenter(this.#options.placement.dc)
    if (!this.#awaitsFirstOutput || item.origin !== of) return
    this.#awaitsFirstOutput = false
    this.#log.event('first_output', { of, detail: { key: item.key } })
  }

  #reportLateness(worstMs: number): void {
    const { placement, supervisor } = this.#options
    const { time } = placement
    supervisor.notify('lateness', { leaseId: time.leaseId, worstMs })
    this.#log.event('lateness', { detail: { seconds: systemSeconds(time, worstMs), milliseconds: worstMs } })
  }
}
