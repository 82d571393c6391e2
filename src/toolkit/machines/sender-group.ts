import type { Random } from '../../support/random.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect } from '../io.ts'
import type { OperatorName } from '../operators.ts'
import type { HttpSender } from './http-sender.ts'

interface Submission {
  readonly channel: number
  readonly message: HeartbeatMessage
  readonly stored: string | undefined
}

/** Which stream a message comes by; each has a splitter of its own before the snapshot senders (toolkit reference §3.4). */
export type SplitterStream = 'application' | 'preparer'

/**
 * The N snapshot senders behind their splitters: messages are dealt out round-robin, and the application waits in its submit
 * while its next sender's queue is full. Fused, they share the thread of the tick: one POST at a time.
 */
export class SenderGroup {
  readonly #senders: HttpSender[]
  readonly #isFused: boolean
  readonly #next: Record<SplitterStream, number>
  /** Submissions of the application that wait for room, or fused, for the thread. */
  readonly #waiting: Submission[] = []
  #isBlocking = false

  constructor(options: {
    readonly senders: readonly HttpSender[]
    readonly isFused: boolean
    readonly random: Random
  }) {
    this.#senders = [...options.senders]
    this.#isFused = options.isFused
    const pairs = this.#senders.length
    this.#next = { application: options.random.integer(0, pairs - 1), preparer: options.random.integer(0, pairs - 1) }
  }

  get senders(): readonly HttpSender[] {
    return this.#senders
  }

  /** Whether nothing is under way or waits. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#senders.every((sender) => sender.isIdle)
  }

  /** The channel whose turn it is. */
  nextChannel(stream: SplitterStream): number {
    const channel = this.#next[stream]
    this.#next[stream] = (channel + 1) % this.#senders.length
    return channel
  }

  /** A restarted sender has forgotten its queue and its machine. */
  replace(channel: number, sender: HttpSender): void {
    this.#senders[channel] = sender
  }

  /** From the application, which is blocked while there is no room. */
  submitOfApplication(message: HeartbeatMessage): readonly ToolkitEffect[] {
    return this.#submit({ channel: this.nextChannel('application'), message, stored: undefined })
  }

  /** From the composite's own operators. */
  submit(submission: Submission): readonly ToolkitEffect[] {
    if (this.#isFused) return this.#submit(submission)
    return this.#senders[submission.channel]?.submit(submission.message, submission.stored) ?? []
  }

  /** A send ended. */
  sent(sendId: number, result: SendResult): readonly ToolkitEffect[] {
    const sender = this.#senders.find((candidate) => candidate.awaits(sendId))
    if (sender === undefined) return []
    return [...sender.sent(result), ...this.goOn()]
  }

  /** As far as there is room for what waits. */
  goOn(): readonly ToolkitEffect[] {
    const effects: ToolkitEffect[] = []
    for (let next = this.#waiting[0]; next !== undefined && this.#mayGo(next); next = this.#waiting[0]) {
      this.#waiting.shift()
      effects.push(...(this.#senders[next.channel]?.submit(next.message, next.stored) ?? []))
    }
    if (this.#waiting.length > 0 || !this.#isBlocking) return effects
    this.#isBlocking = false
    return [...effects, { kind: 'resume_application' }]
  }

  #submit(submission: Submission): readonly ToolkitEffect[] {
    this.#waiting.push(submission)
    const effects = this.goOn()
    if (this.#waiting.length === 0 || this.#isBlocking || this.#isFused) return effects
    this.#isBlocking = true
    return [...effects, { kind: 'block_application' }]
  }

  #mayGo({ channel }: Submission): boolean {
    if (this.#isFused) return this.#senders.every((sender) => sender.isIdle)
    return this.#senders[channel]?.hasRoom ?? true
  }
}

/** The name of snapshot sender c. */
export function senderName(channel: number): OperatorName {
  return `CrossDataCenterSender2[${channel}]`
}
