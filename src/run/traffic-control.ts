import { startTraffic } from '../data/traffic.ts'
import type { Traffic } from '../data/traffic.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import type { ExchangeClient, ExchangeEndpoint } from '../model/exchange-client.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import type { TestbedCapabilities } from '../model/testbed.ts'
import type { DeliveryEvidence } from './delivery-evidence.ts'
import { tooMuchTraffic } from './preflight.ts'
import type { RunClock } from './run-clock.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'

export interface TrafficIntoOptions {
  readonly dc: DatacenterName
  readonly spec: TrafficSpec
  readonly exchange: ExchangeClient
  readonly capabilities: TestbedCapabilities
  readonly clock: RunClock
  readonly evidence: DeliveryEvidence
  readonly recorder: TimelineRecorder
  readonly endpoint: () => ExchangeEndpoint | undefined
  readonly signal: AbortSignal
}

/**
 * Starts a scenario's traffic into one DC.
 * @throws SettingsError when the rate, in real time, is above what the testbed carries.
 */
export function startTrafficInto(options: TrafficIntoOptions): Traffic {
  const { dc, spec, exchange, clock, evidence, recorder, endpoint, signal } = options
  refuseTooMuch(options)
  recorder.note('traffic_started', {
    dc,
    detail: { rateTuplesPerSecond: spec.rate, realTuplesPerSecond: spec.rate * clock.timeScale, keys: spec.keys },
  })
  const traffic = startTraffic({
    generator: evidence.newGenerator(dc, spec),
    exchange,
    endpoint,
    ledger: evidence.deliveries,
    clock,
    rateTuplesPerSecond: spec.rate,
    count: spec.count,
    forSeconds: spec.forSeconds,
    signal,
    onMeasuringFault: ({ message }) => evidence.measuringFault(dc, message),
  })
  const noteEnd = (): void => recorder.note('traffic_stopped', { dc, detail: { ...traffic.stats() } })
  traffic.done.then(noteEnd, noteEnd)
  return traffic
}

function refuseTooMuch({ dc, spec, clock, capabilities }: TrafficIntoOptions): void {
  const limit = capabilities.maxTuplesPerRealSecond
  const { timeScale } = clock
  if (spec.rate * timeScale <= limit) return
  throw new SettingsError(`Traffic into ${dc}: ${tooMuchTraffic({ rate: spec.rate, timeScale, limit })}`)
}
