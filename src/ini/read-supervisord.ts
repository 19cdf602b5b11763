import { environmentTemplate } from "./environment-template.ts";
import { parseEnvironment } from "./environment-text.ts";
import { layered, type Names } from "../model/text/layered-names.ts";
import { expandPercent } from "./expand-percent.ts";
import type { KeySpec } from "./key-table.ts";
import { CTL_KEYS, SUPERVISORD_KEYS, optionName } from "./key-table.ts";
import type { Options } from "./read-program.ts";
import { readOption } from "./read-program.ts";
import type { Reading, SectionReader } from "./section-reader.ts";
import { readSection, remember, warnOfLostText } from "./section-reader.ts";
import { plainOwner, toUser } from "./value-types.ts";

/**
 * Reads `[supervisord]`. Its `environment` becomes part of what `%(ENV_X)s` can stand for in every section read later.
 *
 * Supervisor 4.2.5 expands that `environment` twice, so that a literal percent sign needs `%%%%` there; 4.4 once, as
 * here.
 */
export function readSupervisord(reading: Reading): Options {
  const { world } = reading;
  const reader = readSection(reading, "supervisord");
  const options: Options = {};
  const here: Names = new Map([["here", world.here]]);
  for (const spec of SUPERVISORD_KEYS) if (spec.type !== "environment") readOption(reader, spec, here, options);
  keepTexts(reader, SUPERVISORD_KEYS, options);

  // Left out, a config object means files of sup's own; whoever moves from Supervisor looks for these where they were.
  if (!reading.isFragment) {
    if (!reader.has("logfile")) options["logfile"] = "supervisord.log";
    if (!reader.has("pidfile")) options["pidfile"] = "supervisord.pid";
  }
  const written = reader.entry("environment");
  if (!written) return options;
  const names = layered(new Map([["host_node_name", world.hostNodeName]]), here, reading.environment);
  const expanded = expandPercent(written.value, names, "environment");
  const parsed = expanded.ok ? parseEnvironment(expanded.text) : expanded;
  if (!parsed.ok) {
    reader.problem(parsed.message, "environment");
    return options;
  }
  if (expanded.ok) warnOfLostText(reading, reader, expanded.text);
  const environment = environmentTemplate(written.value, [{ names, pairs: parsed.pairs }]);
  if (environment) options["environment"] = environment;
  for (const [key, value] of parsed.pairs) reading.environment.set(`ENV_${key}`, value);
  return options;
}

/** Supervisor looks at the user only after the whole file has been read. */
export function checkUser(reading: Reading, options: Options): void {
  const user = options["user"];
  if (typeof user !== "string") return;
  const reader = readSection(reading, "supervisord");
  const names: Names = new Map([["here", reading.world.here]]);
  if (reader.convert("user", "user", names, toUser) === undefined) return;
  const text = reader.text("user", names) ?? user;
  if (plainOwner(text) !== text) options["user"] = plainOwner(text);
}

/**
 * Reads `[supervisorctl]`. The daemon never looks at it, so that a mistake there is a warning for the daemon's file and
 * no reason not to start.
 */
export function readSupervisorctl(reading: Reading): Options {
  const own: Reading = { ...reading, problems: [] };
  const reader = readSection(own, "supervisorctl");
  const options: Options = {};
  const here: Names = new Map([["here", reading.world.here]]);
  for (const spec of CTL_KEYS) {
    const names: Names = spec.key === "serverurl" || spec.key === "history_file" ? here : new Map();
    readOption(reader, spec, names, options);
    keepTexts(reader, [spec], options);
    remember(reading, ["supervisorctl", optionName(spec.key)], reader.entry(spec.key)?.place);
  }
  reading.warnings.push(...own.problems);
  return options;
}

/** Puts texts back as they were written: the model expands them itself, and the printer can show them. */
function keepTexts(reader: SectionReader, specs: readonly KeySpec[], options: Options): void {
  for (const { key, type } of specs) {
    const written = reader.template(key);
    const isText = type === "text" || type === "path" || type === "directory";
    if (isText && written !== undefined && optionName(key) in options) options[optionName(key)] = written;
  }
}
