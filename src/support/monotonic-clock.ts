/**
 * Milliseconds that only ever grow, on a scale that all processes of one machine share: process.hrtime reads CLOCK_MONOTONIC
 * (libuv, uv_hrtime), which counts from boot, while performance.now() counts from the start of its own process. Two machines'
 * values cannot be compared.
 */
export function monotonicNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
