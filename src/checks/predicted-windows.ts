import type { DatacenterName } from '../model/datacenter.ts'
import type { PredictedWindow, Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import { defaultBehaviour, type ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { detectionWindow, missesUntilDown, oneWayLoss, orderlyDetectionWindow } from '../toolkit/oracle.ts'
import { faultSpans } from './fault-events.ts'

/** A takeover among those of its run, which can explain each other. */
export interface TakeoverInRun {
  readonly takeover: Takeover
  readonly takeovers: readonly Takeover[]
}

/**
 * When, after the fault, the observer must declare the other down (toolkit reference §4.5), or null when it never does. After a
 * cut of only the observer's own messages it goes on hearing of the other, until that one has declared the observer down and
 * fallen silent (§4.6).
 */
export function predictDetection(timeline: Timeline, { takeover, takeovers }: TakeoverInRun): PredictedWindow | null {
  const window = windowOf(timeline, takeover.observer, takeover.of)
  const cause = faultSpans(timeline).find(({ id }) => id === takeover.fault)
  const { quirks } = behaviourOf(timeline)
  if (cause?.kind === 'orderly_shutdown' && !quirks.Q3) return noticedAtOnce(timeline, takeover.observer)
  if (window === null || cause?.silenced !== takeover.observer) return window
  // Without quirk Q4 the other goes on sending, so the observer never misses anything.
  if (!quirks.Q4) return null
  const first = takeovers.find(({ observer, fault }) => observer === takeover.of && fault === takeover.fault)
  const seen = first?.phases.find(({ name }) => name === 'detection')
  if (seen !== undefined) {
    const silentAfter = seen.endSeconds - seen.startSeconds
    return { minSeconds: window.minSeconds + silentAfter, maxSeconds: window.maxSeconds + silentAfter }
  }
  const { settings } = timeline
  const behaviour = behaviourOf(timeline)
  return oneWayLoss({ deaf: settings[takeover.of], muted: settings[takeover.observer], behaviour }).muted
}

/** Without quirk Q3 the notice of an orderly shutdown counts as DOWN as soon as it arrives. */
function noticedAtOnce(timeline: Timeline, observer: DatacenterName): PredictedWindow | null {
  const window = orderlyDetectionWindow(timeline.settings[observer], behaviourOf(timeline))
  return window === null
    ? null
    : { minSeconds: window.minSeconds, maxSeconds: window.maxSeconds + latencyAllowance(timeline) }
}

/** The window of the whole recovery: detection, and where something was replayed, what that may take. */
export function predictRto(timeline: Timeline, which: TakeoverInRun): PredictedWindow | null {
  const detection = predictDetection(timeline, which)
  if (detection === null || which.takeover.basis === 'detection') return detection
  return { minSeconds: detection.minSeconds, maxSeconds: detection.maxSeconds + latencyAllowance(timeline) }
}

/** How long the observer may take to notice that the other is gone, from both sides' settings; null when it never does. */
export function windowOf(timeline: Timeline, observer: DatacenterName, failed: DatacenterName): PredictedWindow | null {
  const { settings } = timeline
  return detectionWindow({
    observer: settings[observer],
    failed: settings[failed],
    behaviour: behaviourOf(timeline),
  })
}

/** Which toolkit the run's jobs ran. */
export function behaviourOf({ toolkit = defaultBehaviour }: Timeline): ToolkitBehaviour {
  return toolkit
}

/**
 * By how much the window may be missed through late timers: the ticks drift and never catch up (toolkit reference §4.1), and a
 * verdict takes as many ticks as misses, and one more.
 */
export function driftSlack(timeline: Timeline, observer: DatacenterName): number {
  const misses = missesUntilDown(timeline.settings[observer], behaviourOf(timeline))
  return (misses ?? 0) * timeline.resolutionSeconds
}

/**
 * What storing a snapshot, or replaying and putting out, may take: 5 s, or what a quarter of a second of the test's machine
 * comes to when the system runs faster than that.
 */
export function latencyAllowance({ timeScale }: Timeline): number {
  return Math.max(5, 0.25 * timeScale)
}
