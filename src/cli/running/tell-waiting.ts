import { follow } from "../../client/follow.ts";
import { selects } from "../../model/select-processes.ts";
import type { ProcessReport, StreamItem } from "../../protocol/api.ts";
import type { Project } from "./find-daemon.ts";
import { safeText } from "../render/safe-text.ts";

/** Milliseconds between two looks: what changes together is looked at together. */
const PAUSE = 1000;

/**
 * Says on standard error what each chosen process is waited for, as the status has it, whenever that has changed, until `over`
 * aborts. For a start or a stop that takes its time. Each reason is told once.
 *
 * @param names as users give them; empty: all
 */
export async function tellWaiting(project: Project, names: readonly string[], over: AbortSignal): Promise<void> {
  const told = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    timer = null;
    const { processes } = await project.client.call("status", {}, over);
    for (const one of processes.filter((process) => selects(names, process) && isAwaited(process))) {
      // Seconds that pass are no other reason.
      const reason = `${one.namespec}: ${one.why}`.replaceAll(/\d+ s\b/g, "");
      if (over.aborted || told.has(reason)) continue;
      told.add(reason);
      process.stderr.write(safeText(`${one.namespec}: ${one.why}\n`, process.stderr));
    }
  };
  try {
    // Of all programs: it may be another one that is waited for.
    for await (const item of follow(project.client, { events: true }, over)) {
      if (!IS_NEWS.has(item.type)) continue;
      // A supervisor process that dies in between is followed by another one, which says `open`.
      timer ??= setTimeout(() => void look().catch(() => undefined), item.type === "open" ? 0 : PAUSE);
    }
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

const IS_NEWS: ReadonlySet<StreamItem["type"]> = new Set(["open", "missed", "state", "ready", "plan"] as const);

/** On its way to run or to its end, or held back by what it depends on: whoever asked for that gets no answer before. */
function isAwaited({ state, why }: ProcessReport): boolean {
  return state === "STARTING" || state === "STOPPING" || why.startsWith("waiting for ");
}
