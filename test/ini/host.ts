import { readFileSync, readdirSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { globFiles } from "../../src/config/glob-files.ts";
import { readIniFile } from "../../src/config/read-ini-file.ts";
import type { FileAccess } from "../../src/ini/include.ts";
import type { World } from "../../src/model/world.ts";

/** The environment that the oracle is started with, and therefore ours. */
export const ENV: Readonly<Record<string, string>> = {
  HOME: "/root",
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C.UTF-8",
  PYTHONDONTWRITEBYTECODE: "1",
  NUM: "7",
  WORD: "true",
  FOLDER: "/tmp",
  LEVEL: "Debug",
  EVENTS: "TICK_5, tick_60",
  PAIRS: 'X=1,Y="two words"',
  QUOTED: 'it\'s "so"',
  PERCENT: "50%",
  // What sup would expand if it stood in a config, and what is special in a template literal.
  TRICKY: "%(here)s %%(program_name)s %d `${x}` \\",
};

const users = database("/etc/passwd");
const groups = database("/etc/group");

/** The real machine, as Supervisor sees it from the folder of `file`. */
export function hostWorld(file: string, env: Readonly<Record<string, string | undefined>> = ENV): World {
  return {
    env,
    here: dirname(file),
    cwd: process.cwd(),
    hostNodeName: hostname(),
    expandUser: (path) =>
      path.replace(/^~([^/]*)/, (whole, name: string) =>
        name === "" ? (env["HOME"] ?? whole) : (users.get(name)?.[5] ?? whole),
      ),
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    findUser: (name) => {
      const row = users.get(name);
      return row ? { uid: Number(row[2]), gid: Number(row[3]) } : null;
    },
    readEnvFile: () => ({ ok: false, missing: true, reason: "none here" }),
    findGroup: (name) => {
      const row = groups.get(name);
      return row ? Number(row[2]) : null;
    },
  };
}

/** Users, groups and folders are always there, and every variable that a file next to this one names is "1" (or "info"). */
export function lenientWorld(file: string): World {
  const texts = readdirSync(dirname(file))
    .filter((name) => name.endsWith(".conf"))
    .map((name) => readFileSync(join(dirname(file), name), "utf8"));
  const named = [...texts.join("\n").matchAll(/%\(ENV_([^()]*)\)/g)].map(
    ([, name = ""]) => [name, name.includes("LEVEL") ? "info" : "1"] as const,
  );
  const world = hostWorld(file, { ...Object.fromEntries(named), ...ENV });
  return { ...world, isDirectory: () => true, findUser: () => ({ uid: 1000, gid: 1000 }), findGroup: () => 1000 };
}

/** Files as the loader reaches them. */
export const hostFiles: FileAccess = { read: readIniFile, glob: globFiles };

function database(file: string): Map<string, string[]> {
  const rows = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(":"));
  return new Map(
    rows.flatMap((row): [string, string[]][] => [
      [row[0] ?? "", row],
      [row[2] ?? "", row],
    ]),
  );
}
