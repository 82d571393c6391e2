import type { Clock } from '../../model/clock.ts'
import type { ExchangeClient, ExchangeEndpoint, InjectOutcome } from '../../model/exchange-client.ts'
import type { Tuple } from '../../model/tuple.ts'

// For tests: an exchange client without a network, which answers as the test says, in the test's own time. The import table
// keeps this folder from the HTTP client; what that makes of answers is tested beside it.

/** An injection as it arrived. */
export interface Injection {
  readonly tuples: readonly Tuple[]
  readonly endpoint: ExchangeEndpoint
  readonly time: number
}

/** An exchange client that remembers what was injected. */
export interface InMemoryExchange extends ExchangeClient {
  readonly injections: readonly Injection[]
}

/** Where the tests inject. */
export const ingest: ExchangeEndpoint = { kind: 'inject', operator: 'LedgerIngest', url: 'memory:ingest' }

/** Answers every injection with what `answer` gives; without it, takes everything at once. */
export function createInMemoryExchange(options: {
  readonly clock: Clock
  readonly answer?: (injection: Injection, signal: AbortSignal | undefined) => InjectOutcome | Promise<InjectOutcome>
}): InMemoryExchange {
  const { clock, answer = acceptAll } = options
  const injections: Injection[] = []
  return {
    url: 'memory:',
    injections,
    inject: async (endpoint, items, wait) => {
      // Traffic injects tuples and nothing else.
      const injection = { tuples: items as readonly Tuple[], endpoint, time: clock.now() }
      injections.push(injection)
      return await answer(injection, wait?.signal)
    },
    endpoints: async () => await Promise.resolve([ingest]),
    retrieve: async () => await Promise.resolve([]),
    close: () => undefined,
  }
}

/** Takes everything. */
export function acceptAll({ tuples }: Injection): InjectOutcome {
  return { outcome: 'accepted', added: tuples.length }
}
