// Written by scripts/generate.mjs from the schema (schema.ts). Do not edit: change the schema and run it.

import type { ListenerEvent } from "./listener-event.ts";

/** What a config file says: the programs, and the daemon that runs them. */
export interface Config<Program extends string = string, Fcgi extends string = string> {
  /**
   * JSON schema, for editors; ignored.
   */
  readonly $schema?: string | undefined;
  /**
   * Files in Supervisor's format whose sections are added to what is said here.
   * A change takes effect at once.
   * @default none
   * @example { files: "conf.d/*.conf" }
   */
  readonly include?: IncludeConfig | undefined;
  /**
   * The daemon itself.
   * A change takes effect when the daemon is restarted.
   */
  readonly supervisord?: SupervisordConfig | undefined;
  /**
   * Control servers on unix sockets.
   * A change takes effect when the daemon is restarted.
   * @default none
   */
  readonly unixHttpServer?: UnixHttpServerConfig | readonly UnixHttpServerConfig[] | undefined;
  /**
   * Control servers on TCP ports.
   * A change takes effect when the daemon is restarted.
   * @default none
   */
  readonly inetHttpServer?: InetHttpServerConfig | readonly InetHttpServerConfig[] | undefined;
  /**
   * Settings of the supervisorctl client.
   * A change takes effect at once.
   */
  readonly supervisorctl?: SupervisorctlConfig | undefined;
  /**
   * Remote interfaces that the servers offer; "supervisor" is the only one.
   * A change takes effect when the daemon is restarted.
   * @default ["supervisor"]
   */
  readonly rpcinterface?: readonly string[] | undefined;
  /**
   * The programs, by name.
   * A change takes effect at once.
   * @default {}
   */
  readonly programs?: { readonly [P in Program]: ProgramConfig<NoInfer<Program | Fcgi>> } | undefined;
  /**
   * Groups of programs, by name. A program in no group is a group of its own.
   * A change takes effect at once.
   * @default {}
   */
  readonly groups?: Readonly<Record<string, GroupConfig<NoInfer<Program | Fcgi>>>> | undefined;
  /**
   * FastCGI programs, by name.
   * A change takes effect at once.
   * @default {}
   */
  readonly fcgiPrograms?: { readonly [P in Fcgi]: FcgiProgramConfig<NoInfer<Program | Fcgi>> } | undefined;
  /**
   * Event listeners, by name.
   * A change takes effect at once.
   * @default {}
   */
  readonly eventlisteners?: Readonly<Record<string, EventlistenerConfig<NoInfer<Program | Fcgi>>>> | undefined;
  /**
   * Event listeners written here, by name: functions that are called with typed events.
   * A change takes effect at once.
   * @default {}
   */
  readonly listeners?: Readonly<Record<string, ListenerConfig>> | undefined;
}

/** Files in Supervisor's format that belong to the config. */
export interface IncludeConfig {
  /**
   * Paths and patterns such as "conf.d/*.conf", relative to the config; text may name several, apart by blanks.
   * A change takes effect at once.
   * @example "conf.d/*.conf"
   */
  readonly files: string | readonly string[];
}

/** The daemon itself. */
export interface SupervisordConfig {
  /**
   * Log of the daemon: a path, or "syslog".
   * A change takes effect when the daemon is restarted.
   * @default a file in sup's state folder
   */
  readonly logfile?: string | undefined;
  /**
   * Size at which the daemon's log is rotated, in bytes; 0 never rotates.
   * A change takes effect when the daemon is restarted.
   * @default "50MB"
   */
  readonly logfileMaxbytes?: Bytes | undefined;
  /**
   * How many rotated logs of the daemon are kept.
   * A change takes effect when the daemon is restarted.
   * @default 10
   */
  readonly logfileBackups?: number | undefined;
  /**
   * How much the daemon logs.
   * A change takes effect when the daemon is restarted.
   * @default "info"
   */
  readonly loglevel?: LogLevel | undefined;
  /**
   * File that holds the daemon's pid.
   * A change takes effect when the daemon is restarted.
   * @default a file in sup's state folder
   */
  readonly pidfile?: string | undefined;
  /**
   * Name of this daemon in events and towards clients.
   * A change takes effect when the daemon is restarted.
   * @default "supervisor"
   */
  readonly identifier?: string | undefined;
  /**
   * Directory the daemon changes to when it goes into the background.
   * A change takes effect when the daemon is restarted.
   * @default unchanged
   */
  readonly directory?: string | undefined;
  /**
   * File mode creation mask of the daemon, octal.
   * A change takes effect when the daemon is restarted.
   * @default "022"
   */
  readonly umask?: Mode | undefined;
  /**
   * User the daemon becomes when it is started by root, by name or uid.
   * A change takes effect when the daemon is restarted.
   * @default unchanged
   */
  readonly user?: string | number | undefined;
  /**
   * Whether the daemon stays in the foreground.
   * A change takes effect when the daemon is restarted.
   * @default false
   */
  readonly nodaemon?: boolean | undefined;
  /**
   * Whether a daemon in the foreground keeps its log off the terminal.
   * A change takes effect when the daemon is restarted.
   * @default false
   */
  readonly silent?: boolean | undefined;
  /**
   * Open files the daemon must be allowed to have.
   * A change takes effect when the daemon is restarted.
   * @default 1024
   */
  readonly minfds?: number | undefined;
  /**
   * Processes the daemon must be allowed to have.
   * A change takes effect when the daemon is restarted.
   * @default 200
   */
  readonly minprocs?: number | undefined;
  /**
   * Folder of logs that are "AUTO".
   * A change takes effect when the daemon is restarted.
   * @default sup's state folder
   */
  readonly childlogdir?: string | undefined;
  /**
   * Whether old "AUTO" logs are kept when the daemon starts.
   * A change takes effect when the daemon is restarted.
   * @default false
   */
  readonly nocleanup?: boolean | undefined;
  /**
   * Whether ANSI escape sequences are removed from logs.
   * A change takes effect when the daemon is restarted.
   * @default false
   */
  readonly stripAnsi?: boolean | undefined;
  /**
   * Whether a GET of Supervisor's `index.html?action=...` acts at once, for scripts that use it; never for pages of other sites.
   * A change takes effect when the daemon is restarted.
   * @default false: it shows a button
   */
  readonly legacyGetActions?: boolean | undefined;
  /**
   * Environment variables for every program.
   * A change restarts the process.
   * @default {}
   */
  readonly environment?: Environment | undefined;
}

/** A control server on a unix socket. */
export interface UnixHttpServerConfig {
  /**
   * Tells several servers of one kind apart.
   * A change takes effect when the daemon is restarted.
   * @default none
   */
  readonly name?: string | undefined;
  /**
   * Path of the socket.
   * A change takes effect when the daemon is restarted.
   * @example "/run/sup.sock"
   */
  readonly file: string;
  /**
   * Permissions of the socket, octal.
   * A change takes effect when the daemon is restarted.
   * @default "0700"
   */
  readonly chmod?: Mode | undefined;
  /**
   * Owner of the socket: `user` or `user:group`.
   * A change takes effect when the daemon is restarted.
   * @default unchanged
   */
  readonly chown?: string | undefined;
  /**
   * User name that clients have to give; needs password.
   * A change takes effect when the daemon is restarted.
   * @default no authentication
   */
  readonly username?: string | undefined;
  /**
   * Password in clear text, or hashed: `{SCRYPT}N$r$p$salt$key`, or `{SHA}` and 40 hexadecimal digits. Needs username.
   * A change takes effect when the daemon is restarted.
   * @default no authentication
   */
  readonly password?: string | undefined;
}

/** A control server on a TCP port. */
export interface InetHttpServerConfig {
  /**
   * Tells several servers of one kind apart.
   * A change takes effect when the daemon is restarted.
   * @default none
   */
  readonly name?: string | undefined;
  /**
   * Port to listen on, or "host:port"; a bare port listens on all IPv4 interfaces.
   * A change takes effect when the daemon is restarted.
   * @example "127.0.0.1:9001"
   */
  readonly port: string | number;
  /**
   * User name that clients have to give; needs password.
   * A change takes effect when the daemon is restarted.
   * @default no authentication
   */
  readonly username?: string | undefined;
  /**
   * Password in clear text, or hashed: `{SCRYPT}N$r$p$salt$key`, or `{SHA}` and 40 hexadecimal digits. Needs username.
   * A change takes effect when the daemon is restarted.
   * @default no authentication
   */
  readonly password?: string | undefined;
  /**
   * Allows a server without a password where other machines can reach it: all of them may then control it.
   * A change takes effect when the daemon is restarted.
   * @default false
   */
  readonly insecure?: boolean | undefined;
}

/** Settings of the supervisorctl client. */
export interface SupervisorctlConfig {
  /**
   * Server that supervisorctl talks to: `http://host:port` or `unix:///path`.
   * A change takes effect at once.
   * @default "http://localhost:9001"
   */
  readonly serverurl?: string | undefined;
  /**
   * User name to give.
   * A change takes effect at once.
   * @default none
   */
  readonly username?: string | undefined;
  /**
   * Password to give, in clear text.
   * A change takes effect at once.
   * @default none
   */
  readonly password?: string | undefined;
  /**
   * Prompt of the interactive shell.
   * A change takes effect at once.
   * @default "supervisor"
   */
  readonly prompt?: string | undefined;
  /**
   * File that keeps the shell's history.
   * A change takes effect at once.
   * @default none
   */
  readonly historyFile?: string | undefined;
}

/** A program: a command that is kept running. */
export interface ProgramConfig<Name extends string = string> {
  /**
   * The command line. It is split into words without a shell.
   * A change restarts the process.
   * @example "node server.js"
   */
  readonly command: string;
  /**
   * Name of each process; needs `%(process_num)` if numprocs is above 1.
   * A change replaces the process by a new one.
   * @default "%(program_name)s", or "%(program_name)s_%(process_num)02d" if numprocs is above 1
   */
  readonly processName?: string | undefined;
  /**
   * How many processes of this program are run.
   * A change takes effect at once.
   * @default 1
   */
  readonly numprocs?: number | undefined;
  /**
   * The first `%(process_num)`.
   * A change replaces the process by a new one.
   * @default 0
   */
  readonly numprocsStart?: number | undefined;
  /**
   * Lower numbers start earlier and stop later.
   * A change takes effect at once.
   * @default 999
   */
  readonly priority?: number | undefined;
  /**
   * Whether it starts together with the daemon.
   * A change takes effect at once.
   * @default true
   */
  readonly autostart?: boolean | undefined;
  /**
   * Whether it is started again when it ends; "unexpected": only after a status that exitcodes does not list.
   * A change takes effect at once.
   * @default "unexpected"
   */
  readonly autorestart?: boolean | "unexpected" | undefined;
  /**
   * Seconds it has to stay up for its start to count as successful; 0 counts at once.
   * A change takes effect at once.
   * @default 1
   */
  readonly startsecs?: Duration | undefined;
  /**
   * How often a failed start is tried again before the process is FATAL; "endless": it never is.
   * A change takes effect at once.
   * @default 3
   */
  readonly startretries?: number | "endless" | undefined;
  /**
   * Most seconds to wait before a failed start is tried again; the wait grows by a second with each failure.
   * A change takes effect at once.
   * @default no limit; 60 with startretries: "endless"
   * @example "30s"
   */
  readonly backoffMax?: Duration | undefined;
  /**
   * Exit statuses that are expected.
   * A change takes effect at once.
   * @default 0
   * @example [0, 2]
   */
  readonly exitcodes?: number | readonly number[] | undefined;
  /**
   * Signal that asks it to end, by name (with or without SIG) or number.
   * A change takes effect at once.
   * @default "TERM"
   */
  readonly stopsignal?: Signal | undefined;
  /**
   * Seconds it may take to end before it gets SIGKILL.
   * A change takes effect at once.
   * @default 10
   */
  readonly stopwaitsecs?: Duration | undefined;
  /**
   * Whether the stop signal goes to its whole process group; implies killasgroup.
   * A change takes effect at once.
   * @default false
   */
  readonly stopasgroup?: boolean | undefined;
  /**
   * Whether SIGKILL goes to its whole process group.
   * A change takes effect at once.
   * @default the value of stopasgroup
   */
  readonly killasgroup?: boolean | undefined;
  /**
   * User to run as, by name or uid.
   * A change restarts the process.
   * @default the user of the daemon
   */
  readonly user?: string | number | undefined;
  /**
   * Working directory.
   * A change restarts the process.
   * @default the daemon's own
   */
  readonly directory?: string | undefined;
  /**
   * File mode creation mask, octal.
   * A change restarts the process.
   * @default the daemon's own
   * @example "022"
   */
  readonly umask?: Mode | undefined;
  /**
   * Environment variables, added to those of the daemon.
   * A change restarts the process.
   * @default {}
   * @example { PORT: "3000" }
   */
  readonly environment?: Environment | undefined;
  /**
   * Files of NAME=value lines (`.env`), relative to the config. Later ones win over earlier ones, `environment` over all.
   * A change restarts the process.
   * @default none
   * @example [".env", { path: ".env.local", required: false }]
   */
  readonly envFile?: EnvFile | readonly EnvFile[] | undefined;
  /**
   * Files, folders or globs, relative to the config, at whose change it is restarted; "!..." leaves files out. Never `node_modules` and names with a leading dot.
   * A change takes effect at once.
   * @default []
   * @example ["src/**\/*.ts", "!**\/*.test.ts"]
   */
  readonly watch?: string | readonly string[] | undefined;
  /**
   * Value of SUPERVISOR_SERVER_URL; "AUTO" derives it from the servers, "" leaves it unset.
   * A change restarts the process.
   * @default "AUTO"
   */
  readonly serverurl?: string | undefined;
  /**
   * Whether stderr goes where stdout goes.
   * A change restarts the process.
   * @default false
   */
  readonly redirectStderr?: boolean | undefined;
  /**
   * Where stdout goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).
   * A change restarts the process.
   * @default "AUTO"
   * @example "/var/log/%(program_name)s.log"
   */
  readonly stdoutLogfile?: LogFile | undefined;
  /**
   * Size at which the stdout log is rotated, in bytes; 0 never rotates.
   * A change takes effect at once.
   * @default "50MB"
   */
  readonly stdoutLogfileMaxbytes?: Bytes | undefined;
  /**
   * How many rotated stdout logs are kept; 0 empties the log instead of rotating it.
   * A change takes effect at once.
   * @default 10
   */
  readonly stdoutLogfileBackups?: number | undefined;
  /**
   * Bytes of stdout kept between the capture tokens for a PROCESS_COMMUNICATION event; 0 turns capture off.
   * A change restarts the process.
   * @default 0
   */
  readonly stdoutCaptureMaxbytes?: Bytes | undefined;
  /**
   * Whether each piece of stdout is also sent as a PROCESS_LOG event.
   * A change restarts the process.
   * @default false
   */
  readonly stdoutEventsEnabled?: boolean | undefined;
  /**
   * Whether stdout is also sent to syslog.
   * A change restarts the process.
   * @default false
   */
  readonly stdoutSyslog?: boolean | undefined;
  /**
   * Where stderr goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).
   * A change restarts the process.
   * @default "AUTO"
   * @example "/var/log/%(program_name)s.log"
   */
  readonly stderrLogfile?: LogFile | undefined;
  /**
   * Size at which the stderr log is rotated, in bytes; 0 never rotates.
   * A change takes effect at once.
   * @default "50MB"
   */
  readonly stderrLogfileMaxbytes?: Bytes | undefined;
  /**
   * How many rotated stderr logs are kept; 0 empties the log instead of rotating it.
   * A change takes effect at once.
   * @default 10
   */
  readonly stderrLogfileBackups?: number | undefined;
  /**
   * Bytes of stderr kept between the capture tokens for a PROCESS_COMMUNICATION event; 0 turns capture off.
   * A change restarts the process.
   * @default 0
   */
  readonly stderrCaptureMaxbytes?: Bytes | undefined;
  /**
   * Whether each piece of stderr is also sent as a PROCESS_LOG event.
   * A change restarts the process.
   * @default false
   */
  readonly stderrEventsEnabled?: boolean | undefined;
  /**
   * Whether stderr is also sent to syslog.
   * A change restarts the process.
   * @default false
   */
  readonly stderrSyslog?: boolean | undefined;
  /**
   * Whether everything ends with it: when one of its processes ends for good, the rest is stopped in order and its exit status becomes the daemon's. Under `sup run` and `supervisord -n`; elsewhere it means nothing.
   * A change takes effect at once.
   * @default false
   */
  readonly essential?: boolean | undefined;
  /**
   * Programs that come first, each with what to wait for; a list of names waits for `started`.
   * A change takes effect at once.
   * @default []
   * @example { db: "ready" }
   */
  readonly dependsOn?: DependsOn<Name> | undefined;
  /**
   * How its health is found out.
   * A change takes effect at once.
   * @default healthy while it is RUNNING
   * @example { ready: { http: "http://127.0.0.1:3000/healthz" } }
   */
  readonly health?: HealthConfig | undefined;
}

/** What is known about the health of a program. */
export interface HealthConfig {
  /**
   * How to find out that the program can do its work.
   * A change takes effect at once.
   * @default ready as soon as it is RUNNING
   * @example { tcp: 5432 }
   */
  readonly ready?: ReadyConfig | undefined;
}

/** A readiness check: exactly one of http, tcp, exec and log. */
export interface ReadyConfig {
  /**
   * Ready once this URL answers with a status from 200 to 399.
   * A change takes effect at once.
   * @example "http://127.0.0.1:3000/healthz"
   */
  readonly http?: string | undefined;
  /**
   * Ready once this port (on 127.0.0.1 unless a host is given) accepts a connection.
   * A change takes effect at once.
   * @example 5432
   */
  readonly tcp?: string | number | undefined;
  /**
   * Ready once this command ends with status 0.
   * A change takes effect at once.
   * @example "pg_isready -q"
   */
  readonly exec?: string | undefined;
  /**
   * Ready once a line of output matches this regular expression, its colours left aside.
   * A change takes effect at once.
   * @example "listening on"
   */
  readonly log?: string | undefined;
  /**
   * Seconds between two checks.
   * A change takes effect at once.
   * @default 1
   */
  readonly interval?: Duration | undefined;
  /**
   * Seconds after which one check counts as failed.
   * A change takes effect at once.
   * @default 1
   */
  readonly timeout?: Duration | undefined;
}

/** Programs that are started, stopped and named together. */
export interface GroupConfig<Name extends string = string> {
  /**
   * Names of its programs, in start order.
   * A change takes effect at once.
   * @example ["web", "worker"]
   */
  readonly programs: readonly Name[];
  /**
   * Lower numbers start earlier and stop later.
   * A change takes effect at once.
   * @default 999
   */
  readonly priority?: number | undefined;
}

/** A FastCGI program: processes that share one listening socket. */
export interface FcgiProgramConfig<Name extends string = string> {
  /**
   * The command line. It is split into words without a shell.
   * A change restarts the process.
   * @example "node server.js"
   */
  readonly command: string;
  /**
   * Name of each process; needs `%(process_num)` if numprocs is above 1.
   * A change replaces the process by a new one.
   * @default "%(program_name)s", or "%(program_name)s_%(process_num)02d" if numprocs is above 1
   */
  readonly processName?: string | undefined;
  /**
   * How many processes of this program are run.
   * A change takes effect at once.
   * @default 1
   */
  readonly numprocs?: number | undefined;
  /**
   * The first `%(process_num)`.
   * A change replaces the process by a new one.
   * @default 0
   */
  readonly numprocsStart?: number | undefined;
  /**
   * Lower numbers start earlier and stop later.
   * A change takes effect at once.
   * @default 999
   */
  readonly priority?: number | undefined;
  /**
   * Whether it starts together with the daemon.
   * A change takes effect at once.
   * @default true
   */
  readonly autostart?: boolean | undefined;
  /**
   * Whether it is started again when it ends; "unexpected": only after a status that exitcodes does not list.
   * A change takes effect at once.
   * @default "unexpected"
   */
  readonly autorestart?: boolean | "unexpected" | undefined;
  /**
   * Seconds it has to stay up for its start to count as successful; 0 counts at once.
   * A change takes effect at once.
   * @default 1
   */
  readonly startsecs?: Duration | undefined;
  /**
   * How often a failed start is tried again before the process is FATAL; "endless": it never is.
   * A change takes effect at once.
   * @default 3
   */
  readonly startretries?: number | "endless" | undefined;
  /**
   * Most seconds to wait before a failed start is tried again; the wait grows by a second with each failure.
   * A change takes effect at once.
   * @default no limit; 60 with startretries: "endless"
   * @example "30s"
   */
  readonly backoffMax?: Duration | undefined;
  /**
   * Exit statuses that are expected.
   * A change takes effect at once.
   * @default 0
   * @example [0, 2]
   */
  readonly exitcodes?: number | readonly number[] | undefined;
  /**
   * Signal that asks it to end, by name (with or without SIG) or number.
   * A change takes effect at once.
   * @default "TERM"
   */
  readonly stopsignal?: Signal | undefined;
  /**
   * Seconds it may take to end before it gets SIGKILL.
   * A change takes effect at once.
   * @default 10
   */
  readonly stopwaitsecs?: Duration | undefined;
  /**
   * Whether the stop signal goes to its whole process group; implies killasgroup.
   * A change takes effect at once.
   * @default false
   */
  readonly stopasgroup?: boolean | undefined;
  /**
   * Whether SIGKILL goes to its whole process group.
   * A change takes effect at once.
   * @default the value of stopasgroup
   */
  readonly killasgroup?: boolean | undefined;
  /**
   * User to run as, by name or uid.
   * A change restarts the process.
   * @default the user of the daemon
   */
  readonly user?: string | number | undefined;
  /**
   * Working directory.
   * A change restarts the process.
   * @default the daemon's own
   */
  readonly directory?: string | undefined;
  /**
   * File mode creation mask, octal.
   * A change restarts the process.
   * @default the daemon's own
   * @example "022"
   */
  readonly umask?: Mode | undefined;
  /**
   * Environment variables, added to those of the daemon.
   * A change restarts the process.
   * @default {}
   * @example { PORT: "3000" }
   */
  readonly environment?: Environment | undefined;
  /**
   * Files of NAME=value lines (`.env`), relative to the config. Later ones win over earlier ones, `environment` over all.
   * A change restarts the process.
   * @default none
   * @example [".env", { path: ".env.local", required: false }]
   */
  readonly envFile?: EnvFile | readonly EnvFile[] | undefined;
  /**
   * Files, folders or globs, relative to the config, at whose change it is restarted; "!..." leaves files out. Never `node_modules` and names with a leading dot.
   * A change takes effect at once.
   * @default []
   * @example ["src/**\/*.ts", "!**\/*.test.ts"]
   */
  readonly watch?: string | readonly string[] | undefined;
  /**
   * Value of SUPERVISOR_SERVER_URL; "AUTO" derives it from the servers, "" leaves it unset.
   * A change restarts the process.
   * @default "AUTO"
   */
  readonly serverurl?: string | undefined;
  /**
   * Whether stderr goes where stdout goes.
   * A change restarts the process.
   * @default false
   */
  readonly redirectStderr?: boolean | undefined;
  /**
   * Where stdout goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).
   * A change restarts the process.
   * @default "AUTO"
   * @example "/var/log/%(program_name)s.log"
   */
  readonly stdoutLogfile?: LogFile | undefined;
  /**
   * Size at which the stdout log is rotated, in bytes; 0 never rotates.
   * A change takes effect at once.
   * @default "50MB"
   */
  readonly stdoutLogfileMaxbytes?: Bytes | undefined;
  /**
   * How many rotated stdout logs are kept; 0 empties the log instead of rotating it.
   * A change takes effect at once.
   * @default 10
   */
  readonly stdoutLogfileBackups?: number | undefined;
  /**
   * Bytes of stdout kept between the capture tokens for a PROCESS_COMMUNICATION event; 0 turns capture off.
   * A change restarts the process.
   * @default 0
   */
  readonly stdoutCaptureMaxbytes?: Bytes | undefined;
  /**
   * Whether each piece of stdout is also sent as a PROCESS_LOG event.
   * A change restarts the process.
   * @default false
   */
  readonly stdoutEventsEnabled?: boolean | undefined;
  /**
   * Whether stdout is also sent to syslog.
   * A change restarts the process.
   * @default false
   */
  readonly stdoutSyslog?: boolean | undefined;
  /**
   * Where stderr goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).
   * A change restarts the process.
   * @default "AUTO"
   * @example "/var/log/%(program_name)s.log"
   */
  readonly stderrLogfile?: LogFile | undefined;
  /**
   * Size at which the stderr log is rotated, in bytes; 0 never rotates.
   * A change takes effect at once.
   * @default "50MB"
   */
  readonly stderrLogfileMaxbytes?: Bytes | undefined;
  /**
   * How many rotated stderr logs are kept; 0 empties the log instead of rotating it.
   * A change takes effect at once.
   * @default 10
   */
  readonly stderrLogfileBackups?: number | undefined;
  /**
   * Bytes of stderr kept between the capture tokens for a PROCESS_COMMUNICATION event; 0 turns capture off.
   * A change restarts the process.
   * @default 0
   */
  readonly stderrCaptureMaxbytes?: Bytes | undefined;
  /**
   * Whether each piece of stderr is also sent as a PROCESS_LOG event.
   * A change restarts the process.
   * @default false
   */
  readonly stderrEventsEnabled?: boolean | undefined;
  /**
   * Whether stderr is also sent to syslog.
   * A change restarts the process.
   * @default false
   */
  readonly stderrSyslog?: boolean | undefined;
  /**
   * Whether everything ends with it: when one of its processes ends for good, the rest is stopped in order and its exit status becomes the daemon's. Under `sup run` and `supervisord -n`; elsewhere it means nothing.
   * A change takes effect at once.
   * @default false
   */
  readonly essential?: boolean | undefined;
  /**
   * Programs that come first, each with what to wait for; a list of names waits for `started`.
   * A change takes effect at once.
   * @default []
   * @example { db: "ready" }
   */
  readonly dependsOn?: DependsOn<Name> | undefined;
  /**
   * How its health is found out.
   * A change takes effect at once.
   * @default healthy while it is RUNNING
   * @example { ready: { http: "http://127.0.0.1:3000/healthz" } }
   */
  readonly health?: HealthConfig | undefined;
  /**
   * The listening socket that all its processes share as descriptor 0.
   * A change replaces the process by a new one.
   * @example "unix:///run/app.sock"
   */
  readonly socket: string;
  /**
   * Owner of a unix socket: `user` or `user:group`.
   * A change replaces the process by a new one.
   * @default the program's user
   */
  readonly socketOwner?: string | undefined;
  /**
   * Permissions of a unix socket, octal.
   * A change replaces the process by a new one.
   * @default "0700"
   */
  readonly socketMode?: Mode | undefined;
  /**
   * Length of the socket's queue of connections, 1 to 65535.
   * A change replaces the process by a new one.
   * @default the system's limit
   */
  readonly socketBacklog?: number | undefined;
}

/** A pool of programs that are told of events over their stdin. */
export interface EventlistenerConfig<Name extends string = string> {
  /**
   * The command line. It is split into words without a shell.
   * A change restarts the process.
   * @example "node server.js"
   */
  readonly command: string;
  /**
   * Name of each process; needs `%(process_num)` if numprocs is above 1.
   * A change replaces the process by a new one.
   * @default "%(program_name)s", or "%(program_name)s_%(process_num)02d" if numprocs is above 1
   */
  readonly processName?: string | undefined;
  /**
   * How many processes of this program are run.
   * A change takes effect at once.
   * @default 1
   */
  readonly numprocs?: number | undefined;
  /**
   * The first `%(process_num)`.
   * A change replaces the process by a new one.
   * @default 0
   */
  readonly numprocsStart?: number | undefined;
  /**
   * Lower numbers start earlier and stop later.
   * A change takes effect at once.
   * @default 999
   */
  readonly priority?: number | undefined;
  /**
   * Whether it starts together with the daemon.
   * A change takes effect at once.
   * @default true
   */
  readonly autostart?: boolean | undefined;
  /**
   * Whether it is started again when it ends; "unexpected": only after a status that exitcodes does not list.
   * A change takes effect at once.
   * @default "unexpected"
   */
  readonly autorestart?: boolean | "unexpected" | undefined;
  /**
   * Seconds it has to stay up for its start to count as successful; 0 counts at once.
   * A change takes effect at once.
   * @default 1
   */
  readonly startsecs?: Duration | undefined;
  /**
   * How often a failed start is tried again before the process is FATAL; "endless": it never is.
   * A change takes effect at once.
   * @default 3
   */
  readonly startretries?: number | "endless" | undefined;
  /**
   * Most seconds to wait before a failed start is tried again; the wait grows by a second with each failure.
   * A change takes effect at once.
   * @default no limit; 60 with startretries: "endless"
   * @example "30s"
   */
  readonly backoffMax?: Duration | undefined;
  /**
   * Exit statuses that are expected.
   * A change takes effect at once.
   * @default 0
   * @example [0, 2]
   */
  readonly exitcodes?: number | readonly number[] | undefined;
  /**
   * Signal that asks it to end, by name (with or without SIG) or number.
   * A change takes effect at once.
   * @default "TERM"
   */
  readonly stopsignal?: Signal | undefined;
  /**
   * Seconds it may take to end before it gets SIGKILL.
   * A change takes effect at once.
   * @default 10
   */
  readonly stopwaitsecs?: Duration | undefined;
  /**
   * Whether the stop signal goes to its whole process group; implies killasgroup.
   * A change takes effect at once.
   * @default false
   */
  readonly stopasgroup?: boolean | undefined;
  /**
   * Whether SIGKILL goes to its whole process group.
   * A change takes effect at once.
   * @default the value of stopasgroup
   */
  readonly killasgroup?: boolean | undefined;
  /**
   * User to run as, by name or uid.
   * A change restarts the process.
   * @default the user of the daemon
   */
  readonly user?: string | number | undefined;
  /**
   * Working directory.
   * A change restarts the process.
   * @default the daemon's own
   */
  readonly directory?: string | undefined;
  /**
   * File mode creation mask, octal.
   * A change restarts the process.
   * @default the daemon's own
   * @example "022"
   */
  readonly umask?: Mode | undefined;
  /**
   * Environment variables, added to those of the daemon.
   * A change restarts the process.
   * @default {}
   * @example { PORT: "3000" }
   */
  readonly environment?: Environment | undefined;
  /**
   * Files of NAME=value lines (`.env`), relative to the config. Later ones win over earlier ones, `environment` over all.
   * A change restarts the process.
   * @default none
   * @example [".env", { path: ".env.local", required: false }]
   */
  readonly envFile?: EnvFile | readonly EnvFile[] | undefined;
  /**
   * Files, folders or globs, relative to the config, at whose change it is restarted; "!..." leaves files out. Never `node_modules` and names with a leading dot.
   * A change takes effect at once.
   * @default []
   * @example ["src/**\/*.ts", "!**\/*.test.ts"]
   */
  readonly watch?: string | readonly string[] | undefined;
  /**
   * Value of SUPERVISOR_SERVER_URL; "AUTO" derives it from the servers, "" leaves it unset.
   * A change restarts the process.
   * @default "AUTO"
   */
  readonly serverurl?: string | undefined;
  /**
   * Whether stderr goes where stdout goes.
   * A change restarts the process.
   * @default false
   */
  readonly redirectStderr?: boolean | undefined;
  /**
   * Where stdout goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).
   * A change restarts the process.
   * @default "AUTO"
   * @example "/var/log/%(program_name)s.log"
   */
  readonly stdoutLogfile?: LogFile | undefined;
  /**
   * Size at which the stdout log is rotated, in bytes; 0 never rotates.
   * A change takes effect at once.
   * @default "50MB"
   */
  readonly stdoutLogfileMaxbytes?: Bytes | undefined;
  /**
   * How many rotated stdout logs are kept; 0 empties the log instead of rotating it.
   * A change takes effect at once.
   * @default 10
   */
  readonly stdoutLogfileBackups?: number | undefined;
  /**
   * Bytes of stdout kept between the capture tokens for a PROCESS_COMMUNICATION event; 0 turns capture off.
   * A change restarts the process.
   * @default 0
   */
  readonly stdoutCaptureMaxbytes?: Bytes | undefined;
  /**
   * Whether each piece of stdout is also sent as a PROCESS_LOG event.
   * A change restarts the process.
   * @default false
   */
  readonly stdoutEventsEnabled?: boolean | undefined;
  /**
   * Whether stdout is also sent to syslog.
   * A change restarts the process.
   * @default false
   */
  readonly stdoutSyslog?: boolean | undefined;
  /**
   * Where stderr goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).
   * A change restarts the process.
   * @default "AUTO"
   * @example "/var/log/%(program_name)s.log"
   */
  readonly stderrLogfile?: LogFile | undefined;
  /**
   * Size at which the stderr log is rotated, in bytes; 0 never rotates.
   * A change takes effect at once.
   * @default "50MB"
   */
  readonly stderrLogfileMaxbytes?: Bytes | undefined;
  /**
   * How many rotated stderr logs are kept; 0 empties the log instead of rotating it.
   * A change takes effect at once.
   * @default 10
   */
  readonly stderrLogfileBackups?: number | undefined;
  /**
   * Bytes of stderr kept between the capture tokens for a PROCESS_COMMUNICATION event; 0 turns capture off.
   * A change restarts the process.
   * @default 0
   */
  readonly stderrCaptureMaxbytes?: Bytes | undefined;
  /**
   * Whether each piece of stderr is also sent as a PROCESS_LOG event.
   * A change restarts the process.
   * @default false
   */
  readonly stderrEventsEnabled?: boolean | undefined;
  /**
   * Whether stderr is also sent to syslog.
   * A change restarts the process.
   * @default false
   */
  readonly stderrSyslog?: boolean | undefined;
  /**
   * Whether everything ends with it: when one of its processes ends for good, the rest is stopped in order and its exit status becomes the daemon's. Under `sup run` and `supervisord -n`; elsewhere it means nothing.
   * A change takes effect at once.
   * @default false
   */
  readonly essential?: boolean | undefined;
  /**
   * Programs that come first, each with what to wait for; a list of names waits for `started`.
   * A change takes effect at once.
   * @default []
   * @example { db: "ready" }
   */
  readonly dependsOn?: DependsOn<Name> | undefined;
  /**
   * How its health is found out.
   * A change takes effect at once.
   * @default healthy while it is RUNNING
   * @example { ready: { http: "http://127.0.0.1:3000/healthz" } }
   */
  readonly health?: HealthConfig | undefined;
  /**
   * Events it is told of; a type includes its subtypes.
   * A change replaces the process by a new one.
   * @example ["PROCESS_STATE_EXITED"]
   */
  readonly events: readonly EventName[];
  /**
   * How many events are kept while every process of the pool is busy, 1 or more; of large ones as many as go into 8 MiB, which all pools share.
   * A change replaces the process by a new one.
   * @default 10
   */
  readonly bufferSize?: number | undefined;
}

/** A listener written in the config itself: a function of events. */
export interface ListenerConfig {
  /**
   * Events it is told of; a type includes its subtypes.
   * A change replaces the process by a new one.
   * @example ["PROCESS_STATE_EXITED"]
   */
  readonly events: readonly EventName[];
  /**
   * Called with one event at a time, in a process of its own. If it throws or rejects, it gets the event again later.
   * A change restarts the process.
   * @example (event) => console.log(event.name)
   */
  readonly handler: (event: ListenerEvent) => void | Promise<void>;
  /**
   * How many events are kept while the handler is busy, 1 or more; of large ones as many as go into 8 MiB, which all pools share.
   * A change replaces the process by a new one.
   * @default 10
   */
  readonly bufferSize?: number | undefined;
  /**
   * User to run the handler as, by name or uid.
   * A change restarts the process.
   * @default the owner of the config if the daemon is root's, else the user of the daemon
   */
  readonly user?: string | number | undefined;
  /**
   * Environment variables, added to those of the daemon.
   * A change restarts the process.
   * @default {}
   * @example { WEBHOOK: "https://chat.example/hook" }
   */
  readonly environment?: Environment | undefined;
  /**
   * Where stderr goes: a path, "AUTO" (a file of sup's own), "NONE" (nowhere) or "syslog" (deprecated).
   * A change restarts the process.
   * @default "AUTO"
   * @example "/var/log/%(program_name)s.log"
   */
  readonly stderrLogfile?: LogFile | undefined;
}

/** Seconds as a number, or text with a unit. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h"}`;
/** Bytes as a number, or text with a unit (1024-based). */
export type Bytes = number | `${number}${"KB" | "MB" | "GB" | "kb" | "mb" | "gb"}`;
/** Octal permissions: "022" or 0o22. */
export type Mode = string | number;
/** Variables by name. */
export type Environment = Readonly<Record<string, string | number | boolean>>;
/** A file of NAME=value lines. `required: false`: it may be missing. */
export type EnvFile = string | { readonly path: string; readonly required?: boolean | undefined };
/** "AUTO", "NONE", "syslog" or a path. */
export type LogFile = "AUTO" | "NONE" | "syslog" | (string & {});
export type LogLevel = "critical" | "error" | "warn" | "info" | "debug" | "trace" | "blather";
/** started: RUNNING. ready: its readiness check has passed. completed: it has ended with an expected status. */
export type Condition = "started" | "ready" | "completed";
export type DependsOn<Name extends string = string> = { readonly [N in Name]?: Condition } | readonly Name[];
export type EventName =
  | "EVENT"
  | "PROCESS_STATE"
  | "PROCESS_STATE_STARTING"
  | "PROCESS_STATE_BACKOFF"
  | "PROCESS_STATE_RUNNING"
  | "PROCESS_STATE_EXITED"
  | "PROCESS_STATE_STOPPING"
  | "PROCESS_STATE_STOPPED"
  | "PROCESS_STATE_FATAL"
  | "PROCESS_STATE_UNKNOWN"
  | "PROCESS_COMMUNICATION"
  | "PROCESS_COMMUNICATION_STDOUT"
  | "PROCESS_COMMUNICATION_STDERR"
  | "PROCESS_LOG"
  | "PROCESS_LOG_STDOUT"
  | "PROCESS_LOG_STDERR"
  | "REMOTE_COMMUNICATION"
  | "SUPERVISOR_STATE_CHANGE"
  | "SUPERVISOR_STATE_CHANGE_RUNNING"
  | "SUPERVISOR_STATE_CHANGE_STOPPING"
  | "TICK"
  | "TICK_5"
  | "TICK_60"
  | "TICK_3600"
  | "PROCESS_GROUP"
  | "PROCESS_GROUP_ADDED"
  | "PROCESS_GROUP_REMOVED";
/** Signals of Linux by name, as `kill -l` lists them. */
export type SignalName =
  | "HUP"
  | "INT"
  | "QUIT"
  | "ILL"
  | "TRAP"
  | "ABRT"
  | "BUS"
  | "FPE"
  | "KILL"
  | "USR1"
  | "SEGV"
  | "USR2"
  | "PIPE"
  | "ALRM"
  | "TERM"
  | "STKFLT"
  | "CHLD"
  | "CONT"
  | "STOP"
  | "TSTP"
  | "TTIN"
  | "TTOU"
  | "URG"
  | "XCPU"
  | "XFSZ"
  | "VTALRM"
  | "PROF"
  | "WINCH"
  | "IO"
  | "PWR"
  | "SYS"
  | "IOT"
  | "CLD"
  | "POLL"
  | "RTMIN"
  | "RTMAX";
/** A signal by name, with or without SIG, or by number; or text that comes to one, such as "%(ENV_STOP)s". */
export type Signal =
  | SignalName
  | `SIG${SignalName}`
  | 1
  | 2
  | 3
  | 4
  | 5
  | 6
  | 7
  | 8
  | 9
  | 10
  | 11
  | 12
  | 13
  | 14
  | 15
  | 16
  | 17
  | 18
  | 19
  | 20
  | 21
  | 22
  | 23
  | 24
  | 25
  | 26
  | 27
  | 28
  | 29
  | 30
  | 31
  | 34
  | 64
  | `${string}%(${string})s${string}`;
