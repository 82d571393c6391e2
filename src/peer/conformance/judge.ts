import type { JobMessage, JobObservation, StatusSample } from './job-watch.ts'
import type { ProbeEvidence } from './profile.ts'

/**
 * What the probes' observations say, as pure functions. The peer's messages come half-way between two ticks of the job, so that a
 * tick more or less is half an interval away from being mistaken. What stands under `wire` follows from the messages alone:
 * a tick shows as a heartbeat, UP as a snapshot signal at a tick that is due for one, and DOWN as silence, but with quirk Q4 only.
 */

/** The job's figures that decide: A, I and the number of ticks after which a signal is due at the latest. */
export interface JobFigures {
  readonly missesAllowed: number
  readonly intervalSeconds: number
  /** n of toolkit reference §5.1; null when the settings give no signals. */
  readonly signalTicks: number | null
}

const isUp = ({ submitted }: StatusSample): boolean => submitted % 2 === 1

/** (iii) The ticks between two signals: n − 1 with Q2, n as documented (toolkit reference §5.1). */
export function judgeQ2(seen: JobObservation, { signalTicks }: JobFigures): ProbeEvidence {
  const about = { probe: 'iii', quirk: 'Q2' } as const
  if (signalTicks === null) return untold(about, 'The settings give no snapshot signals.')
  if (signalTicks === 1) return untold(about, 'Signals are due at every tick, with the quirk and without.')
  const distances = ticksBetweenSignals(seen)
  const list = distances.join(', ')
  const [first] = distances
  if (first === undefined) {
    return blind(about, `${seen.signals.length} snapshot signals seen, two are needed.`)
  }
  const text = `${list} ticks between snapshot signals; ${signalTicks - 1} with the quirk, ${signalTicks} without.`
  if (distances.some((distance) => distance !== first)) return other(about, text)
  if (first === signalTicks - 1) return told(about, { has: true, basis: 'wire', text })
  if (first === signalTicks) return told(about, { has: false, basis: 'wire', text })
  return other(about, text)
}

/** How many ticks lie between each signal and the next. A signal belongs to the first heartbeat behind it. */
export function ticksBetweenSignals({ heartbeats, signals }: JobObservation): readonly number[] {
  const ticks = signals
    .map(({ count }) => heartbeats.findIndex((heartbeat) => heartbeat.count >= count))
    .filter((tick) => tick >= 0)
  return ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? tick))
}

/** (ii) Whether heartbeats end with the DOWN, which by the settings has come at the end of (A+1)·I. */
export function judgeQ4(seen: JobObservation, { silentSince, figures }: Silence): ProbeEvidence {
  const about = { probe: 'ii', quirk: 'Q4' } as const
  const { missesAllowed, intervalSeconds } = figures
  if (missesAllowed >= 255) return untold(about, 'With 255 misses allowed the job may never declare DOWN.')
  const isDown = seen.statuses.some((sample) => sample.time > silentSince && !isUp(sample))
  if (seen.statuses.length > 0 && !isDown) {
    return blind(about, 'The job did not declare DOWN, by its metrics.')
  }
  const downSince = silentSince + (missesAllowed + 1) * intervalSeconds
  const late = seen.heartbeats.filter(({ time }) => time > downSince).length
  const text = `${late} heartbeats came in the ${ticksWatchedAfterDown} ticks after DOWN.`
  if (late === 0) return told(about, { has: true, basis: 'wire', text })
  return late === 1 ? other(about, text) : told(about, { has: false, basis: 'wire', text })
}

/** Ticks for which the job is watched after it must be DOWN. */
export const ticksWatchedAfterDown = 3

/** From the peer's last message on, which came half-way between two ticks. */
export interface Silence {
  readonly silentSince: number
  readonly figures: JobFigures
}

/** (i) The tick of DOWN: A + 1 with Q1, A as documented, of which there must be one. */
export function judgeQ1(seen: JobObservation, silence: Silence & { readonly hasQ4: boolean | null }): ProbeEvidence {
  const about = { probe: 'i', quirk: 'Q1' } as const
  const { missesAllowed: misses } = silence.figures
  if (misses === 0)
    return untold(about, 'With 0 misses allowed DOWN comes at the next tick, with the quirk and without.')
  if (misses >= 255) return untold(about, 'With 255 misses allowed the job may never declare DOWN.')
  if (seen.statuses.length > 0) return judgeQ1ByStatus(seen, silence)
  if (silence.hasQ4 !== true) {
    return untold(about, 'A job that goes on sending does not show over the wire when it declares DOWN.')
  }
  const sent = seen.heartbeats.filter(({ time }) => time > silence.silentSince).length
  const text = `${sent} heartbeats came after the peer's last one, ${misses} misses are allowed.`
  // The order of a tick's two receivers is open (toolkit reference §4.1), so the tick of DOWN may bring a heartbeat or none.
  if (sent === misses + 1) return told(about, { has: true, basis: 'wire', text })
  if (sent === misses - 1) return told(about, { has: false, basis: 'wire', text })
  const either = `${text} That may be DOWN at tick ${misses} with a heartbeat, or at tick ${misses + 1} without.`
  return sent === misses ? untold(about, either) : other(about, text)
}

function judgeQ1ByStatus(seen: JobObservation, { silentSince, figures }: Silence): ProbeEvidence {
  const about = { probe: 'i', quirk: 'Q1' } as const
  const { missesAllowed: misses, intervalSeconds } = figures
  const downAt = seen.statuses.findIndex((sample) => sample.time > silentSince && !isUp(sample))
  const [before, down] = [seen.statuses[downAt - 1], seen.statuses[downAt]]
  if (before === undefined || down === undefined) return blind(about, 'The job did not declare DOWN, by its metrics.')
  const seconds = (before.time + down.time) / 2 - silentSince
  const tick = Math.ceil(seconds / intervalSeconds)
  const text = `DOWN came ${seconds.toFixed(1)} s after the last heartbeat, at tick ${tick}; ${misses} misses are allowed.`
  if (tick === misses + 1) return told(about, { has: true, basis: 'rest', text })
  return tick === misses ? told(about, { has: false, basis: 'rest', text }) : other(about, text)
}

/** What came of one or more messages that the peer sent at a turning point. */
export interface Aftermath {
  /** When the (first) message was sent. */
  readonly since: number
  readonly figures: JobFigures
  readonly hasQ4: boolean | null
  /** Whether a snapshot signal was due in the time watched if the job held the peer for UP. */
  readonly isSignalDue: boolean
  /** Statuses of the answers to the peer's messages, or what went wrong. */
  readonly answers: string
}

/** (iv) Whether a type 3 is DOWN by itself. */
export function judgeQ3(seen: JobObservation, after: Aftermath): ProbeEvidence {
  const about = { probe: 'iv', quirk: 'Q3' } as const
  const { since, figures, hasQ4, answers } = after
  const statuses = seen.statuses.filter(({ time }) => time > since)
  if (seen.statuses.length > 0) {
    // By misses alone DOWN comes half an interval after the message at the earliest.
    const prompt = statuses.filter(({ time }) => time <= since + figures.intervalSeconds / 4)
    if (prompt.length === 0) return blind(about, 'The metrics were not read in time.')
    const isDown = prompt.some((sample) => !isUp(sample))
    const text = `${isDown ? 'DOWN came with the orderly shutdown' : 'The orderly shutdown changed no status'} (${answers}).`
    return told(about, { has: !isDown, basis: 'rest', text })
  }
  const ticks = seen.heartbeats.filter(({ time }) => time > since).length
  if (hasQ4 === true) {
    const text = `${ticks} heartbeats came after the orderly shutdown (${answers}).`
    if (figures.missesAllowed < 2) return untold(about, `${text} With fewer than 2 misses allowed that says nothing.`)
    if (ticks === 0) return told(about, { has: false, basis: 'wire', text })
    return ticks === 1 ? untold(about, text) : told(about, { has: true, basis: 'wire', text })
  }
  if (hasQ4 === null || !after.isSignalDue || figures.missesAllowed < 2) {
    return untold(about, 'Over the wire, only a snapshot signal that is due would show the status here.')
  }
  if (ticks === 0) return blind(about, `No tick was seen after the orderly shutdown (${answers}).`)
  const isSignalled = hasSignal(seen.signals, since)
  const text = `The signal due after the orderly shutdown (${answers}) ${isSignalled ? 'came' : 'did not come'}.`
  return told(about, { has: isSignalled, basis: 'wire', text })
}

/** (v) Whether a body that is no message counts as a heartbeat. */
export function judgeQ6(seen: JobObservation, after: Aftermath): ProbeEvidence {
  const about = { probe: 'v', quirk: 'Q6' } as const
  const { since, hasQ4, answers } = after
  const before = seen.heartbeats.findLast(({ time }) => time <= since)
  const behind = seen.heartbeats.filter(({ time }) => time > since)
  if (before !== undefined && behind.some(({ count }) => count < before.count)) {
    return untold(about, `The job's counter began anew after the empty body (${answers}): its PE was restarted.`)
  }
  if (seen.statuses.length > 0) {
    const statuses = seen.statuses.filter(({ time }) => time > since)
    if (statuses.length === 0) return blind(about, 'The metrics were not read in time.')
    const has = statuses.some(isUp)
    const text = `An empty body (${answers}) ${has ? 'counted as a heartbeat' : 'changed no status'}.`
    return told(about, { has, basis: 'rest', text })
  }
  if (hasQ4 === true) {
    const has = behind.length > 0
    const text = `After an empty body (${answers}) the silent job ${has ? 'sent heartbeats again' : 'stayed silent'}.`
    return told(about, { has, basis: 'wire', text })
  }
  if (hasQ4 === null || !after.isSignalDue) {
    return untold(about, 'Over the wire, only snapshot signals that are due would show the status here.')
  }
  const has = hasSignal(seen.signals, since)
  const text = `While empty bodies came (${answers}), ${has ? 'a snapshot signal came' : 'no snapshot signal came'}.`
  return told(about, { has, basis: 'wire', text })
}

/** The typical time between two heartbeats; null for fewer than three of them. */
export function medianIntervalSeconds(heartbeats: readonly JobMessage[]): number | null {
  const gaps = heartbeats.slice(1).map(({ time }, index) => time - (heartbeats[index]?.time ?? time))
  return gaps.length < 2 ? null : (gaps.toSorted((left, right) => left - right)[Math.floor(gaps.length / 2)] ?? null)
}

function hasSignal(signals: readonly JobMessage[], since: number): boolean {
  return signals.some(({ time }) => time > since)
}

type About = Pick<ProbeEvidence, 'probe' | 'quirk'>

function told(about: About, finding: Pick<ProbeEvidence, 'has' | 'basis' | 'text'>): ProbeEvidence {
  return { ...about, ...finding, sawEnough: true }
}

/** It cannot be told from outside in this case. */
function untold(about: About, text: string): ProbeEvidence {
  return { ...about, has: null, basis: 'none', sawEnough: true, text }
}

/** What was seen fits neither. */
function other(about: About, text: string): ProbeEvidence {
  return untold(about, `${text} That fits neither.`)
}

/** What the probe needs to see never came. */
export function blind(about: About, text: string): ProbeEvidence {
  return { ...about, has: null, basis: 'none', sawEnough: false, text }
}
