import { TEMPLATE_NAME } from "../model/text/template.ts";

/** The functions that a printed text calls and those that they call, in an order that reads well. */
export function helpersFor(text: string): string[] {
  const used = new Set<string>();
  const visit = (source: string): void => {
    for (const [name, helper] of Object.entries(HELPERS)) {
      if (used.has(name) || !new RegExp(`\\b${name}\\(`).test(source)) continue;
      used.add(name);
      visit(helper);
    }
  };
  visit(text);
  return Object.entries(HELPERS).flatMap(([name, helper]) => (used.has(name) ? [helper] : []));
}

/** Functions that a printed file defines for itself, by name. */
const HELPERS: Readonly<Record<string, string>> = {
  env: [
    "/** A variable that must be set, as supervisord demands it of every %(ENV_x)s. */",
    "function env(name: string): string {",
    "  const value = process.env[name];",
    "  if (value === undefined) throw new Error(`environment variable ${name} is not set`);",
    "  // Text such as %(here)s in a value stands for itself; doubled, sup does not expand it.",
    `  return value.replace(/%+(?=${TEMPLATE_NAME})/g, "$&$&");`,
    "}",
  ].join("\n"),
  flag: [
    "/** What supervisord takes for true. */",
    "function flag(text: string): boolean {",
    "  if (!/^(yes|true|on|1|no|false|off|0)$/i.test(text)) throw new Error(`not a valid boolean value: '${text}'`);",
    "  return /^(yes|true|on|1)$/i.test(text);",
    "}",
  ].join("\n"),
  restart: [
    "/** What supervisord takes for an autorestart. */",
    'function restart(text: string): boolean | "unexpected" {',
    '  return text.toLowerCase() === "unexpected" ? "unexpected" : flag(text);',
    "}",
  ].join("\n"),
  whole: [
    "/** A whole number. Number() alone would make 0 of an empty variable. */",
    "function whole(text: string): number {",
    "  if (!/^\\s*[+-]?\\d+\\s*$/.test(text)) throw new Error(`not a whole number: '${text}'`);",
    "  return Number(text);",
    "}",
  ].join("\n"),
  bytes: [
    "/** A number of bytes, or of KB, MB or GB. */",
    "function bytes(text: string): number {",
    '  const [, count, unit = ""] = /^\\s*\\+?(\\d+)\\s*(kb|mb|gb)?\\s*$/i.exec(text) ?? [];',
    "  if (count === undefined) throw new Error(`not a size: '${text}'`);",
    '  return Number(count) * 1024 ** ["", "kb", "mb", "gb"].indexOf(unit.toLowerCase());',
    "}",
  ].join("\n"),
  level: [
    "/** A log level, in any case. */",
    "function level(text: string): LogLevel {",
    '  const levels: LogLevel[] = ["critical", "error", "warn", "info", "debug", "trace", "blather"];',
    "  const found = levels.find((name) => name === text.toLowerCase());",
    "  if (found === undefined) throw new Error(`bad logging level name '${text}'`);",
    "  return found;",
    "}",
  ].join("\n"),
};
