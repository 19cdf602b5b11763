import type { Life } from "./life.ts";
import { pidOf } from "./life.ts";

/** What a description needs beyond the life: times for people, which the pure floors cannot know. */
export interface DescriptionFacts {
  /** Wall clock seconds; `start` is the last spawn, 0 if never. */
  readonly now: number;
  readonly start: number;
  /** Local time of the last death as `%b %d %I:%M %p`: `Nov 20 05:01 PM`. */
  readonly stopText: string;
}

/** Supervisor's `description`: the last column of `status`. People's scripts split it at `, `, so commas are contract. */
export function describeProcess(spec: { readonly name: string }, life: Life, facts: DescriptionFacts): string {
  switch (life.state) {
    case "RUNNING":
      return `pid ${pidOf(life)}, uptime ${uptimeText(facts.now - facts.start)}`;
    case "FATAL":
    case "BACKOFF":
      return life.spawnerr === "" ? `unknown error (try "tail ${spec.name}")` : life.spawnerr;
    case "STOPPED":
    case "EXITED":
      return facts.start === 0 ? "Not started" : facts.stopText;
    case "STARTING":
    case "STOPPING":
    case "UNKNOWN":
      return "";
  }
}

/** `0:05:41`, `13:02:09`, `1 day, 0:00:00`, `12 days, 3:04:05`; what is negative counts as nothing. */
export function uptimeText(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const days = Math.floor(total / 86_400);
  const clock = `${Math.floor((total % 86_400) / 3600)}:${twoDigits(Math.floor((total % 3600) / 60))}:${twoDigits(total % 60)}`;
  if (days === 0) return clock;
  return `${days} ${days === 1 ? "day" : "days"}, ${clock}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
