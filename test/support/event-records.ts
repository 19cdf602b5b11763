import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { programs } from "./project.ts";
import { eventually, type Side } from "./supervisord-pair.ts";

/** One event as test/programs/event_listener.py noted it. */
export interface NotedEvent {
  /** Of the listener that got it. */
  readonly listener: number;
  readonly header: string;
  readonly payload: string;
  readonly name: string;
  readonly serial: number;
  readonly poolserial: number;
}

/** The command line of the listener of the tests. */
export function listenerCommand(record: string, ...how: readonly string[]): string {
  return ["/usr/bin/python3", join(programs, "event_listener.py"), record, ...how].join(" ");
}

/** What a listener has noted so far. */
export function noted(side: Side, record: string): NotedEvent[] {
  return notes(side.read(record));
}

/** The same of a text. */
export function notes(text: string): NotedEvent[] {
  return text
    .split("\0")
    .slice(0, -1)
    .map((note) => {
      const [, pid = "", header = "", payload = ""] = /^(\d+) ([^\n]*)\n([^]*)$/.exec(note) ?? [];
      const field = (key: string): string => new RegExp(`(?:^| )${key}:(\\S+)`).exec(header)?.[1] ?? "";
      return {
        listener: Number(pid),
        header,
        payload,
        name: field("eventname"),
        serial: Number(field("serial")),
        poolserial: Number(field("poolserial")),
      };
    });
}

/** Waits until a listener has noted an event that matches `pattern`: its header, a newline, its payload. */
export async function untilNoted(side: Side, record: string, pattern: RegExp): Promise<NotedEvent> {
  const find = (): NotedEvent | undefined =>
    noted(side, record).find((event) => pattern.test(`${event.header}\n${event.payload}`));
  const why = (): string => `${side.program}: no ${pattern} in ${record}:\n${side.read(record)}\n${side.log}`;
  await eventually(() => find() !== undefined, why);
  const found = find();
  if (found === undefined) throw new Error("unreachable");
  return found;
}

/** Calls an XML-RPC method the way Python clients do. */
export function call(side: Side, method: string, ...parameters: readonly string[]): Promise<string> {
  return callAt(side.path("s.sock"), method, ...parameters);
}

/** The same at a socket. */
export async function callAt(socket: string, method: string, ...parameters: readonly string[]): Promise<string> {
  const args = [join(programs, "call_supervisor.py"), socket, method, ...parameters];
  const { stdout } = await promisify(execFile)("/usr/bin/python3", args, {
    env: { ...process.env, PYTHONIOENCODING: "utf-8", LC_ALL: "C.UTF-8" },
  });
  return stdout.trim();
}
