import type { ActionResult, ApiCalls } from "../../protocol/api.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { answered } from "../running/not-running.ts";
import { startHint, type Configured } from "../running/start-hint.ts";
import { tellWaiting } from "../running/tell-waiting.ts";

const DONE = { start: "started", stop: "stopped", restart: "restarted", signal: "signalled" } as const;

export interface ControlOptions {
  readonly json: boolean;
  readonly wait: boolean;
  /** For `signal`. */
  readonly signal?: string;
  /** For `start` and `restart`: without what the programs depend on. */
  readonly noDeps?: boolean;
  /** Asked if there is no daemon to ask. */
  readonly configured: Configured;
}

/**
 * `sup start|stop|restart|signal NAME...`: one line a process; 1 if any of them could not be done. Of `all`, of groups and of
 * a program's copies those are meant that run: another one is named, and no failure.
 */
export async function control(
  project: Project,
  action: "start" | "stop" | "restart" | "signal",
  names: readonly string[],
  options: ControlOptions,
): Promise<number> {
  if (names.length === 0)
    throw new CliError(`${action} needs the name of a program, process or group, or \`all\``, { status: 2 });
  const isStart = action === "start" || action === "restart";
  const results = await answered(
    project,
    send(project, action, names, options),
    (over) => tellWaiting(project, names, over),
    // Whoever wanted it stopped or signalled has nothing to start for it.
    async () => (isStart ? await startHint(project, names, options.configured) : null),
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
  if (action === "stop") return project.client.call("stop", args);
  return project.client.call(action, options.noDeps === true ? { ...args, noDeps: true } : args);
}

/** There is nothing to stop or to signal, and nobody asked for this one by its own name. */
function isMeantIfRunning(names: readonly string[], result: ActionResult): boolean {
  return result.error === "not running" && !names.includes(result.name) && !names.includes(result.namespec);
}
