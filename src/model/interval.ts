/** A run of whole numbers, both ends included. */
export interface Interval {
  readonly from: number
  readonly to: number
}
