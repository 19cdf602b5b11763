import { pythonFloat } from "../model/text/python-float.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import type { Method, Parameter } from "./contract.ts";
import { Fault } from "./faults.ts";
import { INTEGER } from "./xml-rpc-scalar.ts";
import { isArray, isDateTime, isShownNumber, isStruct, type Decoded } from "./xml-rpc-value.ts";

/** One converted argument; which type it has is fixed by the kind of its parameter. */
export type ArgumentValue = string | number | boolean;

/**
 * Turns decoded parameters into a method's arguments, as loosely as Supervisor: numbers may arrive as text, flags are judged
 * by truthiness. Left-out optional parameters are filled in.
 *
 * @throws Fault INCORRECT_PARAMETERS: too few, too many, or a value that cannot be converted (there Supervisor is not of one
 * mind: fault 2 or HTTP 500).
 */
export function coerceArguments(method: Method, params: readonly Decoded[]): readonly ArgumentValue[] {
  const required = method.params.filter((parameter) => parameter.default === undefined).length;
  if (params.length < required || params.length > method.params.length) throw new Fault("INCORRECT_PARAMETERS");
  return method.params.map((parameter, index) => {
    const value = params[index];
    return value === undefined ? (parameter.default ?? false) : coerce(parameter, value);
  });
}

function coerce({ kind }: Parameter, value: Decoded): ArgumentValue {
  switch (kind) {
    case "text":
      if (typeof value === "string") return value;
      throw new Fault("INCORRECT_PARAMETERS");
    case "integer":
      return toInteger(value);
    case "flag":
      return isTrue(value);
    case "signal":
      return typeof value === "string" ? value : toInteger(value);
    case "stdin":
      if (typeof value === "string") return value;
      throw new Fault("INCORRECT_PARAMETERS", value === null ? undefined : pythonText(value));
    case "anything":
      return pythonText(value);
  }
}

function toInteger(value: Decoded): number {
  const read = isShownNumber(value) ? value.number : value;
  const number = typeof read === "string" && INTEGER.test(read) ? Number(read.replaceAll("_", "")) : read;
  if (typeof number === "boolean") return number ? 1 : 0;
  if (typeof number !== "number" || !Number.isFinite(number)) throw new Fault("INCORRECT_PARAMETERS");
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(number)));
}

/** Any text but the empty one is true, "0" and "false" included: a dashboard really sends the text "1". */
function isTrue(value: Decoded): boolean {
  if (isArray(value)) return value.length > 0;
  if (isStruct(value)) return value.size > 0;
  if (isShownNumber(value)) return value.number !== 0;
  // NaN is true in Python, where it came from.
  return typeof value === "number" ? value !== 0 : Boolean(value);
}

/** A value as Python's str() shows it: that is what event listeners and faults have always carried. */
function pythonText(value: Decoded): string {
  if (typeof value === "string") return value;
  return isDateTime(value) ? dateText(value.dateTime) : pythonLiteral(value);
}

function pythonLiteral(value: Decoded): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : pythonFloat(value);
  if (typeof value === "string") return pythonRepr(value);
  if (isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (isDateTime(value)) return dateLiteral(value.dateTime);
  if (isShownNumber(value)) return value.text;
  const members = [...value].map(([name, member]) => `${pythonRepr(name)}: ${pythonLiteral(member)}`);
  return `{${members.join(", ")}}`;
}

/** `20261120T10:00:00` as `str` of a datetime. */
function dateText(iso: string): string {
  return iso.replace(/^(\d{4})(\d\d)(\d\d)T/, "$1-$2-$3 ");
}

/** The same as `repr`, which leaves out a second that is 0. */
function dateLiteral(iso: string): string {
  const [year, month, day, hour, minute, second] = dateText(iso).split(/[- :]/).map(Number);
  return `datetime.datetime(${[year, month, day, hour, minute, ...(second === 0 ? [] : [second])].join(", ")})`;
}
