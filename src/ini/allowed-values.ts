import { closest } from "../model/text/suggest.ts";
import { signalNames } from "../model/values.ts";
import type { ValueType } from "./key-table.ts";

/**
 * What a key takes, as a hint for a value that it does not take. Supervisor's messages stay as they are, since people search for
 * them and scripts compare them, but some are words of Python (`invalid literal for int() with base 10`) and name no key.
 *
 * @param text the value that was refused, expanded.
 */
export function allowedHint(key: string, type: ValueType, text: string): string | undefined {
  if (type === "user") return "there is no such user on this machine";
  const signal = type === "signal" ? closest(text.trim().replace(/^SIG/i, ""), signalNames()) : null;
  if (signal !== null) return `did you mean ${signal}?`;
  const allowed = allowedBy(key, type);
  return allowed === null ? undefined : `${key} takes ${allowed}`;
}

function allowedBy(key: string, type: ValueType): string | null {
  switch (type) {
    case "count":
      return SECONDS.has(key) ? "a whole number of seconds" : "a whole number, 0 or more";
    case "integer":
      return "a whole number";
    case "bytes":
      return "a whole number of bytes, or one with KB, MB or GB such as 50MB";
    case "boolean":
      return "true or false (or yes, no, on, off, 1, 0)";
    case "autorestart":
      return "true, false or unexpected";
    case "octal":
      return "octal digits such as 022";
    case "signal":
      return "the name or the number of a signal, such as TERM or 15";
    case "exitcodes":
      return "numbers from 0 to 255, separated by commas";
    case "loglevel":
      return "critical, error, warn, info, debug, trace or blather";
    case "directory":
      return "a folder that exists";
    case "path":
      return "a file in a folder that exists";
    case "logfile":
      return "a file in a folder that exists, or AUTO or NONE";
    case "address":
      return "a port from 1 to 65535, or host:port such as 127.0.0.1:9001";
    case "environment":
    case "events":
    case "list":
    case "text":
    case "user":
      return null;
  }
}

const SECONDS: ReadonlySet<string> = new Set(["startsecs", "stopwaitsecs"]);
