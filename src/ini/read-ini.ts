import type { Config } from "../model/config.ts";
import { inFile, nearestPlace } from "./in-file.ts";
import type { Place, Problem } from "../model/problem.ts";
import type { World } from "../model/world.ts";
import { environmentNames } from "./expand-percent.ts";
import { SUPERVISORD_KEYS, optionName } from "./key-table.ts";
import type { IniTree } from "./merge-ini.ts";
import { readGroups } from "./read-groups.ts";
import type { Options } from "./read-program.ts";
import { readInetServers, readUnixServers } from "./read-servers.ts";
import { checkUser, readSupervisorctl, readSupervisord } from "./read-supervisord.ts";
import { readRpcinterfaces } from "./read-rpcinterfaces.ts";
import type { QueuedMessage, Reading } from "./section-reader.ts";
import { remember } from "./section-reader.ts";
import { unknownNames } from "./unknown-names.ts";

export interface ReadIni {
  /** What the files say; meaningful only if there are no problems. */
  readonly config: Config;
  /** All mistakes, in the order in which Supervisor would stumble over them: it reports the first. */
  readonly problems: readonly Problem[];
  /** Unknown keys and sections, and mistakes where only clients look. */
  readonly warnings: readonly Problem[];
  /** Lines for the daemon's log. */
  readonly messages: readonly QueuedMessage[];
  /** Where a part of the config was written, or the nearest thing around it. */
  readonly origin: (path: readonly (string | number)[]) => Place | undefined;
  /** A problem of the config as one of the files: see `inFile`. */
  readonly inFile: (problem: Problem) => Problem;
}

/** Turns merged files into a config object: what the same person would have written in TypeScript. */
export function readIni(tree: IniTree, world: World): ReadIni {
  return read(tree, world, false);
}

function read(tree: IniTree, world: World, isFragment: boolean): ReadIni {
  const reading: Reading = {
    tree,
    world,
    isFragment,
    environment: new Map(environmentNames(world.env)),
    problems: [],
    warnings: unknownNames(tree),
    messages: [],
    places: new Map(),
    sections: new Map(),
  };
  const done = (config: Options): ReadIni => ({
    config: config as Config,
    problems: reading.problems,
    warnings: reading.warnings,
    messages: reading.messages,
    origin: (path) => nearestPlace(reading.places, path),
    inFile: (problem) => inFile(problem, reading),
  });
  if (!tree.sections.has("supervisord")) {
    const place = { file: tree.mainFile, line: 1, column: 1 };
    const hint = "add a line [supervisord]; only a file that is included by another does without";
    reading.problems.push({ message: ".ini file does not include supervisord section", hint, place });
    return done({});
  }
  const config: Options = {};
  const supervisord = readSupervisord(reading);
  for (const { key } of SUPERVISORD_KEYS) {
    remember(reading, ["supervisord", optionName(key)], tree.sections.get("supervisord")?.entries.get(key)?.place);
  }
  remember(reading, ["supervisord"], tree.sections.get("supervisord")?.place);
  config["supervisord"] = supervisord;
  config["rpcinterface"] = readRpcinterfaces(reading);
  Object.assign(config, readGroups(reading));
  config["inetHttpServer"] = readInetServers(reading);
  config["unixHttpServer"] = readUnixServers(reading);
  checkUser(reading, supervisord);
  if (tree.sections.has("supervisorctl")) config["supervisorctl"] = readSupervisorctl(reading);
  return done(config);
}

/**
 * Reads a file that was written to be included, such as `conf.d/worker.conf`. What a missing `[supervisord]` or `[rpcinterface:x]` would
 * mean in a main file is not what its author said, and its groups may name programs of other files.
 */
export function readFragment(tree: IniTree, world: World): ReadIni {
  const own = tree.sections.get("supervisord");
  const place = { file: tree.mainFile, line: 1, column: 1 };
  const daemon = own ?? { name: "supervisord", place, entries: new Map() };
  const sections = new Map([...tree.sections, [daemon.name, daemon]]);
  const found = read({ ...tree, sections }, world, true);
  const config = { ...found.config };
  if (own === undefined) config.supervisord = undefined;
  if (config.rpcinterface?.length === 0) config.rpcinterface = undefined;
  return { ...found, config };
}
