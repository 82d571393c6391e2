import type { HeartbeatMessage } from '../toolkit/io.ts'
import type { Application, ApplicationEffect, ApplicationOperator, ApplicationSurroundings } from './application.ts'
import { SampleChannel } from './sample-channel.ts'
import { samplePeriodSeconds } from './sample-loss.ts'
import type { SampleMap } from './sample-map.ts'
import { SpecialMessagePorts } from './special-message-ports.ts'

/** Parallel width of SomeApplicationLogic. */
export const sampleChannels = 5

/** What a sample holds. */
export interface SampleState {
  /** Tuples that TestDataGenerator gave so far. */
  readonly iteration: number
  readonly channels: readonly SampleMap[]
}

/**
 * `builtin:sample`: CrossDataCenterFailoverSample of toolkit reference §8. Its generator is a Beacon with a period and no initial
 * delay, so the first tuple comes at the start and each other one a period after the one before (toolkit reference §4.1).
 */
export function createSample(surroundings: ApplicationSurroundings): Sample {
  return new Sample(surroundings)
}

/** The sample's operators; the consistent-region variant has the same ones. */
export class Sample implements Application {
  readonly channels = sampleChannels
  readonly #surroundings: ApplicationSurroundings
  readonly #channels = Array.from({ length: sampleChannels }, (_, channel) => new SampleChannel(channel))
  readonly #specialMessages = new SpecialMessagePorts()
  #iteration = 0
  #generated = 0
  #nextChannel: number

  constructor(surroundings: ApplicationSurroundings) {
    this.#surroundings = surroundings
    // Streams does not say at which channel round-robin begins.
    this.#nextChannel = Math.floor(surroundings.random() * sampleChannels)
  }

  operators(): readonly ApplicationOperator[] {
    const generator = { name: 'TestDataGenerator', operatorKind: 'spl.utility::Beacon', processed: [] }
    return [
      { ...generator, submitted: [this.#generated] },
      ...this.#channels.map((channel) => channel.operator()),
      ...this.#specialMessages.operators(),
    ]
  }

  /** It takes part in no consistent region, so there is no checkpoint to restore. */
  start(): readonly ApplicationEffect[] {
    return this.#generate()
  }

  timer(): readonly ApplicationEffect[] {
    return this.#generate()
  }

  specialMessageLine(line: string): readonly ApplicationEffect[] {
    return this.#specialMessages.line(line)
  }

  signal(signal: HeartbeatMessage): readonly ApplicationEffect[] {
    return this.#channels.flatMap((channel) => channel.signal(signal, this.#surroundings.random))
  }

  status(active: boolean, { isPlanned }: { readonly isPlanned: boolean }): readonly ApplicationEffect[] {
    return this.#channels.flatMap((channel) => channel.status(active, isPlanned))
  }

  replay(message: HeartbeatMessage): readonly ApplicationEffect[] {
    return this.#channels.flatMap((channel) => channel.replay(message))
  }

  /** It launches nothing. */
  launched(): readonly ApplicationEffect[] {
    return []
  }

  /** It has no Data Exchange endpoints. */
  ingest(): readonly ApplicationEffect[] {
    return []
  }

  command(): readonly ApplicationEffect[] {
    return []
  }

  get state(): SampleState {
    return { iteration: this.#iteration, channels: this.#channels.map(({ entries }) => entries) }
  }

  restore({ iteration, channels }: SampleState): void {
    this.#iteration = iteration
    for (const [index, channel] of this.#channels.entries()) channel.restore(channels[index] ?? new Map())
  }

  #generate(): readonly ApplicationEffect[] {
    const { localDataCenterName, unixSeconds, random } = this.#surroundings
    this.#iteration += 1
    this.#generated += 1
    const i1 = this.#iteration
    const s1 = `${localDataCenterName}_${i1}_${unixSeconds()}`
    this.#channels[this.#nextChannel]?.insert({ s1, i1, f1: random() * 0.824, b1: i1 % 2 === 0 })
    this.#nextChannel = (this.#nextChannel + 1) % sampleChannels
    return [{ kind: 'schedule_timer', timer: 'TestDataGenerator', afterSeconds: samplePeriodSeconds }]
  }
}
