import type { LogLevel } from "../model/model.ts";
import type { KeeperEvent } from "../protocol/keeper.ts";

/** What the daemon's log says when a program's output can no longer be logged, or can be again. */
export function logTroubleLine(event: Extract<KeeperEvent, { type: "logTrouble" }>): [LogLevel, string] {
  const { key, stream, errno, dropped } = event;
  if (errno === null) return ["warn", `output of ${key} is logged again; ${dropped} bytes of its ${stream} were lost`];
  return ["error", `cannot log the ${stream} of ${key}: ${errno}; its output is being dropped`];
}
