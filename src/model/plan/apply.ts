import type { GroupSpec, ProcessSpec, StreamSpec, SupervisordSpec } from "../model.ts";

/**
 * How a changed value comes into force.
 *
 * - `live`: at once, nothing is restarted
 * - `restart`: the process is restarted
 * - `replace`: the group is taken down and built anew
 * - `supervisor`: with the next restart of the daemon
 */
export type Apply = "live" | "restart" | "replace" | "supervisor";

// These tables are total by type: a key added to the model without a decision here does not compile.

/** For each key of a process; the streams have tables of their own. */
export const PROCESS_APPLY = {
  name: "replace",
  group: "replace",
  program: "restart",
  command: "restart",
  directory: "restart",
  uid: "restart",
  umask: "restart",
  priority: "live",
  autostart: "live",
  autorestart: "live",
  startsecs: "live",
  startretries: "live",
  backoffMax: "live",
  exitcodes: "live",
  stopsignal: "live",
  stopwaitsecs: "live",
  stopasgroup: "live",
  killasgroup: "live",
  redirectStderr: "restart",
  environment: "restart",
  watch: "live",
  serverurl: "restart",
  essential: "live",
  dependsOn: "live",
  ready: "live",
} as const satisfies Record<Exclude<keyof ProcessSpec, "stdout" | "stderr">, Apply>;

/** For each key of `stdout` and `stderr`. */
export const STREAM_APPLY = {
  logfile: "restart",
  maxbytes: "live",
  backups: "live",
  captureMaxbytes: "restart",
  eventsEnabled: "restart",
  syslog: "restart",
} as const satisfies Record<keyof StreamSpec, Apply>;

/** For each key of a group itself. Its processes are compared one by one. */
export const GROUP_APPLY = {
  name: "replace",
  kind: "replace",
  priority: "live",
  listener: "replace",
  fcgi: "replace",
} as const satisfies Record<Exclude<keyof GroupSpec, "processes">, Apply>;

/** For each key of the daemon. Its environment is part of every process and is compared there. */
export const SUPERVISORD_APPLY = {
  logfile: "supervisor",
  logfileMaxbytes: "supervisor",
  logfileBackups: "supervisor",
  loglevel: "supervisor",
  pidfile: "supervisor",
  identifier: "supervisor",
  directory: "supervisor",
  umask: "supervisor",
  user: "supervisor",
  nodaemon: "supervisor",
  silent: "supervisor",
  minfds: "supervisor",
  minprocs: "supervisor",
  childlogdir: "supervisor",
  nocleanup: "supervisor",
  stripAnsi: "supervisor",
  legacyGetActions: "supervisor",
  environment: "restart",
} as const satisfies Record<keyof SupervisordSpec, Apply>;
