import type { BuildContext, ConfigPath } from "./build-context.ts";
import type { Names } from "../text/layered-names.ts";
import { OptionReader } from "./build-values.ts";
import type { ReadyConfig } from "../config.ts";
import type { ReadySpec } from "../model.ts";

/** A readiness check, or `null` if none is asked for (or it is wrong, which is then a problem). */
export function readReadiness(
  context: BuildContext,
  path: ConfigPath,
  ready: ReadyConfig | undefined,
  names: Names,
): ReadySpec | null {
  if (ready === undefined) return null;
  const kinds = (["http", "tcp", "exec", "log"] as const).filter((kind) => ready[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const found = kinds.length === 0 ? "none" : kinds.join(" and ");
    context.problem(path, `a readiness check is exactly one of http, tcp, exec and log, found ${found}`);
    return null;
  }
  const read = new OptionReader(context, path);
  const value = String(ready[kind]);
  const expanded = context.expandOrTell([...path, kind], value, names, `health.ready.${kind}`);
  const check = expanded === null ? null : readCheck(context, [...path, kind], kind, expanded);
  const interval = read.seconds("interval", ready.interval, 1);
  const timeout = read.seconds("timeout", ready.timeout, 1);
  for (const [key, seconds] of Object.entries({ interval, timeout })) {
    if (seconds === 0) context.problem([...path, key], `${key} must be more than 0`);
  }
  return check && { check, interval, timeout };
}

function readCheck(
  context: BuildContext,
  path: ConfigPath,
  kind: "http" | "tcp" | "exec" | "log",
  value: string,
): ReadySpec["check"] | null {
  switch (kind) {
    case "http":
      if (/^https?:\/\/[^\s/]/i.test(value) && URL.canParse(value)) return { kind, url: value };
      context.problem(path, `${value} is not a URL`, "it begins with http:// or https://");
      return null;
    case "tcp": {
      const [, host, port] = /^(?:(.*):)?(\d+)$/.exec(value) ?? [];
      const number = Number(port);
      if (number >= 1 && number <= 65535)
        return { kind, host: host?.replace(/^\[(.*)\]$/, "$1") || "127.0.0.1", port: number };
      context.problem(path, `${value} is not a port`, 'a port from 1 to 65535, or "host:port"');
      return null;
    }
    case "exec":
      if (value.trim() !== "") return { kind, command: value };
      context.problem(path, "exec is empty", "a command");
      return null;
    case "log": {
      const mistake = regexMistake(value);
      if (mistake === null) return { kind, pattern: value };
      context.problem(path, mistake);
      return null;
    }
  }
}

function regexMistake(pattern: string): string | null {
  try {
    RegExp(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
