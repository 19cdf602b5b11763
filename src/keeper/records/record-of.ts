import type { FifoPaths, ProgramRecord } from "./registry.ts";

/** What is written down of a run: where it is, what it was started as, and how it has ended. */
export function recordOf(
  run: {
    readonly pid: number;
    readonly startTime: string;
    readonly fifos: FifoPaths;
    readonly cgroup: { readonly path: string } | null;
  },
  { key, incarnation, logs, stop }: Pick<ProgramRecord, "key" | "incarnation" | "logs" | "stop">,
  origin: { readonly boot: string; readonly socket: string | null },
  startedAt: number,
  ended: ProgramRecord["ended"],
): ProgramRecord {
  const { pid, startTime, fifos, cgroup } = run;
  const { boot, socket } = origin;
  const shared = { ...(socket === null ? {} : { socket }), ...(cgroup === null ? {} : { cgroup: cgroup.path }) };
  // What most have not comes last: V8 is slow at adding members to what it has spread.
  return { version: 1, boot, pid, startTime, fifos, key, incarnation, startedAt, logs, stop, ended, ...shared };
}
