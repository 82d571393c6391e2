/**
 * What the toolkit's settings promise, from the settings and the toolkit's behaviour alone (toolkit reference §4.5, §5.1, §7).
 * All durations are system seconds, without any slack for latency or tick drift: whoever compares adds that. This file is the
 * oracle's face: scenario, checks and run take nothing else of the toolkit.
 */
export { detectionBudget } from './oracle/budget.ts'
export type { DetectionBudget } from './oracle/budget.ts'
export {
  blipTolerated,
  detectionWindow,
  missesUntilDown,
  oneWayLoss,
  orderlyDetectionWindow,
  silenceWindow,
  steadiness,
} from './oracle/detection.ts'
export type { OneWayLoss, Steadiness } from './oracle/detection.ts'
export { lossBound, lossCases, lossWindow } from './oracle/loss.ts'
export type { LossBound, LossCase } from './oracle/loss.ts'
export {
  connectedWithinSeconds,
  firstUpSeconds,
  recoveryAfterHealSeconds,
  returnTimes,
  rtoWindow,
} from './oracle/recovery.ts'
export type { ReturnTimes } from './oracle/recovery.ts'
export { nextSignalWithinSeconds, signalTicks, snapshotSchedule, snapshotStoreKind } from './oracle/snapshots.ts'
export type { SignalTick, SnapshotSchedule, SnapshotStoreKind } from './oracle/snapshots.ts'
export { whyNeverRecovers, willNotRecover } from './oracle/stuck.ts'
export { tune } from './oracle/tuning.ts'
export type { TunedChoice, Tuning, TuningChoice, TuningGoal } from './oracle/tuning.ts'
export { settingsWarnings } from './oracle/warnings.ts'
export type { SettingsWarning } from './oracle/warnings.ts'
