import { pythonRepr } from "../model/text/python-repr.ts";
import { toTemplate } from "../model/text/template.ts";
import { convertValue } from "./convert-value.ts";
import type { EnvironmentSample } from "./environment-template.ts";
import { environmentTemplate } from "./environment-template.ts";
import { parseEnvironment } from "./environment-text.ts";
import { layered, type Names } from "../model/text/layered-names.ts";
import { expandPercent } from "./expand-percent.ts";
import type { KeySpec } from "./key-table.ts";
import { PROCESS_KEYS, PROGRAM_KEYS, optionName } from "./key-table.ts";
import type { Reading, SectionReader } from "./section-reader.ts";
import { programSuffix, readSection, warnOfLostText } from "./section-reader.ts";
import { toName } from "./value-types.ts";

/** Options of one section of a config object. Keys are option names, values what the section's type asks for. */
export type Options = Record<string, unknown>;

/** What a program section says. */
export interface ReadProgram {
  readonly name: string;
  readonly options: Options;
}

/**
 * Reads the options that every kind of program has, in Supervisor's order.
 *
 * Values that are the same for all processes come out expanded and converted. Text that is expanded for each process
 * keeps its `%(x)s`, after it has been tried for each of them.
 *
 * @param group name of the enclosing group: what `%(group_name)s` stands for.
 */
export function readProgram(reading: Reading, section: string, group: string): ReadProgram | null {
  const reader = readSection(reading, section, () => programSuffix(reading.tree, section));
  const name = toName(section.slice(section.indexOf(":") + 1));
  if (!name.ok) {
    reader.problem(name.message);
    return null;
  }
  const { world } = reading;
  const names: Names = new Map([
    ["here", world.here],
    ["program_name", name.value],
    ["host_node_name", world.hostNodeName],
    ["group_name", group],
  ]);
  const options: Options = {};
  for (const spec of PROGRAM_KEYS) readOption(reader, spec, names, options);
  keepUser(reader, names, options);
  const serverurl = options["serverurl"];
  if (typeof serverurl === "string") {
    // AUTO is what leaving it out means.
    if (serverurl.trim().toUpperCase() === "AUTO") delete options["serverurl"];
    else options["serverurl"] = reader.template("serverurl");
  }
  const processName = readProcessName(reader, options);
  if (options["stopasgroup"] === true && options["killasgroup"] === false) {
    reader.problem("Cannot set stopasgroup=true and killasgroup=false", "killasgroup");
  }
  readProcesses(reading, reader, names, processName, options);
  return { name: name.value, options };
}

/** Reads one key into its option, if it is there and valid. */
export function readOption(reader: SectionReader, spec: KeySpec, names: Names, options: Options): void {
  const value = reader.convert(spec.key, spec.type, names, (text, world) => convertValue(spec.type, text, world));
  if (value !== undefined) options[optionName(spec.key)] = value;
}

/**
 * Puts the text of `user` back in place of what it came to, for the config object expands it, too. A number that is oddly written
 * stays as it is usually written: nobody else reads `+5`.
 */
export function keepUser(reader: SectionReader, names: Names, options: Options): void {
  if (options["user"] !== undefined && options["user"] === reader.text("user", names))
    options["user"] = reader.template("user");
}

function readProcessName(reader: SectionReader, options: Options): string {
  const written = reader.entry("process_name")?.value;
  const name = toName(written ?? "%(program_name)s");
  if (!name.ok) {
    reader.problem(name.message, "process_name");
    return "%(program_name)s";
  }
  if (Number(options["numprocs"] ?? 1) > 1 && !name.value.includes("%(process_num)")) {
    const message = "%(process_num) must be present within process_name when numprocs > 1";
    reader.problem(message, written === undefined ? "numprocs" : "process_name");
  }
  if (written !== undefined) options["processName"] = toTemplate(name.value);
  return name.value;
}

/** Tries everything that is read anew for each process, and keeps one option for all of them. */
function readProcesses(
  reading: Reading,
  reader: SectionReader,
  common: Names,
  processName: string,
  options: Options,
): void {
  const count = Number(options["numprocs"] ?? 1);
  const start = Number(options["numprocsStart"] ?? 0);
  const samples: EnvironmentSample[] = [];
  for (let number = start; number < start + count; number += 1) {
    const numbers = new Map([
      ["process_num", number],
      ["numprocs", count],
    ]);
    const outer = layered(numbers, common, reading.environment);
    const problemsBefore = reading.problems.length;
    const pairs = readEnvironment(reading, reader, outer, number === start);
    if (!pairs) return;
    samples.push({ names: outer, pairs });
    const names = layered(new Map([...pairs].map(([key, value]) => [`ENV_${key}`, value])), outer);
    const own: Options = {};
    for (const spec of PROCESS_KEYS) readProcessOption(reader, spec, names, own, number === start ? own : options);
    if (number === start) Object.assign(options, own);
    warnOfLogs(reading, reader.section, own, options["redirectStderr"] === true);
    if (!reader.has("command")) {
      reader.problem(`program section ${reader.section} does not specify a command`);
    }
    const named = expandPercent(processName, names, "process_name");
    if (!named.ok) reader.problem(named.message, "process_name");
    // The other processes would only repeat what is wrong with this one.
    if (reading.problems.length > problemsBefore) return;
  }
  keepTexts(reader, options);
  // Only with numprocs=0 can it be missing, and then nothing is ever started.
  options["command"] ??= "";
  const written = reader.entry("environment");
  if (!written) return;
  const environment = environmentTemplate(written.value, samples);
  if (environment) options["environment"] = environment;
  else reader.problem("environment splits into different variables from process to process", "environment");
}

/** @param isFirst process of its section: the others would lose the same. */
function readEnvironment(
  reading: Reading,
  reader: SectionReader,
  names: Names,
  isFirst: boolean,
): ReadonlyMap<string, string> | null {
  const expanded = expandPercent(reader.entry("environment")?.value ?? "", names, "environment");
  const parsed = expanded.ok ? parseEnvironment(expanded.text) : expanded;
  if (expanded.ok && parsed.ok && isFirst) warnOfLostText(reading, reader, expanded.text);
  if (parsed.ok) return parsed.pairs;
  reader.problem(parsed.message, "environment");
  return null;
}

function readProcessOption(reader: SectionReader, spec: KeySpec, names: Names, own: Options, first: Options): void {
  const option = optionName(spec.key);
  readOption(reader, spec, names, own);
  if (spec.type !== "text" && spec.type !== "logfile" && own[option] !== first[option]) {
    const message = `${spec.key} differs from process to process: ${pythonRepr(reader.entry(spec.key)?.value ?? "")}`;
    reader.problem(message, spec.key, "give each its own program section");
  }
}

/** What Supervisor writes to its log about the logs of one process. */
function warnOfLogs(reading: Reading, section: string, own: Options, redirectStderr: boolean): void {
  const warn = (text: string): void => void reading.messages.push({ level: "warn", text: `For [${section}], ${text}` });
  for (const stream of ["stdout", "stderr"]) {
    const logfile = own[`${stream}Logfile`] ?? "AUTO";
    if (logfile === "syslog") {
      const use = `Use ${stream}_syslog=true to enable syslog instead.`;
      warn(`${stream}_logfile=syslog but this is deprecated and will be removed.  ${use}`);
    }
    if (logfile === "AUTO" && own[`${stream}LogfileMaxbytes`] === 0) {
      const advice = "set maxbytes > 0 to avoid filling up filesystem unintentionally";
      warn(`AUTO logging used for ${stream}_logfile without rollover, ${advice}`);
    }
  }
  if (redirectStderr && !LOG_WORDS.has(own["stderrLogfile"] ?? "AUTO")) {
    const effect = "the filename has been ignored";
    warn(`redirect_stderr=true but stderr_logfile has also been set to a filename, ${effect}`);
  }
}

const LOG_WORDS: ReadonlySet<unknown> = new Set(["AUTO", "NONE", "syslog"]);

/** Puts the text of each per-process option back in place of what it came to for one process. */
function keepTexts(reader: SectionReader, options: Options): void {
  for (const { key, type } of PROCESS_KEYS) {
    const written = reader.template(key);
    if (written === undefined || (type !== "text" && type !== "logfile")) continue;
    const option = optionName(key);
    const isWord = type === "logfile" && LOG_WORDS.has(options[option]);
    if (!isWord || written.includes("%(")) options[option] = written;
    // Supervisor changes to no folder then.
    if (key === "directory" && written === "") delete options[option];
  }
}
