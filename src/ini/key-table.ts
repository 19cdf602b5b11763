/**
 * Every key that Supervisor reads, section by section, in the order in which it reads them: with several mistakes in a
 * file the first one in this order is the one it reports.
 */

/** How the text of a value is understood; see `value-types.ts`. */
export type ValueType =
  | "address"
  | "autorestart"
  | "boolean"
  | "bytes"
  | "count"
  | "directory"
  | "environment"
  | "events"
  | "exitcodes"
  | "integer"
  | "list"
  | "logfile"
  | "loglevel"
  | "octal"
  | "path"
  | "signal"
  | "text"
  | "user";

export interface KeySpec {
  /** As in the file. */
  readonly key: string;
  readonly type: ValueType;
}

const keys = (table: Readonly<Record<string, ValueType>>): readonly KeySpec[] =>
  Object.entries(table).map(([key, type]) => ({ key, type }));

export const SUPERVISORD_KEYS = keys({
  minfds: "count",
  minprocs: "count",
  directory: "directory",
  user: "text",
  umask: "octal",
  logfile: "path",
  logfile_maxbytes: "bytes",
  logfile_backups: "count",
  loglevel: "loglevel",
  pidfile: "path",
  identifier: "text",
  nodaemon: "boolean",
  silent: "boolean",
  childlogdir: "directory",
  nocleanup: "boolean",
  strip_ansi: "boolean",
  environment: "environment",
  // Ours: Supervisor passes over keys that it does not know.
  legacy_get_actions: "boolean",
});

const GROUP_KEYS = keys({ programs: "list", priority: "integer" });

/** Read once for all processes of a program: these cannot speak of `process_num`. */
export const PROGRAM_KEYS = keys({
  priority: "integer",
  autostart: "boolean",
  autorestart: "autorestart",
  startsecs: "count",
  startretries: "count",
  stopsignal: "signal",
  stopwaitsecs: "count",
  stopasgroup: "boolean",
  killasgroup: "boolean",
  exitcodes: "exitcodes",
  redirect_stderr: "boolean",
  numprocs: "count",
  numprocs_start: "count",
  stdout_capture_maxbytes: "bytes",
  stdout_events_enabled: "boolean",
  stderr_capture_maxbytes: "bytes",
  stderr_events_enabled: "boolean",
  serverurl: "text",
  user: "user",
  umask: "octal",
  // Ours; Supervisor does not look at it.
  essential: "boolean",
});

/** Read anew for each process, after its `environment`. */
export const PROCESS_KEYS = keys({
  directory: "text",
  stdout_logfile: "logfile",
  stdout_logfile_backups: "count",
  stdout_logfile_maxbytes: "bytes",
  stdout_syslog: "boolean",
  stderr_logfile: "logfile",
  stderr_logfile_backups: "count",
  stderr_logfile_maxbytes: "bytes",
  stderr_syslog: "boolean",
  command: "text",
});

const NAMING_KEYS = keys({ process_name: "text", environment: "environment" });

export const FCGI_KEYS = keys({
  priority: "integer",
  user: "user",
  socket_backlog: "count",
  socket_owner: "text",
  socket_mode: "octal",
  socket: "text",
});

export const LISTENER_KEYS = keys({
  priority: "integer",
  buffer_size: "count",
  result_handler: "text",
  events: "events",
});
const INET_KEYS = keys({ username: "text", password: "text", port: "address" });
const UNIX_KEYS = keys({ file: "text", username: "text", password: "text", chown: "address", chmod: "octal" });
export const CTL_KEYS = keys({
  serverurl: "text",
  prompt: "text",
  username: "text",
  password: "text",
  history_file: "text",
});

/** A section by its name. `name` is the raw text after the colon. */
export type SectionKind =
  | "supervisord"
  | "include"
  | "group"
  | "program"
  | "fcgi-program"
  | "eventlistener"
  | "inet_http_server"
  | "unix_http_server"
  | "supervisorctl"
  | "rpcinterface"
  | "ctlplugin";

/** What Supervisor takes a section for; `null`: it does not look at it. Case counts. */
export function sectionKind(section: string): SectionKind | null {
  for (const kind of ["supervisord", "include", "supervisorctl"] as const) if (section === kind) return kind;
  for (const kind of ["group", "program", "fcgi-program", "eventlistener", "rpcinterface", "ctlplugin"] as const) {
    if (section.startsWith(`${kind}:`)) return kind;
  }
  // By prefix alone: `[inet_http_serverxyz]` is a server too.
  for (const kind of ["inet_http_server", "unix_http_server"] as const) if (section.startsWith(kind)) return kind;
  return null;
}

/** The keys of a kind of section, or `null` where any key may stand. */
export function keysOf(kind: SectionKind): readonly KeySpec[] | null {
  const process = [...PROGRAM_KEYS, ...NAMING_KEYS, ...PROCESS_KEYS];
  switch (kind) {
    case "supervisord":
      return SUPERVISORD_KEYS;
    case "include":
      return keys({ files: "text" });
    case "group":
      return GROUP_KEYS;
    case "program":
      return process;
    case "fcgi-program":
      return [...process, ...FCGI_KEYS];
    case "eventlistener":
      return [...process, ...LISTENER_KEYS];
    case "inet_http_server":
      return INET_KEYS;
    case "unix_http_server":
      return UNIX_KEYS;
    case "supervisorctl":
      return CTL_KEYS;
    case "rpcinterface":
    case "ctlplugin":
      return null;
  }
}

/** `stdout_logfile_maxbytes` -> `stdoutLogfileMaxbytes`: the name of the same option in TypeScript. */
export function optionName(key: string): string {
  let name = OPTION_NAMES.get(key);
  if (name === undefined) {
    name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    OPTION_NAMES.set(key, name);
  }
  return name;
}

/** There are a few dozen, and each is asked for by each of a thousand programs. */
const OPTION_NAMES = new Map<string, string>();
