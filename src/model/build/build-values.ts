import type { BuildContext, ConfigPath } from "./build-context.ts";
import type { LogTarget } from "../model.ts";
import { pythonRepr } from "../text/python-repr.ts";
import { didYouMean } from "../text/suggest.ts";
import { parseBytes, parseDuration, parseMode, parseSignal, signalNames } from "../values.ts";
import type { World } from "../world.ts";

/** Reads single options, each with its default; what is wrong goes to the context with the option's path. */
export class OptionReader {
  readonly #context: BuildContext;
  readonly #path: ConfigPath;

  constructor(context: BuildContext, path: ConfigPath) {
    this.#context = context;
    this.#path = path;
  }

  seconds(key: string, value: number | string | undefined, fallback: number): number {
    return this.#amount(key, value, fallback, parseDuration, "a duration");
  }

  bytes(key: string, value: number | string | undefined, fallback: number): number {
    return this.#amount(key, value, fallback, parseBytes, "a size");
  }

  count(key: string, value: number | undefined, fallback: number): number {
    return this.#amount(key, value, fallback, Number, "a number");
  }

  mode(key: string, value: number | string | undefined, message?: string): number | null {
    if (value === undefined) return null;
    const mode = parseMode(value);
    const valid = mode !== null && Number.isInteger(mode) && mode >= 0 && mode <= 0o7777;
    if (!valid) this.#problem(key, message ?? `${value} can not be converted to an octal type`, OCTAL_HINT);
    return valid ? mode : null;
  }

  signal(key: string, value: number | string | undefined, fallback: number): number {
    if (value === undefined) return fallback;
    const signal = parseSignal(value);
    if (signal !== null) return signal;
    const isNumber = /^\s*\d+\s*$/.test(String(value));
    const { hint = SIGNAL_HINT } = isNumber ? {} : didYouMean(String(value).replace(/^\s*SIG/i, ""), signalNames());
    const kind = isNumber ? "number" : "name";
    this.#problem(key, `value ${pythonRepr(String(value))} is not a valid signal ${kind}`, hint);
    return fallback;
  }

  exitcodes(key: string, value: number | readonly number[] | undefined): readonly number[] {
    const codes = value === undefined ? [0] : typeof value === "number" ? [value] : [...value];
    const valid = codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 255);
    if (!valid) this.#problem(key, `not a valid list of exit codes: ${pythonRepr(codes.join(","))}`, "0 to 255");
    return codes;
  }

  /** A user that the system knows; `null` if there is none or none is given. */
  user(key: string, value: string | number | undefined): { readonly uid: number; readonly gid: number } | null {
    if (value === undefined) return null;
    const name = String(value);
    const found = this.#context.world.findUser(name);
    const kind = /^\d+$/.test(name) ? "id" : "name";
    if (found === null) this.#problem(key, `Invalid user ${kind} ${name}`, "there is no such user on this machine");
    return found;
  }

  /** `user` or `user:group`; without a group the gid is -1. */
  owner(key: string, value: string, message: string): { readonly uid: number; readonly gid: number } | null {
    const owner = parseOwner(value, this.#context.world);
    if (owner === null) this.#problem(key, message);
    return owner;
  }

  /** An absolute path whose folder exists. */
  file(key: string, value: string): string {
    return absolute(this.existingFolderOf(key, value), this.#context.world.cwd);
  }

  /** A path as written, with its `~` expanded, whose folder exists. */
  existingFolderOf(key: string, value: string): string {
    const { world } = this.#context;
    const path = world.expandUser(value);
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    if (folder !== "" && !world.isDirectory(absolute(folder, world.cwd))) {
      this.#problem(key, `The directory named as part of the path ${value} does not exist`);
    }
    return path;
  }

  directory(key: string, value: string): string {
    const { world } = this.#context;
    const path = world.expandUser(value);
    const exists = path !== "" && world.isDirectory(absolute(path, world.cwd));
    if (!exists) this.#problem(key, `${value} is not an existing directory`);
    return path;
  }

  /** Where a stream's log goes, and whether the deprecated word `syslog` was used. */
  logfile(key: string, value: string): { readonly target: LogTarget; readonly syslog: boolean } {
    switch (value.toLowerCase()) {
      case "auto":
        return { target: { kind: "auto" }, syslog: false };
      case "none":
      case "off":
        return { target: { kind: "none" }, syslog: false };
      case "syslog":
        return { target: { kind: "none" }, syslog: true };
      default:
        return { target: { kind: "file", path: this.existingFolderOf(key, value) }, syslog: false };
    }
  }

  #amount<T extends number | string>(
    key: string,
    value: T | undefined,
    fallback: number,
    parse: (value: T) => number | null,
    what: string,
  ): number {
    if (value === undefined) return fallback;
    const amount = parse(value);
    if (amount !== null && Number.isFinite(amount) && amount >= 0) return amount;
    const wrong = amount === null || Number.isNaN(amount) ? `is not ${what}` : "must not be negative";
    this.#problem(key, `${key} ${wrong}: ${value}`);
    return fallback;
  }

  #problem(key: string, message: string, hint?: string): void {
    this.#context.problem([...this.#path, key], message, hint);
  }
}

const SIGNAL_HINT = 'a name such as "TERM", "INT" or "KILL", or a number';
const OCTAL_HINT = 'octal permissions such as "022" or 0o22';

/** Makes a path absolute without asking the file system; `.` and `..` stay, since a symlink may come before them. */
export function absolute(path: string, cwd: string): string {
  if (path === "") return cwd;
  return path.startsWith("/") ? path : `${cwd.replace(/\/$/, "")}/${path}`;
}

function parseOwner(value: string, world: World): { readonly uid: number; readonly gid: number } | null {
  const colon = value.indexOf(":");
  const user = world.findUser(colon === -1 ? value : value.slice(0, colon));
  if (user === null) return null;
  if (colon === -1) return { uid: user.uid, gid: -1 };
  const gid = world.findGroup(value.slice(colon + 1));
  return gid === null ? null : { uid: user.uid, gid };
}

/** `/tmp/../tmp//x` is `/tmp/x`: by text, as Supervisor does it with sockets, since the same path is shown and compared. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
