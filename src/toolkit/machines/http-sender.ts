import { encodeHeartbeatMessage, messageTypes } from '../codec.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect } from '../io.ts'
import type { OperatorName } from '../operators.ts'
import { event, failure } from './events.ts'

/** Where a sender posts to and how long it waits there. */
export interface HttpSenderOptions {
  readonly name: OperatorName
  /** 0 for heartbeats, 1 + c for snapshot sender c. */
  readonly portOffset: number
  /** `remoteDataCenterApplicationMachineNames`, split at its commas. */
  readonly machines: readonly string[]
  readonly path: string
  /** The name by which events call the remote; null when it is not known. */
  readonly remote: string | null
  readonly connectTimeoutSeconds: number
  readonly readTimeoutSeconds: number
  readonly sendToAll: boolean
  /** `alwaysLogHttpErrors`: trace statuses other than 200 and 204 as errors. */
  readonly logsStatuses: boolean
  /** Gives each send its number. */
  readonly nextSendId: () => number
}

/** A message on its way, and the machines that are still to be tried. */
interface Delivery {
  readonly message: HeartbeatMessage
  readonly body: Uint8Array
  readonly stored: string | undefined
  machine: string
  rest: readonly string[]
  /** Whether it goes to the machine that answered last time. */
  isSticky: boolean
  hasArrived: boolean
  lastFailure: string
}

interface Waiting {
  readonly message: HeartbeatMessage
  readonly stored: string | undefined
}

/** The heartbeat sender's waiting queue; the transport before a snapshot sender is given the same (toolkit reference §3.4). */
const queueLimit = 1000
const aspect = 'CrossDCSender'

/**
 * One CrossDataCenterSender (toolkit reference §3.4): one message under way, the others wait in a queue. A message goes to the
 * machine that answered last, else to each of the list until one answers; or always to all of them. What failed everywhere is
 * lost: nothing is tried again later. Heartbeats that queued up while a send hung go out late, one after another.
 */
export class HttpSender {
  readonly #options: HttpSenderOptions
  readonly #queue: Waiting[] = []
  #sticky: string | null = null
  #underWay: (Delivery & { sendId: number }) | null = null
  #errorStatuses = 0
  #taken = 0

  constructor(options: HttpSenderOptions) {
    this.#options = options
  }

  /** HttpResponseType tuples so far: answers other than 200 and 204, but no exceptions. */
  get submitted(): number {
    return this.#errorStatuses
  }

  /** Messages taken so far. */
  get processed(): number {
    return this.#taken
  }

  /** Whether the queue takes another message; whoever submits beyond it waits, which is the composite's business. */
  get hasRoom(): boolean {
    return this.#underWay === null || this.#queue.length < queueLimit
  }

  get isIdle(): boolean {
    return this.#underWay === null
  }

  submit(message: HeartbeatMessage, stored?: string): readonly ToolkitEffect[] {
    this.#taken += 1
    if (this.#underWay === null) return this.#begin({ message, stored })
    this.#queue.push({ message, stored })
    return []
  }

  /** Whether this sender waits for that send's end. */
  awaits(sendId: number): boolean {
    return this.#underWay?.sendId === sendId
  }

  /** The send under way ended. */
  sent(result: SendResult): readonly ToolkitEffect[] {
    const delivery = this.#underWay
    if (delivery === null) return []
    const told = this.#note(delivery, result)
    return [...told, ...this.#goOn(delivery)]
  }

  #begin({ message, stored }: Waiting): readonly ToolkitEffect[] {
    const { machines, sendToAll } = this.#options
    const isSticky = !sendToAll && this.#sticky !== null
    const [machine, ...rest] = isSticky ? [this.#sticky ?? ''] : machines
    const body = encodeHeartbeatMessage(message)
    const delivery = { message, body, stored, machine: '', rest: [], isSticky, hasArrived: false, lastFailure: '' }
    if (machine === undefined) return this.#ended({ ...delivery, lastFailure: 'no remote machine is named' })
    return this.#post({ ...delivery, machine, rest })
  }

  #post(delivery: Delivery): readonly ToolkitEffect[] {
    const { portOffset, path, connectTimeoutSeconds, readTimeoutSeconds } = this.#options
    const { machine, body } = delivery
    // A blank beside a comma stays in the name and makes a bad URL (toolkit reference §1.4, no. 4).
    if (/\s/.test(machine)) {
      const told = this.#note(delivery, { kind: 'exception', text: `Bad URL: the host "${machine}" holds a blank` })
      return [...told, ...this.#goOn(delivery)]
    }
    const sendId = this.#options.nextSendId()
    this.#underWay = Object.assign(delivery, { sendId })
    return [{ kind: 'send', sendId, portOffset, machine, path, body, connectTimeoutSeconds, readTimeoutSeconds }]
  }

  /** Takes note of how one machine answered, or did not. */
  #note(delivery: Delivery, result: SendResult): readonly ToolkitEffect[] {
    if (result.kind === 'exception') {
      delivery.lastFailure = result.text
      return [{ kind: 'trace', level: 'error', aspect, text: `${delivery.machine}: ${result.text}` }]
    }
    if (result.status === 200 || result.status === 204) {
      delivery.hasArrived = true
      return []
    }
    this.#errorStatuses += 1
    delivery.lastFailure = `HTTP status ${result.status}`
    const level = this.#options.logsStatuses ? 'error' : 'info'
    return [
      { kind: 'trace', level, aspect, text: `${delivery.machine}: ${delivery.lastFailure}` },
      { kind: 'tuple', to: 'HttpPostResponseSink', tuple: { kind: 'response', status: result.status } },
    ]
  }

  /** What follows an attempt: the next machine, or the end of the message. */
  #goOn(delivery: Delivery): readonly ToolkitEffect[] {
    const { machines, sendToAll } = this.#options
    if (delivery.hasArrived && !sendToAll) {
      this.#sticky = delivery.machine
      return this.#ended(delivery)
    }
    if (delivery.isSticky) {
      // The whole list again in the same call, the machine that just failed too, unless it is the only one.
      this.#sticky = null
      delivery.isSticky = false
      delivery.rest = machines.length > 1 ? machines : []
    }
    const [machine, ...rest] = delivery.rest
    return machine === undefined ? this.#ended(delivery) : this.#post({ ...delivery, machine, rest })
  }

  #ended(delivery: Delivery): readonly ToolkitEffect[] {
    this.#underWay = null
    const report = delivery.hasArrived ? this.#succeeded(delivery) : this.#failed(delivery)
    const next = this.#queue.shift()
    return next === undefined ? report : [...report, ...this.#begin(next)]
  }

  #succeeded({ message, stored }: Delivery): readonly ToolkitEffect[] {
    const count = Number(message.heartbeatCnt)
    const { remote } = this.#options
    if (message.heartbeatMsgType === messageTypes.heartbeat) return [event('heartbeat_sent', remote, { count })]
    if (message.heartbeatMsgType === messageTypes.snapshot) {
      return [event('snapshot_sent', remote, { part: message.dataSnapshotOrigin, count })]
    }
    if (stored === undefined) return []
    return [{ kind: 'tuple', to: 'RemoteDataCenterWatchdog', tuple: { kind: 'returned', stored } }]
  }

  #failed({ message, lastFailure: text }: Delivery): readonly ToolkitEffect[] {
    const count = Number(message.heartbeatCnt)
    const { remote } = this.#options
    if (message.heartbeatMsgType === messageTypes.heartbeat) return [event('heartbeat_failed', remote, { count, text })]
    if (message.heartbeatMsgType === messageTypes.snapshot) {
      return [event('snapshot_failed', remote, { part: message.dataSnapshotOrigin, count, text })]
    }
    return failure(aspect, `A message of type ${message.heartbeatMsgType} was lost: ${text}`)
  }
}
