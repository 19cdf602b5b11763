// Writes what is derived from the schemas of the config and of the JSON API: the interfaces people read, the references,
// the JSON schema and the OpenAPI document.
//   node scripts/generate.mjs            write the files
//   node scripts/generate.mjs --check    say which files are not what would be written, and fail
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";
import { apiReference } from "./generate-reference.mjs";
import { apiArguments, apiTypes, openApi } from "./generate-api.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const schemas = await loadSchema();
const { z, configSchema, EVENT_TYPES, signalNames, signalNumbers } = schemas;
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const EFFECTS = {
  live: "takes effect at once",
  restart: "restarts the process",
  replace: "replaces the process by a new one",
  supervisor: "takes effect when the daemon is restarted",
};
const APPLY_WORDS = { live: "at once", restart: "restarts", replace: "replaces", supervisor: "daemon restart" };
const TITLES = {
  Config: "The file",
  IncludeConfig: "include",
  SupervisordConfig: "supervisord",
  UnixHttpServerConfig: "unixHttpServer",
  InetHttpServerConfig: "inetHttpServer",
  SupervisorctlConfig: "supervisorctl",
  ProgramConfig: "programs.NAME",
  HealthConfig: "programs.NAME.health",
  ReadyConfig: "programs.NAME.health.ready",
  GroupConfig: "groups.NAME",
  FcgiProgramConfig: "fcgiPrograms.NAME",
  EventlistenerConfig: "eventlisteners.NAME",
  ListenerConfig: "listeners.NAME",
};
const SCALARS = `/** Seconds as a number, or text with a unit. */
export type Duration = number | \`\${number}\${"ms" | "s" | "m" | "h"}\`;
/** Bytes as a number, or text with a unit (1024-based). */
export type Bytes = number | \`\${number}\${"KB" | "MB" | "GB" | "kb" | "mb" | "gb"}\`;
/** Octal permissions: "022" or 0o22. */
export type Mode = string | number;
/** Variables by name. */
export type Environment = Readonly<Record<string, string | number | boolean>>;
/** A file of NAME=value lines. \`required: false\`: it may be missing. */
export type EnvFile = string | { readonly path: string; readonly required?: boolean | undefined };
/** "AUTO", "NONE", "syslog" or a path. */
export type LogFile = "AUTO" | "NONE" | "syslog" | (string & {});
export type LogLevel = "critical" | "error" | "warn" | "info" | "debug" | "trace" | "blather";
/** started: RUNNING. ready: its readiness check has passed. completed: it has ended with an expected status. */
export type Condition = "started" | "ready" | "completed";
export type DependsOn<Name extends string = string> = { readonly [N in Name]?: Condition } | readonly Name[];
export type EventName = EVENTS;
/** Signals of Linux by name, as \`kill -l\` lists them. */
export type SignalName = SIGNAL_NAMES;
/** A signal by name, with or without SIG, or by number; or text that comes to one, such as "%(ENV_STOP)s". */
export type Signal = SignalName | \`SIG\${SignalName}\` | SIGNAL_NUMBERS | \`\${string}%(\${string})s\${string}\`;
`;
const REFERENCE_HEAD = `<!-- Written by scripts/generate.mjs from src/model/schema/schema.ts. Do not edit. -->

# Options of supervisor.config.ts

Option names are Supervisor's own in camelCase: \`stdout_logfile_maxbytes\` is \`stdoutLogfileMaxbytes\`.

- **Duration**: a number of seconds, or text such as \`"500ms"\`, \`"10s"\`, \`"2m"\`, \`"1h"\`.
- **Bytes**: a number of bytes, or text such as \`"100KB"\`, \`"50MB"\`, \`"1GB"\` (1024-based).
- **Mode**: octal permissions, as text (\`"022"\`) or as a number (\`0o22\`).
- **Signal**: a name with or without SIG, such as \`"TERM"\` or \`"SIGUSR1"\`, or a number of Linux.
- **Environment**: an object of variables whose values are text, numbers, true or false.
- In text, \`%(program_name)s\`, \`%(group_name)s\`, \`%(process_num)02d\`, \`%(numprocs)d\`, \`%(here)s\`, \`%(host_node_name)s\` and
  \`%(ENV_X)s\` are expanded. Every other percent sign stands for itself; \`%%(here)s\` is a literal \`%(here)s\`.
- **A change**: what editing the option does to a running daemon. "At once" restarts nothing.
`;

const files = {
  "src/model/config.ts": format("config.ts", interfaces()),
  "docs/reference/config.md": format("config.md", reference()),
  "src/protocol/api.ts": format("api.ts", apiTypes(schemas)),
  "src/protocol/api-arguments.ts": format("api-arguments.ts", apiArguments(schemas)),
  "docs/reference/api.md": format("api.md", apiReference(root)),
  "docs/reference/openapi.json": format(
    "openapi.json",
    JSON.stringify(openApi({ ...schemas, version }), null, 2) + "\n",
  ),
  "docs/reference/supervisor.config.schema.json": format("schema.json", JSON.stringify(jsonSchema(), null, 2) + "\n"),
};

const stale = Object.entries(files).filter(([file, text]) => readOrNull(join(root, file)) !== text);
if (process.argv.includes("--check")) {
  for (const [file] of stale) console.error(`${file} is not what the schema says: run node scripts/generate.mjs`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [file, text] of stale) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    console.log(`wrote ${file}`);
  }
}

/** The schema is TypeScript: bundled in memory, so that no Node version and no build matters. */
async function loadSchema() {
  const contents = `export * as z from "zod"; export { configSchema } from "./src/model/schema/schema.ts"; export { EVENT_TYPES } from "./src/model/event-types.ts"; export { signalNames, signalNumbers } from "./src/model/values.ts"; export * from "./src/protocol/api-schema.ts";`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
  });
  const module = { exports: {} };
  const text = `(function (module, exports) {${outputFiles[0].text}\n})`;
  vm.runInThisContext(text, { filename: "schema.cjs" })(module, module.exports);
  return module.exports;
}

/** The object schemas in the order in which a reader meets them: each before the parts it is made of. */
function objectSchemas(schema = configSchema, found = new Map()) {
  const inner = schema.def.innerType ?? schema.def.element ?? schema.def.valueType;
  if (schema.def.type === "object" && schema.meta()?.id) {
    if (found.has(schema.meta().id)) return found;
    found.set(schema.meta().id, schema);
    for (const option of Object.values(schema.shape)) objectSchemas(option, found);
  }
  for (const part of inner ? [inner] : (schema.def.options ?? [])) objectSchemas(part, found);
  return found;
}

function interfaces() {
  const generic = {
    Config: "<Program extends string = string, Fcgi extends string = string>",
    ProgramConfig: "<Name extends string = string>",
    FcgiProgramConfig: "<Name extends string = string>",
    EventlistenerConfig: "<Name extends string = string>",
    GroupConfig: "<Name extends string = string>",
  };
  const parts = [...objectSchemas()].map(([id, schema]) => {
    const members = Object.entries(schema.shape).map(([key, option]) => {
      const { description, ts, fallback, sample, apply } = option.meta();
      const optional = option.def.type === "optional";
      const lines = [
        description,
        ...(fallback === undefined ? [] : [`@default ${fallback.replaceAll("@", "\\@")}`]),
        ...(sample === undefined ? [] : [`@example ${sample.replaceAll("*/", "*\\/")}`]),
        ...(key === "$schema" ? [] : [`A change ${EFFECTS[apply]}.`]),
      ];
      const comment = [lines[0], lines.at(-1) === lines[0] ? [] : lines.at(-1), ...lines.slice(1, -1)].flat();
      return `/**\n${comment.map((line) => ` * ${line}\n`).join("")} */\nreadonly ${key}${optional ? "?" : ""}: ${ts}${optional ? " | undefined" : ""};`;
    });
    return `/** ${schema.meta().description} */\nexport interface ${id}${generic[id] ?? ""} {\n${members.join("\n")}\n}\n`;
  });
  return [
    "// Written by scripts/generate.mjs from the schema (schema.ts). Do not edit: change the schema and run it.\n",
    'import type { ListenerEvent } from "./listener-event.ts";\n',
    ...parts,
    SCALARS.replace("EVENTS", oneOf(EVENT_TYPES))
      .replace("SIGNAL_NAMES", oneOf(signalNames()))
      .replace("SIGNAL_NUMBERS", oneOf(signalNumbers())),
  ].join("\n");
}

function oneOf(values) {
  return values.map((value) => JSON.stringify(value)).join(" | ");
}

function reference() {
  const sections = [...objectSchemas()].map(([id, schema]) => {
    const rows = Object.entries(schema.shape).map(([key, option]) => {
      const { description, ts, fallback, sample, apply } = option.meta();
      const example = sample === undefined ? "" : ` Example: \`${sample}\`.`;
      const cells = [
        `\`${key}\``,
        `\`${plain(ts)}\``,
        fallback ?? (option.def.type === "optional" ? "" : "required"),
        description + example,
        APPLY_WORDS[apply],
      ];
      return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    });
    const head = "| option | type | default | meaning | a change |\n| --- | --- | --- | --- | --- |";
    return `## ${TITLES[id] ?? id}\n\n${schema.meta().description}\n\n${head}\n${rows.join("\n")}\n`;
  });
  return `${REFERENCE_HEAD}\n${sections.join("\n")}\n## Events\n\n${EVENT_TYPES.map((name) => `\`${name}\``).join(", ")}\n`;
}

function plain(ts) {
  return ts
    .replace(/\{ readonly \[P in \w+\]: (\w+)<.*> \}/, "{ [name]: $1 }")
    .replace(/Readonly<Record<string, (\w+)(?:<.*>)?>>/, "{ [name]: $1 }")
    .replace("DependsOn<Name>", "DependsOn")
    .replace("readonly Name[]", "string[]")
    .replaceAll("readonly ", "");
}

function jsonSchema() {
  const schema = z.toJSONSchema(configSchema, {
    io: "input",
    override({ jsonSchema }) {
      if (jsonSchema.editors !== undefined) {
        const { editors } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, structuredClone(editors));
      }
      for (const key of ["ts", "apply", "sample", "id", "readOnly"]) delete jsonSchema[key];
      if (jsonSchema.fallback !== undefined) {
        jsonSchema.description += ` Default: ${jsonSchema.fallback}.`;
        delete jsonSchema.fallback;
      }
    },
  });
  // Functions: JSON has none.
  delete schema.$defs.Config.properties.listeners;
  delete schema.$defs.ListenerConfig;
  return schema;
}

function format(name, text) {
  const result = spawnSync(join(root, "node_modules/.bin/oxfmt"), [`--stdin-filepath=${name}`], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`oxfmt failed on ${name}: ${result.stderr}`);
  return result.stdout;
}

function readOrNull(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
