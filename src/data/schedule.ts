import { SettingsError } from '../model/errors.ts'

/** When tuples are due: an open schedule that goes by the clock alone, whatever the answers do. Times are of the traffic's clock. */
export interface Schedule {
  /** Tuples a second at a time. */
  rateAt(time: number): number
  /** When each of the tuples was due that came due since the last call, in order, none after `time`. */
  take(time: number): readonly number[]
  /** Whether nothing more will be due after `time`, up to which all was taken. */
  isOverAt(time: number): boolean
  /** From `time` on this rate, evenly. @throws SettingsError */
  setRate(tuplesPerSecond: number, time: number): void
  /** From `time` on so many times what the schedule would have been. @throws SettingsError */
  setFactor(factor: number, time: number): void
}

/** @throws SettingsError for what is no rate or factor */
export function checkRate(what: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new SettingsError(`Expected ${what} from 0 up, got ${value}.`)
}
