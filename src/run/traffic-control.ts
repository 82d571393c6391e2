import { startCarriedTraffic } from '../data/carried-traffic.ts'
import { RateSchedule } from '../data/rate-schedule.ts'
import { rateProfile } from '../data/rate-profile.ts'
import { startTraffic } from '../data/traffic.ts'
import type { Traffic } from '../data/traffic.ts'
import type { TrafficTarget } from '../data/traffic-lane.ts'
import { peakRate, scheduleOf } from '../data/traffic-schedule.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import type { LoadCarrier } from '../model/load-carrier.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import type { TestbedCapabilities } from '../model/testbed.ts'
import { createRandom } from '../support/random.ts'
import type { DeliveryEvidence } from './delivery-evidence.ts'
import { tooMuchTraffic } from './preflight-traffic.ts'
import { redirectAfterFault } from './redirect.ts'
import type { RunClock } from './run-clock.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'

export interface TrafficIntoOptions {
  readonly dc: DatacenterName
  readonly spec: TrafficSpec
  /** Each DC's ingest endpoint, as it is at the moment. */
  readonly target: (dc: DatacenterName) => TrafficTarget
  readonly capabilities: TestbedCapabilities
  /** Of a testbed that carries even load as runs. @default every tuple is injected */
  readonly carrier?: LoadCarrier | undefined
  readonly clock: RunClock
  readonly evidence: DeliveryEvidence
  readonly recorder: TimelineRecorder
  readonly seed: number
  readonly signal: AbortSignal
}

/**
 * Starts a scenario's traffic into one DC; where the scenario says so, it goes on into the other one after a fault.
 * @throws SettingsError when the rate, in real time, is above what the testbed carries, or the generator's file cannot be read
 */
export async function startTrafficInto(options: TrafficIntoOptions): Promise<Traffic> {
  const { dc, spec, target, clock, evidence, recorder, signal } = options
  refuseTooMuch(options, peakRate(spec))
  const to = target(dc)
  const carrier = isCarried(spec, to) ? options.carrier : undefined
  const traffic = carrier === undefined ? await startInjected(options) : startCarried(options, carrier)
  evidence.addLoad(() => traffic.series())
  const { redirect } = spec
  const endRedirect =
    redirect === undefined
      ? () => undefined
      : redirectAfterFault({ traffic, afterSeconds: redirect.afterSeconds, target, clock, recorder, signal })
  const noteEnd = (): void => {
    endRedirect()
    recorder.note('traffic_stopped', { dc: traffic.into, detail: { ...traffic.stats() } })
  }
  traffic.done.then(noteEnd, noteEnd)
  return traffic
}

/** Whether a carrier can bring it: tuples that come evenly, key after key, and have no content that anybody looks at. */
function isCarried({ generator, skew, arrival }: TrafficSpec, { itemOf }: TrafficTarget): boolean {
  return generator.kind === 'sequence' && skew === undefined && arrival?.kind !== 'poisson' && itemOf === undefined
}

async function startInjected(options: TrafficIntoOptions): Promise<Traffic> {
  const { dc, spec, target, clock, evidence, seed, signal } = options
  const generator = await evidence.newGenerator(dc, spec)
  const { name } = spec
  const random = createRandom(seed).fork(`arrivals ${dc} ${generator.keys[0] ?? name ?? ''}`)
  const startTime = clock.now()
  const schedule = scheduleOf(spec, { startTime, random, times: generator.times })
  // A recording has a rate of its own, which shows only now.
  const rate = generator.times === undefined ? spec.rate : schedule.rateAt(startTime)
  refuseTooMuch(options, rate)
  noteStart(options, rate)
  return startTraffic({
    name,
    generator,
    target: target(dc),
    ledger: evidence.deliveries,
    clock,
    schedule,
    warmupSeconds: spec.warmupSeconds,
    signal,
    onMeasuringFault: ({ dc: where, message, t }) => evidence.measuringFault(where, message, t),
  })
}

function startCarried(options: TrafficIntoOptions, carrier: LoadCarrier): Traffic {
  const { dc, spec, target, clock, evidence, signal } = options
  const { name, rate, arrival, count, forSeconds, warmupSeconds } = spec
  noteStart(options, rate)
  return startCarriedTraffic({
    name,
    keys: evidence.newCarriedKeys(dc, spec),
    target: target(dc),
    carrier,
    ledger: evidence.deliveries,
    clock,
    schedule: new RateSchedule({ startTime: clock.now(), profile: rateProfile(arrival, rate), count, forSeconds }),
    warmupSeconds,
    signal,
    onMeasuringFault: ({ dc: where, message, t }) => evidence.measuringFault(where, message, t),
  })
}

function noteStart({ dc, spec, clock, recorder }: TrafficIntoOptions, rate: number): void {
  const { name, keys } = spec
  recorder.note('traffic_started', {
    dc,
    detail: {
      ...(name === undefined ? {} : { name }),
      rateTuplesPerSecond: rate,
      realTuplesPerSecond: rate * clock.timeScale,
      keys,
    },
  })
}

function refuseTooMuch({ dc, clock, capabilities }: TrafficIntoOptions, rate: number): void {
  const limit = capabilities.maxTuplesPerRealSecond
  const { timeScale } = clock
  if (rate * timeScale <= limit) return
  throw new SettingsError(`Traffic into ${dc}: ${tooMuchTraffic({ rate, timeScale, limit })}`)
}
