/**
 * The program model: what a supervised world is, whichever file described it.
 *
 * Everything in it is final: templates are expanded, defaults are filled in, users are looked up. It is plain, frozen,
 * JSON-safe data (`undefined` never appears, absent things are `null`), so that it can be kept on disk as the last good
 * model, sent over a pipe and compared as a whole value.
 */
export interface Model {
  readonly supervisord: SupervisordSpec;
  /** Control servers in file order, inet before unix. */
  readonly servers: readonly ServerSpec[];
  readonly supervisorctl: SupervisorctlSpec;
  /** Names of enabled rpcinterface sections; `supervisor` is the only one that exists. */
  readonly rpcinterfaces: readonly string[];
  /** Sorted by (priority, name): the start order. */
  readonly groups: readonly GroupSpec[];
}

/** `[supervisord]`: the daemon itself. Sizes in bytes; modes are numbers (0o022). */
export interface SupervisordSpec {
  /** Absolute path, or "syslog". `null`: the daemon's own choice (`sup` keeps it in its state folder). */
  readonly logfile: string | null;
  readonly logfileMaxbytes: number;
  readonly logfileBackups: number;
  readonly loglevel: LogLevel;
  readonly pidfile: string | null;
  readonly identifier: string;
  readonly directory: string | null;
  readonly umask: number;
  readonly user: string | null;
  readonly nodaemon: boolean;
  readonly silent: boolean;
  readonly minfds: number;
  readonly minprocs: number;
  /** Folder of AUTO logs; `null`: the daemon's own choice. */
  readonly childlogdir: string | null;
  readonly nocleanup: boolean;
  readonly stripAnsi: boolean;
  /** A GET of the addresses of Supervisor's own page acts. */
  readonly legacyGetActions: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

export type LogLevel = "critical" | "error" | "warn" | "info" | "debug" | "trace" | "blather";

/** One control server. `section` is its name in log lines, such as `unix_http_server` or `inet_http_server:two`. */
export type ServerSpec =
  | {
      readonly kind: "unix";
      readonly section: string;
      readonly file: string;
      readonly chmod: number;
      /** `null`: unchanged. A `gid` of -1 leaves the group alone. */
      readonly chown: { readonly uid: number; readonly gid: number } | null;
      readonly username: string | null;
      readonly password: string | null;
    }
  | {
      readonly kind: "inet";
      readonly section: string;
      /** "" listens on all IPv4 interfaces. */
      readonly host: string;
      readonly port: number;
      readonly username: string | null;
      readonly password: string | null;
      /** May listen without a password where other machines can reach it. Files of Supervisor's format always may. */
      readonly insecure: boolean;
    };

export interface SupervisorctlSpec {
  readonly serverurl: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly prompt: string;
  readonly historyFile: string | null;
}

/** A group that is started, stopped, added and removed as one. Its members are in start order. */
export interface GroupSpec {
  readonly name: string;
  readonly kind: "program" | "group" | "fcgi" | "eventlistener";
  readonly priority: number;
  readonly processes: readonly ProcessSpec[];
  /** For `kind: "eventlistener"` only. */
  readonly listener: { readonly events: readonly string[]; readonly bufferSize: number } | null;
  /** For `kind: "fcgi"` only. */
  readonly fcgi: FcgiSpec | null;
}

/** The listening socket that all processes of an fcgi-program share as fd 0. */
export interface FcgiSpec {
  readonly socket:
    | { readonly kind: "unix"; readonly path: string }
    | { readonly kind: "tcp"; readonly host: string; readonly port: number };
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly mode: number;
  readonly backlog: number | null;
}

/** Files whose change restarts a program. */
export interface WatchSpec {
  /** Absolute; what the patterns are relative to. */
  readonly folder: string;
  /** Files, folders (with all that is below) and globs; those with a leading `!` leave out what others take in. */
  readonly patterns: readonly string[];
}

/** One supervised process, fully expanded. `group:name` is its identity. */
export interface ProcessSpec {
  readonly name: string;
  readonly group: string;
  /** The program it is a copy of. */
  readonly program: string;
  /** The command line as written; split and looked up at each spawn. */
  readonly command: string;
  readonly directory: string | null;
  readonly uid: number | null;
  readonly umask: number | null;
  readonly priority: number;
  readonly autostart: boolean;
  readonly autorestart: boolean | "unexpected";
  /** Seconds. */
  readonly startsecs: number;
  /** At whose change it is restarted; `null`: at nobody's. */
  readonly watch: WatchSpec | null;
  /** Failed starts that are tried again before FATAL. */
  readonly startretries: number | "endless";
  /** Most seconds between a failed start and the next try; `null`: no limit. */
  readonly backoffMax: number | null;
  readonly exitcodes: readonly number[];
  /** Signal number. */
  readonly stopsignal: number;
  /** Seconds. */
  readonly stopwaitsecs: number;
  readonly stopasgroup: boolean;
  readonly killasgroup: boolean;
  readonly redirectStderr: boolean;
  /** Global environment overlaid by the program's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** `null`: derived from the servers; "": the variable is not set. */
  readonly serverurl: string | null;
  /** In the foreground, everything ends with it. */
  readonly essential: boolean;
  readonly stdout: StreamSpec;
  readonly stderr: StreamSpec;
  /** Start gates: this process is started only once each named program has reached its condition. */
  readonly dependsOn: readonly Dependency[];
  /** How readiness is found out; `null`: a process is ready as soon as it is RUNNING. */
  readonly ready: ReadySpec | null;
}

/** What becomes of one output stream. */
export interface StreamSpec {
  /** Path, AUTO (a file in childlogdir), or `null` for no file. */
  readonly logfile: LogTarget;
  /** Bytes; 0 never rotates. */
  readonly maxbytes: number;
  readonly backups: number;
  /** Bytes; 0 means capture mode is off. */
  readonly captureMaxbytes: number;
  readonly eventsEnabled: boolean;
  readonly syslog: boolean;
}

export type LogTarget =
  | { readonly kind: "auto" }
  /** Without a path, no log is written: so means `stdout_logfile=`. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "none" };

/** `started`: RUNNING. `ready`: RUNNING and its readiness check has passed. `completed`: EXITED with an expected code. */
export interface Dependency {
  readonly program: string;
  readonly condition: "started" | "ready" | "completed";
}

/** A readiness check. Seconds throughout. */
export interface ReadySpec {
  readonly check:
    | { readonly kind: "http"; readonly url: string }
    | { readonly kind: "tcp"; readonly host: string; readonly port: number }
    | { readonly kind: "exec"; readonly command: string }
    | { readonly kind: "log"; readonly pattern: string };
  readonly interval: number;
  readonly timeout: number;
}

/** The identity of a process across reloads, in logs, towards the keeper, in forms and links: unlike a namespec it can mean nothing else. */
export function processKey(spec: { readonly group: string; readonly name: string }): string {
  return `${spec.group}:${spec.name}`;
}

/** How a process is shown to people: `name` if its group has the same name, else `group:name`. */
export function namespec(spec: { readonly group: string; readonly name: string }): string {
  return spec.group === spec.name ? spec.name : processKey(spec);
}
