import type { DatacenterName } from './datacenter.ts'
import type { Interval } from './interval.ts'

/** The parts of a failover, in their order. */
export const phaseNames = [
  'injection',
  'last_output',
  'detection',
  'decision',
  'takeover',
  'first_output',
  'drain',
] as const

export type PhaseName = (typeof phaseNames)[number]

/** A part of a failover. Times are system seconds from t = 0. */
export interface Phase {
  readonly name: PhaseName
  readonly startSeconds: number
  readonly endSeconds: number
  readonly uncertaintySeconds: number
}

/** One DC's taking over of another's work, as far as the timeline shows it. */
export interface Takeover {
  readonly observer: DatacenterName
  readonly of: DatacenterName
  /** The step that provoked it; absent when no fault came before it. */
  readonly fault?: string
  readonly phases: readonly Phase[]
  /** How many parts of the other's state were replayed. */
  readonly partsReplayed: number
  /** From the fault's effect to the end of the last phase; null when no fault came before it, or when the end was not seen. */
  readonly totalSeconds: number | null
  readonly uncertaintySeconds: number
  /**
   * What `totalSeconds` ends with: the first output for the failed DC's keys, or, with nothing to replay, detection.
   * `takeover_done`: replayed, and nothing of it was seen to come out: `totalSeconds` is null, unless the application has no
   * endpoints and nothing could be seen. `job_healthy`: nothing to replay for the job that a passive observer launched.
   */
  readonly basis: 'first_output' | 'takeover_done' | 'detection' | 'job_healthy'
}

/** A window of system seconds that a figure must lie in, from the toolkit's settings alone. */
export interface PredictedWindow {
  readonly minSeconds: number
  readonly maxSeconds: number
}

/** The recovery time of a run (decisions 7). `totalSeconds` is null when no takeover was seen. */
export interface Rto {
  readonly totalSeconds: number | null
  readonly uncertaintySeconds: number
  readonly basis: Takeover['basis'] | null
  readonly phases: readonly Phase[]
  readonly prediction: PredictedWindow | null
}

/** A run of one key's sequence numbers that was lost, and when the DC had accepted its first and last tuple. */
export interface LostInterval extends Interval {
  readonly into: DatacenterName
  readonly key: string
  readonly acceptedFromSeconds: number
  readonly acceptedToSeconds: number
  readonly reason?: LossReason
}

/**
 * How a tuple was lost. `not_replicated`: no snapshot that left the failed DC had it. `not_taken_over`: a stored snapshot had it, and
 * it was not replayed. `stranded`: the failed DC still has it, or had it again after the heal. `never_accepted`: refused, so it is not
 * counted as lost. `late`: accepted after the survivor's state was taken.
 */
export type LossReason = 'never_accepted' | 'not_replicated' | 'not_taken_over' | 'stranded' | 'late' | 'unknown'

/** What a run lost (decisions 4). The upper bounds count tuples whose injection's answer was lost. */
export interface Loss {
  /** Null when the survivor's state was not seen: the loss is then not known. */
  readonly lostTuples: number | null
  readonly lostTuplesUpperBound: number | null
  /** Fault effective − acceptance of the oldest lost tuple; 0 when nothing was lost. */
  readonly seconds: number | null
  readonly secondsUpperBound: number | null
  readonly percent: number | null
  readonly percentUpperBound: number | null
  readonly acceptedTuples: number
  readonly unknownTuples: number
  readonly intervals: readonly LostInterval[]
}

/** The recovery time of a run in which no takeover was seen. */
export const unknownRto: Rto = { totalSeconds: null, uncertaintySeconds: 0, basis: null, phases: [], prediction: null }

/** The loss of a run of which no survivor's state was seen. */
export const unknownLoss: Loss = {
  lostTuples: null,
  lostTuplesUpperBound: null,
  seconds: null,
  secondsUpperBound: null,
  percent: null,
  percentUpperBound: null,
  acceptedTuples: 0,
  unknownTuples: 0,
  intervals: [],
}
