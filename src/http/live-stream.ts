import type { ServerResponse } from "node:http";
import { lastLines, readLog } from "../logs/read-log.ts";
import { namespec } from "../model/model.ts";
import { selects } from "../model/select-processes.ts";
import type { StreamItem } from "../protocol/api.ts";
import type { ConfigControl } from "../supervisor/config-control.ts";
import { logPath } from "../supervisor/launch.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { OutputItem } from "../supervisor/output-hub.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/** What a stream carries, from the query of `GET /api/v1/stream`. */
export interface StreamQuery {
  readonly names: readonly string[];
  readonly logs: boolean;
  readonly events: boolean;
  readonly follow: boolean;
  /** What of the logs to begin with: the last so many lines, or all since the process was first started by this daemon. */
  readonly from: { readonly lines: number } | "boot";
}

export function parseStreamQuery(query: URLSearchParams): StreamQuery {
  const names = (query.get("names") ?? "").split(",").filter((name) => name !== "");
  const lines = Number(query.get("lines") ?? "0");
  return {
    names,
    logs: query.get("logs") === "1",
    events: query.get("events") === "1",
    follow: query.get("follow") !== "0",
    from: query.get("from") === "boot" ? "boot" : { lines: Number.isInteger(lines) && lines > 0 ? lines : 0 },
  };
}

/** A client that reads slower than this many bytes behind is told of gaps instead of filling our memory. */
const MAX_BUFFERED = 1 << 20;

/**
 * Sends what happens, one JSON object a line, until the client leaves or the daemon ends. Processes that are added while
 * the stream is open join it.
 */
export function sendLiveStream(
  supervisor: Supervisor,
  config: ConfigControl,
  query: StreamQuery,
  response: ServerResponse,
): void {
  response.writeHead(200, {
    "Content-Type": "application/x-ndjson; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  const send = (item: StreamItem): void => void response.write(`${JSON.stringify(item)}\n`);
  const chosen = (process: ManagedProcess): boolean => selects(query.names, process.spec);
  const followed = new Map<ManagedProcess, readonly (() => void)[]>();
  const stops: (() => void)[] = [];

  const follow = (process: ManagedProcess): void => {
    if (!query.logs || !chosen(process) || followed.has(process)) return;
    followed.set(process, followOutput(supervisor, process, query, send, response));
  };

  if (!query.follow) {
    for (const process of supervisor.processes().filter(chosen)) sendPast(supervisor, process, query, send);
    response.end();
    return;
  }
  send({ type: "open" });
  for (const process of supervisor.processes()) follow(process);
  const ready = new Set(supervisor.processes().filter((process) => process.ready));
  stops.push(
    supervisor.bus.subscribe((event) => {
      if (!("process" in event)) return;
      const { process } = event;
      if (process.retired) {
        followed.get(process)?.forEach((stop) => stop());
        followed.delete(process);
        ready.delete(process);
        return;
      }
      follow(process);
      if (!process.ready) ready.delete(process);
      else if (!ready.has(process)) {
        ready.add(process);
        if (query.events && chosen(process)) send({ type: "ready", namespec: namespec(process.spec) });
      }
      if (query.events && event.type === "state" && chosen(process)) {
        const { life } = process;
        const detail =
          life.state === "FATAL" || life.state === "BACKOFF" || life.state === "EXITED" ? supervisor.why(process) : "";
        send({
          type: "state",
          namespec: namespec(process.spec),
          from: event.event.from,
          to: stateOf(event.event.name),
          detail,
        });
      }
    }),
  );
  if (query.events) stops.push(config.onChange((report) => send({ type: "plan", report })));
  response.once("close", () => {
    for (const stop of stops) stop();
    for (const stop of [...followed.values()].flat()) stop();
  });
}

function followOutput(
  supervisor: Supervisor,
  process: ManagedProcess,
  query: StreamQuery,
  send: (item: StreamItem) => void,
  response: ServerResponse,
): readonly (() => void)[] {
  const name = namespec(process.spec);
  return (["stdout", "stderr"] as const).map((stream) => {
    let skipped = 0;
    const listener = (item: OutputItem): void => {
      const bytes = item.type === "gap" ? item.bytes : item.data.length;
      if (item.type === "gap" || response.writableLength > MAX_BUFFERED) {
        skipped += bytes;
        return;
      }
      if (skipped > 0) send({ type: "gap", namespec: name, stream, bytes: skipped });
      skipped = 0;
      send({ type: "output", namespec: name, stream, data: Buffer.from(item.data).toString("base64") });
    };
    return supervisor.output.follow(process.key, stream, listener, (size) => {
      const past = pastOutput(supervisor, process, stream, query, size);
      if (past.length > 0) send({ type: "output", namespec: name, stream, data: past.toString("base64") });
    });
  });
}

function sendPast(
  supervisor: Supervisor,
  process: ManagedProcess,
  query: StreamQuery,
  send: (item: StreamItem) => void,
): void {
  for (const stream of ["stdout", "stderr"] as const) {
    const past = pastOutput(supervisor, process, stream, query);
    if (past.length > 0)
      send({ type: "output", namespec: namespec(process.spec), stream, data: past.toString("base64") });
  }
}

function pastOutput(
  supervisor: Supervisor,
  process: ManagedProcess,
  stream: "stdout" | "stderr",
  query: StreamQuery,
  end?: number,
): Buffer {
  const path = logPath(process.spec, stream, supervisor.context);
  if (path === null) return Buffer.alloc(0);
  if (query.from !== "boot") return query.from.lines === 0 ? Buffer.alloc(0) : lastLines(path, query.from.lines, end);
  const start = process.outputAtBoot(stream);
  if (end !== undefined && end <= start) return Buffer.alloc(0);
  const bytes = readLog(path, start, end === undefined ? 0 : end - start);
  return typeof bytes === "string" ? Buffer.alloc(0) : bytes;
}

function stateOf(event: string): ManagedProcess["life"]["state"] {
  return event.slice("PROCESS_STATE_".length) as ManagedProcess["life"]["state"];
}
