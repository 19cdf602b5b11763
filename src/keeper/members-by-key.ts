import type { Member, ProcessKey } from "../protocol/keeper.ts";
import type { KeptProgram } from "./kept-program.ts";
import { describeMember, findMembers } from "./members.ts";

/** The processes of each program that has any. `left`: only of runs whose first process has ended. */
export function membersByKey(programs: readonly KeptProgram[], left: boolean): Record<ProcessKey, readonly Member[]> {
  const runs = programs.flatMap((program) =>
    program.runsAlive(left).map((run) => ({ key: program.key, ...run.sought })),
  );
  const byKey: Record<ProcessKey, Member[]> = Object.create(null);
  for (const [{ key }, pids] of findMembers(runs)) {
    const members = pids.flatMap((pid) => describeMember(pid) ?? []);
    if (members.length > 0) byKey[key] = [...(byKey[key] ?? []), ...members].toSorted((a, b) => a.pid - b.pid);
  }
  return byKey;
}
