import type { ValueType } from "./key-table.ts";
import { Code, printBytes, printOctal, quote } from "./print-value.ts";

/** Functions that a printed file defines for itself, by name. */
export const HELPERS: Readonly<Record<string, string>> = {
  env: [
    "/** A variable that must be set, as supervisord demands it of every %(ENV_x)s. */",
    "function env(name: string): string {",
    "  const value = process.env[name];",
    "  if (value === undefined) throw new Error(`environment variable ${name} is not set`);",
    "  return value;",
    "}",
  ].join("\n"),
  flag: [
    "/** What supervisord takes for true. */",
    "function flag(text: string): boolean {",
    "  if (!/^(yes|true|on|1|no|false|off|0)$/i.test(text)) throw new Error(`not a valid boolean value: ${text}`);",
    "  return /^(yes|true|on|1)$/i.test(text);",
    "}",
  ].join("\n"),
};

/**
 * One option as TypeScript.
 *
 * A string that `sup` expands itself keeps its `%(ENV_X)s`: if X is not set, the mistake is reported with the program's
 * name. In a number, a switch and any text that is not expanded, the reference becomes `env("X")`, which throws.
 *
 * @param value what it comes to now.
 * @param raw what was written, after `[DEFAULT]` and includes.
 * @param defined variables that `[supervisord] environment` sets: those are not in `process.env`.
 */
export function printOption(type: ValueType, value: unknown, raw: string, defined: ReadonlySet<string>): unknown {
  const reference = referenceTo(raw, defined);
  switch (type) {
    case "boolean":
      return reference ? new Code(`flag(${reference})`) : value;
    case "autorestart":
      return reference && typeof value === "boolean" ? new Code(`flag(${reference})`) : value;
    case "count":
    case "integer":
      return reference ? new Code(`Number(${reference})`) : value;
    case "bytes":
      return reference ? new Code(reference) : typeof value === "number" ? printBytes(value) : value;
    case "octal":
      return reference ? new Code(reference) : typeof value === "number" ? printOctal(value) : value;
    case "signal":
      return reference ? new Code(reference) : /^[a-z0-9]+$/i.test(raw) && !/^\d/.test(raw) ? signalName(raw) : value;
    case "user":
      return reference ? new Code(reference) : raw.includes("%") ? value : /^\d+$/.test(raw) ? Number(raw) : raw;
    case "exitcodes":
      if (reference) return new Code(`${reference}.split(",").filter(Boolean).map(Number)`);
      return Array.isArray(value) && value.length === 1 ? value[0] : value;
    case "text":
    case "directory":
    case "path":
    case "logfile":
    case "loglevel":
    case "list":
    case "environment":
      return value;
  }
}

function signalName(raw: string): string {
  return raw.toUpperCase().replace(/^SIG/, "");
}

/** An expression for text whose only `%` are plain `%(ENV_X)s`, or `null`. */
function referenceTo(raw: string, defined: ReadonlySet<string>): string | null {
  const parts = raw.split(/%\(ENV_([^()]*)\)s/);
  if (parts.length === 1) return null;
  const literals = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  if (literals.some((text) => text.includes("%")) || names.some((name) => defined.has(name))) return null;
  if (parts.length === 3 && literals.every((text) => text === "")) return `env(${quote(names[0] ?? "")})`;
  const pieces = parts.map((part, index) => (index % 2 === 0 ? escapeTemplate(part) : `\${env(${quote(part)})}`));
  return `\`${pieces.join("")}\``;
}

function escapeTemplate(text: string): string {
  return quote(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("`", "\\`").replaceAll("${", "\\${");
}
