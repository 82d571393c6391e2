import type { WaitOptions } from './clock.ts'
import type { JsonObject } from './json.ts'

/** One port of an endpoint operator, found through the job's generated OpenAPI document (data-exchange reference §3). */
export interface ExchangeEndpoint {
  readonly kind: 'inject' | 'inspect'
  readonly operator: string
  readonly url: string
}

/**
 * What became of an injection. `added` counts the leading items that the service took. `unknown`: the request went out and no
 * answer came back, so any number of the items may have been taken. An injection is never repeated by the client.
 */
export type InjectOutcome =
  | { readonly outcome: 'accepted'; readonly added: number }
  /** 413: the operator's buffer is full; the rest may be sent again later. */
  | { readonly outcome: 'partial'; readonly added: number }
  | { readonly outcome: 'rejected'; readonly added: 0; readonly status: number | undefined; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string }

/** One instance's Data Exchange service. Methods other than `inject` throw RequestError. */
export interface ExchangeClient {
  /** Top-level URL of the data service. */
  readonly url: string
  /** The endpoints of a job. */
  endpoints(jobId: string, options?: WaitOptions): Promise<readonly ExchangeEndpoint[]>
  inject(endpoint: ExchangeEndpoint, items: readonly object[], options?: WaitOptions): Promise<InjectOutcome>
  /** The buffered tuples, oldest first. With consuming reads (ours always) each is returned once. */
  retrieve(endpoint: ExchangeEndpoint, options?: WaitOptions): Promise<readonly JsonObject[]>
  /**
   * Calls back with what the sink gets, as soon as it gets it; each item once, here or by `retrieve`. Returns what ends it. Only
   * where the testbed can tell: elsewhere sinks are read now and then. @default it cannot
   */
  follow?(endpoint: ExchangeEndpoint, onItems: (items: readonly JsonObject[]) => void): () => void
  close(): void
}
