// Another system's sending and receiving under the same ledger: what was sent, what came of it, what came out.

import { FailoverError, SettingsError } from '../model/errors.ts'
import type { ExchangeClient, InjectOutcome } from '../model/exchange-client.ts'
import type { JsonObject } from '../model/json.ts'
import type { DeliveryOutcome } from '../model/timeline.ts'
import type { Tuple } from '../model/tuple.ts'

/** What a client's functions get to know. */
export interface ClientContext {
  /** Aborts when the answer is no longer waited for. */
  readonly signal: AbortSignal
}

/** One tuple that came out of the system. */
export interface ReceivedItem {
  readonly key: string
  readonly sequence: number
  /** As it was sent; proves that the content is what was sent. @default nothing is known of the content */
  readonly checksum?: number
}

/**
 * What became of a batch. `partial`: only the leading `added` ones were taken, and the rest may be sent again later. `unknown`: no
 * answer came, so that any of them may have been taken.
 */
export type SendOutcome = DeliveryOutcome | { readonly outcome: 'partial'; readonly added: number }

/** A system that tuples are put into and come out of. */
export interface ClientDefinition {
  /** What names it in messages. */
  readonly name: string
  /** Sends a batch. An error that it throws leaves the outcome unknown. */
  send(batch: readonly Tuple[], context: ClientContext): Promise<SendOutcome> | SendOutcome
  /** What has come out since the last call, in its order. */
  receive(context: ClientContext): Promise<readonly ReceivedItem[]> | readonly ReceivedItem[]
  /** Ends connections; called once, after the last receive. */
  close?(): Promise<void> | void
}

/** A client's function failed, or gave what is no answer. */
export class ClientError extends FailoverError {
  override readonly name = 'ClientError'
  readonly code = 'ERR_FAILOVER_CLIENT'
}

/** Real milliseconds that a client's function may take. */
const callMsMax = 30_000

/** Checks a client's definition at once, where it stands. @throws SettingsError */
export function defineClient(definition: ClientDefinition): ClientDefinition {
  const { name } = definition
  if (typeof name !== 'string' || name === '') {
    throw new SettingsError(`defineClient: expected \`name\` to be a text, got ${JSON.stringify(name)}.`)
  }
  for (const method of ['send', 'receive'] as const) {
    if (typeof definition[method] === 'function') continue
    throw new SettingsError(
      `defineClient ${name}: expected \`${method}\` to be a function, got ${typeof definition[method]}.`,
    )
  }
  return definition
}

/** A client's `send` as traffic needs it: never throws, never waits for ever. */
export function injectBy(definition: ClientDefinition): Pick<ExchangeClient, 'inject'> {
  return {
    inject: async (_endpoint, items, { signal } = {}) => {
      if (signal?.aborted === true) {
        return { outcome: 'rejected', added: 0, status: undefined, message: 'The traffic has ended: nothing was sent' }
      }
      // Traffic injects tuples and nothing else.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const batch = items as readonly Tuple[]
      try {
        const answer = await inTime(signal, async (context) => await definition.send(batch, context))
        return outcomeOf(definition, answer, batch.length)
      } catch (error) {
        if (error instanceof ClientError) throw error
        return { outcome: 'unknown', message: messageOf(error) }
      }
    },
  }
}

/** What has come out, under the names `key`, `sequence` and `checksum`. @throws ClientError */
export async function receiveFrom(definition: ClientDefinition, signal: AbortSignal): Promise<readonly JsonObject[]> {
  const what = `Client ${definition.name}: receive`
  let items: unknown
  try {
    items = await inTime(signal, async (context) => await definition.receive(context))
  } catch (cause) {
    signal.throwIfAborted()
    throw new ClientError(`${what} failed: ${messageOf(cause)}`, { cause })
  }
  if (!Array.isArray(items)) throw new ClientError(`${what}: expected a list of items, got ${String(items)}.`)
  return items.map((item: unknown) => {
    if (isReceivedItem(item)) {
      const { key, sequence, checksum } = item
      return checksum === undefined ? { key, sequence } : { key, sequence, checksum }
    }
    const got = (JSON.stringify(item) ?? 'nothing').slice(0, 100)
    throw new ClientError(
      `${what}: expected items {key: text, sequence: whole number, checksum?: whole number}, got ${got}.`,
    )
  })
}

function outcomeOf({ name }: ClientDefinition, answer: unknown, count: number): InjectOutcome {
  if (answer === 'accepted') return { outcome: 'accepted', added: count }
  if (answer === 'rejected') return { outcome: 'rejected', added: 0, status: undefined, message: `${name} refused it` }
  if (answer === 'unknown') return { outcome: 'unknown', message: `${name} does not know` }
  const added: unknown = typeof answer === 'object' && answer !== null && 'added' in answer ? answer.added : undefined
  if (isWhole(added) && added <= count) {
    return added === count ? { outcome: 'accepted', added } : { outcome: 'partial', added }
  }
  throw new ClientError(
    `Client ${name}: expected \`send\` to answer accepted, rejected, unknown or {outcome: 'partial', added: 0 to ${count}}, got ${JSON.stringify(answer) ?? 'nothing'}.`,
  )
}

function isReceivedItem(item: unknown): item is ReceivedItem {
  if (typeof item !== 'object' || item === null || !('key' in item) || !('sequence' in item)) return false
  const checksum: unknown = 'checksum' in item ? item.checksum : undefined
  return typeof item.key === 'string' && isWhole(item.sequence) && (checksum === undefined || isWhole(checksum))
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** A function of the user's may wait for ever; nobody waits for it longer than this. */
async function inTime<T>(signal: AbortSignal | undefined, act: (context: ClientContext) => Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(callMsMax)
  const ends = signal === undefined ? late : AbortSignal.any([signal, late])
  return await new Promise((resolve, reject) => {
    const end = (): void => {
      const why: unknown = ends.reason
      reject(why instanceof Error ? why : new Error(String(why)))
    }
    ends.addEventListener('abort', end, { once: true })
    const settle = (): void => ends.removeEventListener('abort', end)
    act({ signal: ends }).finally(settle).then(resolve, reject)
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
