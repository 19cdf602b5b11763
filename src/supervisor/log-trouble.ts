import type { LogLevel } from "../model/model.ts";
import type { KeeperEvent } from "../protocol/keeper.ts";

/** What the daemon's log says when a program's output can no longer be logged, or can be again, or was too much to be told as events. */
export function logTroubleLine(event: Extract<KeeperEvent, { type: "logTrouble" | "eventsLost" }>): [LogLevel, string] {
  if (event.type === "eventsLost") return ["error", lostEventsText(event)];
  const { key, stream, errno, dropped } = event;
  if (errno === null) return ["warn", `output of ${key} is logged again; ${dropped} bytes of its ${stream} were lost`];
  return ["error", `cannot log the ${stream} of ${key}: ${errno}; its output is being dropped`];
}

function lostEventsText({ key, events, bytes }: Extract<KeeperEvent, { type: "eventsLost" }>): string {
  const what = events === 1 ? "an event" : `${events} events`;
  return `${what} of ${key} (${bytes} bytes that it has written) went lost: too much at a time for listeners to be told of`;
}
