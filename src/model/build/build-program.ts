import { variableNames, type BuildContext, type ConfigPath } from "./build-context.ts";
import { byCodePoint } from "../text/by-code-point.ts";
import { OptionReader } from "./build-values.ts";
import { readReadiness } from "./build-readiness.ts";
import type { ProgramConfig } from "../config.ts";
import { readEnvFiles } from "./build-env-files.ts";
import { layered, type Names } from "../text/layered-names.ts";
import { checkName, nameMistake } from "../names.ts";
import type { Dependency, ProcessSpec, StreamSpec, WatchSpec } from "../model.ts";

/** What is built: where it stands in the config, what kind it is, and the group it is built for. */
export interface ProgramPlace {
  readonly path: ConfigPath;
  readonly section: "program" | "fcgi-program" | "eventlistener";
  readonly name: string;
  readonly group: string;
  /** Environment that every program gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Signal number of SIGTERM. */
const TERM = 15;
/** Seconds. A program that is tried for ever should come back within a minute of what it waits for. */
const ENDLESS_BACKOFF_MAX = 60;
const FIFTY_MEGABYTES = 50 * 1024 * 1024;

/** All processes of a program, in start order. */
export function buildProcesses(
  context: BuildContext,
  place: ProgramPlace,
  program: ProgramConfig,
): readonly ProcessSpec[] {
  const key = JSON.stringify([place.path, place.group]);
  return context.remembered(key, program, (noting) => buildAnew(noting, place, program));
}

function buildAnew(context: BuildContext, place: ProgramPlace, program: ProgramConfig): ProcessSpec[] {
  const read = new OptionReader(context, place.path);
  const count = read.count("numprocs", program.numprocs, 1);
  const start = read.count("numprocsStart", program.numprocsStart, 0);
  const processName = program.processName ?? (count > 1 ? "%(program_name)s_%(process_num)02d" : "%(program_name)s");
  checkTogether(context, place, program, count, processName);
  // All copies would have this one's name, which has just been said.
  const end = start + (isNumbered(processName) ? count : Math.min(count, 1));

  const common = programNames(context, place);
  const shared = readShared(context, place, program, read, common);
  const processes: ProcessSpec[] = [];
  for (let number = start; number < end; number++) {
    const problemsBefore = context.problems.length;
    const own = new Map([
      ["process_num", number],
      ["numprocs", count],
    ]);
    const names = layered(own, common);
    processes.push(buildProcess(context, place, program, processName, shared, names));
    // The other processes would only repeat what is wrong with this one.
    if (context.problems.length > problemsBefore) break;
  }
  return processes.sort((a, b) => a.priority - b.priority || byCodePoint(a.name, b.name));
}

/** What every process of the program has in common. */
type Shared = Omit<
  ProcessSpec,
  "name" | "command" | "directory" | "environment" | "ready" | "watch" | "stdout" | "stderr"
>;

/** What `%(x)s` can stand for in every option of a program. */
function programNames(context: BuildContext, place: ProgramPlace): Names {
  const own = new Map([
    ["here", context.world.here],
    ["host_node_name", context.world.hostNodeName],
    ["program_name", place.name],
    ["group_name", place.group],
  ]);
  return layered(own, context.variables);
}

function checkTogether(
  context: BuildContext,
  place: ProgramPlace,
  program: ProgramConfig,
  count: number,
  processName: string,
): void {
  if (count > 1 && !isNumbered(processName)) {
    const message = "%(process_num) must be present within process_name when numprocs > 1";
    context.problem([...place.path, "processName"], message, 'such as "%(program_name)s_%(process_num)02d"');
  }
  if (program.stopasgroup === true && program.killasgroup === false) {
    context.problem(
      [...place.path, "killasgroup"],
      "Cannot set stopasgroup=true and killasgroup=false",
      "remove killasgroup: it follows stopasgroup",
    );
  }
  if (count > 0 && (program.command as string | undefined) === undefined) {
    const section = `${place.section}:${place.name}`;
    context.problem([...place.path, "command"], `program section ${section} does not specify a command`);
  }
}

/** By the text, as Supervisor checks it: what the variables in it come to is seen later. */
function isNumbered(processName: string): boolean {
  return processName.includes("%(process_num)");
}

function readShared(
  context: BuildContext,
  place: ProgramPlace,
  program: ProgramConfig,
  read: OptionReader,
  names: Names,
): Shared {
  const expanded = (key: "user" | "serverurl" | "umask" | "stopsignal") => {
    const value = program[key];
    return typeof value === "string" ? context.expand([...place.path, key], value, names, labelOf(place, key)) : value;
  };
  const serverurl = expanded("serverurl") as string | undefined;
  const stopasgroup = program.stopasgroup ?? false;
  return {
    group: place.group,
    program: place.name,
    uid: read.user("user", expanded("user"))?.uid ?? null,
    umask: read.mode("umask", expanded("umask")),
    priority: program.priority ?? 999,
    autostart: program.autostart ?? true,
    autorestart: program.autorestart ?? "unexpected",
    startsecs: read.seconds("startsecs", program.startsecs, 1),
    startretries: program.startretries === "endless" ? "endless" : read.count("startretries", program.startretries, 3),
    backoffMax:
      program.backoffMax === undefined && program.startretries !== "endless"
        ? null
        : read.seconds("backoffMax", program.backoffMax, ENDLESS_BACKOFF_MAX),
    exitcodes: read.exitcodes("exitcodes", program.exitcodes),
    stopsignal: read.signal("stopsignal", expanded("stopsignal"), TERM),
    stopwaitsecs: read.seconds("stopwaitsecs", program.stopwaitsecs, 10),
    stopasgroup,
    killasgroup: program.killasgroup ?? stopasgroup,
    redirectStderr: program.redirectStderr ?? false,
    serverurl: serverurl === undefined || serverurl.trim().toUpperCase() === "AUTO" ? null : serverurl,
    essential: program.essential ?? false,
    dependsOn: readDependencies(program.dependsOn),
  };
}

function buildProcess(
  context: BuildContext,
  place: ProgramPlace,
  program: ProgramConfig,
  processName: string,
  shared: Shared,
  outer: Names,
): ProcessSpec {
  // A program's own environment sees the outer variables, never itself: PATH="/x:%(ENV_PATH)s" works.
  const fromFiles = readEnvFiles(context, [...place.path, "envFile"], program.envFile, (path, value) =>
    context.expand(path, value, outer, "envFile"),
  );
  const seen = withVariables(outer, fromFiles);
  const written = context.expandEnvironment([...place.path, "environment"], program.environment, seen);
  const own = { ...fromFiles, ...written };
  const names = withVariables(outer, own);
  const text = (key: "command" | "directory", value: string) =>
    context.expand([...place.path, key], value, names, labelOf(place, key));

  const namePath = [...place.path, "processName"];
  const name = context.expand(namePath, processName.trim(), names, "process_name");
  // Checked after expansion: a variable must not smuggle in a colon that would make `group:name` ambiguous.
  checkName(context, namePath, context.expand(namePath, processName.trim(), withSoundNames(names), "process_name"));
  const stderr = buildStream(context, place, program, "stderr", names);
  return {
    // First: what is spread into an object that has members already becomes a dictionary of 1.6 KB, and so would its copies.
    ...shared,
    name,
    command: text("command", program.command ?? ""),
    // Empty text, as a variable may leave it, names no folder to change to.
    directory: text("directory", program.directory ?? "") || null,
    environment: { ...place.environment, ...own },
    watch: readWatch(context, place, program, names),
    ready: readReadiness(context, [...place.path, "health", "ready"], program.health?.ready, names),
    stdout: buildStream(context, place, program, "stdout", names),
    stderr: shared.redirectStderr ? { ...stderr, logfile: { kind: "none" } } : stderr,
  };
}

/** The variables of the daemon are many, and most programs add none to them: then it is the same map. */
function withVariables(outer: Names, variables: Readonly<Record<string, string>>): Names {
  const added = variableNames(variables);
  return added.length === 0 ? outer : layered(new Map(added), outer);
}

/** A bad name of the program or the group has been told where it is written; here it would be the same mistake again. */
function withSoundNames(names: Names): Names {
  const isBad = (key: string): boolean => nameMistake(String(names.get(key))) !== null;
  const bad = ["program_name", "group_name"].filter(isBad);
  return bad.length === 0 ? names : layered(new Map(bad.map((key) => [key, "x"])), names);
}

function buildStream(
  context: BuildContext,
  place: ProgramPlace,
  program: ProgramConfig,
  stream: "stdout" | "stderr",
  names: Names,
): StreamSpec {
  const read = new OptionReader(context, place.path);
  const key = `${stream}Logfile` as const;
  const written = program[key] ?? "AUTO";
  const expanded = context.expand([...place.path, key], written, names, labelOf(place, `${stream}_logfile`));
  const { target, syslog } = read.logfile(key, expanded);
  return {
    logfile: target,
    maxbytes: read.bytes(`${key}Maxbytes`, program[`${key}Maxbytes`], FIFTY_MEGABYTES),
    backups: read.count(`${key}Backups`, program[`${key}Backups`], 10),
    captureMaxbytes: read.bytes(`${stream}CaptureMaxbytes`, program[`${stream}CaptureMaxbytes`], 0),
    eventsEnabled: program[`${stream}EventsEnabled`] ?? false,
    syslog: syslog || (program[`${stream}Syslog`] ?? false),
  };
}

function readWatch(context: BuildContext, place: ProgramPlace, program: ProgramConfig, names: Names): WatchSpec | null {
  const written = typeof program.watch === "string" ? [program.watch] : (program.watch ?? []);
  const patterns = written.map((pattern, index) => {
    const path = [...place.path, "watch", ...(typeof program.watch === "string" ? [] : [index])];
    return context.expand(path, pattern, names, "watch");
  });
  const taken = patterns.some((pattern) => pattern !== "" && !pattern.startsWith("!"));
  if (!taken && patterns.length > 0)
    context.problem([...place.path, "watch"], "nothing is watched", 'name files that are: ["src", "!src/generated"]');
  return taken ? { folder: context.world.here, patterns } : null;
}

function readDependencies(written: ProgramConfig["dependsOn"]): Dependency[] {
  if (written === undefined) return [];
  if (isList(written)) return [...new Set(written)].map((program) => ({ program, condition: "started" }));
  return Object.entries(written).flatMap(([program, condition]) => (condition ? [{ program, condition }] : []));
}

/** `Array.isArray` does not recognise readonly arrays as such. */
function isList(value: NonNullable<ProgramConfig["dependsOn"]>): value is readonly string[] {
  return Array.isArray(value);
}

function labelOf(place: ProgramPlace, key: string): string {
  return `${place.section}:${place.name}.${key}`;
}
