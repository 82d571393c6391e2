import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { SettingsError, WaitTimeoutError } from '../../model/errors.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { snapshotSchedule } from '../../toolkit/oracle.ts'
import type { FakePeer } from '../fake-peer.ts'
import type { SentRecord } from '../records.ts'
import { JobWatch, type JobObservation, type StatusReader } from './job-watch.ts'
import {
  blind,
  judgeQ1,
  judgeQ2,
  judgeQ3,
  judgeQ4,
  judgeQ6,
  medianIntervalSeconds,
  ticksBetweenSignals,
  ticksWatchedAfterDown,
  type JobFigures,
} from './judge.ts'
import { profileOf, type ConformanceProfile, type ProbeEvidence } from './profile.ts'

/** What the probes need. */
export interface ConformanceOptions {
  /** Beats neither before nor after; only the probes send meanwhile. */
  readonly peer: FakePeer
  /** The job's settings: all deadlines derive from them. */
  readonly settings: CrossDcSettings
  /** nTuplesSubmitted of the job's heartbeat watchdog; without it, only what comes over the wire decides. */
  readonly readStatus?: StatusReader
  /** Called with a sentence when a probe begins. */
  readonly onProgress?: (text: string) => void
  readonly signal?: AbortSignal
}

/** Of the toolkit reference's heartbeats that begin probe (i). */
const heartbeatsFirst = 3
/** Real seconds for a process to be slow in. */
const slackRealSeconds = 2
/** The job's cadence may differ from its settings by this share, before they are taken to be wrong. */
const cadenceTolerance = 0.25
/** Metrics are read so many times in an interval, and not more often than every so many real seconds. */
const readsPerInterval = 20
const readRealSecondsMin = 0.02

/**
 * Runs the five probes of toolkit reference §9 against the job that the peer is the remote of. Its messages come half-way between
 * two ticks of the job, so that latency decides nothing. The job ends DOWN, its stored snapshots of the peer deleted.
 * @throws SettingsError when the settings are not the job's, RequestError, or the signal's reason
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceProfile> {
  const { peer, settings, readStatus } = options
  if (!(settings.heartbeatExchangeInterval >= 1 && settings.heartbeatExchangeInterval <= 86_400)) {
    const got = settings.heartbeatExchangeInterval
    throw new SettingsError(`Expected \`heartbeatExchangeInterval\` to be 1 s to a day for the probes, got ${got}.`)
  }
  const pollSeconds = Math.max(
    settings.heartbeatExchangeInterval / readsPerInterval,
    readRealSecondsMin * peer.clock.timeScale,
  )
  await using watch = new JobWatch({ peer, readStatus, pollSeconds })
  return profileOf(await new Probes(options, watch).run())
}

class Probes {
  readonly #options: ConformanceOptions
  readonly #peer: FakePeer
  readonly #watch: JobWatch
  readonly #figures: JobFigures
  readonly #interval: number
  readonly #slack: number

  constructor(options: ConformanceOptions, watch: JobWatch) {
    const { peer, settings } = options
    this.#options = options
    this.#peer = peer
    this.#watch = watch
    this.#interval = settings.heartbeatExchangeInterval
    this.#slack = this.#interval / 2 + slackRealSeconds * peer.clock.timeScale
    this.#figures = {
      missesAllowed: settings.consecutiveHeartbeatMissesAllowed,
      intervalSeconds: this.#interval,
      signalTicks: snapshotSchedule(settings)?.firstTick ?? null,
    }
  }

  async run(): Promise<readonly ProbeEvidence[]> {
    if (!(await this.#contact())) return nothingSeen()
    const signals = await this.#countSignals()
    const silentSince = await this.#fallSilent()
    const q4 = judgeQ4(this.#seen, { silentSince, figures: this.#figures })
    const q1 = judgeQ1(this.#seen, { silentSince, figures: this.#figures, hasQ4: q4.has })
    const q6 = await this.#sendNothing(q4)
    const q3 = await this.#shutDown(q4)
    return [q1, signals, q3, q4, q6]
  }

  get #seen(): JobObservation {
    return this.#watch.seen
  }

  get #hasReader(): boolean {
    return this.#options.readStatus !== undefined
  }

  /** Ticks from one signal to the next, as seen; null while signals do not show. */
  get #signalPeriod(): number | null {
    return ticksBetweenSignals(this.#seen)[0] ?? null
  }

  /** Whether the job is there: it sends by itself, or when it is contacted. */
  async #contact(): Promise<boolean> {
    this.#say('Waiting for the job.')
    const { crossDCInitDelay } = this.#options.settings
    if (await this.#ticks(1, crossDCInitDelay + this.#interval)) return true
    // One that saw its remote DOWN says nothing until it is contacted (quirk Q4).
    await this.#peer.sendHeartbeat()
    return await this.#ticks(1, crossDCInitDelay + this.#interval)
  }

  /** (iii), with the three heartbeats of (i) among those that keep the job UP. */
  async #countSignals(): Promise<ProbeEvidence> {
    const { signalTicks } = this.#figures
    this.#say('(iii) Counting the ticks between snapshot signals.')
    const first = this.#seen.signals.length
    // The first one is due within n ticks, the second within n more.
    const ticksMax = signalTicks === null ? heartbeatsFirst : Math.max(heartbeatsFirst, 2 * signalTicks + 2)
    for (let beats = 1; beats <= ticksMax; beats += 1) {
      if (!(await this.#beat())) break
      if (beats >= heartbeatsFirst && signalTicks !== null && this.#seen.signals.length >= first + 2) break
    }
    this.#checkCadence()
    return judgeQ2(this.#seen, this.#figures)
  }

  /** (i) and (ii): no heartbeat any more, until the job is DOWN and some ticks behind that. @returns since when */
  async #fallSilent(): Promise<number> {
    this.#say('(i) Timing DOWN, and (ii) listening whether heartbeats end with it.')
    const last = this.#peer.sent().findLast(({ result }) => result.kind === 'answer')
    const silentSince = last?.time ?? this.#peer.clock.now()
    const misses = Math.min(this.#figures.missesAllowed, 254)
    await this.#until(silentSince + (misses + 1 + ticksWatchedAfterDown) * this.#interval)
    return silentSince
  }

  /** (v), while the job is DOWN. */
  async #sendNothing(q4: ProbeEvidence): Promise<ProbeEvidence> {
    this.#say('(v) Posting an empty body.')
    const since = this.#peer.clock.now()
    const period = this.#signalPeriod
    const sent = [await this.#peer.sendRaw({ body: '' })]
    // A silent job answers by a heartbeat, one with metrics by those; any other only by a signal, which must be due for that.
    const needsSignal = !this.#hasReader && q4.has === false && period !== null
    if (needsSignal) {
      // Not all signals are equally far apart: the first after a DOWN is due within a whole round.
      const ticksMax = Math.max(period, this.#figures.signalTicks ?? 0) + 1
      for (let tick = 1; tick <= ticksMax; tick += 1) {
        await this.#until(since + tick * this.#interval)
        sent.push(await this.#peer.sendRaw({ body: '' }))
      }
    } else {
      await this.#until(since + 2 * this.#interval)
    }
    const answers = describeAnswers(sent)
    if (!sent.every(isAnswered)) return blind({ probe: 'v', quirk: 'Q6' }, `The empty body was not taken: ${answers}.`)
    const about = { since, figures: this.#figures, hasQ4: q4.has, isSignalDue: needsSignal, answers }
    return judgeQ6(this.#seen, about)
  }

  /** (iv), with the job UP again. */
  async #shutDown(q4: ProbeEvidence): Promise<ProbeEvidence> {
    this.#say('(iv) Sending an orderly shutdown.')
    const about = { probe: 'iv', quirk: 'Q3' } as const
    await this.#peer.sendHeartbeat()
    const isUp = (await this.#beat()) && (await this.#beat())
    if (!isUp) return blind(about, 'The job sent nothing when it was contacted again.')
    const period = this.#signalPeriod
    const isSignalDue = !this.#hasReader && q4.has === false && period !== null && (await this.#beatUntilDue(period))
    const since = this.#peer.clock.now()
    const sent = await this.#peer.sendOrderlyShutdown()
    if (!isAnswered(sent)) return blind(about, `The orderly shutdown was not taken: ${describeAnswers([sent])}.`)
    await this.#until(since + 2 * this.#interval)
    const answers = describeAnswers([sent])
    return judgeQ3(this.#seen, { since, figures: this.#figures, hasQ4: q4.has, isSignalDue, answers })
  }

  /** Keeps the job UP until a signal is due at its next tick; false when none came to count from. */
  async #beatUntilDue(period: number): Promise<boolean> {
    const before = this.#seen.signals.length
    const ticksMax = Math.max(period, this.#figures.signalTicks ?? 0) + 1
    for (let tick = 1; this.#seen.signals.length === before; tick += 1) {
      if (tick > ticksMax || !(await this.#beat())) return false
    }
    for (let tick = 1; tick < period; tick += 1) if (!(await this.#beat())) return false
    return true
  }

  /** The job's next tick, and half-way to the one behind it a heartbeat. False when no tick came. */
  async #beat(): Promise<boolean> {
    if (!(await this.#ticks(1, this.#interval))) return false
    const tick = this.#seen.heartbeats.at(-1)
    await this.#until((tick?.time ?? this.#peer.clock.now()) + this.#interval / 2)
    return isAnswered(await this.#peer.sendHeartbeat())
  }

  /** So many ticks from now on; false when they did not come in time. */
  async #ticks(count: number, withinSeconds: number): Promise<boolean> {
    const before = this.#seen.heartbeats.length
    return await this.#waitFor(withinSeconds + this.#slack, () => this.#seen.heartbeats.length >= before + count)
  }

  async #until(time: number): Promise<void> {
    await this.#waitFor(Math.max(0, time - this.#peer.clock.now()), () => false)
  }

  async #waitFor(timeoutSeconds: number, isThere: () => boolean): Promise<boolean> {
    try {
      return await waitUntil({
        what: 'the job',
        clock: this.#peer.clock,
        timeoutSeconds,
        signal: this.#options.signal,
        subscribe: (recheck) => this.#watch.subscribe(recheck),
        probe: () => {
          if (this.#watch.failure !== undefined) throw this.#watch.failure
          return isThere() ? true : undefined
        },
      })
    } catch (error) {
      if (error instanceof WaitTimeoutError) return false
      throw error
    }
  }

  /** @throws SettingsError when the job ticks otherwise than its settings say */
  #checkCadence(): void {
    const seconds = medianIntervalSeconds(this.#seen.heartbeats)
    if (seconds === null || Math.abs(seconds / this.#interval - 1) <= cadenceTolerance) return
    throw new SettingsError(
      `Expected the job's heartbeats every ${this.#interval} s, as heartbeatExchangeInterval says, got them every ${seconds.toFixed(1)} s. Give the job's own settings with --crossdc, and its time scale with --time-scale.`,
    )
  }

  #say(text: string): void {
    this.#options.onProgress?.(text)
  }
}

function nothingSeen(): readonly ProbeEvidence[] {
  const text = 'The job sent no heartbeat, neither by itself nor when it was contacted.'
  return [
    blind({ probe: 'i', quirk: 'Q1' }, text),
    blind({ probe: 'iii', quirk: 'Q2' }, text),
    blind({ probe: 'iv', quirk: 'Q3' }, text),
    blind({ probe: 'ii', quirk: 'Q4' }, text),
    blind({ probe: 'v', quirk: 'Q6' }, text),
  ]
}

function isAnswered({ result }: SentRecord): boolean {
  return result.kind === 'answer' && (result.status === 200 || result.status === 204)
}

function describeAnswers(sent: readonly SentRecord[]): string {
  const answers = sent.map(({ result }) => (result.kind === 'answer' ? `answered ${result.status}` : result.text))
  return [...new Set(answers)].join(', ')
}
