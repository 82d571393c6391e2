import type { Timeline } from '../model/timeline.ts'

/**
 * A derivation that is made once for each timeline: many checks rest on the same few, and a long run's are not cheap. Timelines
 * never change; what was derived goes with them.
 */
export function perTimeline<T>(derive: (timeline: Timeline) => T): (timeline: Timeline) => T {
  const known = new WeakMap<Timeline, { readonly value: T }>()
  return (timeline) => {
    const found = known.get(timeline)
    if (found !== undefined) return found.value
    const value = derive(timeline)
    known.set(timeline, { value })
    return value
  }
}
