import type { KeptProgram } from "./kept-program.ts";
import type { ProgramHost } from "./program-host.ts";

/** Removes the names of spare FIFOs, and control groups that nobody is in. */
export function dropNames({ pool, cgroups }: ProgramHost, programs: Iterable<KeptProgram>): void {
  for (const program of programs) program.dropSpare();
  pool.close();
  cgroups?.close();
}

/** @throws Error if any of them runs. */
export function refuseToLeave(living: readonly KeptProgram[]): void {
  if (living.length === 0) return;
  throw new Error(`${living.length} programs are running, such as ${living[0]?.key}: stop them first, or use force`);
}
