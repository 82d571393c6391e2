import type { Traffic } from '../data/traffic.ts'
import { datacenterNames } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import type { LoadAction } from '../model/step.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'

/** Traffic into one DC at a time, and what it was asked to be. */
export interface RunningTraffic {
  readonly spec: TrafficSpec
  readonly traffic: Traffic
}

/**
 * Changes the rate of all traffic into some DCs; where several generators mix, each keeps its share.
 * @throws TestbedError when there is no traffic to change
 */
export function changeLoad(
  running: readonly RunningTraffic[],
  change: { readonly [Field in Exclude<keyof LoadAction, 'kind'>]?: LoadAction[Field] | undefined },
  recorder: TimelineRecorder,
): void {
  const { rate, factor, into = datacenterNames } = change
  const changed = running.filter(({ traffic }) => into.includes(traffic.into))
  if (changed.length === 0) {
    throw new TestbedError(`load: Expected traffic into ${into.join(' or ')}, whose rate could change, got none.`)
  }
  for (const dc of new Set(changed.map(({ traffic }) => traffic.into))) {
    const ofDatacenter = changed.filter(({ traffic }) => traffic.into === dc)
    const before = ofDatacenter.reduce((sum, { spec }) => sum + spec.rate, 0)
    const by = factor ?? (rate ?? before) / before
    for (const { spec, traffic } of ofDatacenter) {
      // A factor leaves a ramp, a burst or a recording its form; a rate takes its place.
      if (factor === undefined) traffic.setRate(spec.rate * by)
      else traffic.setFactor(by)
    }
    recorder.note('load_changed', { dc, detail: { rateTuplesPerSecond: before * by } })
  }
}
