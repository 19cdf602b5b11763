/** CLOCK_MONOTONIC in milliseconds: the same clock for every process since the machine booted. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
