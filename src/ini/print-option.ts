import type { ValueType } from "./key-table.ts";
import { printReference, printTemplate } from "./print-template.ts";
import { Code, printBytes, printOctal } from "./print-value.ts";

/**
 * One option as TypeScript. A `%(ENV_X)s` becomes `env("X")`, which reads `process.env` when the config is loaded and
 * throws if X is not set; in text, in the middle of a template literal.
 *
 * @param value what it comes to now.
 * @param raw what was written, after `[DEFAULT]` and includes.
 * @param defined variables that the file itself sets for this place: those are not in `process.env`.
 */
export function printOption(type: ValueType, value: unknown, raw: string, defined: ReadonlySet<string>): unknown {
  const reference = printReference(raw, defined);
  switch (type) {
    case "boolean":
      return reference ? new Code(`flag(${reference})`) : value;
    case "autorestart":
      return reference ? new Code(`restart(${reference})`) : value;
    case "count":
    case "integer":
      return reference ? new Code(`whole(${reference})`) : value;
    case "bytes":
      return reference ? new Code(`bytes(${reference})`) : typeof value === "number" ? printBytes(value) : value;
    case "octal":
      return reference ? new Code(reference) : typeof value === "number" ? printOctal(value) : value;
    case "signal":
      return reference
        ? new Code(`${reference} as Signal`)
        : /^[a-z0-9]+$/i.test(raw) && !/^\d/.test(raw)
          ? signalName(raw)
          : value;
    case "user":
      return reference
        ? new Code(reference)
        : /^\d+$/.test(String(value))
          ? Number(value)
          : printTemplate(String(value), defined);
    case "exitcodes":
      if (reference) return new Code(`${reference}.split(",").filter(Boolean).map((code) => whole(code))`);
      return Array.isArray(value) && value.length === 1 ? value[0] : value;
    case "loglevel":
      return reference ? new Code(`level(${reference})`) : value;
    case "events":
      return reference ? new Code(`${reference}.split(",").map((name) => name.trim()) as EventName[]`) : value;
    case "address":
      return reference ? new Code(reference) : value;
    case "text":
    case "directory":
    case "path":
    case "logfile":
      return typeof value === "string" ? printTemplate(value, defined) : value;
    case "environment":
      return printEnvironment(value as Readonly<Record<string, string>>, defined);
    case "list":
      return value;
  }
}

function signalName(raw: string): string {
  return raw.toUpperCase().replace(/^SIG/, "");
}

function printEnvironment(pairs: Readonly<Record<string, string>>, defined: ReadonlySet<string>): object {
  // fromEntries defines own properties, also for a variable called __proto__.
  return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, printTemplate(value, defined)]));
}
