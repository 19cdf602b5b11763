import * as z from "zod";
import { SUPERVISORD_APPLY } from "./apply.ts";
import {
  between,
  bytes,
  count,
  environment,
  flag,
  mode,
  option,
  required,
  text,
  user,
  wholeNumber,
} from "./schema-option.ts";
import { eventlistenerSchema, fcgiProgramSchema, programSchema } from "./schema-program.ts";

const supervisordSchema = z
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

const credentials = {
  username: option(text, {
    about: "User name that clients have to give; needs password.",
    ts: "string",
    fallback: "no authentication",
    apply: "supervisor",
  }),
  password: option(text, {
    about: "Password in clear text, or `{SHA}` and 40 hexadecimal digits; needs username.",
    ts: "string",
    fallback: "no authentication",
    apply: "supervisor",
  }),
} as const;

const PORT = 'a port from 1 to 65535, or "host:port"';
const serverName = option(text, {
  about: "Tells several servers of one kind apart.",
  ts: "string",
  fallback: "none",
  apply: "supervisor",
});

const unixHttpServerSchema = z
  .strictObject(
    {
      name: serverName,
      file: required(text, {
        about: "Path of the socket.",
        ts: "string",
        sample: '"/run/sup.sock"',
        apply: "supervisor",
      }),
      chmod: option(mode, {
        about: "Permissions of the socket, octal.",
        ts: "Mode",
        fallback: '"0700"',
        apply: "supervisor",
      }),
      chown: option(text, {
        about: "Owner of the socket: `user` or `user:group`.",
        ts: "string",
        fallback: "unchanged",
        apply: "supervisor",
      }),
      ...credentials,
    },
    { error: 'an object such as { file: "/run/sup.sock" }' },
  )
  .meta({ id: "UnixHttpServerConfig", description: "A control server on a unix socket." });

const inetHttpServerSchema = z
  .strictObject(
    {
      name: serverName,
      port: required(z.union([between(1, 65535, PORT), text], { error: PORT }), {
        about: 'Port to listen on, or "host:port"; a bare port listens on all IPv4 interfaces.',
        ts: "string | number",
        sample: '"127.0.0.1:9001"',
        apply: "supervisor",
      }),
      ...credentials,
      insecure: option(flag, {
        about: "Allows a server without a password where other machines can reach it: all of them may then control it.",
        ts: "boolean",
        fallback: "false",
        apply: "supervisor",
      }),
    },
    { error: 'an object such as { port: "127.0.0.1:9001" }' },
  )
  .meta({ id: "InetHttpServerConfig", description: "A control server on a TCP port." });

const supervisorctlSchema = z
  .strictObject(
    {
      serverurl: option(text, {
        about: "Server that supervisorctl talks to: `http://host:port` or `unix:///path`.",
        ts: "string",
        fallback: '"http://localhost:9001"',
        apply: "live",
      }),
      username: option(text, { about: "User name to give.", ts: "string", fallback: "none", apply: "live" }),
      password: option(text, {
        about: "Password to give, in clear text.",
        ts: "string",
        fallback: "none",
        apply: "live",
      }),
      prompt: option(text, {
        about: "Prompt of the interactive shell.",
        ts: "string",
        fallback: '"supervisor"',
        apply: "live",
      }),
      historyFile: option(text, {
        about: "File that keeps the shell's history.",
        ts: "string",
        fallback: "none",
        apply: "live",
      }),
    },
    { error: "an object" },
  )
  .meta({ id: "SupervisorctlConfig", description: "Settings of the supervisorctl client." });

const groupSchema = z
  .strictObject(
    {
      programs: required(z.array(text, { error: "a list of program names" }).readonly(), {
        about: "Names of its programs, in start order.",
        ts: "readonly Name[]",
        sample: '["web", "worker"]',
        apply: "live",
      }),
      priority: option(wholeNumber, {
        about: "Lower numbers start earlier and stop later.",
        ts: "number",
        fallback: "999",
        apply: "live",
      }),
    },
    { error: 'an object such as { programs: ["web"] }' },
  )
  .meta({ id: "GroupConfig", description: "Programs that are started, stopped and named together." });

const map = <T extends z.ZodType>(schema: T) => z.record(z.string(), schema, { error: "an object" });
const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema).readonly()]);

/** What a config file may say. Pure validation: values come out as they went in; `buildModel` converts them. */
export const configSchema = z
  .strictObject(
    {
      $schema: option(text, { about: "JSON schema, for editors; ignored.", ts: "string", apply: "live" }),
      supervisord: option(supervisordSchema, {
        about: "The daemon itself.",
        ts: "SupervisordConfig",
        apply: "supervisor",
      }),
      unixHttpServer: option(oneOrMore(unixHttpServerSchema), {
        about: "Control servers on unix sockets.",
        ts: "UnixHttpServerConfig | readonly UnixHttpServerConfig[]",
        fallback: "none",
        apply: "supervisor",
      }),
      inetHttpServer: option(oneOrMore(inetHttpServerSchema), {
        about: "Control servers on TCP ports.",
        ts: "InetHttpServerConfig | readonly InetHttpServerConfig[]",
        fallback: "none",
        apply: "supervisor",
      }),
      supervisorctl: option(supervisorctlSchema, {
        about: "Settings of the supervisorctl client.",
        ts: "SupervisorctlConfig",
        apply: "live",
      }),
      rpcinterface: option(z.array(text, { error: "a list of names" }).readonly(), {
        about: 'Remote interfaces that the servers offer; "supervisor" is the only one.',
        ts: "readonly string[]",
        fallback: '["supervisor"]',
        apply: "supervisor",
      }),
      programs: option(map(programSchema), {
        about: "The programs, by name.",
        ts: "{ readonly [P in Program]: ProgramConfig<NoInfer<Program | Fcgi>> }",
        fallback: "{}",
        apply: "live",
      }),
      groups: option(map(groupSchema), {
        about: "Groups of programs, by name. A program in no group is a group of its own.",
        ts: "Readonly<Record<string, GroupConfig<NoInfer<Program | Fcgi>>>>",
        fallback: "{}",
        apply: "live",
      }),
      fcgiPrograms: option(map(fcgiProgramSchema), {
        about: "FastCGI programs, by name.",
        ts: "{ readonly [P in Fcgi]: FcgiProgramConfig<NoInfer<Program | Fcgi>> }",
        fallback: "{}",
        apply: "live",
      }),
      eventlisteners: option(map(eventlistenerSchema), {
        about: "Event listeners, by name.",
        ts: "Readonly<Record<string, EventlistenerConfig<NoInfer<Program | Fcgi>>>>",
        fallback: "{}",
        apply: "live",
      }),
    },
    { error: "an object" },
  )
  .meta({ id: "Config", description: "What a config file says: the programs, and the daemon that runs them." });
