import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Quirks } from '../../model/toolkit-behaviour.ts'
import type { Random } from '../../support/random.ts'
import type { HeartbeatMessage, OperatorTuple, StoreRead, StoredEntry, ToolkitEffect } from '../io.ts'
import { SnapshotWatchdog } from '../machines/snapshot-watchdog.ts'
import { fromDc2, orderlyRandom, quirksWithout, snapshotOfDc2 } from './composite-probe.ts'
import { effectTexts } from './effect-texts.ts'
import { referenceSettings } from './reference-settings.ts'

/** For tests: dc1's snapshot watchdog alone, with a hand for each of its inputs; each answers with the effects as texts. */
export class WatchdogProbe {
  readonly watchdog: SnapshotWatchdog
  /** What came out last, in full. */
  effects: readonly ToolkitEffect[] = []
  readonly #reads: { readonly requestId: number; readonly name: string }[] = []
  #posts = 0
  #requests = 0

  constructor(
    options: {
      readonly values?: Partial<CrossDcSettings>
      readonly quirks?: Quirks
      readonly random?: Random
      readonly parts?: number
      readonly writesBefore?: number
    } = {},
  ) {
    const { values = {}, quirks = quirksWithout(), random = orderlyRandom(), parts = 1, writesBefore = 0 } = options
    this.watchdog = new SnapshotWatchdog({
      settings: { ...referenceSettings('dc1'), ...values },
      quirks,
      random,
      parts,
      writesBefore,
      nextRequestId: () => (this.#requests += 1),
    })
  }

  get remembered(): readonly string[] {
    return this.watchdog.remembered
  }

  start(): readonly string[] {
    return this.#took(this.watchdog.start())
  }

  /** A POST; posts are numbered from 1. The 204 is left out unless it is asked for. */
  post(body: Uint8Array, shows: 'answers' | 'no answers' = 'no answers'): readonly string[] {
    this.#posts += 1
    const texts = this.#took(this.watchdog.receive({ postId: this.#posts, body }))
    return shows === 'answers' ? texts : texts.filter((text) => !text.startsWith('204'))
  }

  snapshot(part: string, values: Partial<HeartbeatMessage> = {}): readonly string[] {
    return this.post(snapshotOfDc2(part, values))
  }

  /** Receives and stores each part. */
  store(...parts: readonly string[]): void {
    for (const part of parts) {
      this.snapshot(part)
      this.stored()
    }
  }

  orderlyShutdownOfDc2(): readonly string[] {
    return this.post(fromDc2({ heartbeatMsgType: 3 }))
  }

  take(tuple: OperatorTuple): readonly string[] {
    return this.#took(this.watchdog.take(tuple))
  }

  down(): readonly string[] {
    return this.take({ kind: 'status', active: false, isPlanned: false })
  }

  up(): readonly string[] {
    return this.take({ kind: 'status', active: true, isPlanned: false })
  }

  stored(error: string | null = null): readonly string[] {
    return this.#took(this.watchdog.stored(error))
  }

  /** The oldest read ended so. */
  read(result: StoreRead): readonly string[] {
    return this.#took(this.watchdog.read(this.#oldestRead(), result))
  }

  loaded(entries: readonly StoredEntry[] | null): readonly string[] {
    this.#oldestRead()
    return this.#took(this.watchdog.loaded(entries))
  }

  #oldestRead(): number {
    const request = this.#reads.shift()
    if (request === undefined) throw new RangeError('Expected a read to be under way, there is none')
    return request.requestId
  }

  #took(effects: readonly ToolkitEffect[]): readonly string[] {
    this.effects = effects
    for (const effect of effects) {
      if (effect.kind === 'store_read') this.#reads.push(effect)
      if (effect.kind === 'store_read_all') this.#reads.push({ requestId: effect.requestId, name: '*' })
    }
    return effectTexts(effects)
  }
}
