import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { isDatacenterName, otherDatacenter } from '../model/datacenter.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import type { Random } from '../support/random.ts'
import { unreachable } from '../support/unreachable.ts'
import { compositeCounts } from './composite-counts.ts'
import { createOperators } from './composite-operators.ts'
import type { CompositeOperators } from './composite-operators.ts'
import { isWholeMessage, tryDecodeHeartbeatMessage } from './codec.ts'
import type { OperatorTuple, StoredEntry, ToolkitEffect, ToolkitInput } from './io.ts'
import { event, failure, silentFailure } from './machines/events.ts'
import type { StatusChange } from './machines/heartbeat-watchdog.ts'
import type { PreparerOutput } from './machines/preparer.ts'
import { TickFlow } from './machines/tick-flow.ts'
import { senderName } from './machines/sender-group.ts'
import { statusEffects } from './machines/status-effects.ts'
import { emptyStore } from './machines/stored-names.ts'
import { compositeOperatorNames, receiverName } from './operators.ts'
import type { OperatorCounts, OperatorName } from './operators.ts'

/** What the composite is made from. */
export interface CompositeOptions {
  readonly settings: CrossDcSettings
  /** Decides what the toolkit leaves open: orders between operators, hash-map orders, where round-robin begins. */
  readonly random: Random
  /** Parts of the remote application's state, for the event `protected`. */
  readonly parts: number
  /** @default the published code's */
  readonly behaviour?: ToolkitBehaviour
  /** Which operators this PE holds; tuples for the others come out as effects. @default all */
  readonly isHosted?: (operator: OperatorName) => boolean
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
  /** What the ports of the operators held here counted, by the operators' names (toolkit reference §6). */
  readonly operators: Readonly<Record<string, OperatorCounts>>
}

/** The composite CrossDataCenterFailover as a state machine: inputs in, effects out. */
export interface Composite {
  /** @throws ToolkitCrashError where the toolkit's own code would end its PE. */
  handle(input: ToolkitInput): readonly ToolkitEffect[]
  /**
   * One operator starts anew and has forgotten everything; the others go on.
   * @throws RangeError when this composite does not hold it
   */
  restartOperator(operator: OperatorName): readonly ToolkitEffect[]
  readonly state: CompositeState
}

/** The composite of one job, or one PE's share of it, wired as in toolkit reference §4. Its first input must be `start`. */
export function createComposite(options: CompositeOptions): Composite {
  return new CrossDataCenterFailover(options)
}

class CrossDataCenterFailover implements Composite {
  readonly #options: CompositeOptions
  readonly #behaviour: ToolkitBehaviour
  readonly #remote: string | null
  readonly #operators: CompositeOperators
  readonly #hosted: ReadonlySet<OperatorName>
  readonly #flow: TickFlow
  /** Who asked for the stored snapshots: the preparer, for flag 25. */
  #returning: number | null = null

  constructor(options: CompositeOptions) {
    const { settings, isHosted = () => true } = options
    this.#options = options
    this.#behaviour = options.behaviour ?? defaultBehaviour
    this.#remote = isDatacenterName(settings.localDataCenterName) ? otherDatacenter(settings.localDataCenterName) : null
    this.#operators = createOperators({ ...options, behaviour: this.#behaviour, remote: this.#remote })
    this.#hosted = new Set(compositeOperatorNames(settings.numberOfHttpSenderReceiverPairs).filter(isHosted))
    this.#flow = new TickFlow({
      isFused: this.#behaviour.isFused,
      hasRoom: () => this.#operators.heartbeatSender.hasRoom,
      isIdle: () => this.#operators.senders.isIdle,
      perform: (output) => this.#resolve(this.#output(output)),
    })
  }

  get state(): CompositeState {
    const { heartbeatWatchdog, snapshotWatchdog } = this.#operators
    const { submitted, isClosing } = heartbeatWatchdog
    const counts = Object.entries(compositeCounts(this.#operators))
    return {
      remoteStatus: submitted === 0 ? 'never_contacted' : submitted % 2 === 1 ? 'up' : 'down',
      isClosing,
      rememberedSnapshots: snapshotWatchdog.remembered,
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets that the keys are names
      operators: Object.fromEntries(counts.filter(([name]) => this.#hosted.has(name as OperatorName))),
    }
  }

  handle(input: ToolkitInput): readonly ToolkitEffect[] {
    return this.#resolve(this.#handle(input))
  }

  restartOperator(operator: OperatorName): readonly ToolkitEffect[] {
    if (!this.#hosted.has(operator)) {
      throw new RangeError(`Expected an operator of this PE (${[...this.#hosted].join(', ')}), got ${operator}`)
    }
    const held = operator === 'RemoteDataCenterWatchdog' ? this.#operators.snapshotWatchdog.abandon() : []
    this.#operators.restart(operator)
    switch (operator) {
      case 'HeartbeatSignalGenerator':
        this.#flow.drop()
        return [{ kind: 'schedule_tick', afterSeconds: this.#options.settings.crossDCInitDelay }]
      case 'HeartbeatMessagePreparer':
        this.#returning = null
        return this.#resolve([...this.#outputs(this.#operators.preparer.start()), ...this.#flow.dropOutputs()])
      case 'RemoteDataCenterWatchdog':
        return this.#resolve([...held, ...this.#operators.snapshotWatchdog.start()])
      default:
        return this.#resolve([...this.#operators.senders.goOn(), ...this.#flow.goOn()])
    }
  }

  #handle(input: ToolkitInput): readonly ToolkitEffect[] {
    const { senders, heartbeatSender, snapshotWatchdog } = this.#operators
    switch (input.kind) {
      case 'start':
        return this.#start()
      case 'tick':
        return this.#generate()
      case 'post':
        return this.#post(input)
      case 'sent': {
        const { sendId, result } = input
        const effects = heartbeatSender.awaits(sendId) ? heartbeatSender.sent(result) : senders.sent(sendId, result)
        return [...this.#resolve(effects), ...this.#flow.goOn()]
      }
      case 'snapshot':
        // The application fills in the signal's last two attributes and sends it on (toolkit reference §2).
        return senders.submitOfApplication({
          ...input.signal,
          dataSnapshot: input.blob,
          dataSnapshotOrigin: input.part,
        })
      case 'signal_answered':
        return this.#flow.answered()
      case 'special':
        return this.#special(input.message)
      case 'stored':
        return snapshotWatchdog.stored(input.error)
      case 'store_read':
        return snapshotWatchdog.read(input.requestId, input.result)
      case 'store_read_all':
        return this.#readAll(input.requestId, input.entries)
      case 'tuple':
        return this.#deliver(input.to, input.tuple)
      default:
        return unreachable(input)
    }
  }

  #start(): readonly ToolkitEffect[] {
    const { preparer, snapshotWatchdog } = this.#operators
    const ticks: readonly ToolkitEffect[] = [
      { kind: 'schedule_tick', afterSeconds: this.#options.settings.crossDCInitDelay },
    ]
    return [
      ...(this.#hosted.has('HeartbeatMessagePreparer') ? this.#outputs(preparer.start()) : []),
      ...(this.#hosted.has('RemoteDataCenterWatchdog') ? snapshotWatchdog.start() : []),
      ...(this.#hosted.has('HeartbeatSignalGenerator') ? ticks : []),
    ]
  }

  /**
   * A tick. Toolkit reference §4.1 leaves the order open. The watchdog has an input queue and a thread of its own, so the preparer
   * is done before a status can reach it; and only so does A = 0 flap every interval, as §4.5 found.
   */
  #generate(): readonly ToolkitEffect[] {
    this.#operators.ticks += 1
    const afterwards: readonly ToolkitEffect[] = [
      { kind: 'tuple', to: 'RemoteDataCenterHeartbeatWatchdog', tuple: { kind: 'tick' } },
      { kind: 'schedule_tick', afterSeconds: this.#options.settings.heartbeatExchangeInterval },
    ]
    if (this.#hosted.has('HeartbeatMessagePreparer'))
      return this.#flow.begin(this.#operators.preparer.tick(), afterwards)
    return [{ kind: 'tuple', to: 'HeartbeatMessagePreparer', tuple: { kind: 'tick' } }, ...afterwards]
  }

  #outputs(outputs: readonly PreparerOutput[]): readonly ToolkitEffect[] {
    return outputs.flatMap((output) => this.#output(output))
  }

  #output(output: PreparerOutput): readonly ToolkitEffect[] {
    switch (output.kind) {
      case 'delete_stored':
        return emptyStore(this.#options.settings, output.from)
      case 'read_stored':
        this.#returning = this.#operators.nextRequestId()
        return [{ kind: 'store_read_all', requestId: this.#returning, reader: 'first_contact' }]
      case 'signal':
        return [
          event('snapshot_signal', this.#remote, { count: Number(output.message.heartbeatCnt) }),
          { kind: 'emit_signal', signal: output.message },
        ]
      case 'heartbeat':
        return [{ kind: 'tuple', to: 'CrossDataCenterSender1', tuple: { kind: 'message', message: output.message } }]
      case 'other': {
        const { message, stored } = output
        const to = senderName(this.#operators.senders.nextChannel('preparer'))
        return [{ kind: 'tuple', to, tuple: { kind: 'message', message, ...(stored === undefined ? {} : { stored }) } }]
      }
      default:
        return unreachable(output)
    }
  }

  #post(post: ToolkitInput & { readonly kind: 'post' }): readonly ToolkitEffect[] {
    const { postId, portOffset, body } = post
    const { received } = this.#operators
    const before = received[portOffset]
    if (before === undefined || !this.#hosted.has(receiverName(portOffset))) {
      return failure('Receiver', `No receiver at base port + ${portOffset}`)
    }
    received[portOffset] = before + 1
    if (portOffset === 0) return [{ kind: 'accept_post', postId }, ...this.#heartbeat(body)]
    // As documented, any message of the remote is a heartbeat; in the code only what comes to the base port is (quirk Q6).
    const isSign = !this.#behaviour.quirks.Q6 && isWholeMessage(body)
    const sign: readonly ToolkitEffect[] = isSign
      ? [{ kind: 'tuple', to: 'RemoteDataCenterHeartbeatWatchdog', tuple: { kind: 'sign_of_life' } }]
      : []
    return [...this.#resolve(sign), ...this.#operators.snapshotWatchdog.receive({ postId, body })]
  }

  #heartbeat(body: Uint8Array): readonly ToolkitEffect[] {
    const aspect = 'RemoteDC-Heartbeat-Watchdog'
    const { heartbeatWatchdog } = this.#operators
    // Quirk Q6: the POST counts before it is decoded, whatever it holds.
    const counts = this.#behaviour.quirks.Q6 || isWholeMessage(body)
    const status = this.#statusChanged(heartbeatWatchdog.post({ counts }))
    if (heartbeatWatchdog.isClosing) return []
    const decoded = tryDecodeHeartbeatMessage(body)
    if (!decoded.ok) return [...status, ...failure(aspect, decoded.text)]
    const { dataCenterOrigin, heartbeatCnt, heartbeatMsgType } = decoded.message
    if (!counts) return failure(aspect, `Expected a message of type 1 to 4, got type ${heartbeatMsgType}`)
    return [
      { kind: 'trace', level: 'info', aspect, text: `Heartbeat ${heartbeatCnt} from ${dataCenterOrigin}` },
      event('heartbeat_received', dataCenterOrigin, { count: Number(heartbeatCnt) }),
      ...status,
    ]
  }

  #statusChanged(change: StatusChange | null): readonly ToolkitEffect[] {
    return statusEffects(change, { remote: this.#remote, random: this.#options.random })
  }

  #special(message: string): readonly ToolkitEffect[] {
    const { preparer } = this.#operators
    preparer.special()
    // Anything but the two valid words is silently ignored (toolkit reference §2).
    if (message === 'SendMeDataFromSnapshotFiles') {
      return [{ kind: 'tuple', to: 'SendSnapshotFilesData', tuple: { kind: 'send_stored' } }]
    }
    if (message !== 'OrderlyShutdown') return []
    const notice = preparer.orderlyShutdown()
    const text = 'Orderly shutdown: the remote data center is told'
    return [
      event('orderly_shutdown', this.#remote),
      { kind: 'trace', level: 'error', aspect: 'Heartbeat-Message-Preparer', text },
      { kind: 'tuple', to: 'RemoteDataCenterHeartbeatWatchdog', tuple: { kind: 'closing' } },
      { kind: 'tuple', to: 'RemoteDataCenterWatchdog', tuple: { kind: 'closing' } },
      ...this.#outputs(notice),
    ]
  }

  #readAll(requestId: number, entries: readonly StoredEntry[] | null): readonly ToolkitEffect[] {
    const { snapshotWatchdog, storedSender } = this.#operators
    if (snapshotWatchdog.awaits(requestId)) return snapshotWatchdog.loaded(entries)
    if (storedSender.awaits(requestId)) return storedSender.read(requestId, entries)
    if (requestId !== this.#returning) return []
    this.#returning = null
    return this.#return(entries)
  }

  /** Flag 25 at the first contact: the stored snapshots go back to their origin (toolkit reference §5.4). */
  #return(entries: readonly StoredEntry[] | null): readonly ToolkitEffect[] {
    const aspect = 'Heartbeat-Message-Preparer'
    if (entries === null) return [silentFailure(aspect, 'The table cannot be read: nothing is sent back')]
    if (entries.length === 0) return []
    const unreadable = entries.filter(({ body }) => body === null)
    const messages = this.#operators.preparer.returnStored(entries)
    const text = `${messages.length} stored snapshots are sent back to their origin`
    return [
      { kind: 'trace', level: 'error', aspect, text },
      ...unreadable.flatMap(({ name }) => failure(aspect, `Cannot read ${name}`)),
      // Quirk Q8: all are deleted, whether or not they arrive.
      ...this.#outputs(messages),
      ...(this.#behaviour.quirks.Q8 ? emptyStore(this.#options.settings) : []),
    ]
  }

  /** A tuple for an operator that is held here. */
  #deliver(to: OperatorName, tuple: OperatorTuple): readonly ToolkitEffect[] {
    const { heartbeatWatchdog, snapshotWatchdog, preparer, heartbeatSender, senders, storedSender } = this.#operators
    switch (to) {
      case 'HeartbeatMessagePreparer':
        if (tuple.kind === 'tick') return this.#flow.begin(preparer.tick(), [])
        return tuple.kind === 'status' ? this.#outputs(preparer.status(tuple.active)) : []
      case 'RemoteDataCenterHeartbeatWatchdog':
        if (tuple.kind === 'tick') return this.#statusChanged(heartbeatWatchdog.tick())
        if (tuple.kind === 'sign_of_life') return this.#statusChanged(heartbeatWatchdog.signOfLife())
        if (tuple.kind === 'remote_closes') return this.#statusChanged(heartbeatWatchdog.remoteCloses())
        if (tuple.kind === 'closing') heartbeatWatchdog.close()
        return []
      case 'RemoteDataCenterWatchdog':
        return snapshotWatchdog.take(tuple)
      case 'SendSnapshotFilesData':
        return storedSender.send()
      case 'RemoteDCDataMerger':
        if (tuple.kind !== 'replay') return []
        this.#operators.merged += 1
        return [{ kind: 'emit_replay', message: tuple.message }]
      case 'HttpPostResponseSink':
        this.#operators.responses += 1
        return []
      case 'CrossDataCenterSender1':
        return tuple.kind === 'message' ? heartbeatSender.submit(tuple.message) : []
      default: {
        const channel = Number(/^CrossDataCenterSender2\[(\d+)\]$/.exec(to)?.[1] ?? Number.NaN)
        if (Number.isNaN(channel) || tuple.kind !== 'message') return []
        return senders.submit({ channel, message: tuple.message, stored: tuple.stored })
      }
    }
  }

  /** Delivers the tuples among the effects to the operators held here, and so on with what these answer. */
  #resolve(effects: readonly ToolkitEffect[]): readonly ToolkitEffect[] {
    return effects.flatMap((effect) =>
      effect.kind === 'tuple' && this.#hosted.has(effect.to)
        ? this.#resolve(this.#deliver(effect.to, effect.tuple))
        : [effect],
    )
  }
}
