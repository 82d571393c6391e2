import { encodeHeartbeatMessage, messageTypes } from '../codec.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect } from '../io.ts'
import { event, failure } from './events.ts'

/** Where a sender posts to and how long it waits there. */
export interface HttpSenderOptions {
  /** 0 for heartbeats, 1 + c for snapshot sender c. */
  readonly portOffset: number
  readonly machine: string
  readonly path: string
  /** The name by which events call the remote; null when it is not known. */
  readonly remote: string | null
  readonly connectTimeoutSeconds: number
  readonly readTimeoutSeconds: number
  /** Gives each send its number. */
  readonly nextSendId: () => number
}

/** The heartbeat sender's waiting queue (toolkit reference §3.4). */
const queueLimit = 1000
const aspect = 'CrossDCSender'

/**
 * One CrossDataCenterSender with one remote machine (toolkit reference §3.4): one message under way, the others wait in a queue
 * of 1000; a message that failed is lost, and nothing is sent twice. Heartbeats that queued up while a send hung go out late,
 * one after another.
 */
export class HttpSender {
  readonly #options: HttpSenderOptions
  readonly #queue: HeartbeatMessage[] = []
  #underWay: { readonly sendId: number; readonly message: HeartbeatMessage } | null = null
  #errorStatuses = 0

  constructor(options: HttpSenderOptions) {
    this.#options = options
  }

  /** HttpResponseType tuples so far: answers other than 200 and 204, but no exceptions. */
  get submitted(): number {
    return this.#errorStatuses
  }

  submit(message: HeartbeatMessage): readonly ToolkitEffect[] {
    if (this.#underWay === null) return [this.#begin(message)]
    // The toolkit's queue blocks the operator before it when full, which takes 1000 ticks; here the newest is lost and told.
    if (this.#queue.length >= queueLimit) return this.#failed(message, `the sender's queue of ${queueLimit} is full`)
    this.#queue.push(message)
    return []
  }

  /** Whether this sender waits for that send's end. */
  awaits(sendId: number): boolean {
    return this.#underWay?.sendId === sendId
  }

  /** The send under way ended. */
  sent(result: SendResult): readonly ToolkitEffect[] {
    if (this.#underWay === null) return []
    const { message } = this.#underWay
    this.#underWay = null
    const report = this.#report(message, result)
    const next = this.#queue.shift()
    return next === undefined ? report : [...report, this.#begin(next)]
  }

  #begin(message: HeartbeatMessage): ToolkitEffect {
    const { portOffset, machine, path, connectTimeoutSeconds, readTimeoutSeconds } = this.#options
    const sendId = this.#options.nextSendId()
    this.#underWay = { sendId, message }
    const body = encodeHeartbeatMessage(message)
    return { kind: 'send', sendId, portOffset, machine, path, body, connectTimeoutSeconds, readTimeoutSeconds }
  }

  #report(message: HeartbeatMessage, result: SendResult): readonly ToolkitEffect[] {
    if (result.kind === 'exception') {
      return [{ kind: 'trace', level: 'error', aspect, text: result.text }, ...this.#failed(message, result.text)]
    }
    if (result.status === 200 || result.status === 204) return this.#succeeded(message)
    this.#errorStatuses += 1
    const text = `HTTP status ${result.status}`
    // Info, because alwaysLogHttpErrors is off by default.
    return [{ kind: 'trace', level: 'info', aspect, text }, ...this.#failed(message, text)]
  }

  #succeeded(message: HeartbeatMessage): readonly ToolkitEffect[] {
    const count = Number(message.heartbeatCnt)
    if (message.heartbeatMsgType === messageTypes.heartbeat) {
      return [event('heartbeat_sent', this.#options.remote, { count })]
    }
    if (message.heartbeatMsgType === messageTypes.snapshot) {
      return [event('snapshot_sent', this.#options.remote, { part: message.dataSnapshotOrigin, count })]
    }
    return []
  }

  #failed(message: HeartbeatMessage, text: string): readonly ToolkitEffect[] {
    const count = Number(message.heartbeatCnt)
    if (message.heartbeatMsgType === messageTypes.heartbeat) {
      return [event('heartbeat_failed', this.#options.remote, { count, text })]
    }
    if (message.heartbeatMsgType === messageTypes.snapshot) {
      return [event('snapshot_failed', this.#options.remote, { part: message.dataSnapshotOrigin, count, text })]
    }
    return failure(aspect, `A message of type ${message.heartbeatMsgType} was lost: ${text}`)
  }
}
