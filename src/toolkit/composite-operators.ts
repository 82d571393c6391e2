import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import type { Random } from '../support/random.ts'
import { HeartbeatWatchdog } from './machines/heartbeat-watchdog.ts'
import { HttpSender } from './machines/http-sender.ts'
import { HeartbeatMessagePreparer } from './machines/preparer.ts'
import { senderName, SenderGroup } from './machines/sender-group.ts'
import { SnapshotWatchdog } from './machines/snapshot-watchdog.ts'
import { StoredSender } from './machines/stored-sender.ts'
import type { OperatorName } from './operators.ts'

interface OperatorsOptions {
  readonly settings: CrossDcSettings
  readonly random: Random
  readonly parts: number
  readonly behaviour: ToolkitBehaviour
  readonly remote: string | null
}

/** The composite's operators: each a machine with a state of its own, so that one can be restarted alone (toolkit reference §4). */
export interface CompositeOperators {
  readonly preparer: HeartbeatMessagePreparer
  readonly heartbeatWatchdog: HeartbeatWatchdog
  readonly snapshotWatchdog: SnapshotWatchdog
  readonly storedSender: StoredSender
  readonly heartbeatSender: HttpSender
  readonly senders: SenderGroup
  /** POSTs per port offset. */
  readonly received: number[]
  /** Of HeartbeatSignalGenerator. */
  ticks: number
  /** Of RemoteDCDataMerger. */
  merged: number
  /** Of HttpPostResponseSink. */
  responses: number
  /** Numbers of requests to the store, unique in this composite. */
  readonly nextRequestId: () => number
  /** Makes an operator's state as it is at a start. */
  restart(operator: OperatorName): void
}

/** The paths that the senders post to; the brackets are sent as they are (toolkit reference §3.1). */
export function receiverPath(settings: CrossDcSettings, portOffset: number): string {
  if (portOffset === 0) return settings.remoteDataCenterUrlPathForHeartbeatReceiver
  return settings.remoteDataCenterUrlPath.replace('*', String(portOffset - 1))
}

/** The hosts of the list: empty entries are dropped, blanks are not (toolkit reference §1.4, no. 4). */
export function remoteMachines(settings: CrossDcSettings): readonly string[] {
  return settings.remoteDataCenterApplicationMachineNames.split(',').filter((name) => name !== '')
}

/** All operators as they are at a start. */
export function createOperators(options: OperatorsOptions): CompositeOperators {
  return new Operators(options)
}

class Operators implements CompositeOperators {
  readonly #options: OperatorsOptions
  preparer: HeartbeatMessagePreparer
  heartbeatWatchdog: HeartbeatWatchdog
  snapshotWatchdog: SnapshotWatchdog
  storedSender: StoredSender
  heartbeatSender: HttpSender
  readonly senders: SenderGroup
  readonly received: number[]
  ticks = 0
  merged = 0
  responses = 0
  #lastRequest = 0
  #lastSend = 0

  constructor(options: OperatorsOptions) {
    this.#options = options
    const { settings, random, behaviour } = options
    const pairs = settings.numberOfHttpSenderReceiverPairs
    this.preparer = this.#createPreparer()
    this.heartbeatWatchdog = this.#createHeartbeatWatchdog()
    this.snapshotWatchdog = this.#createSnapshotWatchdog()
    this.storedSender = new StoredSender({ nextRequestId: this.nextRequestId })
    this.heartbeatSender = this.#createSender(0)
    const senders = Array.from({ length: pairs }, (_, channel) => this.#createSender(1 + channel))
    this.senders = new SenderGroup({ senders, isFused: behaviour.isFused, random })
    this.received = Array.from({ length: 1 + pairs }, () => 0)
  }

  readonly nextRequestId = (): number => (this.#lastRequest += 1)

  restart(operator: OperatorName): void {
    const portOffset = portOffsetOf(operator)
    switch (operator) {
      case 'HeartbeatSignalGenerator':
        this.ticks = 0
        break
      case 'HeartbeatMessagePreparer':
        this.preparer = this.#createPreparer()
        break
      case 'RemoteDataCenterHeartbeatWatchdog':
        this.heartbeatWatchdog = this.#createHeartbeatWatchdog()
        break
      case 'RemoteDataCenterWatchdog':
        this.snapshotWatchdog = this.#createSnapshotWatchdog(this.snapshotWatchdog.writesUnderWay)
        break
      case 'SendSnapshotFilesData':
        this.storedSender = new StoredSender({ nextRequestId: this.nextRequestId })
        break
      case 'RemoteDCDataMerger':
        this.merged = 0
        break
      case 'HttpPostResponseSink':
        this.responses = 0
        break
      default:
        if (portOffset !== null) this.#restartPort(operator, portOffset)
    }
  }

  #restartPort(operator: OperatorName, portOffset: number): void {
    if (operator.startsWith('CrossDataCenterReceiver')) this.received[portOffset] = 0
    else if (portOffset === 0) this.heartbeatSender = this.#createSender(0)
    else this.senders.replace(portOffset - 1, this.#createSender(portOffset))
  }

  #createPreparer(): HeartbeatMessagePreparer {
    const { settings, behaviour } = this.#options
    return new HeartbeatMessagePreparer({ settings, quirks: behaviour.quirks })
  }

  #createHeartbeatWatchdog(): HeartbeatWatchdog {
    const { settings, behaviour } = this.#options
    const missesAllowed = settings.consecutiveHeartbeatMissesAllowed
    return new HeartbeatWatchdog({ missesAllowed, quirks: behaviour.quirks })
  }

  #createSnapshotWatchdog(writesBefore = 0): SnapshotWatchdog {
    const { settings, behaviour, random, parts } = this.#options
    return new SnapshotWatchdog({
      settings,
      quirks: behaviour.quirks,
      random,
      parts,
      nextRequestId: this.nextRequestId,
      writesBefore,
    })
  }

  #createSender(portOffset: number): HttpSender {
    const { settings, remote } = this.#options
    return new HttpSender({
      name: portOffset === 0 ? 'CrossDataCenterSender1' : senderName(portOffset - 1),
      portOffset,
      machines: remoteMachines(settings),
      path: receiverPath(settings, portOffset),
      remote,
      connectTimeoutSeconds: settings.httpConnectionTimeout,
      readTimeoutSeconds: settings.httpReadTimeout,
      sendToAll: settings.sendToAllRemoteMachines,
      logsStatuses: settings.alwaysLogHttpErrors,
      nextSendId: () => (this.#lastSend += 1),
    })
  }
}

/** The port offset in the name of a sender or receiver; null for other operators. */
function portOffsetOf(operator: OperatorName): number | null {
  if (operator === 'CrossDataCenterSender1' || operator === 'CrossDataCenterReceiverForHB') return 0
  const channel = /^CrossDataCenter(?:Sender2|Receiver)\[(\d+)\]$/.exec(operator)?.[1]
  return channel === undefined ? null : 1 + Number(channel)
}
