import { API_ARGUMENTS, type ArgumentKind } from "./api-arguments.ts";
import type { ApiName } from "./api.ts";

/**
 * Why these are no arguments of that call, or `null` if they are. Says the same as the schemas, without their library; a test
 * compares the two.
 */
export function checkArguments(call: ApiName | "stream", args: Readonly<Record<string, unknown>>): string | null {
  const known = API_ARGUMENTS[call];
  for (const [name, value] of Object.entries(args)) {
    // `hasOwn`: "constructor" is no argument.
    const argument = Object.hasOwn(known, name) ? known[name] : undefined;
    if (argument === undefined) return `${call} has no argument ${JSON.stringify(name)}`;
    if (value === undefined && !argument.required) continue;
    if (!CHECKS[argument.kind](value)) return `${name} has to be ${WORDS[argument.kind]}`;
  }
  const missing = Object.keys(known).find((name) => known[name]?.required === true && !Object.hasOwn(args, name));
  return missing === undefined ? null : `${call} needs the argument ${missing}`;
}

const CHECKS: Readonly<Record<ArgumentKind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  flag: (value) => typeof value === "boolean",
  number: (value) => Number.isFinite(value),
  count: isCount,
  cursor: isCursor,
};

const WORDS: Readonly<Record<ArgumentKind, string>> = {
  text: "a text",
  texts: "a list of texts",
  flag: "true or false",
  number: "a number",
  count: "a whole number from 0",
  cursor: "a cursor, as a stream tells it",
};

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCursor(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { life, event, keeper, output, ...others } = value;
  return (
    Object.keys(others).length === 0 &&
    typeof life === "string" &&
    typeof keeper === "string" &&
    isCount(event) &&
    isRecord(output) &&
    Object.values(output).every(isCount)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
