import * as z from "zod";
import { PROCESS_APPLY } from "../plan/apply.ts";
import {
  between,
  count,
  duration,
  environment,
  flag,
  mode,
  option,
  required,
  signal,
  text,
  user,
  wholeNumber,
} from "./schema-option.ts";
import { stream } from "./schema-stream.ts";
import { health } from "./schema-health.ts";

const stdout = stream("stdout");
const stderr = stream("stderr");
const NAME_OR_CONDITION = 'the names of programs, or an object such as { db: "ready" }';

const GLOBS = 'a path or glob such as "src/**/*.ts", or a list of them';
const ENV_FILE = 'a path such as ".env", { path, required: false }, or a list of them';
const envFile = z.union([text, z.strictObject({ path: text, required: flag.optional() })], { error: ENV_FILE });

const condition = z.enum(["started", "ready", "completed"], { error: '"started", "ready" or "completed"' });

/** The options of every kind of program. */
export const programShape = {
  command: required(text, {
    about: "The command line. It is split into words without a shell.",
    ts: "string",
    sample: '"node server.js"',
    apply: PROCESS_APPLY.command,
  }),
  processName: option(text, {
    about: "Name of each process; needs `%(process_num)` if numprocs is above 1.",
    ts: "string",
    fallback: '"%(program_name)s", or "%(program_name)s_%(process_num)02d" if numprocs is above 1',
    apply: PROCESS_APPLY.name,
  }),
  numprocs: option(count, {
    about: "How many processes of this program are run.",
    ts: "number",
    fallback: "1",
    apply: "live",
  }),
  numprocsStart: option(count, {
    about: "The first `%(process_num)`.",
    ts: "number",
    fallback: "0",
    apply: PROCESS_APPLY.name,
  }),
  priority: option(wholeNumber, {
    about: "Lower numbers start earlier and stop later.",
    ts: "number",
    fallback: "999",
    apply: PROCESS_APPLY.priority,
  }),
  autostart: option(flag, {
    about: "Whether it starts together with the daemon.",
    ts: "boolean",
    fallback: "true",
    apply: PROCESS_APPLY.autostart,
  }),
  autorestart: option(z.union([z.boolean(), z.literal("unexpected")], { error: 'true, false or "unexpected"' }), {
    about: 'Whether it is started again when it ends; "unexpected": only after a status that exitcodes does not list.',
    ts: 'boolean | "unexpected"',
    fallback: '"unexpected"',
    apply: PROCESS_APPLY.autorestart,
  }),
  startsecs: option(duration, {
    about: "Seconds it has to stay up for its start to count as successful; 0 counts at once.",
    ts: "Duration",
    fallback: "1",
    apply: PROCESS_APPLY.startsecs,
  }),
  startretries: option(z.union([count, z.literal("endless")], { error: 'a whole number, 0 or more, or "endless"' }), {
    about: 'How often a failed start is tried again before the process is FATAL; "endless": it never is.',
    ts: 'number | "endless"',
    fallback: "3",
    apply: PROCESS_APPLY.startretries,
  }),
  backoffMax: option(duration, {
    about: "Most seconds to wait before a failed start is tried again; the wait grows by a second with each failure.",
    ts: "Duration",
    fallback: 'no limit; 60 with startretries: "endless"',
    sample: '"30s"',
    apply: PROCESS_APPLY.backoffMax,
  }),
  exitcodes: option(
    z.union([exitcode(), z.array(exitcode()).readonly()], { error: "an exit status from 0 to 255, or a list of them" }),
    {
      about: "Exit statuses that are expected.",
      ts: "number | readonly number[]",
      fallback: "0",
      sample: "[0, 2]",
      apply: PROCESS_APPLY.exitcodes,
    },
  ),
  stopsignal: option(signal, {
    about: "Signal that asks it to end, by name (with or without SIG) or number.",
    ts: "Signal",
    fallback: '"TERM"',
    apply: PROCESS_APPLY.stopsignal,
  }),
  stopwaitsecs: option(duration, {
    about: "Seconds it may take to end before it gets SIGKILL.",
    ts: "Duration",
    fallback: "10",
    apply: PROCESS_APPLY.stopwaitsecs,
  }),
  stopasgroup: option(flag, {
    about: "Whether the stop signal goes to its whole process group; implies killasgroup.",
    ts: "boolean",
    fallback: "false",
    apply: PROCESS_APPLY.stopasgroup,
  }),
  killasgroup: option(flag, {
    about: "Whether SIGKILL goes to its whole process group.",
    ts: "boolean",
    fallback: "the value of stopasgroup",
    apply: PROCESS_APPLY.killasgroup,
  }),
  user: option(user, {
    about: "User to run as, by name or uid.",
    ts: "string | number",
    fallback: "the user of the daemon",
    apply: PROCESS_APPLY.uid,
  }),
  directory: option(text, {
    about: "Working directory.",
    ts: "string",
    fallback: "the daemon's own",
    apply: PROCESS_APPLY.directory,
  }),
  umask: option(mode, {
    about: "File mode creation mask, octal.",
    ts: "Mode",
    fallback: "the daemon's own",
    sample: '"022"',
    apply: PROCESS_APPLY.umask,
  }),
  environment: option(environment, {
    about: "Environment variables, added to those of the daemon.",
    ts: "Environment",
    fallback: "{}",
    sample: '{ PORT: "3000" }',
    apply: PROCESS_APPLY.environment,
  }),
  envFile: option(z.union([envFile, z.array(envFile).readonly()], { error: ENV_FILE }), {
    about:
      "Files of NAME=value lines (`.env`), relative to the config. Later ones win over earlier ones, `environment` over all.",
    ts: "EnvFile | readonly EnvFile[]",
    fallback: "none",
    sample: '[".env", { path: ".env.local", required: false }]',
    apply: PROCESS_APPLY.environment,
  }),
  watch: option(z.union([text, z.array(text).readonly()], { error: GLOBS }), {
    about:
      'Files, folders or globs, relative to the config, at whose change it is restarted; "!..." leaves files out. Never `node_modules` and names with a leading dot.',
    ts: "string | readonly string[]",
    fallback: "[]",
    sample: '["src/**/*.ts", "!**/*.test.ts"]',
    apply: PROCESS_APPLY.watch,
  }),
  serverurl: option(text, {
    about: 'Value of SUPERVISOR_SERVER_URL; "AUTO" derives it from the servers, "" leaves it unset.',
    ts: "string",
    fallback: '"AUTO"',
    apply: PROCESS_APPLY.serverurl,
  }),
  redirectStderr: option(flag, {
    about: "Whether stderr goes where stdout goes.",
    ts: "boolean",
    fallback: "false",
    apply: PROCESS_APPLY.redirectStderr,
  }),
  stdoutLogfile: stdout.Logfile,
  stdoutLogfileMaxbytes: stdout.LogfileMaxbytes,
  stdoutLogfileBackups: stdout.LogfileBackups,
  stdoutCaptureMaxbytes: stdout.CaptureMaxbytes,
  stdoutEventsEnabled: stdout.EventsEnabled,
  stdoutSyslog: stdout.Syslog,
  stderrLogfile: stderr.Logfile,
  stderrLogfileMaxbytes: stderr.LogfileMaxbytes,
  stderrLogfileBackups: stderr.LogfileBackups,
  stderrCaptureMaxbytes: stderr.CaptureMaxbytes,
  stderrEventsEnabled: stderr.EventsEnabled,
  stderrSyslog: stderr.Syslog,
  essential: option(flag, {
    about:
      "Whether everything ends with it: when one of its processes ends for good, the rest is stopped in order and its " +
      "exit status becomes the daemon's. Under `sup run` and `supervisord -n`; elsewhere it means nothing.",
    ts: "boolean",
    fallback: "false",
    apply: PROCESS_APPLY.essential,
  }),
  dependsOn: option(
    z.union([z.record(z.string(), condition.optional()), z.array(text).readonly()], { error: NAME_OR_CONDITION }),
    {
      about: "Programs that come first, each with what to wait for; a list of names waits for `started`.",
      ts: "DependsOn<Name>",
      fallback: "[]",
      sample: '{ db: "ready" }',
      apply: PROCESS_APPLY.dependsOn,
    },
  ),
  health: option(health, {
    about: "How its health is found out.",
    ts: "HealthConfig",
    fallback: "healthy while it is RUNNING",
    sample: '{ ready: { http: "http://127.0.0.1:3000/healthz" } }',
    apply: PROCESS_APPLY.ready,
  }),
} as const;

export const programSchema = z
  .strictObject(programShape, { error: 'an object such as { command: "node server.js" }' })
  .meta({ id: "ProgramConfig", description: "A program: a command that is kept running." });

export const fcgiProgramSchema = z
  .strictObject(
    {
      ...programShape,
      socket: required(text, {
        about: "The listening socket that all its processes share as descriptor 0.",
        ts: "string",
        sample: '"unix:///run/app.sock"',
        apply: "replace",
      }),
      socketOwner: option(text, {
        about: "Owner of a unix socket: `user` or `user:group`.",
        ts: "string",
        fallback: "the program's user",
        apply: "replace",
      }),
      socketMode: option(mode, {
        about: "Permissions of a unix socket, octal.",
        ts: "Mode",
        fallback: '"0700"',
        apply: "replace",
      }),
      socketBacklog: option(wholeNumber, {
        about: "Length of the socket's queue of connections, 1 to 65535.",
        ts: "number",
        fallback: "the system's limit",
        apply: "replace",
      }),
    },
    { error: "an object with command and socket" },
  )
  .meta({ id: "FcgiProgramConfig", description: "A FastCGI program: processes that share one listening socket." });

function exitcode() {
  return between(0, 255, "an exit status from 0 to 255");
}
