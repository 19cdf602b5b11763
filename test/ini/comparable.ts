import { normalizePath } from "../../src/ini/path-text.ts";
import { plainOwner } from "../../src/ini/value-types.ts";
import type { GroupSpec, Model, ProcessSpec, ServerSpec, StreamSpec } from "../../src/model/model.ts";
import type { OracleAnswer, OracleGroup } from "./oracle.ts";

type Plain = Readonly<Record<string, unknown>>;

/** A model in the terms of the oracle. */
export function fromModel(model: Model): Plain {
  const { childlogdir: _, legacyGetActions: __, logfile, pidfile, ...daemon } = model.supervisord;
  return {
    supervisord: { ...snakeCased(daemon), logfile: logPath(logfile), pidfile: absolute(pidfile) },
    servers: model.servers.map(server),
    rpcinterfaces: model.rpcinterfaces,
    groups: model.groups.map(group),
  };
}

function server(one: ServerSpec): Plain {
  const { section, username, password, kind } = one;
  const base = { kind, section, username, password };
  if (one.kind === "inet") return { ...base, host: one.host, port: one.port };
  return { ...base, file: absolute(one.file), chmod: one.chmod, chown: one.chown };
}

function group(one: GroupSpec): Plain {
  const { name, priority, listener, fcgi } = one;
  return {
    name,
    kind: one.kind === "group" ? "program" : one.kind,
    priority,
    ...(listener && { events: [...listener.events].sort(), buffer_size: listener.bufferSize }),
    ...(fcgi && {
      socket: [
        fcgi.socket.kind === "unix" ? `unix://${fcgi.socket.path}` : `tcp://${fcgi.socket.host}:${fcgi.socket.port}`,
        fcgi.socket.kind === "unix" ? fcgi.mode : null,
        fcgi.owner && fcgi.owner.uid !== process.getuid?.() ? [fcgi.owner.uid, fcgi.owner.gid] : null,
        fcgi.backlog,
      ],
    }),
    processes: one.processes.map((process) => fromProcess(process, one.kind)),
  };
}

/** What Supervisor's processes do not have. */
const OURS: ReadonlySet<string> = new Set([
  "group",
  "program",
  "dependsOn",
  "ready",
  "backoffMax",
  "watch",
  "essential",
]);

function fromProcess(spec: ProcessSpec, kind: GroupSpec["kind"]): Plain {
  const { stdout, stderr, ...rest } = spec;
  return {
    ...snakeCased(Object.fromEntries(Object.entries(rest).filter(([key]) => !OURS.has(key)))),
    ...(kind === "eventlistener" ? { stdout_logfile: log(stdout) } : stream("stdout", stdout)),
    ...stream("stderr", stderr),
  };
}

function snakeCased(object: Plain): Plain {
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [snake(name), value]));
}

function stream(name: string, s: StreamSpec): Plain {
  return {
    [`${name}_logfile`]: log(s),
    [`${name}_logfile_maxbytes`]: s.maxbytes,
    [`${name}_logfile_backups`]: s.backups,
    [`${name}_capture_maxbytes`]: s.captureMaxbytes,
    [`${name}_events_enabled`]: s.eventsEnabled,
    [`${name}_syslog`]: s.syslog,
  };
}

function log({ logfile }: StreamSpec): unknown {
  return logfile.kind === "file" ? logfile.path : logfile.kind === "auto" ? { auto: true } : null;
}

/** The oracle's answer in the same terms. */
export function fromOracle(answer: OracleAnswer): Plain {
  const { logfile, pidfile, user, ...rest } = answer.supervisord;
  return {
    supervisord: {
      ...rest,
      logfile: logPath(logfile),
      pidfile: absolute(pidfile),
      // It is looked up much later there: `007` is as good as `7`.
      user: typeof user === "string" ? plainOwner(user) : user,
    },
    servers: answer.servers.map(oracleServer),
    rpcinterfaces: answer.rpcinterfaces,
    groups: answer.groups.map(oracleGroup),
  };
}

function oracleServer(one: Plain): Plain {
  const { kind, section, username, password, host, port, file, chmod, chown } = one;
  const base = { kind, section, username, password };
  if (kind === "inet") return { ...base, host, port };
  const [uid, gid] = chown as [number, number];
  // Supervisor writes (-1, -1) for "leave it alone".
  return { ...base, file, chmod, chown: uid === -1 && gid === -1 ? null : { uid, gid } };
}

function oracleGroup(one: OracleGroup): Plain {
  const socket = one.socket && [...one.socket];
  // To give a socket to the one who makes it changes nothing.
  if (socket && (socket[2] as number[] | null)?.[0] === process.getuid?.()) socket[2] = null;
  return {
    ...one,
    ...(socket && { socket }),
    processes: one.processes.map((process) => fromOracleProcess(process, one.kind)),
  };
}

function fromOracleProcess(process: Plain, kind: string): Plain {
  // An empty folder is no folder: nothing is done with it.
  const plain = { ...process, directory: process["directory"] === "" ? null : process["directory"] };
  if (kind !== "eventlistener") return plain;
  // The stdout of a listener is the channel of its protocol: these have no effect on it.
  const unused = ["maxbytes", "backups"].map((word) => `stdout_logfile_${word}`);
  unused.push("stdout_capture_maxbytes", "stdout_events_enabled", "stdout_syslog");
  return Object.fromEntries(Object.entries(plain).filter(([key]) => !unused.includes(key)));
}

/** Supervisor makes these absolute at start, against its folder. */
function absolute(path: unknown): unknown {
  if (typeof path !== "string") return path;
  return normalizePath(path.startsWith("/") ? path : `${process.cwd()}/${path}`);
}

function logPath(path: unknown): unknown {
  return path === "syslog" ? path : absolute(path);
}
