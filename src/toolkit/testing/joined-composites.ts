import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { createComposite } from '../composite.ts'
import type { Composite } from '../composite.ts'
import type { SendResult, StoreRead, StoredEntry, ToolkitEffect, ToolkitInput } from '../io.ts'
import { compositeOperatorNames, receiverName } from '../operators.ts'
import type { OperatorName } from '../operators.ts'
import { orderlyRandom } from './composite-probe.ts'
import { effectTexts } from './effect-texts.ts'

/** What can happen to a job, in terms that do not depend on how it is dealt out to PEs. */
export type JobAction =
  | { readonly kind: 'tick' }
  | { readonly kind: 'post'; readonly portOffset: number; readonly body: Uint8Array }
  | { readonly kind: 'special'; readonly message: string }
  | { readonly kind: 'answer'; readonly part: string; readonly blob: Uint8Array }
  /** `pick` chooses among the sends under way. */
  | { readonly kind: 'sent'; readonly pick: number; readonly result: SendResult }
  | {
      readonly kind: 'store'
      readonly error: string | null
      readonly read: StoreRead
      readonly entries: readonly StoredEntry[] | null
    }
  | { readonly kind: 'restart'; readonly operator: OperatorName }

interface Request {
  readonly pe: number
  readonly effect: ToolkitEffect & { readonly kind: 'store_write' | 'store_read' | 'store_read_all' }
}

/** For tests: a job's PEs, joined by the tuples that they have for each other. One PE is the whole composite. */
export class JoinedComposites {
  readonly #pes: readonly { readonly composite: Composite; readonly isHosted: (operator: OperatorName) => boolean }[]
  readonly #sends: { readonly pe: number; readonly sendId: number }[] = []
  readonly #requests: Request[] = []
  #posts = 0
  #seen: ToolkitEffect[] = []

  constructor(options: {
    readonly settings: CrossDcSettings
    readonly behaviour: ToolkitBehaviour
    readonly pes: readonly ((operator: OperatorName) => boolean)[]
  }) {
    const { settings, behaviour, pes } = options
    this.#pes = pes.map((isHosted) => ({
      isHosted,
      composite: createComposite({ settings, behaviour, isHosted, random: orderlyRandom(), parts: 2 }),
    }))
    for (const pe of this.#pes.keys()) this.#give(pe, { kind: 'start' })
    // The store is empty then: in which order PEs start must not matter, and with other answers it could.
    const nothing = { kind: 'store', error: null, read: { kind: 'dropped' }, entries: [] } as const
    while (this.#requests.length > 0) this.#answerStore(nothing)
  }

  /** What an action brings to the outside, as texts and events, in order. */
  act(action: JobAction): readonly unknown[] {
    this.#seen = []
    this.#act(action)
    return this.#seen.flatMap((effect): readonly unknown[] =>
      effect.kind === 'event' ? [effect] : effectTexts([effect]),
    )
  }

  /** What the operators counted, over all PEs. */
  counts(): unknown {
    return Object.assign({}, ...this.#pes.map(({ composite }) => composite.state.operators))
  }

  get remembered(): readonly string[] {
    return this.#pes.flatMap(({ composite }) => composite.state.rememberedSnapshots)
  }

  #act(action: JobAction): void {
    switch (action.kind) {
      case 'tick':
        return this.#give(this.#peOf('HeartbeatSignalGenerator'), action)
      case 'post': {
        this.#posts += 1
        return this.#give(this.#peOf(receiverName(action.portOffset)), { ...action, postId: this.#posts })
      }
      case 'special':
        return this.#give(this.#peOf('HeartbeatMessagePreparer'), action)
      case 'answer': {
        const { part, blob } = action
        const signal = {
          heartbeatMsgType: 2,
          heartbeatCnt: 6n,
          dataCenterOrigin: 'dc1',
          dataSnapshot: new Uint8Array(0),
          dataSnapshotOrigin: '',
        }
        return this.#give(this.#peOf('CrossDataCenterSender2[0]'), { kind: 'snapshot', signal, part, blob })
      }
      case 'sent': {
        const [send] = this.#sends.splice(action.pick % Math.max(1, this.#sends.length), 1)
        if (send !== undefined) this.#give(send.pe, { kind: 'sent', sendId: send.sendId, result: action.result })
        return undefined
      }
      case 'store':
        return this.#answerStore(action)
      case 'restart': {
        const pe = this.#peOf(action.operator)
        return this.#perform(pe, this.#pes[pe]?.composite.restartOperator(action.operator) ?? [])
      }
    }
  }

  #answerStore(action: JobAction & { readonly kind: 'store' }): void {
    const request = this.#requests.shift()
    if (request === undefined) return
    const { pe, effect } = request
    if (effect.kind === 'store_write') this.#give(pe, { kind: 'stored', name: effect.name, error: action.error })
    else if (effect.kind === 'store_read') this.#give(pe, { ...effect, result: action.read })
    else this.#give(pe, { kind: 'store_read_all', requestId: effect.requestId, entries: action.entries })
  }

  #peOf(operator: OperatorName): number {
    return this.#pes.findIndex(({ isHosted }) => isHosted(operator))
  }

  #give(pe: number, input: ToolkitInput): void {
    this.#perform(pe, this.#pes[pe]?.composite.handle(input) ?? [])
  }

  /** Tuples for other PEs arrive before what comes behind them, as they would inside one. */
  #perform(pe: number, effects: readonly ToolkitEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'tuple') {
        this.#give(this.#peOf(effect.to), effect)
        continue
      }
      this.#seen.push(effect)
      if (effect.kind === 'send') this.#sends.push({ pe, sendId: effect.sendId })
      if (effect.kind === 'store_write' || effect.kind === 'store_read' || effect.kind === 'store_read_all') {
        this.#requests.push({ pe, effect })
      }
    }
  }
}

/**
 * Operators that one PE holds together: a watchdog is behind its receivers' queue, and the snapshot senders are behind one
 * splitter.
 */
export function inseparableOperators(pairs: number): readonly (readonly OperatorName[])[] {
  const all = compositeOperatorNames(pairs)
  const together = [
    /^CrossDataCenterSender2/,
    /^CrossDataCenterReceiver\[|^RemoteDataCenterWatchdog$/,
    /^CrossDataCenterReceiverForHB$|^RemoteDataCenterHeartbeatWatchdog$/,
  ]
  const groups = together.map((pattern) => all.filter((operator) => pattern.test(operator)))
  const rest = all.filter((operator) => !together.some((pattern) => pattern.test(operator)))
  return [...groups, ...rest.map((operator) => [operator])]
}
