import type { Clock } from '../model/clock.ts'
import { monotonicNowMs } from '../support/monotonic-clock.ts'
import { createScaledClock } from '../support/scaled-clock.ts'
import { waitUntil } from '../support/wait-until.ts'
import { encodeHeartbeatMessage, messageTypes, tryDecodeHeartbeatMessage } from '../toolkit/codec.ts'
import type { HeartbeatMessage } from '../toolkit/io.ts'
import { post } from '../wire/post.ts'
import type { PeerOptions, PeerSnapshot, PeerWait, RawPost } from './peer-options.ts'
import { checkOptions, numberFrom, offsetWithin } from './option-checks.ts'
import { defaultPeerPaths, receiverPath, type PeerPaths } from './paths.ts'
import { Receivers } from './receivers.ts'
import { PeerRecords, type PeerBehaviour, type PeerRecord, type ReceivedRecord, type SentRecord } from './records.ts'

/** All body bytes that are kept in records. */
const recordedBytesMax = 256 * 1024 * 1024
/** Sends under way; the toolkit's own sender has a queue of 1000 (toolkit reference §3.4). */
const sendsUnderWayMax = 1000
const defaultWaitSeconds = 60

/**
 * A stand-in for the remote datacenter: it speaks the toolkit's bytes to one job, real or emulated, at the test's command, and
 * records what the job sends. It has no state machine of its own: nothing is sent unless asked for, and heartbeats neither wait
 * for each other nor stop when the job is silent.
 */
export class FakePeer implements AsyncDisposable {
  readonly name: string
  readonly clock: Clock
  readonly #options: PeerOptions
  readonly #paths: PeerPaths
  readonly #receivers: Receivers
  readonly #records: PeerRecords
  readonly #ended = new AbortController()
  readonly #underWay = new Set<Promise<SentRecord>>()
  #beat: AbortController | undefined
  #nextCount = 1n
  #nextChannel = 0
  #disposal: Promise<void> | undefined

  private constructor(parts: {
    options: PeerOptions
    paths: PeerPaths
    clock: Clock
    receivers: Receivers
    records: PeerRecords
  }) {
    this.#options = parts.options
    this.#paths = parts.paths
    this.clock = parts.clock
    this.#receivers = parts.receivers
    this.#records = parts.records
    this.name = parts.options.name ?? 'dc2'
  }

  /** @throws SettingsError, TestbedError when a port cannot be listened on */
  static async start(options: PeerOptions): Promise<FakePeer> {
    checkOptions(options)
    const { listen, timeScale = 1, behaviour = { kind: 'accept' }, recordsMax = 10_000 } = options
    const clock = options.clock ?? createScaledClock({ originMs: monotonicNowMs(), timeScale })
    const paths = { ...defaultPeerPaths, ...options.paths }
    const records = new PeerRecords({ recordsMax, bodyBytesMax: recordedBytesMax })
    const { host, port, pairs = 1 } = listen
    const receivers = await Receivers.open({ host, port, pairs, paths, behaviour, clock, records })
    return new FakePeer({ options, paths, clock, receivers, records })
  }

  /** Where the job finds the peer. */
  get listening(): { readonly host: string; readonly port: number; readonly pairs: number } {
    const { host, pairs = 1 } = this.#options.listen
    return { host, port: this.#receivers.port, pairs }
  }

  /** Everything received and sent, oldest first; at most `recordsMax`. */
  get records(): readonly PeerRecord[] {
    return [...this.#records.all]
  }

  /** How many records were given up to keep within the limits. */
  get forgotten(): number {
    return this.#records.forgotten
  }

  /** Whether `startHeartbeats` is in force. */
  get isBeating(): boolean {
    return this.#beat !== undefined
  }

  /** What the job sent, oldest first. */
  received(): readonly ReceivedRecord[] {
    return this.#records.all.filter((record) => record.direction === 'received')
  }

  /** What the peer sent, oldest first; a message that is still under way is not there yet. */
  sent(): readonly SentRecord[] {
    return this.#records.all.filter((record) => record.direction === 'sent')
  }

  /** Calls back for each record from now on; returns what ends that. */
  subscribe(listener: (record: PeerRecord) => void): () => void {
    return this.#records.subscribe(listener)
  }

  /**
   * The first message of the job that meets the condition, among those received so far too.
   * @throws WaitTimeoutError, or the signal's reason
   */
  async waitFor(predicate: (record: ReceivedRecord) => boolean, wait: PeerWait = {}): Promise<ReceivedRecord> {
    const { timeoutSeconds = defaultWaitSeconds, afterId = 0, what = 'a message', signal } = wait
    return await waitUntil({
      what: `${what} from the job to ${this.name}`,
      clock: this.clock,
      timeoutSeconds,
      signal,
      subscribe: (recheck) => this.#records.subscribe(recheck),
      probe: () => this.received().find((record) => record.id > afterId && predicate(record)),
      lastSeen: () => describeLast(this.received()),
    })
  }

  /** How POSTs are treated from now on: at one port, base + `portOffset`, or at all. */
  async behave(behaviour: PeerBehaviour, at: { readonly portOffset?: number } = {}): Promise<void> {
    const { portOffset } = at
    if (portOffset !== undefined) offsetWithin('portOffset', portOffset, this.listening.pairs)
    await this.#receivers.behave(behaviour, portOffset)
  }

  /** A heartbeat now and every so many system seconds; replaces a cadence in force. */
  startHeartbeats(options: { readonly everySeconds: number }): void {
    const { everySeconds } = options
    numberFrom('everySeconds', everySeconds, { min: 0.001 })
    this.stopHeartbeats()
    const beat = new AbortController()
    this.#beat = beat
    const ended = AbortSignal.any([beat.signal, this.#ended.signal])
    const beating = async (): Promise<void> => {
      // As the toolkit's Beacon (toolkit reference §4.1), but by the clock: the cadence is the test's, so it does not drift.
      for (let at = this.clock.now(); ; at += everySeconds) {
        await this.clock.until(at, { signal: ended })
        void this.sendHeartbeat()
      }
    }
    beating().catch((error: unknown) => {
      if (!ended.aborted) throw error
    })
  }

  stopHeartbeats(): void {
    this.#beat?.abort()
    this.#beat = undefined
  }

  /** Type 1 to the base port. */
  async sendHeartbeat(options: { readonly count?: bigint } = {}): Promise<SentRecord> {
    return await this.#sendMessage(0, this.#message(messageTypes.heartbeat, options))
  }

  /** Type 2: one part of a state, as the job's application would get it back after a takeover. */
  async sendSnapshot(snapshot: PeerSnapshot): Promise<SentRecord> {
    const { part, blob, count, channel } = snapshot
    const own = { dataSnapshot: bytesOf(blob), dataSnapshotOrigin: part }
    return await this.#sendMessage(this.#offset(channel), this.#message(messageTypes.snapshot, { count, ...own }))
  }

  /** Type 3: the job forgets the snapshots that it stored for the peer. */
  async sendOrderlyShutdown(options: { readonly count?: bigint; readonly channel?: number } = {}): Promise<SentRecord> {
    return await this.#sendMessage(
      this.#offset(options.channel),
      this.#message(messageTypes.orderlyShutdown, { count: options.count }),
    )
  }

  /** Type 4: gives the job an old snapshot of its own back; `of` is its name. */
  async returnSnapshot(
    snapshot: PeerSnapshot & { readonly of?: string; readonly innerCount?: bigint },
  ): Promise<SentRecord> {
    const { part, blob, of = this.#jobName(), innerCount = 1n, count, channel } = snapshot
    const inner = encodeHeartbeatMessage({
      heartbeatMsgType: messageTypes.snapshot,
      heartbeatCnt: innerCount,
      dataCenterOrigin: of,
      dataSnapshot: bytesOf(blob),
      dataSnapshotOrigin: part,
    })
    const message = this.#message(messageTypes.returnedSnapshot, { count, dataSnapshot: inner })
    return await this.#sendMessage(this.#offset(channel), message)
  }

  /** A POST of any body, to see what the job makes of it. */
  async sendRaw(raw: RawPost): Promise<SentRecord> {
    const { portOffset = 0, body, contentType = 'application/octet-stream' } = raw
    // Beyond the peer's own pairs too: what a job makes of ports that it does not have is a test as well.
    numberFrom('portOffset', portOffset, { min: 0, max: 65_535 - this.#options.target.port, isWhole: true })
    const path = raw.path ?? receiverPath(portOffset, this.#paths)
    return await this.#post({ portOffset, body: bytesOf(body), contentType, path })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= (async () => {
      this.stopHeartbeats()
      this.#ended.abort()
      await Promise.allSettled(this.#underWay)
      await this.#receivers[Symbol.asyncDispose]()
    })()
    await this.#disposal
  }

  /** The peer's counter grows with every message, as the toolkit's does. */
  #message(
    type: number,
    own: { count?: bigint | undefined; dataSnapshot?: Uint8Array; dataSnapshotOrigin?: string },
  ): HeartbeatMessage {
    const { count = this.#nextCount, dataSnapshot = new Uint8Array(), dataSnapshotOrigin = '' } = own
    this.#nextCount = BigInt.asUintN(64, count + 1n)
    return {
      heartbeatMsgType: type,
      heartbeatCnt: count,
      dataCenterOrigin: this.name,
      dataSnapshot,
      dataSnapshotOrigin,
    }
  }

  #offset(channel: number | undefined): number {
    const { pairs } = this.listening
    if (channel !== undefined) return 1 + offsetWithin('channel', channel, pairs - 1)
    const dealt = this.#nextChannel
    this.#nextChannel = (dealt + 1) % pairs
    return 1 + dealt
  }

  #jobName(): string {
    const last = this.received().findLast(({ message }) => message.ok)?.message
    if (last?.ok === true) return last.message.dataCenterOrigin
    return this.name === 'dc1' ? 'dc2' : 'dc1'
  }

  async #sendMessage(portOffset: number, message: HeartbeatMessage): Promise<SentRecord> {
    const body = encodeHeartbeatMessage(message)
    const path = receiverPath(portOffset, this.#paths)
    return await this.#post({ portOffset, body, contentType: 'application/octet-stream', path })
  }

  async #post(message: {
    portOffset: number
    body: Uint8Array
    contentType: string
    path: string
  }): Promise<SentRecord> {
    const sending = this.#send(message)
    this.#underWay.add(sending)
    try {
      return await sending
    } finally {
      this.#underWay.delete(sending)
    }
  }

  async #send(message: {
    portOffset: number
    body: Uint8Array
    contentType: string
    path: string
  }): Promise<SentRecord> {
    const { portOffset, body, contentType, path } = message
    const { target, connectTimeoutSeconds = 25, readTimeoutSeconds = 100 } = this.#options
    const time = this.clock.now()
    const realMs = (seconds: number): number => (seconds * 1000) / this.clock.timeScale
    const result =
      this.#underWay.size >= sendsUnderWayMax
        ? { kind: 'exception' as const, text: `not sent: ${sendsUnderWayMax} messages before it are unanswered` }
        : await post({
            host: target.host,
            port: target.port + portOffset,
            path,
            body,
            contentType,
            connectTimeoutMs: realMs(connectTimeoutSeconds),
            readTimeoutMs: realMs(readTimeoutSeconds),
            signal: this.#ended.signal,
          })
    const decoded = tryDecodeHeartbeatMessage(body)
    return this.#records.add({
      direction: 'sent',
      time,
      portOffset,
      path,
      contentType,
      body,
      message: decoded,
      result,
    })
  }
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}

function describeLast(received: readonly ReceivedRecord[]): string {
  const last = received.at(-1)
  if (last === undefined) return 'nothing'
  const { portOffset, message } = last
  const said = message.ok
    ? `type ${message.message.heartbeatMsgType}, count ${message.message.heartbeatCnt}`
    : message.text
  return `message ${last.id} at base port + ${portOffset} (${said})`
}
