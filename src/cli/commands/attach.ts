import type { StatusReport, StreamItem } from "../../protocol/api.ts";
import type { Project } from "../running/find-project.ts";
import { colorOf, styler } from "../render/colors.ts";
import { mostColumns, padColumns } from "../render/columns.ts";
import { nothingIn } from "../render/nothing-in.ts";
import { PrefixedOutput } from "../render/prefixed-output.ts";
import { describePlan } from "../render/plan-text.ts";
import { safeText } from "../render/safe-text.ts";
import { stateText } from "../render/state-text.ts";
import { isNotRunning, type ApiClient } from "../../client/api-client.ts";
import { follow } from "../../client/follow.ts";
import { selects } from "../../model/select-processes.ts";
import { membersOf, tellLeft, type ProgramMember } from "../running/left-running.ts";
import { Presses } from "./presses.ts";
import { lookedInto } from "../running/not-running.ts";
import { untilGone } from "../running/until-gone.ts";

/**
 * Shows the programs' output and what happens to them, until the daemon ends or the user leaves.
 *
 * The owner (the `sup up` that started the daemon) stops everything on Ctrl-C: once, in order; a second Ctrl-C shortens the
 * wait to a second, a third kills at once. Anyone else just leaves. Returns the exit status: 130 after Ctrl-C, so that a
 * shell's `&&` stops, 143 after TERM.
 */
export async function attach(
  project: Project,
  names: readonly string[],
  options: { readonly owner: boolean },
): Promise<number> {
  const { client } = project;
  const paint = styler(process.stdout);
  const leave = new AbortController();
  let ended: number | null = null;
  const presses = new Presses();
  let mute = false;
  let members: readonly ProgramMember[] = [];
  let asked: Promise<unknown> = Promise.resolve();

  const status = await lookedInto(project, client.call("status", {}));
  const width = Math.max(4, mostColumns(status.processes.map((process) => process.namespec)));
  const output = new PrefixedOutput(
    (text) => void (mute || process.stdout.write(safeText(text, process.stdout))),
    (name) => `${paint(colorOf(name), `${padColumns(name, width)} |`)} `,
  );
  const say = (text: string): void => {
    if (mute) return;
    process.stdout.write(safeText(`${paint("dim", `${"sup".padEnd(width)} |`)} ${text}\n`, process.stdout));
  };

  const interrupt = (exitStatus: number): void => {
    ended = exitStatus;
    if (!options.owner) return leave.abort();
    const press = presses.take(performance.now());
    if (press === null) return;
    if (press === 1) {
      say("stopping (press Ctrl-C again to hurry)");
      // Whatever follows comes after it: there is nothing to hurry before.
      asked = membersOf(client)
        .then((found) => (members = found), ignoreGone)
        .then(() => client.call("shutdown", {}))
        .catch(ignoreGone);
    } else {
      say(press === 2 ? "killing what is left in a second" : "killing");
      const seconds = press === 2 ? 1 : 0;
      asked = asked.then(() => client.call("hurry", { seconds })).catch(ignoreGone);
    }
  };
  const handlers: readonly (readonly [NodeJS.Signals, () => void])[] = [
    ["SIGINT", () => interrupt(130)],
    ["SIGTERM", () => interrupt(143)],
    ["SIGHUP", () => interrupt(129)],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  // Nobody reads any more (`sup up | head`). Whatever we would say about it would fail in the same way.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (mute) return;
    mute = true;
    interrupt(code === "EPIPE" ? 141 : 1);
  });

  const needed = options.owner ? neededBy(names, status) : [];
  if (needed.length > 0) say(`also up, because it is needed: ${needed.join(", ")}`);
  if (status.processes.length === 0) process.stderr.write(`sup: ${nothingIn(status, project.sup)}\n`);
  const past = options.owner ? { boot: true } : { lines: 10 };
  const told: Told = { needsRestart: status.config.needsRestart.join(), refused: false };
  let connections = 0;
  try {
    for await (const item of follow(client, { events: true, logs: true, names, ...past }, leave.signal)) {
      if (item.type === "open" && ++connections > 1) say(await describeReturn(client));
      if (item.type === "end" && ended === null)
        say("all is stopped: the daemon was told to end (`sup down`, or a signal)");
      show(item, output, say, paint, project, told);
    }
  } catch (error) {
    ignoreGone(error);
  } finally {
    output.flush();
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
  if (options.owner) {
    await untilGone(status.pid);
    if (!mute) await tellLeft(members);
  }
  if (!options.owner && ended !== null) say(`left; everything keeps running (stop it with: ${project.sup} down)`);
  return ended ?? 0;
}

/** What a fresh daemon started, or is about to, without it having been named. */
function neededBy(names: readonly string[], { processes }: StatusReport): string[] {
  return processes.filter((one) => !selects(names, one) && one.why !== "not started").map((one) => one.namespec);
}

/** Another supervisor process answers than before. */
async function describeReturn(client: ApiClient): Promise<string> {
  // One that falls over again is heard of with its successor.
  const status = await client.call("status", {}).catch(() => null);
  const upgradedFrom = status?.upgradedFrom ?? null;
  return status === null || upgradedFrom === null
    ? "the supervisor process died and was started again; the programs run on"
    : upgradedFrom === status.version
      ? "another supervisor process took over (sup upgrade); the programs run on"
      : `version ${status.version} took over from ${upgradedFrom} (sup upgrade); the programs run on`;
}

/** What need not be said again. */
interface Told {
  needsRestart: string;
  /** The last edit was refused. */
  refused: boolean;
}

function show(
  item: StreamItem,
  output: PrefixedOutput,
  say: (text: string) => void,
  paint: ReturnType<typeof styler>,
  project: Project,
  told: Told,
): void {
  switch (item.type) {
    case "output":
      return output.add(item.namespec, item.stream, Buffer.from(item.data, "base64"));
    case "gap":
      // What stands before the gap is half a line, what comes after it another half.
      output.cut(item.namespec, item.stream);
      return say(`${item.namespec}: ${item.bytes} bytes not shown (this terminal is too slow; the log file has them)`);
    case "state": {
      if (item.to === "EXITED" || item.to === "FATAL" || item.to === "BACKOFF" || item.to === "STOPPED")
        output.flush(item.namespec);
      // That it was started goes without saying, unless there is a reason. It runs soon, or it fails.
      if (item.to === "STARTING" && item.detail === "") return;
      return say(stateText(item, paint));
    }
    case "plan": {
      const wasRefused = told.refused;
      told.refused = !item.report.ok;
      if (!item.report.ok)
        return say(`${paint("red", `the config ${project.config} was not applied:`)}\n${item.report.problems}`);
      const { steps, needsRestart } = item.report;
      const isNews = needsRestart.join() !== told.needsRestart;
      told.needsRestart = needsRestart.join();
      if (steps.length > 0) return say(`config applied:\n${describePlan(item.report, project.sup)}`.trimEnd());
      if (isNews && needsRestart.length > 0)
        return say(`config read:\n${describePlan(item.report, project.sup)}`.trimEnd());
      return wasRefused ? say("the config is in order again, and as it was: nothing has changed") : undefined;
    }
    case "missed":
      if (item.what === "output") say(`output was missed: ${item.reason}`);
      return;
    case "open":
    case "ready":
    case "position":
    case "end":
      return;
  }
}

function ignoreGone(error: unknown): void {
  if (!isNotRunning(error)) process.stderr.write(`sup: ${(error as Error).message}\n`);
}
