import { messageTypes } from '../../toolkit/codec.ts'
import type { FakePeer } from '../fake-peer.ts'
import type { PeerRecord } from '../records.ts'

/** A message of the job, by its counter and when it came, in system seconds. */
export interface JobMessage {
  readonly time: number
  readonly count: bigint
}

/** nTuplesSubmitted of the heartbeat watchdog (toolkit reference §6): 0 never contacted, odd UP, even DOWN. */
export interface StatusSample {
  readonly time: number
  readonly submitted: number
}

/** Reads the number behind `StatusSample`. @throws RequestError */
export type StatusReader = () => Promise<number>

/** What a job was seen to do. A heartbeat stands for a tick. */
export interface JobObservation {
  readonly heartbeats: readonly JobMessage[]
  /** Snapshot signals: each as its first answer of the application came, or as the counter jumped over it. */
  readonly signals: readonly JobMessage[]
  /** Empty without a reader. */
  readonly statuses: readonly StatusSample[]
}

/** Follows a job from outside: by what it sends to the peer, and by its metrics where they can be read. */
export class JobWatch implements AsyncDisposable {
  readonly #peer: FakePeer
  readonly #readStatus: StatusReader | undefined
  readonly #heartbeats: JobMessage[] = []
  readonly #answered = new Map<bigint, number>()
  readonly #otherCounts = new Set<bigint>()
  readonly #statuses: StatusSample[] = []
  readonly #listeners = new Set<() => void>()
  readonly #ended = new AbortController()
  readonly #unsubscribe: () => void
  readonly #polling: Promise<void>
  #failure: Error | undefined

  constructor(options: {
    readonly peer: FakePeer
    readonly readStatus?: StatusReader | undefined
    readonly pollSeconds: number
  }) {
    this.#peer = options.peer
    this.#readStatus = options.readStatus
    this.#unsubscribe = options.peer.subscribe((record) => this.#take(record))
    this.#polling = this.#poll(options.pollSeconds)
  }

  get seen(): JobObservation {
    return { heartbeats: this.#heartbeats, signals: this.#signals(), statuses: this.#statuses }
  }

  /** Why the job's metrics could not be read; undefined while they can. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Calls back after everything new; returns what ends that. */
  subscribe(listener: () => void): () => void {
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe()
    this.#ended.abort()
    await this.#polling
  }

  #take(record: PeerRecord): void {
    if (record.direction === 'sent' || !record.message.ok) return
    const { heartbeatMsgType, heartbeatCnt: count } = record.message.message
    const { time } = record
    if (heartbeatMsgType === messageTypes.heartbeat && record.portOffset === 0) this.#heartbeats.push({ time, count })
    else if (heartbeatMsgType !== messageTypes.snapshot) this.#otherCounts.add(count)
    else if (!this.#answered.has(count)) this.#answered.set(count, time)
    this.#changed()
  }

  #signals(): readonly JobMessage[] {
    const answered = [...this.#answered].map(([count, time]) => ({ count, time }))
    // A signal takes a number of the counter, also where no application answers it. A gap of more than one number is no signal:
    // heartbeats were lost, or the job was restarted.
    const jumped = this.#heartbeats.flatMap(({ count, time }, index): readonly JobMessage[] => {
      const before = this.#heartbeats[index - 1]
      const skipped = count - 1n
      const isJump = before !== undefined && count - before.count === 2n
      if (!isJump || this.#answered.has(skipped) || this.#otherCounts.has(skipped)) return []
      return [{ count: skipped, time }]
    })
    return [...answered, ...jumped].toSorted((one, other) => one.time - other.time)
  }

  async #poll(pollSeconds: number): Promise<void> {
    if (this.#readStatus === undefined) return
    const { clock } = this.#peer
    const { signal } = this.#ended
    try {
      for (;;) {
        const submitted = await this.#readStatus()
        this.#statuses.push({ time: clock.now(), submitted })
        this.#changed()
        await clock.sleep(pollSeconds, { signal })
      }
    } catch (error) {
      if (signal.aborted) return
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.#changed()
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
