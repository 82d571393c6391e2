import type { AskedCheck, MetricCheck } from '../model/check.ts'
import type { Clock } from '../model/clock.ts'
import type { JsonValue } from '../model/json.ts'
import type { MetricSample, ProbeReading } from '../model/timeline.ts'
import { sourceName } from '../support/metric-source.ts'
import { readMetric } from './metric-reader.ts'
import type { MetricSurroundings } from './metric-reader.ts'

/** Asks something of the system under test; what it says is a value to be compared. */
export type ProbeRead = (signal: AbortSignal) => Promise<JsonValue>

export interface MonitorOptions {
  readonly clock: Clock
  /** System seconds between two looks. */
  readonly intervalSeconds: number
  readonly metrics: readonly Pick<MetricCheck, 'source' | 'name'>[]
  /** By name. */
  readonly probes: ReadonlyMap<string, ProbeRead>
  readonly around: Omit<MetricSurroundings, 'signal'>
}

/** Samples a series at most; beyond that every second one is dropped, and it is looked at half as often. */
const samplesMax = 2000

/** Real time that a probe may take. */
const probeTimeoutMs = 10_000

/** Looks at what can only be looked at, metrics and probes, at a steady pace until it is disposed of. */
export class Monitor implements AsyncDisposable {
  readonly #options: MonitorOptions
  readonly #stop = new AbortController()
  readonly #readings: ProbeReading[] = []
  #samples: MetricSample[] = []
  #intervalSeconds: number
  #looking: Promise<void> | undefined

  constructor(options: MonitorOptions) {
    this.#options = options
    this.#intervalSeconds = options.intervalSeconds
  }

  /** Begins to look. */
  start(): void {
    if (this.#options.metrics.length === 0 || this.#looking !== undefined) return
    this.#looking = this.#look().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) throw error
    })
    // Disposing passes an error on; until then it must not end the process.
    this.#looking.catch(() => undefined)
  }

  /** Reads every metric once. */
  async sampleAll(): Promise<void> {
    const { metrics, around, clock } = this.#options
    const { signal } = this.#stop
    const taken = await Promise.all(
      metrics.map(async ({ source, name }): Promise<MetricSample> => {
        const reading = await readMetric({ source, name }, { ...around, signal })
        return { t: clock.now(), source: sourceName(source), name, ...reading }
      }),
    )
    this.#samples.push(...taken)
    if (this.#samples.length > samplesMax * metrics.length) this.#thinOut()
  }

  /** Asks every probe once. */
  async probeAll(when: ProbeReading['when']): Promise<void> {
    await Promise.all([...this.#options.probes].map(async ([name, read]) => await this.#probe({ name, read, when })))
  }

  samples(): readonly MetricSample[] {
    return [...this.#samples]
  }

  readings(): readonly ProbeReading[] {
    return [...this.#readings]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('The monitor was stopped.', 'AbortError'))
    await this.#looking
  }

  async #look(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stop
    for (;;) {
      await this.sampleAll()
      await clock.sleep(this.#intervalSeconds, { signal, background: true })
    }
  }

  async #probe(asked: {
    readonly name: string
    readonly read: ProbeRead
    readonly when: ProbeReading['when']
  }): Promise<void> {
    const { name, read, when } = asked
    const { clock } = this.#options
    const end = AbortSignal.timeout(probeTimeoutMs)
    const said = async (): Promise<Pick<ProbeReading, 'value' | 'problem'>> => {
      try {
        return { value: await Promise.race([read(AbortSignal.any([end, this.#stop.signal])), rejected(end)]) }
      } catch (error) {
        const problem = end.aborted
          ? `no answer within ${probeTimeoutMs} ms (real time)`
          : String(error instanceof Error ? error.message : error)
        return { value: null, problem }
      }
    }
    const reading = await said()
    this.#readings.push({ t: clock.now(), name, when, ...reading })
  }

  /** Half as many, at twice the distance: a run of any length fits into the report. */
  #thinOut(): void {
    const each = this.#options.metrics.length
    this.#samples = this.#samples.filter((_, index) => Math.floor(index / each) % 2 === 0)
    this.#intervalSeconds *= 2
  }
}

/** The metrics that checks ask for, each once. */
export function askedMetrics(checks: readonly AskedCheck[]): readonly Pick<MetricCheck, 'source' | 'name'>[] {
  const asked = checks.filter((check) => check.kind === 'metric')
  const once = new Map(asked.map(({ source, name }) => [`${sourceName(source)} ${name}`, { source, name }]))
  return [...once.values()]
}

/** The probes that checks ask for, each once. */
export function askedProbes(checks: readonly AskedCheck[]): readonly string[] {
  const names = checks.flatMap((check) => {
    if (check.kind === 'probe') return [check.name]
    return check.kind === 'steady_state' ? check.probes : []
  })
  return [...new Set(names)]
}

async function rejected(signal: AbortSignal): Promise<never> {
  return await new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The probe took too long.')), { once: true })
  })
}
