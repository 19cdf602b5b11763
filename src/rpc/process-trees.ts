import { namespec } from "../model/model.ts";
import type { Member, ProgramTree } from "../protocol/api.ts";
import type { Keeper, ProcessKey } from "../protocol/keeper.ts";
import { choose } from "./control.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/** What `keeper` knows of programs' processes; nothing if it is of a version that does not look. */
export async function membersOf(
  keeper: Keeper,
  protocol: number,
  which: "all" | "left",
): Promise<Readonly<Record<ProcessKey, readonly Member[]>>> {
  return protocol < 2 ? {} : await keeper.processes(which).catch(() => ({}));
}

/** The call `processes`. */
export function processTrees(
  supervisor: Supervisor,
  members: Readonly<Record<ProcessKey, readonly Member[]>>,
  names: readonly string[] | undefined,
): ProgramTree[] {
  return choose(supervisor, names).map((process) => ({
    namespec: namespec(process.spec),
    state: process.life.state,
    pid: process.pid,
    members: inTreeOrder(members[process.key] ?? []),
  }));
}

/** Each after its parent, with all that is below it. */
function inTreeOrder(members: readonly Member[]): Member[] {
  const pids = new Set(members.map((one) => one.pid));
  const below = (parent: number): Member[] =>
    members.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return members.filter((one) => !pids.has(one.parent)).flatMap((one) => [one, ...below(one.pid)]);
}
