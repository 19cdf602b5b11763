import { pythonRepr } from "../model/text/python-repr.ts";
import { parseSignal } from "../model/values.ts";
import type { World } from "../model/world.ts";
import { directoryOf } from "./path-text.ts";
import { readInteger, strip } from "./python-text.ts";

/** Either a converted value or Supervisor's own words why not. */
export type Converted<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const fine = <T>(value: T): Converted<T> => ({ ok: true, value });
const wrong = (message: string): Converted<never> => ({ ok: false, message });

/** `yes true on 1` / `no false off 0` in any case, and nothing else. */
export function toBoolean(text: string): Converted<boolean> {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return fine(true);
  return FALSE_WORDS.has(word) ? fine(false) : wrong(`not a valid boolean value: ${pythonRepr(text)}`);
}

const TRUE_WORDS: ReadonlySet<string> = new Set(["yes", "true", "on", "1"]);
const FALSE_WORDS: ReadonlySet<string> = new Set(["no", "false", "off", "0"]);

export function toAutorestart(text: string): Converted<boolean | "unexpected"> {
  const word = text.toLowerCase();
  if (word === "unexpected") return fine(word);
  const value = toBoolean(word);
  return value.ok ? value : wrong(`invalid 'autorestart' value ${pythonRepr(word)}`);
}

/** Python's `int()`. Any sign: a range is a matter of the single option. */
export function toInteger(text: string): Converted<number> {
  const value = readInteger(text, 10);
  if (value === null) return wrong(`invalid literal for int() with base 10: ${pythonRepr(text)}`);
  // Python counts on for ever; a number that a double cannot hold exactly would silently become another one.
  return Number.isSafeInteger(value) ? fine(value) : wrong(`number is too large: ${pythonRepr(text)}`);
}

/** An integer that must not be negative. Supervisor lets negatives pass, with effects nobody wants. */
export function toCount(text: string): Converted<number> {
  const value = toInteger(text);
  return value.ok && value.value < 0 ? wrong(`number must not be negative: ${pythonRepr(text)}`) : value;
}

/** An integer, or one followed by `KB`, `MB` or `GB` in any case. 1024-based. */
export function toBytes(text: string): Converted<number> {
  const lower = text.toLowerCase();
  const factor = BYTE_UNITS[lower.slice(-2)];
  const count = toCount(factor === undefined ? lower : lower.slice(0, -2));
  return count.ok && factor !== undefined ? fine(count.value * factor) : count;
}

const BYTE_UNITS: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

export function toOctal(text: string): Converted<number> {
  const value = readInteger(text, 8);
  if (value === null) return wrong(`${text} can not be converted to an octal type`);
  if (value < 0) return wrong(`mode must not be negative: ${pythonRepr(text)}`);
  // The system would look at the last twelve bits only.
  return value > 0o7777 ? wrong(`mode must not be above 7777: ${pythonRepr(text)}`) : fine(value);
}

/** A folder that must exist, which no name is not. `~` is expanded. */
export function toDirectory(text: string, world: World): Converted<string> {
  const path = world.expandUser(text);
  return path !== "" && world.isDirectory(path) ? fine(path) : wrong(`${text} is not an existing directory`);
}

/** A file whose folder must exist; a bare file name is not checked. `~` is expanded. */
export function toFilePath(text: string, world: World): Converted<string> {
  const path = world.expandUser(text);
  const folder = directoryOf(path);
  if (folder === "" || world.isDirectory(folder)) return fine(path);
  return wrong(`The directory named as part of the path ${text} does not exist`);
}

/** A child's log: the words NONE (or `off`), AUTO and syslog in any case, else a file path. */
export function toLogfile(text: string, world: World): Converted<string> {
  const word = text.toLowerCase();
  if (word === "none" || word === "off") return fine("NONE");
  if (word === "auto") return fine("AUTO");
  return word === "syslog" ? fine("syslog") : toFilePath(text, world);
}

export const LOG_LEVELS = ["critical", "error", "warn", "info", "debug", "trace", "blather"] as const;

export function toLogLevel(text: string): Converted<(typeof LOG_LEVELS)[number]> {
  const level = LOG_LEVELS.find((name) => name === text.toLowerCase());
  return level ? fine(level) : wrong(`bad logging level name ${pythonRepr(text)}`);
}

/**
 * A signal by name, with or without `SIG`, or by number.
 *
 * Supervisor also takes 0 and pseudo names such as `SIG_IGN`, which send nothing or something else: refused here.
 */
export function toSignal(text: string): Converted<number> {
  const number = readInteger(text, 10);
  const found = parseSignal(number ?? text);
  if (found !== null) return fine(found);
  return wrong(`value ${pythonRepr(text)} is not a valid signal ${number === null ? "name" : "number"}`);
}

/** Comma separated numbers from 0 to 255. Empty text is an empty list. */
export function toExitCodes(text: string): Converted<number[]> {
  if (text === "") return fine([]);
  const codes = text.split(",").map((item) => readInteger(item, 10));
  const valid = codes.filter((code) => code !== null && code >= 0 && code <= 255);
  return valid.length === codes.length
    ? fine(valid as number[])
    : wrong(`not a valid list of exit codes: ${pythonRepr(text)}`);
}

/** A uid, from a name or from a number that the user database knows. */
export function toUser(text: string, world: World): Converted<number> {
  const id = readInteger(text, 10);
  const found = world.findUser(id === null ? text : String(id));
  if (found) return fine(found.uid);
  return wrong(id === null ? `Invalid user name ${text}` : `Invalid user id ${text}`);
}

/**
 * A user as people name it, known here or not a user at all. Not its uid: the same name may be another number where the config is
 * taken to, or only be known there.
 */
export function toUserName(text: string, world: World): Converted<string> {
  const user = toUser(text, world);
  return user.ok ? fine(plainOwner(text)) : user;
}

/** `user` or `user:group`. The group of the former is -1: leave it alone. `null` if either is unknown. */
export function toUserGroup(text: string, world: World): { uid: number; gid: number } | null {
  const colon = text.indexOf(":");
  const user = toUser(colon === -1 ? text : text.slice(0, colon), world);
  if (!user.ok) return null;
  if (colon === -1) return { uid: user.value, gid: -1 };
  const name = text.slice(colon + 1);
  const id = readInteger(name, 10);
  const gid = world.findGroup(id === null ? name : String(id));
  return gid === null ? null : { uid: user.value, gid };
}

/** A user, or `user:group`, with its numbers as they are usually written: `007` is `7`. */
export function plainOwner(text: string): string {
  return text
    .split(":")
    .map((part) => readInteger(part, 10) ?? part)
    .join(":");
}

/** Comma separated words, each trimmed. A trailing comma yields an empty word. */
export function toList(text: string): string[] {
  return text === "" ? [] : text.split(",").map(strip);
}

/** A name of a process or group. Supervisor protects the listener protocol and the addresses of its web pages. */
export function toName(text: string): Converted<string> {
  const name = strip(text);
  const bad = [" ", ":", "/"].find((char) => name.includes(char));
  return bad === undefined
    ? fine(name)
    : wrong(`Invalid name: ${pythonRepr(text)} because of character: ${pythonRepr(bad)}`);
}

/** `port`, `host:port`, `:port` or `*:port`. An empty host means all IPv4 interfaces. */
export function toInetAddress(text: string): Converted<{ host: string; port: number }> {
  const colon = text.lastIndexOf(":");
  const digits = text.slice(colon + 1);
  if (colon === -1) {
    const port = toPort(digits);
    // The trailing blank is Supervisor's.
    return port.ok ? fine({ host: "", port: port.value }) : wrong(`not a valid port number: ${pythonRepr(text)} `);
  }
  if (digits === "") return wrong("no port number specified in ''");
  const port = toPort(digits);
  if (!port.ok) return port;
  const host = text.slice(0, colon).toLowerCase();
  return fine({ host: host === "*" ? "" : host, port: port.value });
}

export function toPort(text: string): Converted<number> {
  const port = toInteger(text);
  if (!port.ok) return port;
  if (port.value < 1) return wrong(`${port.value} is below lower bound (1)`);
  return port.value > 65535 ? wrong(`${port.value} is above upper bound (65535)`) : port;
}
