import { follow } from "../../client/follow.ts";
import { selects } from "../../model/select-processes.ts";
import type { ProcessReport, StreamItem } from "../../protocol/api.ts";
import type { Project } from "./find-project.ts";
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
    const awaited = processes.filter((process) => selects(names, process) && isAwaited(process));
    if (!over.aborted) process.stderr.write(safeText(waitingText(awaited, told), process.stderr));
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

/**
 * What is new of what is waited for, a line for each process, ten at most and the number of the others; "" if nothing is.
 *
 * @param told what was told before, and is now.
 */
export function waitingText(awaited: readonly Pick<ProcessReport, "namespec" | "why">[], told: Set<string>): string {
  const lines = awaited.flatMap(({ namespec, why }) => {
    // Seconds that pass are no other reason.
    const reason = `${namespec}: ${why}`.replaceAll(/\d+ s\b/g, "");
    if (told.has(reason)) return [];
    told.add(reason);
    return [`${namespec}: ${why}\n`];
  });
  const more = lines.length - MOST_LINES;
  return lines.slice(0, MOST_LINES).join("") + (more > 0 ? `and ${more} more\n` : "");
}

const MOST_LINES = 10;

const IS_NEWS: ReadonlySet<StreamItem["type"]> = new Set(["open", "missed", "state", "ready", "plan"] as const);

/** On its way to run or to its end, or held back by what it depends on: whoever asked for that gets no answer before. */
function isAwaited({ state, why }: ProcessReport): boolean {
  return state === "STARTING" || state === "STOPPING" || why.startsWith("waiting for ");
}
