import { decodeResponse } from "../../src/protocol/xml-rpc-decode.ts";

/** The daemon that answered, as far as its answers show it. */
export interface Answerer {
  readonly folder: string;
  readonly pid: number;
}

/** HTTP status, and what an answer of status 200 says: `{ value }` or `{ fault, text }`. */
export interface EvenAnswer {
  readonly status: number;
  readonly said: unknown;
}

/** An answer as plain data: times are 1, pids are 1, folders are one, and what finished first is not said. */
export function evenAnswer(status: number, body: Buffer, daemon: Answerer): EvenAnswer {
  if (status !== 200) return { status, said: null };
  const decoded = decodeResponse(body);
  if (decoded.kind === "fault") return { status, said: { fault: decoded.code, text: even(decoded.text, daemon) } };
  return { status, said: decoded.kind === "value" ? { value: even(decoded.value, daemon) } : { value: "not XML" } };
}

function even(value: unknown, daemon: Answerer): unknown {
  if (typeof value === "string") {
    return value
      .replaceAll(daemon.folder, "FOLDER")
      .replace(/^(?:4\.2\.5|\d+\.\d+\.\d+)$/, "VERSION")
      .replace(/-[a-z0-9_]{8}\.log$/, "-RANDOM.log")
      .replace(/pid \d+, uptime \d+:\d\d:\d\d/, "pid N, uptime T")
      .replace(/[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/, "TIME");
  }
  if (typeof value === "number" && value === daemon.pid) return "PID";
  if (value instanceof Map) {
    // `autorestart` came with version 4.4; the reference is 4.2.5.
    const members = [...(value as Map<string, unknown>)].filter(([name]) => name !== "autorestart");
    return Object.fromEntries(
      members.map(([name, member]) => {
        const counts = ["start", "stop", "now", "pid"].includes(name) && typeof member === "number";
        return [name, counts ? Math.sign(member) : even(member, daemon)];
      }),
    );
  }
  if (!Array.isArray(value)) return value;
  const items = value.map((item) => even(item, daemon));
  const isStatuses = items.every((item) => typeof item === "object" && item !== null && "status" in item);
  return isStatuses ? items.map((item) => JSON.stringify(item)).sort() : items;
}
