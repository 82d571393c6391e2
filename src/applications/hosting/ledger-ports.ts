import type { Application, ApplicationEffect } from '../application.ts'
import { ledgerOperators } from '../../model/ledger.ts'
import type { LedgerCommand, LedgerIngestItem, LedgerOutputItem, LedgerStateItem } from '../../model/ledger.ts'
import { EndpointSink, EndpointSource, sinkBufferSize, sourceBufferSize } from './endpoint-buffers.ts'
import type { SourceOptions } from './endpoint-buffers.ts'
import type { OperatorCounters } from './operator-counters.ts'

/** Lets the application act, by any of its methods. */
type Apply = (act: (application: Application) => readonly ApplicationEffect[]) => void

interface LedgerPortsOptions extends Pick<SourceOptions, 'defer'> {
  readonly apply: Apply
}

/** The Data Exchange operators of the ledger application: what comes in goes to the application, what it puts out waits here. */
export class LedgerPorts {
  readonly #sources: ReadonlyMap<string, EndpointSource>
  #output = new EndpointSink(sinkBufferSize)
  #state = new EndpointSink(sinkBufferSize)

  constructor({ apply, defer }: LedgerPortsOptions) {
    // The items were checked against the endpoints' attributes on their way in (items.ts).
    /* eslint-disable typescript/no-unsafe-type-assertion */
    const ingest = (items: readonly object[]): void => {
      apply((application) => application.ingest(items as readonly LedgerIngestItem[]))
    }
    const control = (items: readonly object[]): void => {
      for (const command of (items as readonly LedgerCommand[]).filter(isCommand)) {
        apply((application) => application.command(command))
      }
    }
    /* eslint-enable typescript/no-unsafe-type-assertion */
    this.#sources = new Map([
      [ledgerOperators.ingest, new EndpointSource({ bufferSize: sourceBufferSize, defer, onItems: ingest })],
      [ledgerOperators.control, new EndpointSource({ bufferSize: sourceBufferSize, defer, onItems: control })],
    ])
  }

  /** While the application takes no input, what is injected waits here, until there is no more room. */
  hold(isHeld: boolean): void {
    for (const source of this.#sources.values()) source.hold(isHeld)
  }

  inject(operator: string, items: readonly object[]): number {
    return this.#sources.get(operator)?.offer(items) ?? 0
  }

  /** Tuples that came to the application by another way than `inject`. */
  countCarried(tuples: number): void {
    this.#sources.get(ledgerOperators.ingest)?.count(tuples)
  }

  retrieve(operator: string): readonly object[] | undefined {
    if (operator === ledgerOperators.output) return this.#output.take()
    return operator === ledgerOperators.state ? this.#state.take() : undefined
  }

  /**
   * An endpoint operator starts anew with an empty buffer.
   * @returns whether there is such an operator
   */
  restart(operator: string): boolean {
    this.#sources.get(operator)?.restart()
    if (operator === ledgerOperators.output) this.#output = new EndpointSink(sinkBufferSize)
    if (operator === ledgerOperators.state) this.#state = new EndpointSink(sinkBufferSize)
    return Object.values(ledgerOperators).some((name) => name === operator)
  }

  pushOutput(item: LedgerOutputItem): void {
    this.#output.push(item)
  }

  pushState(item: LedgerStateItem): void {
    this.#state.push(item)
  }

  operators(): readonly OperatorCounters[] {
    const sources = [...this.#sources].map(([name, { submitted }]): OperatorCounters => ({
      name,
      operatorKind: 'spl.endpoint::EndpointSource',
      processed: [],
      submitted: [submitted],
    }))
    const sink = (name: string, { processed }: EndpointSink): OperatorCounters => ({
      name,
      operatorKind: 'spl.endpoint::EndpointSink',
      processed: [processed],
      submitted: [],
    })
    return [...sources, sink(ledgerOperators.output, this.#output), sink(ledgerOperators.state, this.#state)]
  }
}

/** Other commands are ignored, as the toolkit ignores special messages that it does not know. */
function isCommand(item: LedgerCommand): boolean {
  return item.command === 'query' || item.command === 'special'
}
