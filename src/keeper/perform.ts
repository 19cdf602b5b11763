import type {
  LineLabel,
  LogSpec,
  ProcessLogs,
  SharedSocket,
  StartRequest,
  StopManners,
  StreamName,
} from "../protocol/keeper.ts";
import type { Message } from "../protocol/frames.ts";
import type { KeeperCore } from "./keeper-core.ts";

/** Checks one request of a supervisor and performs it. Throws `TypeError`, at once, if it makes no sense. */
export function perform(keeper: KeeperCore, op: string, message: Message): Promise<unknown> {
  const call = record(message.json, "request");
  const key = (): string => text(call["key"], "key");
  switch (op) {
    case "snapshot":
      return keeper.snapshot();
    case "start":
      return keeper.start(
        startRequest(call["request"]),
        call["saved"] === undefined ? undefined : text(call["saved"], "saved"),
      );
    case "signal":
      return keeper.signal(key(), whole(call["signal"], "signal"), oneOf(call["target"], ["process", "group"]));
    case "writeStdin":
      if (message.bytes === null) throw new TypeError("writeStdin without bytes");
      return keeper.writeStdin(key(), message.bytes, typeof call["once"] === "string" ? call["once"] : undefined);
    case "setLogs":
      return keeper.setLogs(
        key(),
        processLogs(call["logs"]),
        call["stop"] === undefined ? undefined : stopManners(call["stop"]),
      );
    case "follow":
      return keeper.follow(key(), oneOf<StreamName>(call["stream"], ["stdout", "stderr"]), flag(call["on"], "on"));
    case "reopenLogs":
      return keeper.reopenLogs();
    case "clearLogs":
      return keeper.clearLogs(key());
    case "closeSocket":
      return keeper.closeSocket(text(call["name"], "name"));
    case "superviseWith": {
      const [file = "", script = "", ...rest] = list(call["program"], "program");
      if (file === "" || script === "" || rest.length > 0) throw new TypeError("program is not executable and script");
      return keeper.superviseWith([file, script]);
    }
    case "processes":
      return keeper.processes(oneOf(call["which"], ["all", "left"]));
    case "forget":
      return keeper.forget(key());
    case "acknowledge":
      keeper.acknowledge(whole(call["seq"], "seq"), changes(call["changes"]));
      return Promise.resolve(null);
    case "quit":
      return keeper.quit({ force: flag(call["force"], "force"), status: whole(call["status"], "status") });
    default:
      throw new TypeError(`unknown request ${JSON.stringify(op.slice(0, 50))}`);
  }
}

function startRequest(value: unknown): StartRequest {
  const from = record(value, "request");
  const argv = list(from["argv"], "argv");
  if (argv.length === 0) throw new TypeError("argv is empty");
  return {
    key: text(from["key"], "key"),
    incarnation: whole(from["incarnation"], "incarnation"),
    file: text(from["file"], "file"),
    argv,
    environment: strings(from["environment"], "environment"),
    directory: from["directory"] === null ? null : text(from["directory"], "directory"),
    umask: from["umask"] === null ? null : whole(from["umask"], "umask"),
    uid: from["uid"] === null ? null : whole(from["uid"], "uid"),
    logs: processLogs(from["logs"]),
    stop: stopManners(from["stop"]),
    ...(from["socket"] === undefined ? {} : { socket: sharedSocket(from["socket"]) }),
  };
}

function sharedSocket(value: unknown): SharedSocket {
  const from = record(value, "socket");
  const address = record(from["address"], "address");
  const owner = from["owner"] === null ? null : record(from["owner"], "owner");
  return {
    name: text(from["name"], "name"),
    url: text(from["url"], "url"),
    address:
      oneOf(address["kind"], ["unix", "tcp"]) === "unix"
        ? { kind: "unix", path: text(address["path"], "path") }
        : { kind: "tcp", host: text(address["host"], "host"), port: whole(address["port"], "port") },
    // -1 stands for a group that stays as it is.
    owner: owner && { uid: whole(owner["uid"], "uid"), gid: owner["gid"] === -1 ? -1 : whole(owner["gid"], "gid") },
    mode: whole(from["mode"], "mode"),
    backlog: from["backlog"] === null ? null : whole(from["backlog"], "backlog"),
  };
}

function stopManners(value: unknown): StopManners {
  const from = record(value, "stop");
  return {
    signal: whole(from["signal"], "signal"),
    waitsecs: whole(from["waitsecs"], "waitsecs"),
    stopasgroup: flag(from["stopasgroup"], "stopasgroup"),
    killasgroup: flag(from["killasgroup"], "killasgroup"),
  };
}

function processLogs(value: unknown): ProcessLogs {
  const from = record(value, "logs");
  const stdout = logSpec(from["stdout"]);
  return { stdout, stderr: from["stderr"] === "stdout" ? "stdout" : logSpec(from["stderr"]) };
}

function logSpec(value: unknown): LogSpec {
  const from = record(value, "log");
  return {
    path: from["path"] === null ? null : text(from["path"], "path"),
    ...(from["openLate"] === true ? { openLate: true } : {}),
    ...(from["console"] === undefined ? {} : { console: label(from["console"]) }),
    maxbytes: whole(from["maxbytes"], "maxbytes"),
    backups: whole(from["backups"], "backups"),
    stripAnsi: flag(from["stripAnsi"], "stripAnsi"),
    captureMaxbytes: whole(from["captureMaxbytes"], "captureMaxbytes"),
    events: from["events"] === "raw" ? "raw" : flag(from["events"], "events"),
  };
}

function label(value: unknown): LineLabel {
  const from = record(value, "console");
  return {
    format: oneOf(from["format"], ["prefixed", "json"]),
    timestamps: flag(from["timestamps"], "timestamps"),
    name: text(from["name"], "name"),
    stream: oneOf(from["stream"], ["stdout", "stderr"]),
  };
}

function changes(value: unknown): Record<string, string | null> {
  const from = record(value, "changes");
  for (const [name, each] of Object.entries(from)) if (each !== null) text(each, name);
  return from as Record<string, string | null>;
}

function strings(value: unknown, name: string): Record<string, string> {
  const from = record(value, name);
  for (const key of Object.keys(from)) text(from[key], key);
  return from as Record<string, string>;
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${name} is not an object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} is not a list`);
  return value.map((each) => text(each, name));
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw new TypeError(`${name} is not a string`);
  return value;
}

/** Counts, sizes, numbers of users and signals: never negative. */
function whole(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) throw new TypeError(`${name} is not a number`);
  return value;
}

function flag(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw new TypeError(`${name} is not true or false`);
  return value;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new TypeError(`${JSON.stringify(value)} is none of ${allowed.join(", ")}`);
  return found;
}
