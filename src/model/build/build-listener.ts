import type { BuildContext } from "./build-context.ts";
import { buildProcesses } from "./build-program.ts";
import type { EventlistenerConfig } from "../config.ts";
import { EVENT_TYPES } from "../event-types.ts";
import type { GroupSpec } from "../model.ts";
import { didYouMean } from "../text/suggest.ts";

/** A pool of event listeners. As a group it starts before all others, its processes keep the usual priority. */
export function buildListener(
  context: BuildContext,
  name: string,
  listener: EventlistenerConfig,
  environment: Readonly<Record<string, string>>,
  path: readonly string[] = ["eventlisteners", name],
): GroupSpec {
  const section = `eventlistener:${name}`;
  const bufferSize = listener.bufferSize ?? 10;
  if (!Number.isInteger(bufferSize) || bufferSize < 1) {
    context.problem(
      [...path, "bufferSize"],
      `[${section}] section sets invalid buffer_size (${bufferSize})`,
      "1 or more",
    );
  }
  if (listener.redirectStderr === true) {
    const reason = "not allowed because it will interfere with the eventlistener protocol";
    context.problem(
      [...path, "redirectStderr"],
      `[${section}] section sets redirect_stderr=true but this is ${reason}`,
    );
  }
  const events = [...new Set((listener.events ?? []).map((event) => event.toUpperCase()))];
  if (events.length === 0) context.problem([...path, "events"], `[${section}] section requires an "events" line`);
  for (const event of events) {
    if (EVENT_TYPES.some((type) => type === event)) continue;
    const { hint } = didYouMean(event, EVENT_TYPES);
    const index = (listener.events ?? []).findIndex((written) => written.toUpperCase() === event);
    context.problem([...path, "events", index], `Unknown event type ${event} in [${section}] events`, hint);
  }
  const place = { path, section: "eventlistener", name, group: name, environment } as const;
  return {
    name,
    kind: "eventlistener",
    priority: listener.priority ?? -1,
    processes: buildProcesses(context, place, listener),
    listener: { events, bufferSize },
    fcgi: null,
  };
}
