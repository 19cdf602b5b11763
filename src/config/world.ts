import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { pathBelow } from "../files/path-below.ts";
import { EnvFiles } from "./env-files.ts";
import type { World } from "../model/world.ts";

export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/**
 * The machine as the model may ask about it, for the config `file`. The user and group databases are read once, at the
 * first question; a name that the files do not know is asked of the system's name service once (LDAP, SSSD, macOS).
 */
export function systemWorld(
  file: string,
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
  envFiles: EnvFiles = new EnvFiles(),
): World {
  const users = once(() => parsePasswd(readOrEmpty("/etc/passwd")));
  const groups = once(() => parseGroup(readOrEmpty("/etc/group")));
  const findUser = remember((name) => pick(users(), name, (user) => user.uid) ?? askForUser(name));
  const findGroup = remember((name) => pick(groups(), name, (group) => group.gid)?.gid ?? askForGroup(name));
  return {
    env,
    // Not the real path: %(here)s is where the user sees the file, even through a symlink.
    here: dirname(resolve(cwd, file)),
    cwd,
    hostNodeName: hostname(),
    expandUser: (path) => expandUser(path, env, findUser),
    isDirectory: (path) => isDirectory(pathBelow(cwd, path)),
    findUser: (name) => {
      const user = findUser(name);
      return user === null ? null : { uid: user.uid, gid: user.gid };
    },
    findGroup,
    readEnvFile: (path) => envFiles.read(path),
  };
}

/** Reads the lines of a passwd file; broken lines and NIS markers (`+`) are skipped. */
export function parsePasswd(text: string): UserEntry[] {
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(":");
    if (!name || home === undefined || !/^\d+$/.test(uid ?? "") || !/^\d+$/.test(gid ?? "")) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home }];
  });
}

/** Reads the lines of a group file, as `parsePasswd` does. */
export function parseGroup(text: string): { readonly name: string; readonly gid: number }[] {
  return text.split("\n").flatMap((line) => {
    const [name, , gid] = line.split(":");
    return name && /^\d+$/.test(gid ?? "") ? [{ name, gid: Number(gid) }] : [];
  });
}

// A number is an id first, as Supervisor takes it: int() is tried before the name.
function pick<T extends { readonly name: string }>(
  entries: readonly T[],
  key: string,
  id: (entry: T) => number,
): T | null {
  const numeric = /^\d+$/.test(key) ? entries.find((entry) => id(entry) === Number(key)) : undefined;
  return numeric ?? entries.find((entry) => entry.name === key) ?? null;
}

function askForUser(name: string): UserEntry | null {
  if (!isAskable(name)) return null;
  if (process.platform === "linux") return parsePasswd(ask("getent", ["passwd", name]))[0] ?? null;
  const uid = ask("id", ["-u", name]).trim();
  const gid = ask("id", ["-g", name]).trim();
  if (uid === "" || gid === "") return null;
  const home = /: (.*)$/m.exec(ask("dscl", [".", "-read", `/Users/${name}`, "NFSHomeDirectory"]))?.[1] ?? "/";
  return { name, uid: Number(uid), gid: Number(gid), home };
}

function askForGroup(name: string): number | null {
  if (!isAskable(name)) return null;
  if (process.platform === "linux") return parseGroup(ask("getent", ["group", name]))[0]?.gid ?? null;
  const gid = /: (\d+)$/m.exec(ask("dscl", [".", "-read", `/Groups/${name}`, "PrimaryGroupID"]))?.[1];
  return gid === undefined ? null : Number(gid);
}

/** The name goes onto a command line: one that looks like an option or a path is nobody's. */
function isAskable(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]*\$?$/.test(name);
}

function ask(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 5000 });
  } catch {
    return "";
  }
}

/** Python's os.path.expanduser: an unknown user leaves the path as it is. */
function expandUser(path: string, env: NodeJS.ProcessEnv, findUser: (name: string) => UserEntry | null): string {
  if (!path.startsWith("~")) return path;
  const slash = path.indexOf("/");
  const name = slash === -1 ? path.slice(1) : path.slice(1, slash);
  const rest = slash === -1 ? "" : path.slice(slash);
  const home = name === "" ? (env["HOME"] ?? findUser(String(process.getuid?.() ?? 0))?.home) : homeOf(name, findUser);
  if (home === undefined) return path;
  return home.replace(/\/+$/, "") + rest || "/";
}

// ~0 is a user called "0", not uid 0.
function homeOf(name: string, findUser: (name: string) => UserEntry | null): string | undefined {
  const user = findUser(name);
  return user?.name === name ? user.home : undefined;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function remember<T>(find: (key: string) => T): (key: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (key) => {
    const hit = known.get(key) ?? { value: find(key) };
    known.set(key, hit);
    return hit.value;
  };
}
