import type { FaultPlace } from './coverage.ts'
import type { CoverageMap } from './coverage-map.ts'
import type { JsonObject } from './json.ts'
import type { Loss, Rto, Takeover } from './takeover.ts'
import type { CheckResult, Verdict } from './verdict.ts'

/** run.json, schemaVersion 1 (decisions 17; JSON Schema in schemas/run.schema.json). */
export interface RunFile {
  readonly schemaVersion: 1
  readonly runId: string
  readonly startedAt: string
  readonly endedAt: string
  readonly environment: RunEnvironment
  readonly testbed: string
  readonly timeScale: number
  /** The worst of the scenarios', system seconds; null when no scenario was measured. */
  readonly resolutionSeconds: number | null
  readonly seed: number
  readonly verdict: Verdict
  readonly scenarios: readonly RunReport[]
  /** What the run's scenarios try; absent when none of them says. */
  readonly coverage?: CoverageMap
  /** Scenarios with `fault_phases`: how their figures vary over the fault's places; absent when there are none. */
  readonly phases?: readonly PhaseSpread[]
}

/** What one scenario came to over the places of its fault in the heartbeat cycle. */
export interface PhaseSpread {
  /** Of the scenario, without its places. */
  readonly testId: string
  readonly runs: number
  /** System seconds; null when no run had any. */
  readonly rto: FigureOverPlaces | null
  readonly lostTuples: FigureOverPlaces | null
  /** System seconds. */
  readonly lostSeconds: FigureOverPlaces | null
}

/** A figure over the places of a fault. */
export interface FigureOverPlaces {
  readonly minimum: number
  readonly median: number
  readonly maximum: number
  /** Id of the test at whose place it was greatest; the first of several. */
  readonly worst: string
}

export interface RunEnvironment {
  readonly commit: string | null
  readonly branch: string | null
  /** Name of the CI system, or null. */
  readonly ci: string | null
  /** From FAILOVER_LABELS: `key=value,key=value`. */
  readonly labels: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, string>>
}

/** A run that was tried again. */
export interface Attempt {
  readonly verdict: Verdict
  readonly reason: string
}

/** What one scenario or one spec test gave. */
export interface RunReport {
  readonly testId: string
  readonly title: string
  readonly file: string | null
  readonly line: number | null
  readonly tags: readonly string[]
  readonly verdict: Verdict
  /** One sentence; for anything but a pass it names the first check that decided. */
  readonly reason: string
  readonly mode: string
  readonly timeScale: number
  /** System seconds. */
  readonly resolutionSeconds: number
  readonly seed: number
  readonly takeovers: readonly Takeover[]
  readonly rto: Rto
  readonly loss: Loss
  readonly checks: readonly CheckResult[]
  /** What a reader should know beside the checks, such as "neither side will recover by itself (Q4)". */
  readonly notes: readonly string[]
  /** Runs before this one, which were inconclusive and were tried again. @default none */
  readonly attempts?: readonly Attempt[]
  /** Figures that a spec recorded. */
  readonly figures: JsonObject
  /** Path of the timeline, relative to the results folder; null when there is none. */
  readonly timeline: string | null
  /** Where its faults fall, by the plan; absent for a spec, which has none. */
  readonly coverage?: readonly FaultPlace[]
}
