import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { defaultBehaviour, toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { QuirkId, Quirks, ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { createRandom } from '../../support/random.ts'
import type { Random } from '../../support/random.ts'
import { encodeHeartbeatMessage } from '../codec.ts'
import { createComposite } from '../composite.ts'
import type { Composite, CompositeOptions } from '../composite.ts'
import type { HeartbeatMessage, SendResult, StoreRead, StoredEntry, ToolkitEffect, ToolkitInput } from '../io.ts'
import type { OperatorName } from '../operators.ts'
import { effectTexts } from './effect-texts.ts'
import { referenceSettings } from './reference-settings.ts'

/** All quirks on, but for these. */
export function quirksWithout(...off: readonly QuirkId[]): Quirks {
  return { ...toolkitProfiles['ibm-1.0.1'], ...Object.fromEntries(off.map((quirk) => [quirk, false])) }
}

/** Draws that leave every order as it is and begin every round at the first. */
export function orderlyRandom(): Random {
  const random = createRandom(1)
  return { ...random, integer: (min) => min, shuffle: (items) => [...items], fork: () => orderlyRandom() }
}

/** A message of dc2: a heartbeat, unless it is said otherwise. */
export function fromDc2(values: Partial<HeartbeatMessage> = {}): Uint8Array {
  return encodeHeartbeatMessage({
    heartbeatMsgType: 1,
    heartbeatCnt: 1n,
    dataCenterOrigin: 'dc2',
    dataSnapshot: new Uint8Array(0),
    dataSnapshotOrigin: '',
    ...values,
  })
}

/** A snapshot of dc2, one byte unless it is said otherwise. */
export function snapshotOfDc2(part: string, values: Partial<HeartbeatMessage> = {}): Uint8Array {
  return fromDc2({
    heartbeatMsgType: 2,
    heartbeatCnt: 6n,
    dataSnapshot: new Uint8Array([9]),
    dataSnapshotOrigin: part,
    ...values,
  })
}

interface ProbeOptions {
  readonly values?: Partial<CrossDcSettings>
  readonly quirks?: Quirks
  readonly isFused?: boolean
  readonly random?: Random
  readonly parts?: number
  readonly isHosted?: CompositeOptions['isHosted']
}

/** For tests: dc1's composite with a hand for each of its inputs; each answers with the effects as texts. It was started. */
export class CompositeProbe {
  readonly composite: Composite
  /** What came out last, in full. */
  effects: readonly ToolkitEffect[] = []
  readonly #sendIds: number[] = []
  readonly #reads: { readonly requestId: number; readonly name: string }[] = []
  #posts = 0

  constructor(options: ProbeOptions = {}) {
    const {
      values = {},
      quirks = defaultBehaviour.quirks,
      isFused = false,
      random = orderlyRandom(),
      parts = 1,
    } = options
    const behaviour: ToolkitBehaviour = { quirks, isFused }
    const { isHosted = () => true } = options
    const settings = { ...referenceSettings('dc1'), ...values }
    this.composite = createComposite({ settings, random, parts, behaviour, isHosted })
    this.started = this.give({ kind: 'start' })
  }

  /** What the start brought. */
  readonly started: readonly string[]

  give(input: ToolkitInput): readonly string[] {
    return this.#took(this.composite.handle(input))
  }

  restart(operator: OperatorName): readonly string[] {
    return this.#took(this.composite.restartOperator(operator))
  }

  tick(): readonly string[] {
    return this.give({ kind: 'tick' })
  }

  /** So many ticks, each heartbeat answered with 204 and by one of dc2. */
  ticks(count: number): readonly string[] {
    return Array.from({ length: count }, () => [...this.tick(), ...this.sent(), ...this.heartbeat()]).flat()
  }

  /** A POST at base port + `portOffset`; posts are numbered from 1. */
  post(portOffset: number, body: Uint8Array): readonly string[] {
    this.#posts += 1
    return this.give({ kind: 'post', postId: this.#posts, portOffset, body })
  }

  /** A heartbeat of dc2. */
  heartbeat(): readonly string[] {
    return this.post(0, fromDc2())
  }

  /** A snapshot of dc2 that is stored without delay. */
  snapshot(part: string, values: Partial<HeartbeatMessage> = {}): readonly string[] {
    return [...this.post(1, snapshotOfDc2(part, values)), ...this.stored()]
  }

  /** The application's answer to a signal with this count. */
  answer(part: string, values: Partial<HeartbeatMessage> = {}): readonly string[] {
    const signal: HeartbeatMessage = {
      heartbeatMsgType: 2,
      heartbeatCnt: 6n,
      dataCenterOrigin: 'dc1',
      dataSnapshot: new Uint8Array(0),
      dataSnapshotOrigin: '',
      ...values,
    }
    return this.give({ kind: 'snapshot', signal, part, blob: new Uint8Array([9]) })
  }

  special(message: string): readonly string[] {
    return this.give({ kind: 'special', message })
  }

  /** The oldest send that is still under way ended so; nothing when there is none. */
  sent(result: number | 'refused' = 204): readonly string[] {
    const sendId = this.#sendIds.shift()
    if (sendId === undefined) return []
    const ended: SendResult =
      result === 'refused' ? { kind: 'exception', text: 'Connection refused' } : { kind: 'answer', status: result }
    return this.give({ kind: 'sent', sendId, result: ended })
  }

  stored(error: string | null = null, name = ''): readonly string[] {
    return this.give({ kind: 'stored', name, error })
  }

  /** The oldest read, of one or of all, ended so. */
  read(result: StoreRead | readonly StoredEntry[] | null): readonly string[] {
    const request = this.#reads.shift()
    if (request === undefined) throw new RangeError('Expected a read to be under way, there is none')
    const { requestId, name } = request
    if (result === null || !('kind' in result)) return this.give({ kind: 'store_read_all', requestId, entries: result })
    return this.give({ kind: 'store_read', requestId, name, result })
  }

  #took(effects: readonly ToolkitEffect[]): readonly string[] {
    this.effects = effects
    for (const effect of effects) {
      if (effect.kind === 'send') this.#sendIds.push(effect.sendId)
      if (effect.kind === 'store_read') this.#reads.push(effect)
      if (effect.kind === 'store_read_all') this.#reads.push({ requestId: effect.requestId, name: '*' })
    }
    return effectTexts(effects)
  }
}
