import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { environmentNames, expandPercent } from "../ini/expand-percent.ts";
import type { Names } from "../model/text/layered-names.ts";
import { entryOf, mergeIni, type IniTree } from "../ini/merge-ini.ts";
import { decodeUtf8 } from "../ini/decode-utf8.ts";
import { parseIni } from "../ini/parse-ini.ts";
import { UsageError, type CommandLine } from "./command-line.ts";

/** What the client works with: the command line over the `[supervisorctl]` section over defaults. */
export interface Settings {
  readonly serverurl: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly prompt: string;
  readonly historyFile: string | null;
}

/** Where the client runs. */
export interface Surroundings {
  /** Absolute path of the program as it was called: `../etc/supervisord.conf` beside it is searched first. */
  readonly program: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the config file that `-c` names, or the first of the usual places; none of those is no error. `[include]` is not
 * followed, as in Supervisor.
 *
 * @throws UsageError with Supervisor's texts.
 */
export function readSettings(given: CommandLine, around: Surroundings): Settings {
  const file = given.configuration === null ? searchConfig(around) : namedConfig(given.configuration, around);
  const section = file === null ? {} : readSection(file, around);
  const inSection = section.serverurl === undefined ? null : completeUrl(section.serverurl, around.cwd);
  return {
    // What is typed stays as it is, for the shell has expanded it.
    serverurl: given.serverurl ?? inSection ?? "http://localhost:9001",
    username: given.username ?? section.username ?? null,
    password: given.password ?? section.password ?? null,
    prompt: section.prompt ?? "supervisor",
    historyFile: withHome(given.historyFile ?? section.history_file ?? null),
  };
}

const KEYS = ["serverurl", "username", "password", "prompt", "history_file"] as const;
type Section = { [Key in (typeof KEYS)[number]]?: string };

/** The first that exists, as Supervisor names it. */
function searchConfig({ program, cwd }: Surroundings): string | null {
  const above = dirname(dirname(program));
  const places = [
    `${above}/etc/supervisord.conf`,
    `${above}/supervisord.conf`,
    "supervisord.conf",
    "etc/supervisord.conf",
    "/etc/supervisord.conf",
    "/etc/supervisor/supervisord.conf",
  ];
  return places.find((place) => exists(resolve(cwd, place))) ?? null;
}

function namedConfig(name: string, { cwd }: Surroundings): string {
  if (!exists(resolve(cwd, name))) throw new UsageError(`could not find config file ${name}`);
  return name;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** @param shown the file's path as it was typed: messages show it. */
function readSection(shown: string, around: Surroundings): Section {
  const file = resolve(around.cwd, shown);
  const tree = mergeIni(parse(file, shown)).tree;
  if (!tree.sections.has("supervisorctl")) {
    throw new UsageError(".ini file does not include supervisorctl section");
  }
  const env = environmentNames(around.env);
  const plain: Names = new Map(env);
  const withHere: Names = new Map([["here", dirname(file)], ...env]);
  const section: Section = {};
  for (const key of KEYS) {
    const value = readKey(tree, key, key === "serverurl" || key === "history_file" ? withHere : plain);
    if (value !== null) section[key] = value;
  }
  return section;
}

function parse(file: string, shown: string) {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new UsageError(`could not read config file ${shown}`);
  }
  const decoded = decodeUtf8(bytes);
  if (!decoded.ok) throw new UsageError(decoded.message);
  const result = parseIni(decoded.text, file, shown);
  if (!result.ok) throw new UsageError(result.problem.message);
  return result.document;
}

function readKey(tree: IniTree, key: keyof Section, names: Names): string | null {
  const entry = entryOf(tree, "supervisorctl", key);
  if (entry === undefined) return null;
  const expanded = expandPercent(entry.value, names, `supervisorctl.${key}`);
  if (!expanded.ok) throw new UsageError(expanded.message);
  return expanded.text;
}

/** A unix path may begin with `~`, and is made absolute. */
function completeUrl(url: string, cwd: string): string {
  if (!url.startsWith("unix://")) return url;
  return `unix://${resolve(cwd, expandHome(url.slice("unix://".length)))}`;
}

function withHome(path: string | null): string | null {
  return path === null ? null : expandHome(path);
}

/** A leading `~` is the home folder; other people's homes (`~name`) are left as they are, for want of a user database. */
function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path;
}
