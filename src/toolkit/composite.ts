import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { isDatacenterName, otherDatacenter } from '../model/datacenter.ts'
import type { Random } from '../support/random.ts'
import { unreachable } from '../support/unreachable.ts'
import { tryDecodeHeartbeatMessage } from './codec.ts'
import type { HeartbeatMessage, ToolkitEffect, ToolkitInput } from './io.ts'
import { event, failure } from './machines/events.ts'
import { HeartbeatWatchdog } from './machines/heartbeat-watchdog.ts'
import { HttpSender } from './machines/http-sender.ts'
import { HeartbeatMessagePreparer } from './machines/preparer.ts'
import type { PreparerOutput } from './machines/preparer.ts'
import { SnapshotWatchdog } from './machines/snapshot-watchdog.ts'

/** What the composite is made from. */
export interface CompositeOptions {
  readonly settings: CrossDcSettings
  /** Decides what the toolkit leaves open: orders between operators, hash-map orders, where round-robin begins. */
  readonly random: Random
  /** Parts of the remote application's state, for the event `protected`. */
  readonly parts: number
}

/** How a DC sees the other. */
export type RemoteStatus = 'never_contacted' | 'up' | 'down'

/** What can be seen of a composite from outside. */
export interface CompositeState {
  readonly remoteStatus: RemoteStatus
  /** After OrderlyShutdown: mute and deaf until the job is restarted. */
  readonly isClosing: boolean
  /** Names of the remote's snapshots that a DOWN would replay. */
  readonly rememberedSnapshots: readonly string[]
  /** nTuplesSubmitted per operator and output port, by the operators' names (toolkit reference §6). */
  readonly tuplesSubmitted: Readonly<Record<string, readonly number[]>>
}

/** The composite CrossDataCenterFailover as a state machine: inputs in, effects out. */
export interface Composite {
  /** @throws ToolkitCrashError where the toolkit's own code would end its PE. */
  handle(input: ToolkitInput): readonly ToolkitEffect[]
  readonly state: CompositeState
}

/** The composite of one job, wired as in toolkit reference §4. Its first input must be `start`. */
export function createComposite(options: CompositeOptions): Composite {
  return new CrossDataCenterFailover(options)
}

/** The URL path that sender `portOffset` posts to; the brackets are sent as they are (toolkit reference §3.1). */
export function receiverPath(portOffset: number): string {
  const operator = portOffset === 0 ? 'CrossDataCenterReceiverForHB' : `CrossDataCenterReceiver[${portOffset - 1}]`
  return `/crossdcrx/${operator}/ports/output/0/inject`
}

class CrossDataCenterFailover implements Composite {
  readonly #settings: CrossDcSettings
  readonly #random: Random
  readonly #remote: string | null
  readonly #preparer: HeartbeatMessagePreparer
  readonly #heartbeatWatchdog: HeartbeatWatchdog
  readonly #snapshotWatchdog: SnapshotWatchdog
  readonly #heartbeatSender: HttpSender
  readonly #snapshotSenders: readonly HttpSender[]
  // Two streams lead to the snapshot senders, each with a splitter of its own (toolkit reference §3.4).
  readonly #nextChannel: { application: number; preparer: number }
  readonly #received: number[]
  #ticks = 0

  constructor({ settings, random, parts }: CompositeOptions) {
    this.#settings = settings
    this.#random = random
    this.#remote = isDatacenterName(settings.localDataCenterName) ? otherDatacenter(settings.localDataCenterName) : null
    this.#preparer = new HeartbeatMessagePreparer(settings)
    this.#heartbeatWatchdog = new HeartbeatWatchdog({ missesAllowed: settings.consecutiveHeartbeatMissesAllowed })
    this.#snapshotWatchdog = new SnapshotWatchdog({ settings, random, parts })
    const [first, ...others] = createSenders(settings, this.#remote)
    this.#heartbeatSender = first
    this.#snapshotSenders = others
    const pairs = others.length
    this.#nextChannel = { application: random.integer(0, pairs - 1), preparer: random.integer(0, pairs - 1) }
    this.#received = Array.from({ length: 1 + pairs }, () => 0)
  }

  get state(): CompositeState {
    const { submitted, isClosing } = this.#heartbeatWatchdog
    const remoteStatus = submitted === 0 ? 'never_contacted' : submitted % 2 === 1 ? 'up' : 'down'
    const rememberedSnapshots = this.#snapshotWatchdog.remembered
    return { remoteStatus, isClosing, rememberedSnapshots, tuplesSubmitted: this.#tuplesSubmitted() }
  }

  handle(input: ToolkitInput): readonly ToolkitEffect[] {
    switch (input.kind) {
      case 'start':
        return [{ kind: 'schedule_tick', afterSeconds: this.#settings.crossDCInitDelay }]
      case 'tick':
        return this.#tick()
      case 'post':
        return this.#post(input.portOffset, input.body)
      case 'sent':
        return (
          this.#senders()
            .find((sender) => sender.awaits(input.sendId))
            ?.sent(input.result) ?? []
        )
      case 'snapshot':
        // The application fills in the signal's last two attributes and sends it on (toolkit reference §2).
        return this.#deal('application', { ...input.signal, dataSnapshot: input.blob, dataSnapshotOrigin: input.part })
      case 'special':
        return this.#special(input.message)
      case 'stored':
        return this.#snapshotWatchdog.stored(input.error)
      case 'store_read':
        return this.#snapshotWatchdog.read(input.requestId, input.body)
      default:
        return unreachable(input)
    }
  }

  #tick(): readonly ToolkitEffect[] {
    this.#ticks += 1
    // Toolkit reference §4.1 leaves the order open. The watchdog has an input queue and a thread of its own, so the preparer is
    // done before a status can reach it; and only so does A = 0 flap every interval, as §4.5 found.
    const effects = [...this.#prepared(this.#preparer.tick()), ...this.#statusChanged(this.#heartbeatWatchdog.tick())]
    return [...effects, { kind: 'schedule_tick', afterSeconds: this.#settings.heartbeatExchangeInterval }]
  }

  #post(portOffset: number, body: Uint8Array): readonly ToolkitEffect[] {
    const received = this.#received[portOffset]
    if (received === undefined) return failure('Receiver', `No receiver at base port + ${portOffset}`)
    this.#received[portOffset] = received + 1
    return portOffset === 0 ? this.#heartbeat(body) : this.#snapshotWatchdog.receive(body)
  }

  #heartbeat(body: Uint8Array): readonly ToolkitEffect[] {
    if (this.#heartbeatWatchdog.isClosing) return []
    // Quirk Q6: the POST counts before it is decoded, whatever it holds.
    const status = this.#statusChanged(this.#heartbeatWatchdog.heartbeat())
    const decoded = tryDecodeHeartbeatMessage(body)
    if (!decoded.ok) return [...status, ...failure('RemoteDC-Heartbeat-Watchdog', decoded.text)]
    const { dataCenterOrigin, heartbeatCnt } = decoded.message
    return [event('heartbeat_received', dataCenterOrigin, { count: Number(heartbeatCnt) }), ...status]
  }

  #statusChanged(active: boolean | null): readonly ToolkitEffect[] {
    if (active === null) return []
    this.#preparer.status(active)
    const told: readonly ToolkitEffect[] = [{ kind: 'emit_status', active }]
    // The application may see the replay before the status or after it (toolkit reference §2); the log says what caused what.
    const order = this.#random.shuffle([told, this.#snapshotWatchdog.status(active)])
    return [event(active ? 'remote_up' : 'remote_down', this.#remote), ...order.flat()]
  }

  #prepared(outputs: readonly PreparerOutput[]): readonly ToolkitEffect[] {
    return outputs.flatMap((output): readonly ToolkitEffect[] => {
      switch (output.kind) {
        case 'delete_stored':
          return [{ kind: 'store_delete_all' }, ...this.#snapshotWatchdog.storeEmptied()]
        case 'signal':
          return [
            { kind: 'emit_signal', signal: output.message },
            event('snapshot_signal', this.#remote, { count: Number(output.message.heartbeatCnt) }),
          ]
        case 'heartbeat':
          return this.#heartbeatSender.submit(output.message)
        case 'other':
          return this.#deal('preparer', output.message)
        default:
          return unreachable(output)
      }
    })
  }

  #special(message: string): readonly ToolkitEffect[] {
    if (message === 'OrderlyShutdown') {
      const notice = this.#prepared(this.#preparer.orderlyShutdown())
      this.#heartbeatWatchdog.close()
      this.#snapshotWatchdog.close()
      const text = 'Orderly shutdown: the remote data center is told'
      return [
        event('orderly_shutdown', this.#remote),
        { kind: 'trace', level: 'error', aspect: 'Heartbeat-Message-Preparer', text },
        ...notice,
      ]
    }
    // Of the two valid words this one is not carried out yet; all others are ignored (toolkit reference §2).
    if (message !== 'SendMeDataFromSnapshotFiles') return []
    return failure('SendSnapshotFilesData', 'SendMeDataFromSnapshotFiles is not supported')
  }

  #deal(stream: 'application' | 'preparer', message: HeartbeatMessage): readonly ToolkitEffect[] {
    const channel = this.#nextChannel[stream]
    this.#nextChannel[stream] = (channel + 1) % this.#snapshotSenders.length
    return this.#snapshotSenders[channel]?.submit(message) ?? []
  }

  #senders(): readonly HttpSender[] {
    return [this.#heartbeatSender, ...this.#snapshotSenders]
  }

  #tuplesSubmitted(): Readonly<Record<string, readonly number[]>> {
    const [heartbeatPosts = 0, ...snapshotPosts] = this.#received
    return {
      HeartbeatSignalGenerator: [this.#ticks],
      HeartbeatMessagePreparer: this.#preparer.submitted,
      CrossDataCenterSender1: [this.#heartbeatSender.submitted],
      ...numbered(
        'CrossDataCenterSender2',
        this.#snapshotSenders.map((sender) => sender.submitted),
      ),
      HttpPostResponseSink: [],
      CrossDataCenterReceiverForHB: [heartbeatPosts],
      ...numbered('CrossDataCenterReceiver', snapshotPosts),
      RemoteDataCenterHeartbeatWatchdog: [this.#heartbeatWatchdog.submitted],
      RemoteDataCenterWatchdog: [this.#snapshotWatchdog.submitted],
      RemoteDCDataMerger: [this.#snapshotWatchdog.submitted],
    }
  }
}

function createSenders(settings: CrossDcSettings, remote: string | null): readonly [HttpSender, ...HttpSender[]] {
  // One machine so far: the list's first. Empty entries are dropped, blanks are not (toolkit reference §1.4, no. 4).
  const machine = settings.remoteDataCenterApplicationMachineNames.split(',').find((name) => name !== '') ?? ''
  let lastSendId = 0
  const create = (portOffset: number): HttpSender =>
    new HttpSender({
      portOffset,
      machine,
      path: receiverPath(portOffset),
      remote,
      connectTimeoutSeconds: settings.httpConnectionTimeout,
      readTimeoutSeconds: settings.httpReadTimeout,
      nextSendId: () => (lastSendId += 1),
    })
  return [create(0), ...Array.from({ length: settings.numberOfHttpSenderReceiverPairs }, (_, c) => create(1 + c))]
}

function numbered(operator: string, counts: readonly number[]): Record<string, readonly number[]> {
  return Object.fromEntries(counts.map((count, channel) => [`${operator}[${channel}]`, [count]]))
}
