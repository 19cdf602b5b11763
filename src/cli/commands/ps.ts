import type { Member, ProgramTree } from "../../protocol/api.ts";
import type { Project } from "../running/find-project.ts";
import { safeText } from "../render/safe-text.ts";
import { answered } from "../running/not-running.ts";

/** `sup ps`: the processes of each program as a tree, with what they use. 1 if the daemon cannot say. */
export async function ps(
  project: Project,
  names: readonly string[],
  options: { readonly json: boolean },
): Promise<number> {
  const trees = await answered(project, project.client.call("processes", { names }));
  const text = options.json ? `${JSON.stringify(trees, null, 2)}\n` : treeText(trees);
  process.stdout.write(safeText(text, process.stdout));
  return 0;
}

const HEAD = "    PID   %CPU      RSS  COMMAND\n";

/** For people. Columns first, because a tree has no fixed width. */
function treeText(trees: readonly ProgramTree[]): string {
  return trees.map((tree) => `${tree.namespec}  ${tree.state}\n${membersText(tree)}`).join("");
}

function membersText({ members, pid }: ProgramTree): string {
  if (members.length === 0) return "";
  const depths = new Map<number, number>();
  const lines = members.map((one) => {
    const depth = (depths.get(one.parent) ?? -1) + 1;
    depths.set(one.pid, depth);
    const isStray = depth === 0 && one.pid !== pid;
    return `${columns(one)}  ${"  ".repeat(depth)}${oneLine(one.command)}${isStray ? "  (its parent has ended)" : ""}\n`;
  });
  return HEAD + lines.join("");
}

/** As `ps` has it: processor time by time since the start. */
function columns({ pid, cpuSeconds, age, memory }: Member): string {
  const cpu = age <= 0 ? 0 : Math.min(9999, (cpuSeconds / age) * 100);
  return `${String(pid).padStart(7)} ${cpu.toFixed(1).padStart(6)} ${bytes(memory).padStart(8)}`;
}

function bytes(count: number): string {
  if (count < 1024 * 1024) return `${Math.round(count / 1024)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

/** Arguments may hold anything. */
function oneLine(command: string): string {
  return command.replaceAll(/[\r\n\t]+/g, " ");
}
