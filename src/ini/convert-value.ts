import type { World } from "../model/world.ts";
import type { ValueType } from "./key-table.ts";
import type { Converted } from "./value-types.ts";
import {
  toAutorestart,
  toBoolean,
  toBytes,
  toCount,
  toDirectory,
  toExitCodes,
  toFilePath,
  toInteger,
  toList,
  toLogLevel,
  toLogfile,
  toOctal,
  toSignal,
  toUserName,
} from "./value-types.ts";

/**
 * Converts an expanded value to what the option of a config object takes.
 *
 * `environment` is left as text: its grammar is read by whoever knows the processes it is for.
 */
export function convertValue(type: ValueType, text: string, world: World): Converted<unknown> {
  switch (type) {
    case "autorestart":
      return toAutorestart(text);
    case "boolean":
      return toBoolean(text);
    case "bytes":
      return toBytes(text);
    case "count":
      return toCount(text);
    case "integer":
      return toInteger(text);
    case "directory":
      return toDirectory(text, world);
    case "path":
      return toFilePath(text, world);
    case "logfile":
      return toLogfile(text, world);
    case "loglevel":
      return toLogLevel(text);
    case "octal":
      return toOctal(text);
    case "signal":
      return toSignal(text);
    case "exitcodes":
      return toExitCodes(text);
    case "user":
      return toUserName(text, world);
    case "events":
    case "list":
      return { ok: true, value: toList(text) };
    case "address":
    case "text":
    case "environment":
      return { ok: true, value: text };
  }
}
