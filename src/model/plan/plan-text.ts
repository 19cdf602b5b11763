import type { ServerSpec } from "../model.ts";
import { parseSignal, signalNames } from "../values.ts";
import { sameValue } from "./same-value.ts";

interface ChangeText {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/** A changed value in words. Environments become one line per variable, and only say that it changed. */
export function describeChange(key: string, before: unknown, after: unknown): ChangeText[] {
  if (/(^|\.)environment$/.test(key)) return environmentChanges(key, record(before), record(after));
  if (isServer(before) && isServer(after)) {
    const [old, now] = [record(before), record(after)];
    return union(old, now)
      .filter((name) => !sameValue(old[name], now[name]))
      .map((name) => secretOrPlain(`${key}.${name}`, old[name], now[name]));
  }
  if (key === "stopsignal") return [{ key, from: signalText(before), to: signalText(after) }];
  return [{ key, from: show(before), to: show(after) }];
}

function signalText(number: unknown): string {
  return signalNames().find((name) => parseSignal(name) === number) ?? show(number);
}

function environmentChanges(key: string, old: Fields, now: Fields): ChangeText[] {
  return union(old, now)
    .filter((name) => old[name] !== now[name])
    .map((name) => hidden(`${key}.${name}`, old[name], now[name]));
}

function secretOrPlain(key: string, before: unknown, after: unknown): ChangeText {
  return key.endsWith(".password") ? hidden(key, before, after) : { key, from: show(before), to: show(after) };
}

function hidden(key: string, before: unknown, after: unknown): ChangeText {
  const [had, has] = [isSet(before), isSet(after)];
  return {
    key,
    from: had ? "(hidden)" : "(not set)",
    to: had && has ? "(hidden, another value)" : has ? "(hidden)" : "(not set)",
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "(none)";
  if (isServer(value)) return value.kind === "unix" ? `unix:${value.file}` : `${value.host || "*"}:${value.port}`;
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  if ("kind" in value && value.kind === "file" && "path" in value) return String(value.path);
  if ("kind" in value && Object.keys(value).length === 1) return String(value.kind).toUpperCase();
  return JSON.stringify(value);
}

/** Servers are shown field by field, because a field of theirs is secret. */
function isServer(value: unknown): value is ServerSpec {
  return typeof value === "object" && value !== null && "section" in value && "password" in value;
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function union(a: Fields, b: Fields): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}
