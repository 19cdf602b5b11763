import type { StartResult } from "../protocol/keeper.ts";

/** Supervisor's texts for a spawn that the system refused. */
export function spawnError(name: string, failure: Extract<StartResult, { ok: false }>, socketUrl: string): string {
  const { stage, errno } = failure;
  switch (stage) {
    case "socket":
      return `Could not create FastCGI socket ${socketUrl}: ${failure.reason}`;
    case "refused":
      return `the keeper refused to start '${name}': ${errno}`;
    case "fork":
      if (errno === "EAGAIN") return `Too many processes in process table to spawn '${name}'`;
      return `unknown error during fork for '${name}': ${errno}`;
    case "dispatchers":
      if (errno === "EMFILE") return `too many open files to spawn '${name}'`;
      return `unknown error making dispatchers for '${name}': ${errno}`;
  }
}

export function isShortage(errno: string): boolean {
  return SHORTAGES.has(errno);
}

/** No descriptors, processes, memory or disk left: that passes, and is nothing that the program did. */
const SHORTAGES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "EAGAIN", "ENOMEM", "ENOSPC", "EDQUOT"]);
