import type { Effect } from '../model/testbed.ts'
import { monotonicNowMs } from '../support/monotonic-clock.ts'

/**
 * The system time of a lease: every process of a pair computes it from the same two numbers and the machine's monotonic clock,
 * which they share, so that their stamps can be compared.
 */
export interface LeaseTime {
  /** Tells the events of this lease from late ones of the lease before it. */
  readonly leaseId: number
  /** Monotonic milliseconds at the lease's beginning. */
  readonly originMs: number
  /** System seconds per real second. */
  readonly timeScale: number
}

/** System seconds since the lease began. */
export function leaseSeconds(lease: LeaseTime, nowMs: number = monotonicNowMs()): number {
  return ((nowMs - lease.originMs) * lease.timeScale) / 1000
}

/** Real milliseconds that so many system seconds take. */
export function realMilliseconds(lease: LeaseTime, seconds: number): number {
  return (seconds * 1000) / lease.timeScale
}

/** System seconds that pass in so many real milliseconds. */
export function systemSeconds(lease: LeaseTime, milliseconds: number): number {
  return (milliseconds * lease.timeScale) / 1000
}

/** Something that took hold at an unknown moment between these two. */
export function effectBetween(before: number, after: number): Effect {
  return { time: (before + after) / 2, uncertainty: (after - before) / 2 }
}

/** Unix time in whole seconds as the system lives through it: at the lease's beginning it is the machine's. */
export function leaseUnixSeconds(lease: LeaseTime): number {
  const originUnixMs = Date.now() - (monotonicNowMs() - lease.originMs)
  return Math.floor(originUnixMs / 1000 + leaseSeconds(lease))
}
