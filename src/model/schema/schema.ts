import * as z from "zod";
import { option, required, text, wholeNumber } from "./schema-option.ts";
import { eventlistenerSchema, listenerSchema } from "./schema-listener.ts";
import { fcgiProgramSchema, programSchema } from "./schema-program.ts";
import { inetHttpServerSchema, supervisorctlSchema, unixHttpServerSchema } from "./schema-servers.ts";
import { supervisordSchema } from "./schema-supervisord.ts";

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

const includeSchema = z
  .strictObject(
    {
      files: required(z.union([text, z.array(text).readonly()], { error: "a pattern, or a list of them" }), {
        about:
          'Paths and patterns such as "conf.d/*.conf", relative to the config; text may name several, apart by blanks.',
        ts: "string | readonly string[]",
        sample: '"conf.d/*.conf"',
        apply: "live",
      }),
    },
    { error: 'an object such as { files: "conf.d/*.conf" }' },
  )
  .meta({ id: "IncludeConfig", description: "Files in Supervisor's format that belong to the config." });

const map = <T extends z.ZodType>(schema: T) => z.record(z.string(), schema, { error: "an object" });
const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema).readonly()]);

/** What a config file may say. Pure validation: values come out as they went in; `buildModel` converts them. */
export const configSchema = z
  .strictObject(
    {
      $schema: option(text, { about: "JSON schema, for editors; ignored.", ts: "string", apply: "live" }),
      include: option(includeSchema, {
        about: "Files in Supervisor's format whose sections are added to what is said here.",
        ts: "IncludeConfig",
        fallback: "none",
        sample: '{ files: "conf.d/*.conf" }',
        apply: "live",
      }),
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
      listeners: option(map(listenerSchema), {
        about: "Event listeners written here, by name: functions that are called with typed events.",
        ts: "Readonly<Record<string, ListenerConfig>>",
        fallback: "{}",
        apply: "live",
      }),
    },
    { error: "an object" },
  )
  .meta({ id: "Config", description: "What a config file says: the programs, and the daemon that runs them." });
