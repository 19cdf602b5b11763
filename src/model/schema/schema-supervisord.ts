import * as z from "zod";
import { SUPERVISORD_APPLY } from "../plan/apply.ts";
import { bytes, count, environment, flag, mode, option, text, user } from "./schema-option.ts";

export const supervisordSchema = z
  .strictObject(
    {
      logfile: option(text, {
        about: 'Log of the daemon: a path, or "syslog".',
        ts: "string",
        fallback: "a file in sup's state folder",
        apply: SUPERVISORD_APPLY.logfile,
      }),
      logfileMaxbytes: option(bytes, {
        about: "Size at which the daemon's log is rotated, in bytes; 0 never rotates.",
        ts: "Bytes",
        fallback: '"50MB"',
        apply: SUPERVISORD_APPLY.logfileMaxbytes,
      }),
      logfileBackups: option(count, {
        about: "How many rotated logs of the daemon are kept.",
        ts: "number",
        fallback: "10",
        apply: SUPERVISORD_APPLY.logfileBackups,
      }),
      loglevel: option(
        z.enum(["critical", "error", "warn", "info", "debug", "trace", "blather"], {
          error: '"critical", "error", "warn", "info", "debug", "trace" or "blather"',
        }),
        { about: "How much the daemon logs.", ts: "LogLevel", fallback: '"info"', apply: SUPERVISORD_APPLY.loglevel },
      ),
      pidfile: option(text, {
        about: "File that holds the daemon's pid.",
        ts: "string",
        fallback: "a file in sup's state folder",
        apply: SUPERVISORD_APPLY.pidfile,
      }),
      identifier: option(text, {
        about: "Name of this daemon in events and towards clients.",
        ts: "string",
        fallback: '"supervisor"',
        apply: SUPERVISORD_APPLY.identifier,
      }),
      directory: option(text, {
        about: "Directory the daemon changes to when it goes into the background.",
        ts: "string",
        fallback: "unchanged",
        apply: SUPERVISORD_APPLY.directory,
      }),
      umask: option(mode, {
        about: "File mode creation mask of the daemon, octal.",
        ts: "Mode",
        fallback: '"022"',
        apply: SUPERVISORD_APPLY.umask,
      }),
      user: option(user, {
        about: "User the daemon becomes when it is started by root, by name or uid.",
        ts: "string | number",
        fallback: "unchanged",
        apply: SUPERVISORD_APPLY.user,
      }),
      nodaemon: option(flag, {
        about: "Whether the daemon stays in the foreground.",
        ts: "boolean",
        fallback: "false",
        apply: SUPERVISORD_APPLY.nodaemon,
      }),
      silent: option(flag, {
        about: "Whether a daemon in the foreground keeps its log off the terminal.",
        ts: "boolean",
        fallback: "false",
        apply: SUPERVISORD_APPLY.silent,
      }),
      minfds: option(count, {
        about: "Open files the daemon must be allowed to have.",
        ts: "number",
        fallback: "1024",
        apply: SUPERVISORD_APPLY.minfds,
      }),
      minprocs: option(count, {
        about: "Processes the daemon must be allowed to have.",
        ts: "number",
        fallback: "200",
        apply: SUPERVISORD_APPLY.minprocs,
      }),
      childlogdir: option(text, {
        about: 'Folder of logs that are "AUTO".',
        ts: "string",
        fallback: "sup's state folder",
        apply: SUPERVISORD_APPLY.childlogdir,
      }),
      nocleanup: option(flag, {
        about: 'Whether old "AUTO" logs are kept when the daemon starts.',
        ts: "boolean",
        fallback: "false",
        apply: SUPERVISORD_APPLY.nocleanup,
      }),
      stripAnsi: option(flag, {
        about: "Whether ANSI escape sequences are removed from logs.",
        ts: "boolean",
        fallback: "false",
        apply: SUPERVISORD_APPLY.stripAnsi,
      }),
      legacyGetActions: option(flag, {
        about:
          "Whether a GET of Supervisor's `index.html?action=...` acts at once, for scripts that use it; never for pages of other sites.",
        ts: "boolean",
        fallback: "false: it shows a button",
        apply: SUPERVISORD_APPLY.legacyGetActions,
      }),
      environment: option(environment, {
        about: "Environment variables for every program.",
        ts: "Environment",
        fallback: "{}",
        apply: SUPERVISORD_APPLY.environment,
      }),
    },
    { error: "an object" },
  )
  .meta({ id: "SupervisordConfig", description: "The daemon itself." });
