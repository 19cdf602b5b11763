import type { ActionResult, ApiCalls } from "../../protocol/api.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../find-daemon.ts";
import { answered } from "../not-running.ts";
import { tellWaiting } from "../tell-waiting.ts";

const DONE = { start: "started", stop: "stopped", restart: "restarted", signal: "signalled" } as const;

export interface ControlOptions {
  readonly json: boolean;
  readonly wait: boolean;
  /** For `signal`. */
  readonly signal?: string;
  /** For `start`: without what the programs depend on. */
  readonly noDeps?: boolean;
}

/**
 * `sup start|stop|restart|signal NAME...`: one line a process; 1 if any of them could not be done. Of `all` and of groups those
 * are meant that run: another one is named, and no failure.
 */
export async function control(
  project: Project,
  action: "start" | "stop" | "restart" | "signal",
  names: readonly string[],
  options: ControlOptions,
): Promise<number> {
  if (names.length === 0)
    throw new CliError(`${action} needs the name of a program, a group (\`name:*\`) or \`all\``, { status: 2 });
  const isStart = action === "start" || action === "restart";
  const results = await answered(
    project,
    send(project, action, names, options),
    isStart ? (over) => tellWaiting(project, names, over) : undefined,
  );
  if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else
    for (const result of results)
      process.stdout.write(`${result.namespec}: ${result.ok ? DONE[action] : result.error}\n`);
  return results.every((result) => result.ok || isMeantIfRunning(names, result)) ? 0 : 1;
}

function send(
  project: Project,
  action: "start" | "stop" | "restart" | "signal",
  names: readonly string[],
  options: ControlOptions,
): Promise<readonly ActionResult[]> {
  if (action === "signal") return project.client.call("signal", { names, signal: options.signal ?? "" });
  const args: ApiCalls["stop"]["arguments"] = { names, wait: options.wait };
  if (action !== "start") return project.client.call(action, args);
  return project.client.call("start", { ...args, noDeps: options.noDeps === true });
}

/** There is nothing to stop or to signal, and nobody asked for this one by its own name. */
function isMeantIfRunning(names: readonly string[], { error, name, group, namespec }: ActionResult): boolean {
  if (error !== "not running" || names.includes(name) || names.includes(namespec)) return false;
  return ["all", `${group}:*`, `${group}:`].some((whole) => names.includes(whole));
}
