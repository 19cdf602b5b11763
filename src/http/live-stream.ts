import type { ServerResponse } from "node:http";
import { namespec } from "../model/model.ts";
import { selects } from "../model/select-processes.ts";
import type { ConfigControl } from "../supervisor/config-control.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { ItemWriter } from "./item-writer.ts";
import { openPast, sendPieces } from "./past-output.ts";
import { PastThenLive } from "./past-then-live.ts";

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
  const writer = new ItemWriter(response);
  const chosen = (process: ManagedProcess): boolean => selects(query.names, process.spec);
  const followed = new Map<ManagedProcess, readonly (() => void)[]>();
  const stops: (() => void)[] = [];

  const follow = (process: ManagedProcess): void => {
    if (!query.logs || !chosen(process) || followed.has(process)) return;
    followed.set(process, followOutput(supervisor, process, query, writer));
  };

  if (!query.follow) {
    const processes = query.logs ? supervisor.processes().filter(chosen) : [];
    sendPasts(supervisor, processes, query, writer).then(
      () => response.end(),
      (error: unknown) => response.destroy(error as Error),
    );
    return;
  }
  writer.send({ type: "open" });
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
        if (query.events && chosen(process)) writer.send({ type: "ready", namespec: namespec(process.spec) });
      }
      if (query.events && event.type === "state" && chosen(process)) {
        const { life } = process;
        const detail =
          life.state === "FATAL" || life.state === "BACKOFF" || life.state === "EXITED" ? supervisor.why(process) : "";
        writer.send({
          type: "state",
          namespec: namespec(process.spec),
          from: event.event.from,
          to: stateOf(event.event.name),
          detail,
        });
      }
    }),
  );
  if (query.events) stops.push(config.onChange((report) => writer.send({ type: "plan", report })));
  response.once("close", () => {
    for (const stop of stops) stop();
    for (const stop of [...followed.values()].flat()) stop();
  });
}

function followOutput(
  supervisor: Supervisor,
  process: ManagedProcess,
  query: StreamQuery,
  writer: ItemWriter,
): readonly (() => void)[] {
  return STREAMS.map((stream) => {
    const output = new PastThenLive(writer, namespec(process.spec), stream);
    return supervisor.output.follow(
      process.key,
      stream,
      (item) => output.live(item),
      (size, file) => output.begin(openPast(supervisor, process, stream, query.from, { size, file })),
    );
  });
}

/** One stream after the other, so that a process's lines stay together, and only one log's files are open at a time. */
async function sendPasts(
  supervisor: Supervisor,
  processes: readonly ManagedProcess[],
  query: StreamQuery,
  writer: ItemWriter,
): Promise<void> {
  for (const process of processes) {
    for (const stream of STREAMS) {
      if (writer.closed) return;
      const past = openPast(supervisor, process, stream, query.from);
      if (past !== null) await sendPieces(past, writer, namespec(process.spec), stream);
    }
  }
}

const STREAMS = ["stdout", "stderr"] as const;

function stateOf(event: string): ManagedProcess["life"]["state"] {
  return event.slice("PROCESS_STATE_".length) as ManagedProcess["life"]["state"];
}
