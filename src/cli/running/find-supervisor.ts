import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { findKeeper } from "../../keeper/runtime-lock.ts";
import type { Project } from "./find-project.ts";

/** Milliseconds that a keeper is given to say who it is: it may be stopped, too. */
const PATIENCE = 1000;

/**
 * The pid of the project's supervisor process, found without asking it: among the children of the keeper. `none` if the keeper
 * has none, `null` where that is not seen, as without `/proc`.
 */
export async function findSupervisor(project: Project): Promise<number | "none" | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), PATIENCE)));
  const keeper = await Promise.race([findKeeper(join(project.places.runtime, "keeper")), late]);
  clearTimeout(timer);
  try {
    const children = readFileSync(`/proc/${keeper}/task/${keeper}/children`, "utf8").trim().split(" ").filter(Boolean);
    const found = children.find((pid) => isSupervisor(readFileSync(`/proc/${pid}/cmdline`, "utf8"), project.config));
    return found === undefined ? "none" : Number(found);
  } catch {
    return null;
  }
}

/** As a keeper starts it; a program of that name has other arguments. */
function isSupervisor(commandLine: string, config: string): boolean {
  const [, script = "", option, file] = commandLine.split("\0");
  return basename(script) === "supervisor.cjs" && option === "--config" && file === config;
}
