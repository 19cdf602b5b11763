import { API_ARGUMENTS } from "./api-arguments.ts";
import type { StreamCursor, StreamItem, StreamQuery } from "./api.ts";
import { checkArguments } from "./check-arguments.ts";

/** How far a client is after this item. */
export function advanceCursor(cursor: StreamCursor | null, item: StreamItem): StreamCursor | null {
  if (item.type === "open") {
    const sameKeeper = cursor?.keeper === item.cursor.keeper;
    return { ...item.cursor, output: { ...(sameKeeper ? cursor?.output : {}), ...item.cursor.output } };
  }
  if (cursor === null) return null;
  if ("seq" in item) return { ...cursor, event: item.seq };
  if (!("position" in item) || item.position === undefined) return cursor;
  // Not copied: there may be thousands of streams. Whoever keeps a cursor for later copies it.
  (cursor.output as Record<string, number>)[outputKey(item.namespec, item.stream)] = item.position;
  return cursor;
}

/** The name of one output in a cursor. */
export function outputKey(namespec: string, stream: "stdout" | "stderr"): string {
  return `${namespec}/${stream}`;
}

/**
 * Writes cursors of one stream as the ids of server-sent events. With very many outputs an id leaves them out and says so: a browser
 * sends it back in a header. Outputs only become more, so those of a stream that had too many once are not looked at again: a
 * thousand programs would make each event a millisecond of work.
 */
export function eventIdWriter(): (cursor: StreamCursor) => string {
  let fits = true;
  return ({ life, event, keeper, output }) => {
    const head = `${life}.${event}.${keeper}`;
    if (!fits) return `${head};*`;
    const parts = Object.entries(output).map(([key, position]) => `${encodeURIComponent(key)}=${position}`);
    const id = [head, ...parts].join(";");
    fits = id.length <= MAX_ID;
    return fits ? id : `${head};*`;
  };
}

/** What an id says; `outputs` is false if they were left out. `null` for what is no id of ours. */
export function readEventId(id: string): { readonly cursor: StreamCursor; readonly outputs: boolean } | null {
  const [head = "", ...parts] = id.split(";");
  const match = /^([\w-]+)\.(\d{1,15})\.([\w-]+)$/.exec(head);
  if (match === null) return null;
  const [, life = "", event = "", keeper = ""] = match;
  const output: Record<string, number> = {};
  const outputs = parts[0] !== "*";
  for (const part of outputs ? parts : []) {
    const entry = /^([^=]+)=(\d{1,15})$/.exec(part);
    if (entry === null) return null;
    try {
      output[decodeURIComponent(entry[1] ?? "")] = Number(entry[2]);
    } catch {
      return null;
    }
  }
  return { cursor: { life, event: Number(event), keeper, output }, outputs };
}

/** Characters: headers may have 16 KiB, and the id goes with every event. */
const MAX_ID = 4000;

/**
 * A query as part of an address: lists separated by commas, flags 0 or 1. A list that is given more than once has one whole value
 * each time: names may have commas in them. A text: why it is none.
 */
export function readStreamQuery(query: URLSearchParams): StreamQuery | string {
  const args: Record<string, unknown> = {};
  for (const [name, value] of query) {
    const all = query.getAll(name);
    switch (API_ARGUMENTS.stream[name]?.kind) {
      case "texts":
        args[name] = (all.length > 1 ? all : value.split(",")).filter((one) => one !== "");
        break;
      case "flag":
        if (value !== "0" && value !== "1") return `${name} is 0 or 1`;
        args[name] = value === "1";
        break;
      case "count":
        args[name] = /^\d{1,15}$/.test(value) ? Number(value) : value;
        break;
      default:
        return `there is no parameter ${JSON.stringify(name)}`;
    }
  }
  return checkArguments("stream", args) ?? args;
}
