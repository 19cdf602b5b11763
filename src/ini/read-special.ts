import { EVENT_TYPES } from "../model/event-types.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import { layered, type Names } from "../model/text/layered-names.ts";
import type { Options } from "./read-program.ts";
import { keepUser, readOption } from "./read-program.ts";
import type { Reading, SectionReader } from "./section-reader.ts";
import { plainOwner, toBoolean, toList, toName, toOctal, toPort, toUserGroup } from "./value-types.ts";

/** Reads what only an fcgi-program has: its socket, in the order user, backlog, owner, mode, socket. */
export function readFcgiOptions(reading: Reading, reader: SectionReader, options: Options): void {
  const names: Names = new Map([["here", reading.world.here]]);
  readOption(reader, { key: "user", type: "user" }, names, options);
  keepUser(reader, names, options);
  readBacklog(reader, names, options);
  const owner = reader.text("socket_owner", names);
  if (owner !== undefined) {
    options["socketOwner"] = plainOwner(owner) === owner ? reader.template("socket_owner") : plainOwner(owner);
    if (!toUserGroup(owner, reading.world)) reader.problem(`Invalid socket_owner value ${owner}`, "socket_owner");
  }
  const mode = reader.text("socket_mode", names);
  if (mode !== undefined) {
    const value = toOctal(mode);
    if (value.ok) options["socketMode"] = value.value;
    else reader.problem(`Invalid socket_mode value ${mode}`, "socket_mode");
  }
  const name = toName(reader.section.slice(reader.section.indexOf(":") + 1));
  const socket = reader.text("socket", layered(new Map([["program_name", name.ok ? name.value : ""]]), names));
  if (!socket) {
    const failed = socket === undefined && reader.has("socket");
    if (!failed) reader.problem(`[${reader.section}] section requires a "socket" line`);
    return;
  }
  const message = checkSocket(socket, owner !== undefined || mode !== undefined);
  if (message === null) options["socket"] = reader.template("socket");
  else reader.problem(`${message} in [${reader.section}] socket`, "socket");
}

function readBacklog(reader: SectionReader, names: Names, options: Options): void {
  readOption(reader, { key: "socket_backlog", type: "integer" }, names, options);
  const backlog = options["socketBacklog"];
  if (typeof backlog === "number" && (backlog < 1 || backlog > 65535)) {
    reader.problem(`Invalid socket_backlog value ${backlog}`, "socket_backlog");
  }
}

/** Two of the messages are Python tuples that nobody formatted; they are kept for those who search for them. */
function checkSocket(socket: string, hasOwnership: boolean): string | null {
  if (socket.startsWith("unix://")) {
    const path = socket.slice("unix://".length);
    if (path.startsWith("/")) return null;
    return `('Unix socket path %s is not an absolute path', ${pythonRepr(path)})`;
  }
  if (hasOwnership) return "socket_owner and socket_mode params should only be used with a Unix domain socket";
  const port = /^tcp:\/\/[^\s:]+:(\d+)\n?$/.exec(socket)?.[1];
  if (port === undefined) return `('Bad socket format %s', ${pythonRepr(socket)})`;
  const valid = toPort(port);
  return valid.ok ? null : valid.message;
}

/** Reads what only an event listener has. */
export function readListenerOptions(reading: Reading, reader: SectionReader, options: Options): void {
  const names: Names = new Map([["here", reading.world.here]]);
  const { section } = reader;
  readOption(reader, { key: "priority", type: "integer" }, names, options);
  readOption(reader, { key: "buffer_size", type: "integer" }, names, options);
  const size = options["bufferSize"];
  if (typeof size === "number" && size < 1) {
    reader.problem(`[${section}] section sets invalid buffer_size (${size})`, "buffer_size");
  }
  const handler = reader.text("result_handler", names);
  if (handler !== undefined && handler !== "supervisor.dispatchers:default_handler") {
    const message = `${handler} cannot be resolved within [${section}]`;
    reader.problem(message, "result_handler", "handlers are Python code, which sup cannot run; remove the line");
  }
  readEvents(reader, names, options);
  const redirect = reader.convert("redirect_stderr", "boolean", names, toBoolean);
  if (redirect) {
    const reason = "it will interfere with the eventlistener protocol";
    const message = `[${section}] section sets redirect_stderr=true but this is not allowed because ${reason}`;
    reader.problem(message, "redirect_stderr");
  }
}

function readEvents(reader: SectionReader, names: Names, options: Options): void {
  const text = reader.text("events", names);
  if (text === undefined && reader.has("events")) return;
  const events = [...new Set(toList(text ?? "").map((name) => name.toUpperCase()))];
  if (events.length === 0) reader.problem(`[${reader.section}] section requires an "events" line`);
  for (const event of events) {
    if (!KNOWN_EVENTS.has(event)) reader.problem(`Unknown event type ${event} in [${reader.section}] events`, "events");
  }
  options["events"] = events;
}

const KNOWN_EVENTS: ReadonlySet<string> = new Set(EVENT_TYPES);
